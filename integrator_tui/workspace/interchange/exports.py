"""Exports: connections in the formats of other tools, without secrets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from integrator_tui.interchange import curl
from integrator_tui.interchange.exported import Exported
from integrator_tui.model.entry import Draft, Entry, connection_of

EXPORT_FORMATS: Final = {
    "curl": "the test request as a curl command, secrets from environment variables",
}
"""The word of each format and what it is; `Exports.written` has a method of its own for each."""


class Exports:
    """Writes connections as other tools read them."""

    def written(self, form: str, entries: Sequence[Entry]) -> Exported:
        """Return connections in a format of EXPORT_FORMATS; raises InvalidFile where a file says no connection."""
        exported: Exported = getattr(self, f"_{form}")(entries)
        return exported

    def curl(self, draft: Draft) -> str:
        """Return the test request as a curl command; secrets are named as environment variables."""
        return curl.curl(draft.connection)

    def _curl(self, entries: Sequence[Entry]) -> Exported:
        return Exported("\n\n".join(curl.curl(connection_of(entry)) for entry in entries))
