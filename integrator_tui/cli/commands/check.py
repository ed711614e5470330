"""`check`: run the probes of connections, or of a bare URL that needs no workspace and no file."""

from __future__ import annotations

import argparse
import signal
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Never

from integrator_tui.cli import options
from integrator_tui.cli.checks.arguments import add_arguments, format_asked_for, refuse_what_does_not_fit
from integrator_tui.cli.checks.selection import opened, seen_from, select
from integrator_tui.cli.environment import Environment, cores
from integrator_tui.cli.formats import table
from integrator_tui.cli.formats.human import Human
from integrator_tui.cli.output.history import keep_history
from integrator_tui.cli.output.output import Console
from integrator_tui.cli.output.sink import interruptible
from integrator_tui.cli.prompts.passphrase import Passphrases

if TYPE_CHECKING:
    from integrator_tui.cli.output.output_file import OutputFile
    from integrator_tui.model.warning_limits import WarningLimits
    from integrator_tui.workspace import Bounds, Check, CheckRun, Finished, Workspace

__all__ = ["add_arguments", "console", "run"]


def console(arguments: list[str], variables: Mapping[str, str]) -> Console | None:
    """Return the console of a check that Nagios runs, None for any other."""
    if format_asked_for(arguments) != "nagios":
        return None
    from integrator_tui.cli.checks.nagios_console import NagiosConsole

    return NagiosConsole(variables)


def run(arguments: argparse.Namespace, environment: Environment, output: Console) -> int:
    """Run `check` and return its exit code."""
    refuse_what_does_not_fit(arguments)
    interruptible()
    file = None
    if arguments.output not in (None, "-"):
        from integrator_tui.cli.output.output_file import OutputFile

        file = OutputFile(arguments.output, environment.current)
    if file is None and arguments.format in table.UTF_8:
        output.in_utf_8(table.UTF_8[arguments.format])
    vantages = options.vantages(arguments)
    workspace = opened(arguments, environment._replace(ways_in=options.ways_in(arguments)))
    given = options.given(arguments, environment.current)
    try:
        if arguments.watch is not None:
            return _watch(workspace, arguments, given, vantages, output, file)
        return _once(workspace, arguments, given, vantages, output, file)
    finally:
        workspace.abandon()
        keep_history(workspace, output)


def _once(
    workspace: Workspace,
    arguments: argparse.Namespace,
    given: Mapping[str, str],
    vantages: tuple[str, ...],
    output: Console,
    file: OutputFile | None,
) -> int:
    passphrases = Passphrases(workspace, output)
    checks = seen_from(vantages, select(workspace, arguments, passphrases, cores()))
    _refuse_unasked(given, checks)
    if not checks:
        output.warning(f"no connections in {workspace.root}")
    if arguments.dry_run:
        return _dry_run(workspace, checks, given, arguments.format, output)
    # Only now: the network takes a while to import, and another core reads the files meanwhile.
    from integrator_tui.cli import event_loop
    from integrator_tui.cli.checks import once

    checking = _run(workspace, checks, given, arguments, cores())
    many = len(checks) != 1
    width = min(40, checking.longest_name) if many else 0
    form = table.chosen(arguments.format, _human(arguments, output, file, many=many, width=width))

    async def told() -> int:
        try:
            found = _recorded(once.results(checking, _limits(arguments)), workspace, given)
            return await once.once(found, len(checks), form, output, file, quiet=arguments.quiet)
        finally:
            await workspace.aclose()

    try:
        passphrases.ahead(workspace.secrets.require_unlocked, checking.entries)
        code = event_loop.run(told())
        # Whoever waits for the result has it before anything is kept of it.
        output.flush()
        return code
    finally:
        checking.close()


