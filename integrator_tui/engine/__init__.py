"""The engine: everything that goes over the network. `StagedTransport` is its seam for code that speaks httpx."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from integrator_tui.engine.transport.staged_transport import StagedTransport

__all__ = ["StagedTransport"]


def __getattr__(name: str) -> Any:
    # Imported when it is asked for: whoever needs one module of the engine pays for no other.
    if name == "StagedTransport":
        from integrator_tui.engine.transport.staged_transport import StagedTransport

        return StagedTransport
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
