"""The log pane's line store, under the name it is imported by from outside; it lives in `log`."""

from integrator_tui.tui.widgets.log.line_store import Chunk, LineKind, LineStore, StoredLine

__all__ = ["Chunk", "LineKind", "LineStore", "StoredLine"]
