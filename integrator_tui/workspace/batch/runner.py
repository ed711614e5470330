"""Runner: many checks in one process, a bounded number at a time, results as they end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing
from functools import partial
from typing import Protocol

from integrator_tui.engine.exchange.refusals import Refusals
from integrator_tui.engine.net import descriptors
from integrator_tui.errors import UsageError
from integrator_tui.model.history import HistorySubject
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.probe import ProbeReport
from integrator_tui.model.url import origin
from integrator_tui.workspace.batch.check import Check, not_started
from integrator_tui.workspace.batch.pool import CONCURRENCY, PER_HOST, Job, many
from integrator_tui.workspace.batch.retry import Sleep, tried


class Bounds(NamedTuple):
    """How long one probe may take, in seconds, how many run at a time, overall and to one host, how often one that
    failed is made again (None: attempts are not told), and whether the first failure is the end."""

    timeout: float | None = None
    concurrency: int = CONCURRENCY
    per_host: int | None = PER_HOST
    retries: int | None = None
    fail_fast: bool = False

    @classmethod
    def of(cls, timeout: float | None, concurrency: int | None) -> Bounds:
        """Return the bounds; a number that the user gave is meant, and lifts the one for each host."""
        return cls(timeout) if concurrency is None else cls(timeout, concurrency, None)

    def shared(self) -> Bounds:
        """Return the bounds of each of two processes."""
        per_host = None if self.per_host is None else max(1, self.per_host // 2)
        return self._replace(concurrency=max(1, self.concurrency // 2), per_host=per_host)


class Finished(NamedTuple):
    """A check's place in its list, its report, whether the server's certificate was to be verified, whether it is
    of another type and was not asked for by name, and what the history is told that it is about: nothing where it
    was not begun."""

    place: int
    report: ProbeReport
    verified: bool
    left_out: bool
    subject: HistorySubject | None


class MakeCheck(Protocol):
    """Makes one check to its end: `Probes.check`."""

    def __call__(
        self, check: Check, parameters: Mapping[str, str], /, *, timeout: float | None, refusals: Refusals | None
    ) -> Awaitable[ProbeReport]: ...


async def run(
    check: MakeCheck,
    checks: Iterable[tuple[int, Check]],
    parameters: Mapping[str, str],
    bounds: Bounds,
    *,
    not_run: Callable[[Check], ProbeReport] = not_started,
    sleep: Sleep = asyncio.sleep,
) -> AsyncGenerator[Finished, None]:
    """Give the report of each numbered check as it is complete; a check is asked for when there is room for it.

    `check` makes one: see Probes.check; `not_run` gives the report of one that a failure kept from being started.
    Credentials that an origin refused are not tried there again later.
    """
    refusals = Refusals()
    over = False

    async def made(wanted: Check) -> ProbeReport:
        async def attempt(timeout: float | None) -> ProbeReport:
            return await check(wanted, parameters, timeout=timeout, refusals=refusals)

        if bounds.retries is None:
            return await attempt(bounds.timeout)
        return await tried(attempt, bounds.retries, bounds.timeout, sleep)

    async def one(place: int, wanted: Check) -> Finished:
        nonlocal over
        if over:
            return Finished(place, not_run(wanted), wanted.verified, wanted.left_out, None)
        report = await made(wanted)
        if bounds.fail_fast and report.outcome != "passed" and not wanted.left_out:
            over = True
        return Finished(place, report, wanted.verified, wanted.left_out, wanted.subject)

    jobs = (Job(host_of(wanted), partial(one, place, wanted)) for place, wanted in checks)
    concurrency = descriptors.room(bounds.concurrency)
    async with aclosing(many(jobs, concurrency=concurrency, per_host=bounds.per_host)) as results:
        async for _, finished in results:
            yield finished


def host_of(check: Check) -> str:
    """Return what the bound for each host counts by: of an entry of a list, what that says."""
    said = check.connection or check.entry
    try:
        return f"{check.vantage} {origin(said.base_url)[1]}" if said is not None else ""
    except UsageError:
        return ""
