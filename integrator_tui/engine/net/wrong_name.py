"""Why a certificate is not for a host although one might think so (RFC 9525 section 6, RFC 9110 section 4.3.4)."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from integrator_tui.engine.failure import quote


def near_miss(host: str, names: Sequence[str]) -> tuple[str, str] | None:
    """Return message and hint where a name of the certificate looks like `host` and is another, else None."""
    shown = quote(host)
    address = _address(host)
    if address is not None:
        # An entry for that address would have been taken, so this one is a name.
        written = next((name for name in names if _address(name) == address), None)
        if written is None:
            return None
        message = f"the certificate has {written} as a DNS name, and an address needs an entry of its own (IP)"
        return message, f"have a certificate issued with the subject alternative name IP:{shown}, not DNS:{written}"
    for name in names:
        if name.startswith("*.") and (host == name[2:] or host.endswith(name[1:])):
            message = (
                f"the certificate is for {name}, not for {shown}: the star stands for one label, no more, no less"
            )
            return message, f"use a host name right below {name[2:]}, or have {shown} added to the certificate"
    return None


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
