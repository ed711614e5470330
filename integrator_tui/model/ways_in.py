"""WaysIn: where a command line has connections dialled, in place of where their names lead.

Rules: a HOST is compared as the host of a URL is, an IPv6 address stands in brackets there; `--connect-to` names
one node for the origin of a base URL, `--resolve` the addresses of HOST:PORT wherever that is dialled, `-4` and
`-6` the family of every address. What TLS verifies, SNI and the header Host stay those of the URL.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from integrator_tui.errors import UsageError
from integrator_tui.model.host import canonical_host, ipv4
from integrator_tui.model.text import visible

Place = tuple[str, int]
"""A host in lower case and ASCII, an IPv6 address without brackets, and a port."""


class WaysIn(NamedTuple):
    """`connect_to` is dialled for the origin of a base URL, None for that itself; `addresses` are those of places
    that are not looked up; `ip_version` is 4 or 6 where addresses of that kind alone are dialled, else 0."""

    connect_to: Place | None = None
    addresses: Mapping[Place, tuple[str, ...]] = MappingProxyType({})
    ip_version: Literal[0, 4, 6] = 0


def place(text: str) -> Place:
    """Return the place that HOST:PORT names; raises UsageError, which says what is wrong with it."""
    host, _, port = text.rpartition(":")
    if not host:
        raise UsageError(f"{_shown(text) or 'nothing'} is not HOST:PORT", _PLACE)
    if _is_ipv6(text) and not _is_ipv6(host):
        message = f"{_shown(text)} is an address alone, and no port stands behind it"
        raise UsageError(message, f"an IPv6 address stands in brackets: {_PLACE}")
    return _host(host), _port(port)


def addresses(text: str) -> tuple[Place, tuple[str, ...]]:
    """Return what HOST:PORT:ADDRESS[,ADDRESS] says; raises UsageError."""
    end = text.find("]") if text.startswith("[") else 0
    colon = text.find(":", max(end, 0))
    host, (port, _, listed) = text[: max(colon, 0)], text[colon + 1 :].partition(":")
    if not host or not listed:
        raise UsageError(f"{_shown(text) or 'nothing'} is not HOST:PORT:ADDRESS", _RESOLVE)
    return (_host(host), _port(port)), tuple(dict.fromkeys(_address(each) for each in listed.split(",")))


def ways_in(
    connect_to: Place | None,
    resolve: Iterable[tuple[Place, tuple[str, ...]]],
    ip_version: Literal[0, 4, 6],
) -> WaysIn | None:
    """Return what was said, None where nothing was; of two that give addresses to a place the latter counts."""
    ways = WaysIn(connect_to, dict(resolve), ip_version)
    return ways if connect_to or ways.addresses or ip_version else None


_PLACE = "for example node1.example.com:443, 192.0.2.7:8443 or [2001:db8::7]:443"
_RESOLVE = "for example api.example.com:443:192.0.2.7, more addresses after a comma"


def _host(text: str) -> str:
    if ":" in text and not text.startswith("["):
        raise UsageError(f"{_shown(text)} is more than a host", f"an IPv6 address stands in brackets: {_PLACE}")
    try:
        host = canonical_host(text)
        return ipv4(host) or host
    except UsageError as error:
        raise UsageError(f"{_shown(text)} is no host: {error.message}", _PLACE) from None


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text[:6]) < 65536:
        return int(text)
    raise UsageError(f"{_shown(text) or 'nothing'} is no port", "a port is a number from 1 to 65535")


def _bare(text: str) -> str:
    return text[1:-1] if text.startswith("[") and text.endswith("]") else text


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(_bare(text))
    except ValueError:
        return False
    return True


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(_bare(text)))
    except ValueError:
        raise UsageError(f"{_shown(text) or 'nothing'} is no address", _RESOLVE) from None


def _shown(text: str) -> str:
    return visible(text, limit=100)
