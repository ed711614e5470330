"""What is right and wrong about TLS, told of nginx."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.model.connection import Operation
from tests.engine.certified import client_pem
from tests.engine.probing import check, kind, outcomes, stage, target
from tests.servers.nginx import Nginx

REFUSALS = [
    ("incomplete", "tls_untrusted", "leads to CN=Between", "intermediate"),
    ("expired", "tls_expired", "expired", "renewed"),
    ("not_yet_valid", "tls_not_yet_valid", "not valid before", "clock"),
    ("wrong_host", "tls_hostname_mismatch", "elsewhere.example", "names"),
    ("self_signed", "tls_untrusted", "self-signed", "SHA-256"),
    ("unknown_ca", "tls_untrusted", "Somebody Else", "ca_cert"),
    ("unknown_ca_shown", "tls_untrusted", "Somebody Else", "ca_cert"),
    ("client_purpose", "tls_untrusted", "purpose", "owner"),
    ("tls11", "tls_protocol", "refuses TLS 1.2", "TLS 1.2"),
    ("no_such_site", "tls_protocol", "host name", "SNI"),
]


@pytest.mark.parametrize("site", ["good", "whole_chain", "tls12", "tls13", "client_wanted"])
async def test_a_good_site_passes_with_what_was_negotiated(engine: Engine, nginx: Nginx, site: str) -> None:
    report = await check(engine, target(nginx.sites[site], test_path="/asked", ca_cert=nginx.chains.ca))
    assert set(outcomes(report).values()) == {"passed"}
    tls = stage(report, "tls").detail
    assert tls["version"] == ("TLSv1.2" if site == "tls12" else "TLSv1.3")
    assert tls["trusted_by"].startswith("CN=Private Authority")
    assert tls["chain"] == (3 if site == "whole_chain" else 2)
    assert tls["days_left"] == 89
    assert stage(report, "respond").detail["status"] == 200


@pytest.mark.parametrize(("site", "expected", "says", "hint"), REFUSALS)
async def test_a_bad_site_is_refused_by_name(
    engine: Engine, nginx: Nginx, site: str, expected: str, says: str, hint: str
) -> None:
    report = await check(engine, target(nginx.sites[site], ca_cert=nginx.chains.ca))
    assert kind(report) == ("tls", expected)
    assert outcomes(report)["respond"] == "skipped"
    assert report.failure is not None
    assert says in report.failure.message
    assert hint in report.failure.hint
    if expected != "tls_protocol":
        shown = nginx.chains.server(site).certificate
        assert stage(report, "tls").detail["subject"] == shown.subject.rfc4514_string()
        assert stage(report, "tls").detail["issuer"] == shown.issuer.rfc4514_string()


@pytest.mark.parametrize("site", [site for site, expected, _, _ in REFUSALS if expected != "tls_protocol"])
async def test_without_verification_the_same_sites_answer(engine: Engine, nginx: Nginx, site: str) -> None:
    report = await check(engine, target(nginx.sites[site], verify=False))
    assert set(outcomes(report).values()) == {"passed"}
    assert stage(report, "tls").detail["verified"] is False


async def test_without_its_ca_nothing_is_trusted(engine: Engine, nginx: Nginx) -> None:
    report = await check(engine, target(nginx.sites["good"]))
    assert kind(report) == ("tls", "tls_untrusted")


async def test_a_client_certificate_is_shown_where_it_is_wanted(
    engine: Engine, nginx: Nginx, tmp_path: Path
) -> None:
    (tmp_path / "client.pem").write_text(client_pem(nginx.chains.client))
    wanted = target(
        nginx.sites["client_required"],
        test_path="/asked",
        ca_cert=nginx.chains.ca,
        client_cert_file="client.pem",
        folder=tmp_path,
    )
    report = await check(engine, wanted)
    assert set(outcomes(report).values()) == {"passed"}
    async with engine.request(wanted, Operation(method="GET", path="/asked")) as answer:
        body = b"".join([piece async for piece in answer.chunks()])
    assert b"CN=client" in body


@pytest.mark.parametrize("shown", ["none", "stranger", "late"])
async def test_a_missing_or_wrong_client_certificate_is_answered_400(
    engine: Engine, nginx: Nginx, tmp_path: Path, shown: str
) -> None:
    (tmp_path / "client.pem").write_text(client_pem(getattr(nginx.chains, shown, nginx.chains.client)))
    own: dict[str, Any] = {} if shown == "none" else {"client_cert_file": "client.pem", "folder": tmp_path}
    report = await check(engine, target(nginx.sites["client_required"], ca_cert=nginx.chains.ca, **own))
    assert kind(report) == ("respond", "unexpected_status")
    assert stage(report, "respond").detail["status"] == 400


async def test_plain_http_to_a_tls_port_is_answered_400(engine: Engine, nginx: Nginx) -> None:
    report = await check(engine, target(nginx.plain_on_tls()))
    assert kind(report) == ("respond", "unexpected_status")
    assert report.failure is not None
    assert "https" in report.failure.hint


async def test_tls_to_a_plain_port_is_told(engine: Engine, nginx: Nginx) -> None:
    report = await check(engine, target(nginx.tls_on_plain()))
    assert kind(report) == ("tls", "tls_protocol")
    assert report.failure is not None
    assert "plain HTTP" in report.failure.message


async def test_nobody_listens(engine: Engine, nginx: Nginx) -> None:
    report = await check(engine, target(nginx.refused))
    assert kind(report) == ("connect", "refused")
