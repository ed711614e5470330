"""`new`: a new connection, from a curl command on standard input or in a file, or as a stage of another one."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from integrator_tui.cli.commands.import_ import add_import_arguments, base_url, document, write
from integrator_tui.cli.environment import Environment
from integrator_tui.cli.output.output import Console
from integrator_tui.errors import UsageError
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.workspace import Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="its name; without it, that of the host")
    parser.add_argument("--from-curl", metavar="FILE", help="a curl command, - for standard input")
    parser.add_argument(
        "--extends", metavar="FILE", help="a connection file of the workspace that the new one is a stage of"
    )
    add_import_arguments(parser)


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Make a connection from a curl command, or as a stage of another one."""
    if arguments.extends is not None:
        return _as_stage(environment.open_workspace(arguments.workspace), arguments, output)
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


def _as_stage(workspace: Workspace, arguments: argparse.Namespace, output: Console) -> int:
    """Write a file that extends another one, and say what it still lacks."""
    if arguments.from_curl is not None or arguments.var:
        raise UsageError("--extends stands without --from-curl and --var", "choose one way to a connection")
    name = (arguments.name or "").strip()
    if not name:
        raise UsageError("the stage has no name", "for example: new 'Orders (test)' --extends orders.yaml")
    if not arguments.base_url:
        raise UsageError("a stage has a base URL of its own, and none is given", "give it with --base-url URL")
    folder = workspace.imports.folder(arguments.folder)
    draft = workspace.stages.begun(name, arguments.extends, folder, base_url(arguments.base_url))
    for problem in workspace.editor.problems(draft):
        if problem.is_error and problem.operation is None:
            raise UsageError(f"{problem.field}: {problem.message}", problem.hint)
    if arguments.dry_run:
        output.line(visible(workspace.stages.shown(draft), keep="\n").rstrip("\n"))
        return 0
    entry = workspace.editor.save(draft)
    output.line(f"wrote {visible(entry.file)}: {visible(entry.name)}, a stage of {visible(entry.base or '')}")
    if wanted := workspace.stages.secrets_wanted(entry):
        names = ", ".join(map(visible, wanted))
        output.line(f"its secrets are its own, and still to be stored: {names}")
    return 0
