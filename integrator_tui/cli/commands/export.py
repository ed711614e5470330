"""`export`: connections in the formats of other tools, without secrets; to standard output, all or nothing."""

from __future__ import annotations

import argparse

from integrator_tui.cli.environment import Environment
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.prompts.passphrase import Passphrases
from integrator_tui.cli.selection import found
from integrator_tui.errors import UsageError
from integrator_tui.model.text import visible


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from integrator_tui.workspace import EXPORT_FORMATS

    about = "; ".join(f"{word}: {what}" for word, what in EXPORT_FORMATS.items())
    parser.add_argument("format", choices=tuple(EXPORT_FORMATS), metavar="FORMAT", help=about)
    parser.add_argument("names", nargs="*", metavar="NAME", help="connections or files; without one all of them")


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Print the connections in one format, or nothing at all where one of them cannot be said in it."""
    workspace = environment.open_workspace(arguments.workspace)
    passphrases = Passphrases(workspace, output)
    names = arguments.names or [entry.file for entry in workspace.catalog.entries()]
    exported = workspace.exports.written(arguments.format, found(workspace, names, passphrases))
    for refusal in exported.refused[1:]:
        output.note(f"not exported: {visible(refusal.message)} ({visible(refusal.hint)})")
    if exported.refused:
        first = exported.refused[0]
        raise UsageError(first.message, first.hint)
    for left_out in exported.left_out:
        output.warning(left_out)
    output.line(exported.text.rstrip("\n"))
    return 0
