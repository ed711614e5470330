"""Hosts: what a URL names between `//` and its port, in the one form in which hosts are compared.

Rules: an IPv6 address stands in brackets (RFC 3986 section 3.2.2); a name is ASCII in lower case, an international
one by IDNA 2008; none of its labels is empty, and their length is bounded (RFC 1035 section 2.3.4). A host whose
last label is a number is an IPv4 address, in every form that inet_aton takes (WHATWG URL, "ends in a number").
"""

from __future__ import annotations

import ipaddress
from typing import Final

from integrator_tui.errors import UsageError
from integrator_tui.model.pattern import pattern

_NAME: Final = pattern(r"[A-Za-z0-9_~-](?:[A-Za-z0-9._~-]*)\Z")
_NUMBER: Final = pattern(r"(?:0x[0-9a-f]*|[0-9]+)\Z")
_EXAMPLE: Final = "for example https://api.example.com"


def canonical_host(text: str) -> str:
    """Return a host in lower case and ASCII, an IPv6 address without its brackets. Raises UsageError."""
    if text.startswith("[") and text.endswith("]"):
        address, _, zone = text[1:-1].partition("%")
        try:
            return ipaddress.IPv6Address(address).compressed + (f"%{zone.removeprefix('25')}" if zone else "")
        except ValueError:
            raise UsageError(
                "the brackets in the URL hold no IPv6 address", "for example http://[::1]:8080"
            ) from None
    host = text.lower()
    _labels(host)
    if not host.isascii():
        host = _ascii(host)
    if not _NAME.match(host):
        what = "the host of the URL holds a character that no host name has" if host else "the URL has no host"
        raise UsageError(what, _EXAMPLE)
    ipv4(host)
    return host


def too_long(host: str) -> bool:
    """Return whether no name server can hold a host: its labels have 63 characters at most, all of it 253."""
    return len(host.rstrip(".")) > 253 or any(len(label) > 63 for label in host.split("."))


def ipv4(host: str) -> str | None:
    """Return the IPv4 address in four numbers that a host means, None where it is a name.

    Raises UsageError where it ends in a number and is no address: no name does that (RFC 3696 section 2).
    """
    labels = host.removesuffix(".").split(".")
    if not _NUMBER.match(labels[-1]):
        return None
    wrong = UsageError(
        f"{host[:60]} is no IPv4 address, and no host name ends in a number",
        "an address has four numbers from 0 to 255, as 192.0.2.1",
    )
    if len(labels) > 4 or not all(_NUMBER.match(label) and len(label) < 20 for label in labels):
        raise wrong
    try:
        *first, last = [_number(label) for label in labels]
    except ValueError:
        raise wrong from None
    if any(number > 255 for number in first) or last >= 256 ** (4 - len(first)):
        raise wrong
    value = last + sum(number << (24 - 8 * place) for place, number in enumerate(first))
    return str(ipaddress.IPv4Address(value))


def _number(label: str) -> int:
    """A number as inet_aton reads it: 0x is hexadecimal, a leading 0 octal. Raises ValueError."""
    if label.startswith("0x"):
        return int(label[2:] or "0", 16)
    return int(label, 8) if len(label) > 1 and label.startswith("0") else int(label)


def _labels(host: str) -> None:
    if ".." in host or host.startswith("."):
        where = "begins with a dot" if host.startswith(".") else "has two dots in a row"
        raise UsageError(f"the host of the URL {where}", f"remove one; {_EXAMPLE}")


def _ascii(host: str) -> str:
    import idna

    try:
        return idna.encode(host).decode("ascii")
    except idna.IDNAError:
        raise UsageError("the host of the URL is no international domain name", "check its spelling") from None
