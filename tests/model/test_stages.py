"""The stages of a probe in words."""

from __future__ import annotations

from typing import Any

import pytest

from integrator_tui.model.connection import BasicAuth, Connection, Options
from integrator_tui.model.stages import applicable, summary


def test_applicable_stages() -> None:
    assert applicable(Connection(base_url="http://a.example")) == ("resolve", "connect", "respond")
    full = Connection(base_url="HTTPS://a.example", auth=BasicAuth(), options=Options(stream_response=True))
    assert applicable(full) == ("resolve", "connect", "tls", "authenticate", "respond", "stream")


@pytest.mark.parametrize(
    ("stage", "detail", "fact"),
    [
        ("resolve", {"addresses": ["192.0.2.7", "2001:db8::7"]}, "192.0.2.7, 2001:db8::7"),
        ("connect", {"address": "2001:db8::7", "port": 443}, "[2001:db8::7]:443"),
        ("connect", {"port": 443, "attempts": []}, ""),
        ("tls", {"version": "TLSv1.3", "days_left": 0}, "TLSv1.3, certificate ends in 0 days"),
        ("tls", {"version": "TLSv1.2", "days_left": 1}, "TLSv1.2, certificate ends in 1 day"),
        ("tls", {"days_left": -2}, "certificate has expired"),
        ("authenticate", {"method": "oauth2", "status": 401, "cached": False}, "oauth2, status 401"),
        ("authenticate", {"method": "http_bearer_token", "cached": True, "expires_in_s": 3570},
         "http_bearer_token, cached, 3570 s left"),
        ("authenticate", {"method": "oauth2", "cached": True, "expires_in_s": None}, "oauth2, cached"),
        ("authenticate", {"method": "oauth2", "cached": False, "expires_in_s": 2592000},
         "oauth2, expires in 2592000 s"),
        ("authenticate", {"method": "oauth2", "cached": False, "expires_in_s": 60.0}, "oauth2, expires in 60 s"),
        ("respond", {"status": 200, "bytes": 0, "http_version": "HTTP/1.1"}, "200, 0 bytes, HTTP/1.1"),
        ("stream", {"first": "event", "more": []}, "first event"),
        ("tls", {}, ""),
    ],
)  # fmt: skip
def test_the_fact_of_a_stage(stage: str, detail: dict[str, Any], fact: str) -> None:
    assert summary(stage, detail) == fact
