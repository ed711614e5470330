"""Why TLS failed: from OpenSSL's own code, from what the server presented, and from what it spoke instead.

Rules: the codes are those of X509_verify_cert (OpenSSL's `x509_vfy.h`) and the alerts of RFC 8446 section 6;
a hint tells which of the possible causes it is where the certificates tell, and says so where they do not.
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from integrator_tui.engine.failure import StageFailed, quote, seconds
from integrator_tui.engine.net.certificate import Certificate, iso
from integrator_tui.engine.net.certificate_wanted import NEEDS_CLIENT_CERTIFICATE, unshown_certificate
from integrator_tui.engine.net.wrong_name import near_miss

NOT_YET_VALID: Final = 9
EXPIRED: Final = 10
SELF_SIGNED_LEAF: Final = 18
SELF_SIGNED_IN_CHAIN: Final = 19
NO_ISSUER: Final = frozenset({2, 20, 21, 27})
WRONG_NAME: Final = frozenset({62, 63, 64})


class Presented(NamedTuple):
    """A refused certificate with what is needed to say why: the chain as sent, and the CAs the connection adds.

    `host` and `port` are what was dialled; `chain` is empty where the certificates could not be had.
    """

    host: str
    port: int
    chain: tuple[Certificate, ...]
    anchors: tuple[Certificate, ...]
    now: datetime

    @property
    def links(self) -> tuple[Certificate, ...]:
        """What the refusal can be about; nothing where the chain could not be had: an anchor is a guess then."""
        return (*self.chain, *self.anchors) if self.chain else ()

    def detail(self) -> dict[str, Any]:
        """Return what the detail of the failed stage says."""
        if not self.chain:
            return {}
        return self.chain[0].detail(self.now) | {
            "chain": len(self.chain),
            "presented": [certificate.summary() for certificate in self.chain],
        }


def certificate_failed(error: ssl.SSLCertVerificationError, shown: Presented) -> StageFailed:
    """Return the failure of a certificate that was not believed."""
    code = error.verify_code
    if code == EXPIRED:
        kind, (message, hint) = "tls_expired", _expired(shown)
    elif code == NOT_YET_VALID:
        kind, (message, hint) = "tls_not_yet_valid", _not_yet_valid(shown)
    elif code in WRONG_NAME:
        kind, (message, hint) = "tls_hostname_mismatch", _wrong_name(shown)
    else:
        kind, (message, hint) = "tls_untrusted", _untrusted(code, error.verify_message, shown)
    return StageFailed(kind, message, hint, detail=shown.detail())


def _expired(shown: Presented) -> tuple[str, str]:
    host = quote(shown.host)
    late = next((link for link in shown.links if link.not_after < shown.now), None)
    clock = f"this machine's clock says {iso(shown.now)}: if that is wrong, set it"
    if late is None:
        return f"a certificate in the chain of {host} has expired", f"renew it; {clock}"
    ago = (shown.now - late.not_after).days
    when = f"on {iso(late.not_after)}, {_days(ago)} ago" if ago else f"on {iso(late.not_after)}"
    if late is shown.chain[0]:
        return f"the certificate of {host} expired {when}", f"have the server's certificate renewed; {clock}"
    return (
        f"the CA certificate {late.subject} expired {when}",
        f"replace it in the server's chain or ca_cert; {clock}",
    )


def _not_yet_valid(shown: Presented) -> tuple[str, str]:
    host = quote(shown.host)
    hint = f"this machine's clock says {iso(shown.now)}: set it if it is wrong, else wait or have another issued"
    early = next((link for link in shown.links if link.not_before > shown.now), None)
    if early is None:
        return f"a certificate in the chain of {host} is not valid yet", hint
    whose = f"the certificate of {host}" if early is shown.chain[0] else f"the CA certificate {early.subject}"
    return f"{whose} is not valid before {iso(early.not_before)}", hint


def _wrong_name(shown: Presented) -> tuple[str, str]:
    host = quote(shown.host)
    if not shown.chain:
        return f"the certificate is not for {host}", "use a host name that the certificate has"
    names = shown.chain[0].names
    if not names:
        subject = shown.chain[0].subject
        message = f"the certificate is not for {host}: it names no host at all, its subject is {subject}"
        return message, f"have a certificate issued with the subject alternative name {host}"
    if (near := near_miss(shown.host, names)) is not None:
        return near
    hint = f"use one of its names in the URL, or have {host} added to the certificate's subject alternative names"
    return f"the certificate is for {_listed(names)}, not for {host}", hint


def _untrusted(code: int, said: str, shown: Presented) -> tuple[str, str]:
    host = quote(shown.host)
    if not shown.chain:
        return f"the certificate of {host} is not trusted: {quote(said)}", "set ca_cert to the CA that issued it"
    leaf, last = shown.chain[0], shown.chain[-1]
    if code == SELF_SIGNED_LEAF or (code in NO_ISSUER and leaf.self_issued):
        hint = f"if its SHA-256 {leaf.sha256} is the server's, set ca_cert to this certificate"
        return f"the certificate of {host} is self-signed by {leaf.subject} and not trusted", hint
    if code == SELF_SIGNED_IN_CHAIN:
        hint = f"set ca_cert to that CA once you have compared its SHA-256: {last.sha256}{_other_anchors(shown)}"
        return f"the certificate of {host} is issued by a CA that is not trusted: {last.subject}", hint + _SUSPECT
    if code in NO_ISSUER:
        message = f"the certificate of {host} leads to {last.issuer}, which is not trusted"
        return message, _no_issuer(shown) + _SUSPECT
    return (
        f"the certificate of {host} is not trusted: {quote(said)}",
        f"it was issued by {leaf.issuer}; ask its owner",
    )


_SUSPECT: Final = "; if that is no CA of the server's, suspect a proxy on the way that opens TLS"


def _no_issuer(shown: Presented) -> str:
    """A chain that ends in the air: the server left out an intermediate, or its CA is not known here."""
    last = shown.chain[-1]
    if any(anchor.subject == last.issuer for anchor in shown.anchors):
        return "ca_cert holds a CA of that very name but with another key: the CA was renewed, get its present one"
    if last.issuers_url:
        return f"the server sends no intermediate certificate: have it send the full chain, with {last.issuers_url}"
    others = _other_anchors(shown)
    if len(shown.chain) == 1:
        return f"set ca_cert to that CA; if it is an intermediate one, the server should send it too{others}"
    return f"set ca_cert to that CA{others}"


def _other_anchors(shown: Presented) -> str:
    if not shown.anchors:
        return ""
    return f" (ca_cert holds {_listed([anchor.subject for anchor in shown.anchors], 3)})"


def _listed(names: Sequence[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


_NOT_TLS: Final = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")
_PLAIN: Final = {
    b"HTTP/": "plain HTTP",
    b"<!DOC": "plain HTTP",
    b"<html": "plain HTTP",
    b"SSH-": "SSH",
    b"220 ": "SMTP or FTP",
    b"220-": "SMTP or FTP",
    b"* OK": "IMAP",
    b"+OK": "POP3",
}
_REFUSED_CLIENT_CERTIFICATE: Final = (
    "the server does not accept the client certificate, or wants one: check options.client_cert_file, "
    "its expiry and that the server trusts the CA that issued it"
)
_ALERTS: Final = (
    ("CERTIFICATE_REQUIRED", "the server requires a client certificate", NEEDS_CLIENT_CERTIFICATE),
    (
        "PROTOCOL_VERSION",
        "the server refuses TLS 1.2 and 1.3",
        "it speaks older versions only, which are not safe: have TLS 1.2 or later turned on there",
    ),
    (
        "UNSUPPORTED_PROTOCOL",
        "the server speaks only a version of TLS before 1.2",
        "older versions are not safe: have TLS 1.2 or later turned on there",
    ),
    (
        "HANDSHAKE_FAILURE",
        "the server refused the handshake",
        "it shares no cipher with us, or requires a client certificate (options.client_cert_file)",
    ),
    ("UNKNOWN_CA", "the server does not trust the client certificate's CA", _REFUSED_CLIENT_CERTIFICATE),
    (
        "ALERT_CERTIFICATE_EXPIRED",
        "the server says the client certificate has expired",
        _REFUSED_CLIENT_CERTIFICATE,
    ),
    ("ALERT_CERTIFICATE_REVOKED", "the server says the client certificate is revoked", _REFUSED_CLIENT_CERTIFICATE),
    ("ALERT_CERTIFICATE_UNKNOWN", "the server refuses the client certificate", _REFUSED_CLIENT_CERTIFICATE),
    ("ALERT_BAD_CERTIFICATE", "the server refuses the client certificate", _REFUSED_CLIENT_CERTIFICATE),
    ("ALERT_UNSUPPORTED_CERTIFICATE", "the server refuses the client certificate", _REFUSED_CLIENT_CERTIFICATE),
    ("ALERT_ACCESS_DENIED", "the server denies access to this client", _REFUSED_CLIENT_CERTIFICATE),
    (
        "UNRECOGNIZED_NAME",
        "the server knows no site of this host name",
        "check the host in the URL: the server chooses its certificate by it (SNI)",
    ),
    (
        "NO_APPLICATION_PROTOCOL",
        "the server does not speak HTTP/1.1 here",
        "it offers another protocol (HTTP/2 only, gRPC): choose another port",
    ),
    ("ALERT_INTERNAL_ERROR", "the server failed in the handshake", "look at the server's log"),
    (
        "NO_PROTOCOLS_AVAILABLE",
        "this machine's OpenSSL allows no version of TLS",
        "look at MinProtocol and MaxProtocol in openssl.cnf",
    ),
)


def _alert(error: ssl.SSLError, shows_certificate: bool, first_bytes: bytes = b"") -> StageFailed | None:
    said = f"{error.reason or ''} {error}".upper().replace(" ", "_")
    if not shows_certificate and (wanted := unshown_certificate(said, first_bytes)) is not None:
        return wanted
    told = next(((message, hint) for mark, message, hint in _ALERTS if mark in said), None)
    return None if told is None else StageFailed("tls_protocol", *told)


def alert_failed(error: OSError, *, shows_certificate: bool = True) -> StageFailed | None:
    """Return the failure that TLS tells after a handshake that seemed good, None for any other error.

    `shows_certificate` says whether we have a client certificate to show. In TLS 1.3 a server refuses a client only
    after the client has finished (RFC 8446 section 4.4.2.4).
    """
    if not isinstance(error, ssl.SSLError):
        return None
    broke_off = StageFailed("tls_protocol", f"TLS broke off: {quote(_reason(error))}", "look at the server's log")
    return _alert(error, shows_certificate) or broke_off


def handshake_failed(
    error: OSError, first_bytes: bytes, port: int, *, shows_certificate: bool = True
) -> StageFailed:
    """Return the failure of a handshake that did not fail on the server's certificate.

    `first_bytes` are the first the server sent, to tell what it speaks; `shows_certificate` as in `alert_failed`.
    """
    known = _alert(error, shows_certificate, first_bytes) if isinstance(error, ssl.SSLError) else None
    spoken = next((name for mark, name in _PLAIN.items() if first_bytes.startswith(mark)), None)
    if spoken == "plain HTTP":
        return StageFailed("tls_protocol", f"the server speaks plain HTTP on port {port}, not TLS", _PLAIN_HTTP)
    if spoken:
        message = f"the server speaks {spoken} on port {port}, not TLS"
        return StageFailed("tls_protocol", message, "this is not a web server's port: correct it in the URL")
    if known is not None:
        return known
    if not isinstance(error, ssl.SSLError) or isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        message = (
            "the server closed the connection in the handshake"
            if isinstance(error, ssl.SSLError)
            else f"the connection broke in the handshake: {quote(error.strerror or str(error)).lower()}"
        )
        hint = (
            f"is TLS spoken on port {port}? It may speak plain HTTP, require a client certificate, or be overloaded"
        )
        return StageFailed("tls_protocol", message, hint)
    if any(mark in str(error).upper().replace(" ", "_") for mark in _NOT_TLS):
        message = f"what answers on port {port} is not TLS: it begins {quote(first_bytes, 40)!r}"
        return StageFailed("tls_protocol", message, _PLAIN_HTTP)
    return StageFailed("tls_protocol", f"the handshake failed: {quote(_reason(error))}", "look at the server's log")


_PLAIN_HTTP: Final = "use http:// in the URL, or the port where the server speaks TLS"


def _reason(error: ssl.SSLError) -> str:
    return (error.reason or str(error)).replace("_", " ").lower()


def handshake_timeout(timeout: float, first_bytes: bytes) -> StageFailed:
    """Return the failure of a handshake that did not end within `timeout` seconds."""
    silent = "" if first_bytes else ", and the server said nothing at all"
    hint = "is TLS spoken on this port? A plain or overloaded server stays silent; see options.timeout.connect"
    return StageFailed("tls_timeout", f"the handshake did not end within {seconds(timeout)}{silent}", hint)
