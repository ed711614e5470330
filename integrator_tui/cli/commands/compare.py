"""`compare`: the same request over several connections: verdicts and answers, one line a difference."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from integrator_tui.cli import event_loop, options
from integrator_tui.cli.environment import Environment
from integrator_tui.cli.formats.human import milliseconds
from integrator_tui.cli.once_more import once_more
from integrator_tui.cli.options import add_param, positive_float
from integrator_tui.cli.output.history import keeping_history
from integrator_tui.cli.output.names import told_apart
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.output.sink import interruptible
from integrator_tui.cli.prompts.passphrase import Passphrases
from integrator_tui.cli.selection import found
from integrator_tui.errors import UsageError
from integrator_tui.model.stages import MARKS
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.model.connection import Operation
    from integrator_tui.model.entry import Entry
    from integrator_tui.workspace import Verdict, Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="+", metavar="NAME", help="connections, compared to the first")
    parser.add_argument("--operation", metavar="OP", help="an operation that all have, in place of the test")
    parser.add_argument("--timeout", type=positive_float, metavar="S", help="seconds for each of them")
    add_param(parser)


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Compare; 0 where all passed alike, 1 where something differs or failed, 3 where a seal is broken."""
    workspace = environment.open_workspace(arguments.workspace)
    passphrases = Passphrases(workspace, output)
    try:
        return once_more(lambda: _compared(workspace, passphrases, arguments, environment, output))
    finally:
        workspace.abandon()


def _compared(
    workspace: Workspace,
    passphrases: Passphrases,
    arguments: argparse.Namespace,
    environment: Environment,
    output: Console,
) -> int:
    entries = found(workspace, arguments.names, passphrases)
    if len({entry.file for entry in entries}) < max(2, len(entries)):
        hint = "name two or more, each once, by name or by file"
        raise UsageError("compare wants several connections", hint)
    name = arguments.operation
    operations: list[Operation | None] = [
        workspace.comparisons.operation(entry, name) if name is not None else None for entry in entries
    ]
    given = options.given(arguments, environment.current)
    _refuse_unasked(given, entries, operations)
    interruptible()
    passphrases.ahead(workspace.secrets.require_unlocked, entries)
    with keeping_history(workspace, output):
        verdicts = event_loop.run(_asked(workspace, entries, name, given, arguments.timeout))
    return _told(verdicts, output)


async def _asked(
    workspace: Workspace,
    entries: Sequence[Entry],
    operation: str | None,
    given: Mapping[str, str],
    timeout: float | None,
) -> list[Verdict]:
    try:
        async with aclosing(workspace.comparisons.each(entries, operation, given, timeout=timeout)) as verdicts:
            return [verdict async for verdict in verdicts]
    finally:
        await workspace.aclose()


def _told(verdicts: Sequence[Verdict], output: Console) -> int:
    """Tell each verdict, then each difference from the first, and return the exit code."""
    from integrator_tui.workspace import differing

    names = told_apart((verdict.entry.name, verdict.entry.file) for verdict in verdicts)
    width = min(40, max(map(len, names)))
    for name, verdict in zip(names, verdicts, strict=True):
        for line in _lines(f"{name:<{width}}", verdict, output):
            output.line(line)
    others = zip(names[1:], verdicts[1:], strict=True)
    lines = [f"{name}: {visible(line)}" for name, other in others for line in differing(verdicts[0], other)]
    for line in lines:
        output.line(line)
    if any(verdict.is_closed for verdict in verdicts):
        return 3
    if any(verdict.outcome == "error" for verdict in verdicts):
        return 2
    if lines or any(verdict.outcome != "passed" for verdict in verdicts):
        return 1
    output.line("alike")
    return 0


def _lines(name: str, verdict: Verdict, output: Console) -> list[str]:
    outcome = output.styled(f"{verdict.outcome:<6}", verdict.outcome)
    status = visible(verdict.answer.status_line) if verdict.answer is not None else "–"
    duration = f"{milliseconds(verdict.ms):>8}"
    lines = [f"{MARKS[verdict.outcome]} {name}  {outcome}  {duration}  {status}"]
    if verdict.message:
        lines.append(f"  {verdict.why}: {visible(verdict.message)}")
    if verdict.hint:
        lines.append(f"  hint: {visible(verdict.hint)}")
    return lines


def _refuse_unasked(
    given: Mapping[str, str], entries: Sequence[Entry], operations: Sequence[Operation | None]
) -> None:
    if given:
        from integrator_tui.workspace import refuse_unasked

        asked = zip(entries, operations, strict=True)
        refuse_unasked(
            given, ((entry.connection, operation or "test") for entry, operation in asked if entry.connection)
        )
