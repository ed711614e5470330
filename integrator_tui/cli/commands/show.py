"""`show`: one connection, without a key unless values are to be revealed."""

from __future__ import annotations

import argparse

from integrator_tui.cli.environment import Environment
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.output.problems import problem_text
from integrator_tui.errors import InvalidFile
from integrator_tui.model.text import visible


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="a connection's name or file")
    parser.add_argument("--reveal", action="store_true", help="show the values of secrets")
    parser.add_argument("--json", action="store_true", help="as JSON, with the keys of the file")


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Print one connection as YAML, or as JSON, with its secrets masked unless they are to be revealed."""
    from integrator_tui.workspace import Workspace

    workspace = Workspace(environment.workspace(arguments.workspace), environment.surroundings())
    entry = workspace.catalog.find(arguments.name)
    if arguments.json:
        output.json(workspace.display.as_json(entry, reveal=arguments.reveal))
        return 0
    try:
        text = workspace.display.as_yaml(entry, reveal=arguments.reveal)
    except InvalidFile as error:
        for problem in entry.problems:
            output.note(f"{entry.file}:{problem.line or 1}: {problem_text(problem)}")
        raise error
    output.line(visible(text, keep="\n").rstrip("\n") if output.out.isatty() else text.rstrip("\n"))
    return 0
