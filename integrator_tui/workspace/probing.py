"""Probing many: what has to hold before each probe can start, and results as they end."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from integrator_tui.engine.many import Job, many
from integrator_tui.engine.probe import applicable, not_made
from integrator_tui.engine.tell import failure_of
from integrator_tui.errors import IntegratorError, UsageError
from integrator_tui.model.connection import Connection
from integrator_tui.model.entry import Draft, Revision
from integrator_tui.model.probe import ProbeReport, StageResult
from integrator_tui.model.url import origin
from integrator_tui.workspace.checks import Check, broken, unusable

if TYPE_CHECKING:
    from integrator_tui.engine.engine import Engine
    from integrator_tui.workspace.workspace import Workspace


def stay_closed(connection: Connection, error: IntegratorError) -> Iterator[StageResult]:
    """Give the stages of a probe that was not made because its secrets stay closed."""
    yield from not_made(applicable(connection), failure_of(error))


async def run(
    workspace: Workspace,
    engine: Engine,
    checks: Sequence[Check],
    parameters: Mapping[str, str],
    *,
    timeout: float | None,
    concurrency: int | None,
) -> AsyncGenerator[tuple[Check, ProbeReport], None]:
    """Give the report of each check as it is complete. See Workspace.check."""

    async def one(check: Check) -> ProbeReport:
        if check.connection is None:
            return unusable(check)
        revision = check.entry.revision if check.entry else Revision(None)
        draft = Draft(check.connection, check.file, revision)
        try:
            target = workspace.target(draft, parameters)
        except IntegratorError as error:
            report = workspace.report(draft, parameters)
            for result in stay_closed(check.connection, error):
                report = report.plus(result)
            return report.finished(0.0)
        if broken(check):
            return unusable(check)
        return await engine.check(target, check.name, check.file, timeout=timeout)

    jobs = [Job(_host(check), partial(one, check)) for check in checks]
    # A number that the user gave is meant: it lifts the bound for each host.
    bounds: dict[str, int | None] = {"concurrency": concurrency, "per_host": None} if concurrency else {}
    async with aclosing(many(jobs, **bounds)) as reports:  # type: ignore[arg-type]
        async for index, report in reports:
            yield checks[index], report


def _host(check: Check) -> str:
    try:
        return origin(check.connection.base_url)[1] if check.connection else ""
    except UsageError:
        return ""
