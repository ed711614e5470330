"""What a proxy says when it makes no connection: SOCKS5 replies, and answers in another protocol."""

from __future__ import annotations

from typing import Final

from integrator_tui.engine.failure import StageFailed, quote, vantage_failed

_REPLIES: Final = {
    1: ("general failure", "it gives no reason: look at the proxy's log"),
    2: ("not allowed by its rules", "have the proxy's rules allow this host and port, or see no_proxy"),
    3: ("network unreachable", "the proxy has no way to that network: check its own network and VPN"),
    4: (
        "host unreachable, or its name not known",
        "check the host as the proxy's own network knows it: the proxy looks the name up",
    ),
    5: (
        "connection refused",
        "the proxy reached the host, and nothing listens on that port: check the port and that the server runs",
    ),
    6: ("no answer in time", "packets get lost behind the proxy: a firewall there, or the host is down"),
    7: ("it cannot connect (command not supported)", "it makes no connections for others: take another proxy"),
    8: ("address type not supported", "it takes no addresses of that kind: use a host name, or an IPv4 address"),
}


def socks_reply(code: int, failed: str) -> StageFailed:
    """Return the failure that a SOCKS5 reply (RFC 1928 section 6) other than 0 tells."""
    reason, hint = _REPLIES.get(code, (f"reply {code}", "look at the proxy's log"))
    return vantage_failed(f"{failed}: {reason}", hint)


_SPEAKS: Final = (
    (b"HT", "HTTP", "write it as http://host:port"),
    (b"\x15\x03", "TLS", "write it as https://host:port, if it is an HTTP proxy"),
    (b"\x16\x03", "TLS", "write it as https://host:port, if it is an HTTP proxy"),
    (b"\x00", "SOCKS4", "have it speak SOCKS5"),
    (b"\x04", "SOCKS4", "have it speak SOCKS5"),
    (b"SS", "SSH", "make a tunnel with `ssh -D PORT HOST`, and write socks5://127.0.0.1:PORT"),
    (b"<", "HTTP", "write it as http://host:port"),
)


def not_socks(proxy: str, begin: bytes) -> StageFailed:
    """Return the failure of what should speak SOCKS5 and answered with `begin`."""
    for mark, name, hint in _SPEAKS:
        if begin.startswith(mark):
            return vantage_failed(f"the proxy {proxy} speaks {name}, not SOCKS5", hint)
    message = f"the proxy {proxy} does not speak SOCKS5: it answered '{quote(begin, 40)}'"
    return vantage_failed(message, "something else may listen there: check its host and port")


_OTHERS: Final = (
    (b"\x15\x03", "it speaks TLS: write it as https://host:port"),
    (b"\x05", "it speaks SOCKS5: write it as socks5://host:port"),
    (b"\x00", "it may speak SOCKS: write it as socks5://host:port"),
    (b"SSH-", "it speaks SSH: make a tunnel with `ssh -D PORT HOST`, and write socks5://127.0.0.1:PORT"),
)


def not_an_http_proxy(proxy: str, cause: StageFailed, begin: bytes) -> StageFailed:
    """Return the failure of what should be an HTTP proxy and gave no answer of one, but `begin`, maybe nothing."""
    hint = next((hint for mark, hint in _OTHERS if begin.startswith(mark)), "")
    return vantage_failed(f"the proxy {proxy} did not answer as one: {cause.message}", hint, cause=cause)
