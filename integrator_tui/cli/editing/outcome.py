"""What a command that changes a file tells of it: what it did, where, and what has to be known besides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrator_tui.cli.output.output import Console
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.model.entry import Entry
    from integrator_tui.workspace import Workspace


def tell(workspace: Workspace, output: Console, what: str, entry: Entry | None = None) -> None:
    """Tell what was done, in one line of standard output; of the file of `entry` whether its seal is broken."""
    output.line(visible(what))
    if workspace.undo.lost:
        output.warning(f"this change cannot be undone: {workspace.undo.lost}")
    if entry is not None and entry.connection is not None and entry.connection.secret_names:
        tell_broken(workspace, output, entry.file)


def tell_broken(workspace: Workspace, output: Console, file: str) -> None:
    """Warn where a file was left with a broken seal."""
    if workspace.seals.is_broken(file):
        output.warning(f"{file}: its seal is broken; look at what it says, then run: integrator-tui seal")
