"""ImportTarget: the workspace that imports write into."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from integrator_tui.errors import IntegratorError
from integrator_tui.model.entry import Entry
from integrator_tui.model.secret import Secret
from integrator_tui.workspace.catalog.catalog import Catalog
from integrator_tui.workspace.editor import Editor
from integrator_tui.workspace.interchange.imported_before import ImportedBefore
from integrator_tui.workspace.secrets import Secrets


@dataclass(frozen=True, slots=True)
class ImportTarget:
    """The files below `root`, and what came into them `before`."""

    root: Path
    catalog: Catalog
    editor: Editor
    before: ImportedBefore
    secrets: Secrets

    def stored(self, entry: Entry) -> dict[str, Secret]:
        """Return the stored secrets of a file, none where that would have to be waited for or asked."""
        try:
            return {} if self.secrets.may_wait(entry.file) else self.secrets.of(entry)
        except IntegratorError:
            return {}
