"""`move`: puts the file of a connection into another folder of the workspace."""

from __future__ import annotations

import argparse

from integrator_tui.cli.editing.outcome import tell
from integrator_tui.cli.environment import Environment
from integrator_tui.cli.once_more import once_more
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.prompts.passphrase import Passphrases
from integrator_tui.cli.selection import found
from integrator_tui.errors import UsageError
from integrator_tui.model.text import visible


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="a connection's name or file")
    parser.add_argument("folder", metavar="FOLDER", help="a folder of the workspace, . for its top")


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Move a connection."""
    if not arguments.folder:
        raise UsageError("the name of the folder is empty", "name a folder of the workspace, . for its top")
    workspace = environment.open_workspace(arguments.workspace)
    passphrases = Passphrases(workspace, output)

    def move() -> None:
        (entry,) = found(workspace, (arguments.name,), passphrases)
        now = passphrases.unlocked(workspace.places.move, entry, arguments.folder)
        if now.file == entry.file:
            output.line(f"{visible(entry.name)} lies there already: {visible(entry.file)}")
            return
        tell(workspace, output, f"moved {entry.name}: {entry.file} is now {now.file}", now)

    once_more(move)
    return 0
