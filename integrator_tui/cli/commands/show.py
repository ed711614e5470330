"""`show`: one connection, without a key unless values are to be revealed."""

from __future__ import annotations

import argparse

from integrator_tui.cli.environment import Environment
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.output.problems import problem_text
from integrator_tui.cli.prompts.passphrase import Passphrases
from integrator_tui.cli.selection import found
from integrator_tui.errors import InvalidFile
from integrator_tui.model.text import visible


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="a connection's name or file")
    parser.add_argument("--reveal", action="store_true", help="show the values of secrets")
    parser.add_argument("--json", action="store_true", help="as JSON, with the keys of the file")


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Print one connection as YAML, or as JSON, with its secrets masked unless they are to be revealed."""
    workspace = environment.open_workspace(arguments.workspace)
    passphrases = Passphrases(workspace, output)
    (entry,) = found(workspace, (arguments.name,), passphrases)
    if arguments.json:
        output.json(passphrases.unlocked(workspace.display.as_json, entry, reveal=arguments.reveal))
        return 0
    try:
        text = passphrases.unlocked(workspace.display.as_yaml, entry, reveal=arguments.reveal)
    except InvalidFile as error:
        for problem in entry.problems:
            if problem.message in error.message:
                # The last two lines say it.
                continue
            output.note(f"{entry.file}:{problem.line or 1}: {problem_text(problem)}")
        raise error
    output.line(visible(text, keep="\n").rstrip("\n") if output.out.isatty() else text.rstrip("\n"))
    return 0
