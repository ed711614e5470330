"""Which files a command is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from integrator_tui.cli.output.output import Console
from integrator_tui.cli.prompts.passphrase import Passphrases

if TYPE_CHECKING:
    from integrator_tui.model.entry import Entry
    from integrator_tui.workspace import Workspace


def found(workspace: Workspace, names: Sequence[str], passphrases: Passphrases) -> tuple[Entry, ...]:
    """Return the entries of these names, as open as they can be; raises what Catalog.find raises."""
    return passphrases.as_far_as_given(lambda locked: workspace.catalog.find_all(names, locked=locked))


def chosen_files(
    workspace: Workspace, names: Sequence[str], passphrases: Passphrases, output: Console
) -> tuple[str, ...]:
    """Return the files of these names, all where none is named; tell it where there are none at all."""
    files = tuple(entry.file for entry in found(workspace, names, passphrases)) if names else workspace.seals.files
    if not files:
        # Silence would be taken for a good word on files that a mistyped folder does not hold.
        output.warning(f"no connections in {workspace.root}")
    return files
