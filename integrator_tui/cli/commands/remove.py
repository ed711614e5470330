"""`remove`: removes the file of a connection, after a question."""

from __future__ import annotations

import argparse

from integrator_tui.cli.editing.outcome import tell
from integrator_tui.cli.environment import Environment
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.prompts.passphrase import Passphrases
from integrator_tui.cli.prompts.questions import can_ask, confirmed
from integrator_tui.cli.selection import found
from integrator_tui.errors import UsageError
from integrator_tui.model.text import visible


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="a connection's name or file")
    parser.add_argument("--yes", action="store_true", help="remove it without asking")


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Remove a connection."""
    workspace = environment.open_workspace(arguments.workspace)
    (entry,) = found(workspace, (arguments.name,), Passphrases(workspace, output))
    if entry.is_folder:
        raise UsageError(f"{visible(entry.file)} is a folder that cannot be looked into", "name a connection")
    if not arguments.yes and not can_ask():
        raise UsageError(f"{entry.file} is to be removed, and there is no terminal to ask on", "use --yes")
    stages = workspace.extensions.extending(entry.file)
    back = "undo brings it back, for 24 hours" if workspace.undo.keeps(entry.file) else "that cannot be undone"
    more = f" {len(stages)} extend it." if stages else ""
    what = f"{visible(entry.name)} ({visible(entry.file)})"
    question = f"Remove {what} and the secrets in it?{more} {back[0].upper()}{back[1:]}."
    if not arguments.yes and not confirmed(output, question):
        output.note(f"{visible(entry.file)} is left as it is")
        return 0
    workspace.editor.delete(entry)
    tell(workspace, output, f"removed {entry.name}: {entry.file}")
    if stages:
        output.warning(f"{', '.join(map(visible, stages))}: cannot be used without it, for it was extended there")
    return 0
