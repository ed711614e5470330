"""The URL that the rules judged is the one that is dialled: two readers of one text find the same host."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.net.proxy import Proxy
from integrator_tui.engine.origin import Origin
from integrator_tui.engine.request.redirects import NotFollowed, following
from integrator_tui.engine.request.render import build
from integrator_tui.engine.request.secret_parts import SecretParts
from integrator_tui.errors import UsageError
from integrator_tui.model import url

_PIECES = st.lists(
    st.sampled_from(
        [
            *("https://", "http://", "HTTP://", "h.example", "127.0.0.1", "0x7f.1", "[::1]", "[fe80::1%25lo]"),
            *(":80", ":", ":0080", ":443", "/", "//", "\\", "?", "#", "@", "user:pw@", "..", ".", "%2e", "%00"),
            *(
                "é",
                "bücher.example",
                "。",
                "．",
                "①",
                "\u200d",
                "ß",
                "xn--bcher-kva",
                " ",
                "\t",
                "_",
                "~",
                "-",
                "a b",
            ),
            *("evil.example", ";", "&", "=", "+", "%zz", "[", "]", "İ", "K", "ſ", "🦄.example"),
        ]
    ),
    max_size=8,
).map("".join)
URLS = st.one_of(_PIECES, st.builds("https://{}{}".format, st.just("h.example"), _PIECES), st.text(max_size=12))


def dialled(text: str) -> tuple[str, str, int]:
    return url.origin(str(Origin.of(build("GET", url.join(text), (), None, SecretParts()).url)))


@given(URLS)
def test_what_was_judged_is_what_is_dialled(text: str) -> None:
    if any(problem.is_error for problem in url.problems(text, "base_url")):
        return
    try:
        found = dialled(text)
    except UsageError:
        # Refused before anything is sent: the only other thing that may happen.
        return
    assert found == url.origin(text)


@given(_PIECES)
def test_a_redirect_leads_to_the_origin_that_was_judged(named: str) -> None:
    request = httpx.Request("GET", "https://h.example/a", headers={"Authorization": "Basic c2VjcmV0"})
    response = httpx.Response(302, headers=[(b"Location", named.encode("utf-8"))], request=request)
    try:
        follows = following(request, response, lambda text: False)
    except NotFollowed:
        return
    stays = url.origin(str(Origin.of(follows.url))) == url.origin("https://h.example")
    assert ("authorization" in follows.headers) == stays


@given(st.builds("{}://{}".format, st.sampled_from(["http", "https", "socks5", "socks5h"]), _PIECES))
def test_a_proxy_is_the_host_that_was_judged(text: str) -> None:
    allowed = url.problems(text, "options.proxy", schemes=("http", "https", "socks5", "socks5h"), user_info=True)
    if any(problem.is_error for problem in allowed):
        return
    try:
        proxy = Proxy.parse(text)
    except StageFailed:
        return
    assert url.origin(str(proxy))[1:] == url.origin(text)[1:]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://h.example:80/a@b", ("http", "h.example", 80)),
        ("https://BÜCHER.example", ("https", "xn--bcher-kva.example", 443)),
        ("https://straße.example:8443/", ("https", "xn--strae-oqa.example", 8443)),
        ("http://[2001:DB8:0:0::1]:8080/", ("http", "2001:db8::1", 8080)),
        ("https://h.example/\\@evil.example/", ("https", "h.example", 443)),
        ("https://h.example?@evil.example", ("https", "h.example", 443)),
        ("https://h.example/..//evil.example/", ("https", "h.example", 443)),
    ],
)
def test_hosts_are_read_alike(text: str, expected: tuple[str, str, int]) -> None:
    assert dialled(text) == url.origin(text) == expected


def test_a_url_that_is_read_in_two_ways_is_not_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    other = httpx.URL("https://evil.example/")
    monkeypatch.setattr(httpx, "URL", lambda _: other)
    with pytest.raises(UsageError, match="two ways"):
        build("GET", "https://h.example/", (), None, SecretParts())
