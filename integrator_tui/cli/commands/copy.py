"""`copy`: a connection once more beside itself, under another name."""

from __future__ import annotations

import argparse

from integrator_tui.cli.commands.rename import new_name
from integrator_tui.cli.editing.outcome import tell
from integrator_tui.cli.environment import Environment
from integrator_tui.cli.once_more import once_more
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.prompts.passphrase import Passphrases
from integrator_tui.cli.selection import found


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", metavar="OLD", help="a connection's name or file")
    parser.add_argument("new", metavar="NEW", help="the name of its copy")


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Copy a connection."""
    name = new_name(arguments.new)
    workspace = environment.open_workspace(arguments.workspace)
    passphrases = Passphrases(workspace, output)

    def copy() -> None:
        (entry,) = found(workspace, (arguments.old,), passphrases)
        now = passphrases.unlocked(workspace.places.copy, entry, name)
        tell(workspace, output, f"copied {entry.name} to {now.name}: {now.file}", now)

    once_more(copy)
    return 0
