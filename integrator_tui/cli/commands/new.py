"""`new`: a new connection, here from a curl command that stands on standard input or in a file."""

from __future__ import annotations

import argparse

from integrator_tui.cli.commands.import_ import add_import_arguments, base_url, document, write
from integrator_tui.cli.environment import Environment
from integrator_tui.cli.output.output import Console
from integrator_tui.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="its name; without it, that of the host")
    parser.add_argument("--from-curl", metavar="FILE", help="a curl command, - for standard input")
    add_import_arguments(parser)


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Make a connection from a curl command."""
    if arguments.from_curl is None:
        hint = "for example: integrator-tui new 'Orders API' --from-curl - < command.txt"
        raise UsageError("new wants --from-curl - and the command on standard input", hint)
    workspace = environment.open_workspace(arguments.workspace)
    text = document(arguments.from_curl, environment.current)
    source = "" if arguments.from_curl == "-" else arguments.from_curl
    name = (arguments.name or "").strip()
    there = base_url(arguments.base_url)
    imported = workspace.imports.curl(text, variables=dict(arguments.var), base_url=there, name=name)
    write(workspace, imported, arguments, source, output)
    return 0
