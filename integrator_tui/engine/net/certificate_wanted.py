"""Alerts about a certificate that we never showed: the server wants one (RFC 8446 section 4.4.2.4).

Rules: TLS 1.3 has an alert of its own for that, certificate_required; servers send others all the same (Go sends
bad_certificate), and TLS 1.2 knows only handshake_failure, which before any word of the server means that no cipher
is shared.
"""

from __future__ import annotations

from typing import Final

from integrator_tui.engine.failure import StageFailed

NEEDS_CLIENT_CERTIFICATE: Final = (
    "set options.client_cert_file to a PEM file with your key and certificate for this server"
)

_OF_A_CERTIFICATE: Final = {
    "CERTIFICATE_REQUIRED": "",
    "ALERT_BAD_CERTIFICATE": "bad_certificate",
    "ALERT_UNSUPPORTED_CERTIFICATE": "unsupported_certificate",
    "ALERT_CERTIFICATE_REVOKED": "certificate_revoked",
    "ALERT_CERTIFICATE_EXPIRED": "certificate_expired",
    "ALERT_CERTIFICATE_UNKNOWN": "certificate_unknown",
    "ALERT_NO_CERTIFICATE": "no_certificate",
    "ALERT_UNKNOWN_CA": "unknown_ca",
}
_HANDSHAKE_RECORD: Final = b"\x16"


def unshown_certificate(said: str, first_bytes: bytes = b"") -> StageFailed | None:
    """Return the failure of who showed no certificate and was sent an alert about it, None for another alert.

    `said` is OpenSSL's word in capitals; `first_bytes` are the server's first in a handshake that failed.
    """
    alert = next((name for mark, name in _OF_A_CERTIFICATE.items() if mark in said), None)
    if alert is None and "ALERT_HANDSHAKE_FAILURE" in said and first_bytes.startswith(_HANDSHAKE_RECORD):
        alert = "handshake_failure"
    if alert is None:
        return None
    named = f", which it says by the alert {alert}" if alert else ""
    return StageFailed("tls_protocol", f"the server requires a client certificate{named}", NEEDS_CLIENT_CERTIFICATE)
