"""What of a request may lie on a disk: no value that reads like a secret, or is one."""

from __future__ import annotations

import pytest

from integrator_tui.model.connection import FormBody, Operation
from integrator_tui.model.recent_requests import LONGEST, RecentRequest, rememberable

WEB_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"


def kept(path: str, *params: tuple[str, str]) -> RecentRequest | None:
    return rememberable(Operation(method="GET", path=path, params=params))


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/orders?status=open&limit={{Limit}}", "/orders?status=open&limit={{Limit}}"),
        ("/orders?api_key=abc&x=1", "/orders?api_key=&x=1"),
        ("/orders?api%5Fkey=abc", "/orders?api%5Fkey="),
        ("/orders?api_key={{api_key}}", "/orders?api_key={{api_key}}"),
        ("/orders?api_key=a{{x}}", "/orders?api_key="),
        (f"/orders?q={WEB_TOKEN}", "/orders?q="),
        ("/orders?Zq83hdUw0Pq1mKx72bVt", "/orders?"),
        ("/orders/3f2b9a1c-0000-4000-8000-1234567890ab", "/orders/3f2b9a1c-0000-4000-8000-1234567890ab"),
        ("/oauth/token", "/oauth/token"),
        ("/auth/login", "/auth/login"),
        ("/x/{{token}}/y", "/x/{{token}}/y"),
        ("", ""),
    ],
)
def test_a_query_loses_what_reads_like_a_secret_and_nothing_else(path: str, shown: str) -> None:
    assert kept(path) == RecentRequest("GET", shown)


@pytest.mark.parametrize(
    "path",
    [f"/users/{WEB_TOKEN}", "/token/abc123", "/reset/Zq83hdUw0Pq1mKx72bVt", "/a;token=x/b", "/" + "x" * LONGEST],
)
def test_a_path_that_may_hold_a_secret_is_not_kept(path: str) -> None:
    assert kept(path) is None


def test_parameters_are_kept_without_secrets_and_headers_and_bodies_are_not() -> None:
    request = Operation(
        method="POST",
        path="/a",
        params=(("pin", "1234"), ("q", "shoes"), ("long", "x y" * 300), ("key", "{{my_key}}")),
        headers=(("X-Api-Key", "abc"),),
        body=FormBody(form=(("password", "abc"),)),
    )
    assert rememberable(request) == RecentRequest(
        "POST", "/a", (("pin", ""), ("q", "shoes"), ("long", ""), ("key", "{{my_key}}"))
    )


def test_a_secret_that_is_known_is_nowhere() -> None:
    def is_known(text: str) -> bool:
        return "opensesame" in text

    assert rememberable(Operation(method="GET", path="/x/opensesame"), is_known) is None
    assert rememberable(Operation(method="GET", path="/x/open%73esame"), is_known) is None
    found = rememberable(Operation(method="GET", path="/x?a=opensesame", params=(("opensesame", "1"),)), is_known)
    assert found == RecentRequest("GET", "/x?a=")


def test_a_request_is_told_in_a_line() -> None:
    assert RecentRequest("GET", "/a?b=1", (("c", "2"),)).words == "GET /a?b=1&c=2"
    assert RecentRequest("GET", "/a", (("c", "2"),)).words == "GET /a?c=2"
    assert RecentRequest("HEAD", "").words == "HEAD"
