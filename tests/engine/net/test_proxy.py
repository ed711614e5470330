"""Proxies: which one is chosen, and how its URL is read."""

from __future__ import annotations

import base64

import pytest

from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.net.proxy import Proxy, ProxySettings, is_direct


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://proxy.example:3128", "http://proxy.example:3128"),
        ("proxy.example:3128", "http://proxy.example:3128"),
        ("https://proxy.example", "https://proxy.example:443"),
        ("socks5://u:p@127.0.0.1", "socks5://127.0.0.1:1080"),
        ("socks5h://[::1]:9050/", "socks5://[::1]:9050"),
    ],
)
def test_reading(text: str, shown: str) -> None:
    assert str(Proxy.parse(text)) == shown


def test_user_and_password_are_sent_and_not_shown() -> None:
    proxy = Proxy.parse("http://us%40er:p%3Ass@proxy.example:3128")
    assert proxy.username == "us@er"
    assert proxy.authorization == ((b"Proxy-Authorization", b"Basic " + base64.b64encode(b"us@er:p:ss")),)
    assert "p:ss" not in repr(proxy) + str(proxy)
    assert Proxy.parse("http://proxy.example:3128").authorization == ()


@pytest.mark.parametrize("text", ["ftp://proxy.example", "http://", "http://proxy.example:99999", "http://[::1"])
def test_what_is_no_proxy(text: str) -> None:
    with pytest.raises(StageFailed) as failed:
        Proxy.parse(text)
    assert failed.value.kind == "vantage_failed"
    assert failed.value.hint


@pytest.mark.parametrize(
    ("no_proxy", "host", "direct"),
    [
        ("", "a.example", False),
        ("*", "a.example", True),
        ("example", "a.example", True),
        ("a.example", "A.Example.", True),
        (".example", "a.example", True),
        ("*.example", "a.example", True),
        (".a.example", "a.example", True),
        ("xample", "a.example", False),
        ("b.example, a.example", "a.example", True),
        ("b.example a.example", "a.example", True),
        ("a.example:443", "a.example", True),
        ("a.example:80", "a.example", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.0/8", "127.9.9.9", True),
        ("10.0.0.0/8", "127.0.0.1", False),
        ("127.0.0.1:443", "127.0.0.1", True),
        ("::1", "::1", True),
        ("[::1]", "::1", True),
        ("[::1]:443", "::1", True),
        ("fe80::/10", "fe80::1", True),
        ("0.0.1", "127.0.0.1", False),
        ("127.0.0.0/8", "localhost", False),
        (",,", "a.example", False),
    ],
)
def test_no_proxy(no_proxy: str, host: str, direct: bool) -> None:
    assert is_direct(no_proxy, host, 443) is direct


@pytest.mark.parametrize(
    ("environment", "scheme", "chosen"),
    [
        ({}, "http", None),
        ({"http_proxy": "http://one:1"}, "http", "http://one:1"),
        ({"http_proxy": "http://one:1"}, "https", None),
        ({"HTTPS_PROXY": "http://two:2", "https_proxy": "http://one:1"}, "https", "http://one:1"),
        ({"ALL_PROXY": "socks5://three:3"}, "https", "socks5://three:3"),
        ({"ALL_PROXY": "socks5://three:3", "https_proxy": "http://one:1"}, "https", "http://one:1"),
        ({"HTTP_PROXY": "http://one:1"}, "http", "http://one:1"),
        ({"HTTP_PROXY": "http://one:1", "REQUEST_METHOD": "GET"}, "http", None),
        ({"http_proxy": "http://one:1", "NO_PROXY": "a.example"}, "http", None),
        ({"http_proxy": ""}, "http", None),
    ],
)
def test_the_settings_of_the_environment(environment: dict[str, str], scheme: str, chosen: str | None) -> None:
    route = ProxySettings.of(environment).proxy_for(scheme, "a.example", 443 if scheme == "https" else 80)
    assert (str(route) if route else None) == chosen
