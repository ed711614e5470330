"""Which files a command is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrator_tui.cli.output.output import Console

if TYPE_CHECKING:
    from integrator_tui.workspace import Workspace


def chosen_files(workspace: Workspace, names: list[str], output: Console) -> tuple[str, ...]:
    """Return the files of these names, all where none is named; tell it where there are none at all."""
    files = tuple(entry.file for entry in workspace.catalog.find_all(names)) if names else workspace.seals.files
    if not files:
        # Silence would be taken for a good word on files that a mistyped folder does not hold.
        output.warning(f"no connections in {workspace.root}")
    return files
