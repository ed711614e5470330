"""Exports: connections in the formats of other tools, without secrets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from integrator_tui.interchange import curl
from integrator_tui.interchange.exported import Exported
from integrator_tui.interchange.kinetic import writer as kinetic
from integrator_tui.model.connection import Connection
from integrator_tui.model.entry import Draft, Entry, connection_of
from integrator_tui.store import files
from integrator_tui.store.connection_file.writer import names_to_give
from integrator_tui.store.yamltext.document import parse_bytes
from integrator_tui.workspace.interchange.other_types import other_values

EXPORT_FORMATS: Final = {
    "kinetic": "JSON of Integrator, keys sorted, secrets null",
    "curl": "the test request as a curl command, secrets from environment variables",
}
"""The word of each format and what it is; `Exports.written` has a method of its own for each."""


class Exports:
    """Writes the connections below `root` as other tools read them."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def written(self, form: str, entries: Sequence[Entry]) -> Exported:
        """Return connections in a format of EXPORT_FORMATS; raises InvalidFile where a file says no connection."""
        exported: Exported = getattr(self, f"_{form}")(entries)
        return exported

    def curl(self, draft: Draft) -> str:
        """Return the test request as a curl command; secrets are named as environment variables."""
        return curl.curl(draft.connection)

    def _kinetic(self, entries: Sequence[Entry]) -> Exported:
        return kinetic.write(self._to_export(entry) for entry in entries)

    def _to_export(self, entry: Entry) -> kinetic.ToExport:
        document = parse_bytes(files.read(self._root / entry.file)[0])
        if entry.state == "unsupported":
            return kinetic.ToExport(Connection(name=entry.name), other=other_values(document, entry.name))
        return kinetic.ToExport(connection_of(entry), names_to_give(document))

    def _curl(self, entries: Sequence[Entry]) -> Exported:
        return Exported("\n\n".join(curl.curl(connection_of(entry)) for entry in entries))
