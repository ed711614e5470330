"""`undo`: takes back the last change that was made here, by the interface or the command line."""

from __future__ import annotations

import argparse

from integrator_tui.cli.environment import Environment
from integrator_tui.cli.output.output import Console
from integrator_tui.model.text import visible


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There are none."""
    parser.description = (
        "take back, newest first, the saves, renames, moves and removals that this program made in this workspace "
        "on this machine in the last 24 hours"
    )


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Take back the last change and say what it was, and where."""
    # Bytes come back as they were: that needs no key, so nobody is asked for a passphrase.
    workspace = environment.open_workspace(arguments.workspace)
    undone = workspace.undo.undo()
    output.line(visible(undone.words))
    for file in undone.restored:
        if workspace.seals.is_broken(file):
            output.warning(f"{file}: its seal is broken, as it was before; look at it, then seal it")
    return 0