def _dry_run(
    workspace: Workspace, checks: Sequence[Check], given: Mapping[str, str], form: str, output: Console
) -> int:
    """Show what each check would send, a block each, and return the exit code."""
    from integrator_tui.cli.formats.preview import DryRun

    showing = DryRun(output, form)
    for check in checks:
        if not check.left_out:
            showing.add(check.name, check.file, partial(workspace.previews.of_check, check, given))
    return showing.end()


def _watch(
    workspace: Workspace,
    arguments: argparse.Namespace,
    given: Mapping[str, str],
    vantages: tuple[str, ...],
    output: Console,
    file: OutputFile | None,
) -> int:
    """Check until a signal ends it: SIGTERM is how it is meant to end."""
    ended = False

    def end(number: int, frame: FrameType | None) -> Never:
        nonlocal ended
        ended = True
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    from integrator_tui.cli import event_loop
    from integrator_tui.cli.checks.once import results
    from integrator_tui.cli.checks.watch import Watch

    human = _human(arguments, output, file, many=True, width=0)
    form = table.chosen(arguments.format, human)
    passphrases = Passphrases(workspace, output)

    async def begin() -> AsyncGenerator[Finished, None]:
        # On one core: no copy is made of a process whose loop runs.
        checks = seen_from(vantages, select(workspace, arguments, passphrases, 1))
        _refuse_unasked(given, checks)
        checking = _run(workspace, checks, given, arguments, 1)
        try:
            passphrases.ahead(workspace.secrets.require_unlocked, checking.entries)
            async for finished in _recorded(results(checking, _limits(arguments)), workspace, given):
                yield finished
        finally:
            checking.close()
            workspace.history.flush()

    async def watched() -> Never:
        watch = Watch(
            begin, form, human if arguments.format == "human" else None, output, file, quiet=arguments.quiet
        )
        try:
            await watch.run(arguments.watch)
        finally:
            await workspace.aclose()

    try:
        event_loop.run(watched())
    except BaseException:
        if ended:
            return 0
        raise


async def _recorded(
    found: AsyncGenerator[Finished, None], workspace: Workspace, given: Mapping[str, str]
) -> AsyncGenerator[Finished, None]:
    """Give results on, and have the history keep those of the checks that were begun."""
    async with aclosing(found):
        async for finished in found:
            if finished.subject is not None and not finished.left_out:
                workspace.history.record(finished.report, finished.subject, given)
            yield finished


def _run(
    workspace: Workspace,
    checks: Sequence[Check],
    given: Mapping[str, str],
    arguments: argparse.Namespace,
    cores: int,
) -> CheckRun:
    """Begin the checks, with what passes where a connection says nothing."""
    from integrator_tui.model.connection import Passing

    passing = None
    if arguments.status is not None or arguments.expect is not None:
        said = {"status": arguments.status, "expect": arguments.expect}
        passing = Passing.model_construct(**{key: value for key, value in said.items() if value is not None})
    return workspace.probes.check_run(
        checks, given, _bounds(arguments), cores, passing=passing, tells_answer=arguments.answer
    )


def _bounds(arguments: argparse.Namespace) -> Bounds:
    from integrator_tui.workspace import Bounds

    bounds = Bounds.of(arguments.timeout, arguments.concurrency)
    return bounds._replace(retries=arguments.retries, fail_fast=arguments.fail_fast)


def _limits(arguments: argparse.Namespace) -> WarningLimits:
    from integrator_tui.model.warning_limits import WarningLimits

    return WarningLimits(arguments.warn_days, arguments.warn_ms)


def _human(
    arguments: argparse.Namespace, output: Console, file: OutputFile | None, *, many: bool, width: int
) -> Human:
    """Return the format for people: a file takes no colours."""
    styled = output.styled if file is None else (lambda text, style: text)
    return Human(styled, many, width, arguments.quiet)


def _refuse_unasked(given: Mapping[str, str], checks: Sequence[Check]) -> None:
    if given:
        from integrator_tui.workspace import refuse_unasked

        refuse_unasked(given, ((check.connection, "test") for check in checks if check.connection is not None))
