"""What failed on the way to an answer, as the exception that users of httpx expect for it.

Rules: the message is the stage's own; the StageFailed itself, with kind and hint, is the exception's cause. What
httpx's own transport would have raised decides the class.
"""

from __future__ import annotations

from typing import Final

from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.http1.request_writer import Unsendable
from integrator_tui.engine.http_types import (
    ConnectError,
    ConnectTimeout,
    LocalProtocolError,
    ProxyError,
    ReadError,
    RemoteProtocolError,
    TransportError,
)

_LATE: Final = frozenset({"connect_timeout", "tls_timeout"})
_UNREACHED: Final = frozenset({"dns_not_found", "dns_failed", "refused", "unreachable"})


def not_connected(failed: StageFailed) -> TransportError:
    """Return the exception for a stage of dialling that failed."""
    # A proxy that is not reached says why as the cause; one that refuses has none.
    why = str(failed.detail.get("cause", "")) if failed.kind == "vantage_failed" else failed.kind
    if isinstance(failed.__cause__, TimeoutError) or why in _LATE:
        return ConnectTimeout(failed.message)
    if failed.kind == "vantage_failed" and why not in _UNREACHED:
        return ProxyError(failed.message)
    return ConnectError(failed.message)


def not_answered(failed: StageFailed) -> TransportError:
    """Return the exception for an exchange that failed on an open connection."""
    if failed.kind == "vantage_failed":
        return ProxyError(failed.message)
    if isinstance(failed.__cause__, Unsendable):
        return LocalProtocolError(failed.message)
    if isinstance(failed.__cause__, OSError):
        return ReadError(failed.message)
    return RemoteProtocolError(failed.message)
