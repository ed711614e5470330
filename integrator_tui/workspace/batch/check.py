"""Probing many: what has to hold before each probe can start, and results as they end."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from integrator_tui.engine.probe import not_made
from integrator_tui.engine.sanitize import failure_of
from integrator_tui.errors import IntegratorError, UsageError
from integrator_tui.model.connection import Connection
from integrator_tui.model.entry import Draft, Revision
from integrator_tui.model.probe import ProbeReport, StageResult
from integrator_tui.model.stages import applicable
from integrator_tui.model.url import origin
from integrator_tui.workspace.batch.pool import CONCURRENCY, PER_HOST, Job, many
from integrator_tui.workspace.probes import Check, broken, unusable

if TYPE_CHECKING:
    from integrator_tui.engine.engine import Engine
    from integrator_tui.workspace.workspace import Workspace


def stay_closed(connection: Connection, error: IntegratorError) -> Iterator[StageResult]:
    """Give the stages of a probe that was not made because its secrets stay closed."""
    yield from not_made(applicable(connection), failure_of(error))


class Bounds(NamedTuple):
    """How long one probe may take, in seconds, and how many run at a time, overall and to one host."""

    timeout: float | None = None
    concurrency: int = CONCURRENCY
    per_host: int | None = PER_HOST

    @classmethod
    def of(cls, timeout: float | None, concurrency: int | None) -> Bounds:
        """Return the bounds; a number that the user gave is meant, and lifts the one for each host."""
        return cls(timeout) if concurrency is None else cls(timeout, concurrency, None)

    def shared(self) -> Bounds:
        """Return the bounds of each of two processes."""
        per_host = None if self.per_host is None else max(1, self.per_host // 2)
        return self._replace(concurrency=max(1, self.concurrency // 2), per_host=per_host)


class Finished(NamedTuple):
    """A check's place in its list, its report, and whether the server's certificate was to be verified."""

    place: int
    report: ProbeReport
    verified: bool


async def check(
    workspace: Workspace,
    engine: Engine,
    wanted: Check,
    parameters: Mapping[str, str],
    *,
    timeout: float | None = None,
) -> ProbeReport:
    """Return the report of one check. See Workspace.check."""
    if wanted.connection is None:
        return unusable(wanted)
    revision = wanted.entry.revision if wanted.entry else Revision(None)
    draft = Draft(wanted.connection, wanted.file, revision)
    try:
        target = workspace.target(draft, parameters, checked=wanted.entry is not None)
    except IntegratorError as error:
        report = workspace.report(draft, parameters)
        return report.plus(*stay_closed(wanted.connection, error)).finished(0.0)
    if broken(wanted):
        return unusable(wanted)
    return await engine.check(target, wanted.name, wanted.file, timeout=timeout)


async def run(
    workspace: Workspace,
    checks: Iterable[tuple[int, Check]],
    parameters: Mapping[str, str],
    bounds: Bounds,
) -> AsyncGenerator[Finished, None]:
    """Give the report of each numbered check as it is complete; a check is asked for when there is room for it."""

    async def one(place: int, wanted: Check) -> Finished:
        report = await workspace.check(wanted, parameters, timeout=bounds.timeout)
        return Finished(place, report, wanted.verified)

    jobs = (Job(_host(wanted), partial(one, place, wanted)) for place, wanted in checks)
    async with aclosing(many(jobs, concurrency=bounds.concurrency, per_host=bounds.per_host)) as results:
        async for _, finished in results:
            yield finished


def _host(check: Check) -> str:
    try:
        return origin(check.connection.base_url)[1] if check.connection else ""
    except UsageError:
        return ""
