"""Why a handshake failed: from OpenSSL's own code, what the server presented, and what it spoke instead."""

from __future__ import annotations

import ssl

from integrator_tui.engine.failure import StageFailed, quote


def alert_failed(error: OSError) -> StageFailed | None:
    """Return the failure that a TLS alert after the handshake tells, None for any other error."""
    if not isinstance(error, ssl.SSLError):
        return None
    return StageFailed("tls_protocol", f"TLS failed: {quote(error.reason or str(error))}")


def handshake_failed(error: OSError, first_bytes: bytes) -> StageFailed:
    return StageFailed("tls_protocol", f"TLS failed: {quote(str(error))}")
