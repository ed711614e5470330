"""What a command that tested or sent something does at its end for the history: keep it, and tell nothing of
that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from integrator_tui.cli.output.output import Console

if TYPE_CHECKING:
    from integrator_tui.workspace import Workspace


@contextmanager
def keeping_history(workspace: Workspace, output: Console) -> Iterator[None]:
    """Keep what is tested and sent inside, however it ends."""
    try:
        yield
    finally:
        keep_history(workspace, output)


def keep_history(workspace: Workspace, output: Console) -> None:
    """Keep what was tested and sent, and tell what is wrong with the settings that say whether it is kept."""
    workspace.history.flush()
    tell_settings(workspace, output)


def tell_settings(workspace: Workspace, output: Console) -> None:
    """Tell what is wrong with the user's settings."""
    for problem in workspace.settings.mistakes():
        output.warning(f"{problem.message} ({problem.hint})" if problem.hint else problem.message)
