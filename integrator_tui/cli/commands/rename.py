"""`rename`: gives a connection another name, and its file one that fits it where that is wanted."""

from __future__ import annotations

import argparse

from integrator_tui.cli.editing.keys import refuse_undecoded
from integrator_tui.cli.editing.outcome import tell
from integrator_tui.cli.environment import Environment
from integrator_tui.cli.once_more import once_more
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.prompts.passphrase import Passphrases
from integrator_tui.cli.selection import found
from integrator_tui.errors import UsageError
from integrator_tui.model.text import visible


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", metavar="OLD", help="a connection's name or file")
    parser.add_argument("new", metavar="NEW", help="its new name")
    parser.add_argument("--file", action="store_true", help="rename its file too")


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Rename a connection."""
    name = new_name(arguments.new)
    workspace = environment.open_workspace(arguments.workspace)
    passphrases = Passphrases(workspace, output)

    def rename() -> None:
        (entry,) = found(workspace, (arguments.old,), passphrases)
        stays = not arguments.file or workspace.places.own_file(entry, name) == entry.file
        if entry.name == name and entry.connection is not None and stays:
            output.line(f"{visible(name)} is named so already: {visible(entry.file)}")
            return
        now = passphrases.unlocked(workspace.places.rename, entry, name, with_file=arguments.file)
        where = entry.file if now.file == entry.file else f"{entry.file} is now {now.file}"
        tell(workspace, output, f"renamed {entry.name} to {now.name}: {where}", now)

    once_more(rename)
    return 0


def new_name(text: str) -> str:
    """Return a name that a connection may have. Raises UsageError where it is empty, or no text."""
    name = text.strip()
    if not name:
        raise UsageError("the new name is empty", "give the connection a name")
    refuse_undecoded(name, "the new name")
    return name
