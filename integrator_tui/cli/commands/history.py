"""`history`: earlier results and runs of this machine, newest first."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from integrator_tui.cli.environment import Environment
from integrator_tui.cli.formats.human import milliseconds
from integrator_tui.cli.options import positive_int
from integrator_tui.cli.output.history import tell_settings
from integrator_tui.cli.output.names import told_apart
from integrator_tui.cli.output.output import Console
from integrator_tui.errors import NotFound
from integrator_tui.model.history import HistoryEntry, worked_last_text
from integrator_tui.model.moments import age, moment
from integrator_tui.model.stages import MARKS
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.workspace import Workspace

SHOWN = 50
"""Rows for people where `--last` says no number."""

WIDEST_NAME = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="a connection's name or file, or a URL")
    parser.add_argument("--json", action="store_true", help="as a JSON list, all of it without --last")
    parser.add_argument("--last", type=positive_int, metavar="N", help=f"how many; for people {SHOWN} without it")


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Print what is kept, newest first; of one connection also when it worked last, and what changed since."""
    workspace = environment.open_workspace(arguments.workspace)
    tell_settings(workspace, output)
    last = arguments.last or (None if arguments.json else SHOWN)
    entries = _entries(workspace, arguments.name, last)
    if notice := workspace.history.notice():
        output.warning(notice)
    if arguments.json:
        output.json([entry.to_json() for entry in entries])
        return 0
    now = datetime.now(UTC)
    for line in rows(entries, now, output):
        output.line(line)
    if arguments.name and (check := next((entry for entry in entries if entry.kind == "check"), None)):
        # The rows may not go back to when it worked.
        found = workspace.history.worked_last(check.file or "", name=None if check.file else check.name)
        output.line(worked_last_text(found, now))
    if not entries:
        output.aside("nothing is kept yet")
    return 0


def _entries(workspace: Workspace, name: str | None, last: int | None) -> Sequence[HistoryEntry]:
    if name is None:
        return workspace.history.entries(last=last)
    nearest = ""
    if "://" not in name:
        try:
            return workspace.history.entries(workspace.catalog.find(name).file, last=last)
        except NotFound as error:
            nearest = error.hint
    try:
        return workspace.history.find(name, last)
    except NotFound as error:
        raise NotFound(error.message, nearest or error.hint) from None


def rows(entries: Sequence[HistoryEntry], now: datetime, output: Console) -> list[str]:
    """Return the rows of a table for people: mark, time, age, name, duration, and what failed."""
    apart = told_apart((entry.name, entry.file) for entry in entries)
    names = [_name(entry, name) for entry, name in zip(entries, apart, strict=True)]
    width = min(WIDEST_NAME, max(map(len, names), default=0))
    return [_row(entry, name, width, now, output) for entry, name in zip(entries, names, strict=True)]


def _name(entry: HistoryEntry, name: str) -> str:
    if entry.operation is not None:
        name = f"{name} › {entry.operation}"
    elif entry.kind == "request":
        name = f"{name} › request {entry.request_path}".strip()
    return visible(name, limit=WIDEST_NAME - 1)


def _row(entry: HistoryEntry, name: str, width: int, now: datetime, output: Console) -> str:
    outcome = entry.outcome
    told = output.styled(f"{outcome:<6}", outcome)
    why = ""
    if entry.failure is not None:
        why = f"{entry.failure.stage}: {entry.failure.kind}" if entry.failure.stage else entry.failure.kind
    via = "" if entry.vantage == "local" else f"from {entry.vantage}"
    facts = "  ".join(fact for fact in (visible(why), visible(via)) if fact)
    row = (
        f"{MARKS[outcome]} {moment(entry.started_at)} {age(entry.started_at, now):>4}  {name:<{width}}  {told}"
        f" {milliseconds(entry.duration_ms):>9}  {facts}"
    )
    return row.rstrip()
