"""`list` and `show`: what the workspace holds, without a key unless values are to be revealed."""

from __future__ import annotations

import argparse

from integrator_tui.cli.environment import Environment
from integrator_tui.cli.output.output import Console
from integrator_tui.errors import InvalidFile
from integrator_tui.model.entry import Entry
from integrator_tui.model.problem import Problem
from integrator_tui.model.text import visible

SHOWN_PROBLEMS = 6
"""Problems of one file that a list for people shows; `--json` has all."""


def add_list_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as a JSON list")


def add_show_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="a connection's name or file")
    parser.add_argument("--reveal", action="store_true", help="show the values of secrets")
    parser.add_argument("--json", action="store_true", help="as JSON, with the keys of the file")


def run_list(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Print the connections of the workspace; a file with problems is a row like any other."""
    from integrator_tui.workspace import Workspace

    workspace = Workspace(environment.workspace(arguments.workspace), environment.surroundings())
    entries = workspace.catalog.entries()
    if arguments.json:
        output.json([entry_json(entry) for entry in entries])
        return 0
    if not entries:
        output.note(f"no connections in {workspace.root}")
        return 0
    names = [visible(entry.name) for entry in entries]
    width = min(40, max(map(len, names)))
    for name, entry in zip(names, entries, strict=True):
        state = "" if entry.state == "ok" else output.styled(entry.state, "warning")
        row = f"{name:<{width}}  {entry.auth:<17}  {visible(entry.base_url)}  {state}".rstrip()
        output.line(row)
        for problem in entry.problems[:SHOWN_PROBLEMS]:
            where = f"{entry.file}:{problem.line}" if problem.line else entry.file
            output.line(f"    {visible(where)}: {problem_text(problem)}")
        if len(entry.problems) > SHOWN_PROBLEMS:
            output.line(f"    and {len(entry.problems) - SHOWN_PROBLEMS} more")
    return 0


def problem_text(problem: Problem) -> str:
    """Return a problem as one visible line."""
    field = f"{problem.field}: " if problem.field else ""
    hint = f" ({problem.hint})" if problem.hint else ""
    return visible(f"{field}{problem.message}{hint}")


def entry_json(entry: Entry) -> dict[str, object]:
    """Return an entry as `list --json` gives it."""
    return {
        "name": entry.name,
        "file": entry.file,
        "auth": entry.auth,
        "base_url": entry.base_url,
        "tags": list(entry.tags),
        "state": entry.state,
        "problems": [
            {"field": p.field, "line": p.line, "message": p.message, "hint": p.hint} for p in entry.problems
        ],
    }


def run_show(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
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
