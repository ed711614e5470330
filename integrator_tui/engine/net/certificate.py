"""Certificate: what a presented X.509 certificate says, as text.

Rules: names are RFC 4514 strings, times ISO 8601 in UTC, all made visible. A certificate is read once:
values are kept by the SHA-256 of its bytes. The library that reads it is loaded only for the first.
"""

from __future__ import annotations

import base64
import hashlib
import textwrap
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from integrator_tui.engine.net.certificate_names import alternative_names, distinguished_name, moment
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from cryptography import x509

MAX_KEPT: Final = 2048
MAX_NAMES: Final = 100
"""Subject alternative names read of one certificate."""
NAME_LIMIT: Final = 1024


class Certificate(NamedTuple):
    """One certificate. `names` are its subject alternative names (DNS names and IP addresses).

    `sha256` is the fingerprint in lower-case hexadecimal; `issuers_url` where it says its issuer's own
    certificate can be had (RFC 5280 section 4.2.2.1), empty where it does not say.
    """

    der: bytes
    sha256: str
    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    names: tuple[str, ...] = ()
    issuers_url: str = ""

    @property
    def self_issued(self) -> bool:
        return self.subject == self.issuer

    @property
    def pem(self) -> str:
        """The certificate as PEM (RFC 7468)."""
        lines = "\n".join(textwrap.wrap(base64.b64encode(self.der).decode(), 64))
        return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"

    def days_left(self, now: datetime) -> int:
        """Return the whole days until it expires, negative where it has."""
        return (self.not_after - now).days

    def detail(self, now: datetime) -> dict[str, Any]:
        """Return what the detail of a tls stage says of the server's certificate."""
        return {
            "subject": self.subject,
            "issuer": self.issuer,
            "not_before": iso(self.not_before),
            "not_after": iso(self.not_after),
            "days_left": self.days_left(now),
            "san": list(self.names),
            "sha256": self.sha256,
        }

    def summary(self) -> dict[str, Any]:
        """Return the same in short, for one link of a chain."""
        return {
            "subject": self.subject,
            "issuer": self.issuer,
            "not_after": iso(self.not_after),
            "sha256": self.sha256,
        }


@lru_cache(maxsize=MAX_KEPT)
def iso(moment: datetime) -> str:
    """Return `moment` as ISO 8601 in UTC, to the second."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


_read: OrderedDict[str, Certificate] = OrderedDict()


def read_certificate(der: bytes, tell: Callable[[], Any] | None = None) -> Certificate:
    """Return what `der` says; raises ValueError where it cannot be read.

    `tell` gives what `SSLObject.getpeercert()` says of the same certificate, where it was verified.
    """
    sha256 = hashlib.sha256(der).hexdigest()
    known = _read.get(sha256)
    if known is None:
        known = (_from_info(der, sha256, tell) if tell else None) or _parse(der, sha256)
        _read[sha256] = known
        if len(_read) > MAX_KEPT:
            _read.popitem(last=False)
    return known


def _from_info(der: bytes, sha256: str, tell: Callable[[], Any]) -> Certificate | None:
    try:
        info = tell() or {}
        return Certificate(
            der,
            sha256,
            visible(distinguished_name(info["subject"]), limit=NAME_LIMIT),
            visible(distinguished_name(info["issuer"]), limit=NAME_LIMIT),
            moment(info["notBefore"]),
            moment(info["notAfter"]),
            alternative_names(info, MAX_NAMES),
            visible(info.get("caIssuers", ("",))[0], limit=255),
        )
    except (KeyError, ValueError, OSError):  # ssl.SSLError is one
        return None


def _parse(der: bytes, sha256: str) -> Certificate:
    from cryptography import x509

    parsed = x509.load_der_x509_certificate(der)
    return Certificate(
        der,
        sha256,
        _name(parsed.subject),
        _name(parsed.issuer),
        parsed.not_valid_before_utc,
        parsed.not_valid_after_utc,
        _alternative_names(parsed),
        _issuers_url(parsed),
    )


def _name(name: x509.Name) -> str:
    return visible(name.rfc4514_string(), limit=NAME_LIMIT)


def _alternative_names(parsed: x509.Certificate) -> tuple[str, ...]:
    from cryptography import x509

    try:
        names = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return ()
    wanted = (name for name in names if isinstance(name, x509.DNSName | x509.IPAddress))
    return tuple(visible(str(name.value), limit=255) for name, _ in zip(wanted, range(MAX_NAMES), strict=False))


def _issuers_url(parsed: x509.Certificate) -> str:
    from cryptography import x509
    from cryptography.x509.oid import AuthorityInformationAccessOID

    try:
        access = parsed.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return ""
    urls = [
        entry.access_location.value
        for entry in access
        if entry.access_method == AuthorityInformationAccessOID.CA_ISSUERS
        and isinstance(entry.access_location, x509.UniformResourceIdentifier)
    ]
    return visible(urls[0], limit=255) if urls else ""
