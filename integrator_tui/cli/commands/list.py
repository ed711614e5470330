"""`list`: what the workspace holds, without a key."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from integrator_tui.cli.environment import Environment
from integrator_tui.cli.output.names import told_apart
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.output.problems import problem_text
from integrator_tui.cli.selection import filter_of, fitting
from integrator_tui.model.entry import Entry
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.workspace import Workspace

INCOMPLETE = 2
"""The exit code of a list that lacks what lies in a folder that cannot be looked into."""

SHOWN_PROBLEMS = 6
"""Problems of one file that a list for people shows; `--json` has all."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "filter",
        nargs="?",
        metavar="FILTER",
        help="those that fit: words, quoted where they hold blanks, and is: tag: auth: host: name:; - negates",
    )
    parser.add_argument("--json", action="store_true", help="as a JSON list")
    parser.add_argument("--operations", action="store_true", help="with their operations and the inputs of each")


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Print the connections of the workspace. A file with problems is a row like any other; a folder that cannot be
    looked into is one too, with the exit code INCOMPLETE."""
    workspace = environment.open_workspace(arguments.workspace)
    entries, code = _chosen(workspace, arguments)
    if arguments.json:
        shown = arguments.operations
        output.json([entry_json(entry) | (operations_json(entry) if shown else {}) for entry in entries])
        return code
    if not entries:
        what = "no connections" if arguments.filter is None else "no connection fits"
        output.warning(f"{what} in {workspace.root}")
        return code
    names = told_apart((entry.name, entry.file) for entry in entries)
    width = min(40, max(map(len, names)))
    for name, entry in zip(names, entries, strict=True):
        state = "" if entry.state == "ok" else output.styled(entry.state, "warning")
        row = f"{name:<{width}}  {entry.auth:<17}  {visible(entry.base_url)}  {state}".rstrip()
        output.line(row)
        for problem in entry.problems[:SHOWN_PROBLEMS]:
            where = f"{entry.file}:{problem.line}" if problem.line else entry.file
            output.line(f"    {visible(where)}: {problem_text(problem, os.path.join(workspace.root, entry.file))}")
        if len(entry.problems) > SHOWN_PROBLEMS:
            output.line(f"    and {len(entry.problems) - SHOWN_PROBLEMS} more")
        for line in operation_lines(entry) if arguments.operations else ():
            output.line(line)
    return code


def _chosen(workspace: Workspace, arguments: argparse.Namespace) -> tuple[tuple[Entry, ...], int]:
    """Return the entries to list, and the exit code."""
    wanted = filter_of(arguments.filter) if arguments.filter is not None else None
    everywhere = wanted is not None and wanted.looks_everywhere
    every = workspace.catalog.listed(operations=arguments.operations or everywhere)
    code = INCOMPLETE if any(entry.is_folder for entry in every) else 0
    return every if wanted is None else fitting(workspace, wanted, every), code


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


def operations_json(entry: Entry) -> dict[str, object]:
    """Return the operations of an entry as `list --operations --json` gives them."""
    return {
        "operations": [
            {
                "name": row.name,
                "method": row.method,
                "path": row.path,
                "inputs": [
                    {"name": found.name, "required": found.required, "where": list(found.where)}
                    for found in row.inputs
                ],
            }
            for row in entry.operations
        ]
    }


def operation_lines(entry: Entry) -> Iterator[str]:
    """Yield a line for each operation: whether something is wrong with it, what it asks for, and what it needs."""
    for row in entry.operations:
        asked = "  ".join(found.name if found.required else f"[{found.name}]" for found in row.inputs)
        mark = "!" if row.is_stopped else " "
        yield visible(f"  {mark} {row.name}  {row.method} {row.path}  {asked}".rstrip())
