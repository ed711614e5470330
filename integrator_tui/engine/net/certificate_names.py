"""A certificate as the `ssl` module itself tells it, so that a good one needs no X.509 library.

Rules: the same text as that library gives (RFC 4514, attribute names of its section 3, other attributes as
dotted numbers); whatever is not plain to see is left to the library.
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from integrator_tui.model.text import visible

_SHORT: Final = {
    "commonName": "CN",
    "localityName": "L",
    "stateOrProvinceName": "ST",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "countryName": "C",
    "streetAddress": "STREET",
    "domainComponent": "DC",
    "userId": "UID",
    "emailAddress": "1.2.840.113549.1.9.1",
    "serialNumber": "2.5.4.5",
    "businessCategory": "2.5.4.15",
    "postalCode": "2.5.4.17",
    "organizationIdentifier": "2.5.4.97",
    "jurisdictionCountryName": "1.3.6.1.4.1.311.60.2.1.3",
    "jurisdictionStateOrProvinceName": "1.3.6.1.4.1.311.60.2.1.2",
    "jurisdictionLocalityName": "1.3.6.1.4.1.311.60.2.1.1",
}
_ESCAPED: Final = str.maketrans({character: "\\" + character for character in '\\"+,;<>'} | {"\0": "\\00"})


def distinguished_name(name: tuple[tuple[tuple[str, str], ...], ...]) -> str:
    """Return a name of `getpeercert` as RFC 4514 has it, last part first; raises KeyError for a rare attribute."""
    return ",".join(
        "+".join(f"{_SHORT[attribute]}={_escaped(value)}" for attribute, value in part) for part in reversed(name)
    )


def _escaped(value: str) -> str:
    if not value:
        return ""
    text = value.translate(_ESCAPED)
    if text[0] == "#" or (text[0] == " " and len(text) > 1):
        text = "\\" + text
    return text[:-1] + "\\ " if text[-1] == " " else text


def moment(text: str) -> datetime:
    """Return a time of `getpeercert`; raises ValueError."""
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC)


def alternative_names(info: Mapping[str, Any], most: int) -> tuple[str, ...]:
    """Return the DNS names and IP addresses of `info`, `most` of them at most; raises ValueError."""
    names: list[str] = []
    for kind, value in info.get("subjectAltName", ()):
        if kind == "DNS":
            names.append(visible(value, limit=255))
        elif kind == "IP Address":
            names.append(str(ipaddress.ip_address(value.strip())))
        if len(names) == most:
            break
    return tuple(names)
