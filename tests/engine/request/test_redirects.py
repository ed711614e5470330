"""Which request follows a redirect, and what may not go along."""

from __future__ import annotations

import pytest

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.request.redirects import following, is_redirect
from integrator_tui.engine.request.secret_parts import SecretParts, secret_parts

SECRET = "s3cr3t-value"


def request(
    method: str = "GET", url: str = "https://a.example/in?x=1", body: bytes | None = None, **marks: object
) -> httpx.Request:
    headers = {
        "X-Token": "opaque",
        "Authorization": "Basic x",
        "Cookie": "c=1",
        "X-Plain": "plain",
        "X-Echo": f"<{SECRET}>",
    }
    known = SecretParts(frozenset({"x-token"}), bool(marks.get("secret_body")))
    return httpx.Request(method, url, headers=headers, content=body, extensions=known.extension())


def follow(asked: httpx.Request, status: int, location: str) -> httpx.Request:
    response = httpx.Response(status, headers={"Location": location}, request=asked)
    assert is_redirect(response)
    return following(asked, response, lambda text: SECRET in text)


def refused(asked: httpx.Request, status: int, location: str) -> StageFailed:
    with pytest.raises(StageFailed) as caught:
        follow(asked, status, location)
    assert caught.value.kind == "redirected"
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("method", "status", "then"),
    [
        ("GET", 301, "GET"),
        ("POST", 301, "GET"),
        ("POST", 302, "GET"),
        ("PUT", 302, "PUT"),
        ("PUT", 303, "GET"),
        ("HEAD", 303, "HEAD"),
        ("POST", 307, "POST"),
        ("POST", 308, "POST"),
    ],
)
def test_the_method_follows_rfc_9110(method: str, status: int, then: str) -> None:
    body = b"data" if method in {"POST", "PUT"} else None
    next_one = follow(request(method, body=body), status, "/out")
    assert next_one.method == then
    assert next_one.content == (body if then == method and body else b"")
    assert ("content-length" in next_one.headers) is bool(next_one.content)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/out", "https://a.example/out"),
        ("out?y=2#part", "https://a.example/out?y=2"),
        ("?y=2", "https://a.example/in?y=2"),
        ("//b.example/out", "https://b.example/out"),
        ("https://user:pw@b.example/", "https://b.example/"),
        ("https://A.example:443/out", "https://a.example/out"),
        ("  /out ", "https://a.example/out"),
    ],
)
def test_the_address_is_resolved_and_has_no_user_info(location: str, url: str) -> None:
    assert str(follow(request(), 302, location).url) == url


def test_within_the_origin_everything_goes_along() -> None:
    next_one = follow(request("POST", body=b"k", secret_body=True), 307, "/out")
    assert {"x-token", "authorization", "cookie", "x-plain", "x-echo"} <= set(next_one.headers)
    assert next_one.content == b"k"
    assert secret_parts(next_one) == SecretParts(frozenset({"x-token"}), True)


@pytest.mark.parametrize(
    "location",
    ["https://b.example/", "http://a.example/in", "https://a.example:8443/in", "https://a.example.evil.example/"],
)
def test_to_another_origin_no_secret_goes_along(location: str) -> None:
    next_one = follow(request(), 302, location)
    assert {"x-token", "authorization", "cookie", "x-echo"}.isdisjoint(next_one.headers)
    assert next_one.headers["x-plain"] == "plain"
    assert next_one.headers["host"] == httpx.URL(location).netloc.decode()
    assert not secret_parts(next_one).headers


def test_what_stayed_behind_does_not_come_back() -> None:
    there = follow(request(), 302, "https://b.example/")
    back = follow(there, 302, "https://a.example/in")
    assert {"x-token", "authorization"}.isdisjoint(back.headers)


@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize(("body", "marked"), [(b"k=v", True), (SECRET.encode(), False)])
def test_a_body_with_a_secret_is_not_sent_to_another_origin(status: int, body: bytes, marked: bool) -> None:
    failed = refused(request("POST", body=body, secret_body=marked), status, "https://b.example/")
    assert "body" in failed.message
    assert follow(request("POST", body=b"plain"), status, "https://b.example/").content == b"plain"


def test_an_address_with_a_secret_is_not_asked_elsewhere() -> None:
    refused(request(), 302, f"https://b.example/?k={SECRET}")
    assert follow(request(), 302, f"/?k={SECRET}").url.query == f"k={SECRET}".encode()


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("file:///etc/passwd", "only http and https"),
        ("javascript:alert(1)", "only http and https"),
        ("ftp://a.example/", "only http and https"),
        ("http://", "no host"),
        ("http://[::/", "host"),
    ],
)
def test_what_is_no_http_address_is_not_followed(location: str, why: str) -> None:
    assert why in refused(request(), 302, location).message


def test_a_redirect_needs_an_address() -> None:
    assert not is_redirect(httpx.Response(302))
    assert not is_redirect(httpx.Response(304, headers={"Location": "/x"}))


def test_two_addresses_are_none() -> None:
    """Joined by a comma, as lists are, they would be a third one."""
    asked = request()
    response = httpx.Response(302, headers=[("Location", "/one"), ("Location", "/two")], request=asked)
    with pytest.raises(StageFailed) as caught:
        following(asked, response, lambda text: SECRET in text)
    assert caught.value.kind == "redirected"
    assert "https://a.example/one was not followed: the answer names another address" in caught.value.message
