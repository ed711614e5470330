"""CheckRun: one run of many checks, in two processes where there is a second core and that pays.

Rules: each process reads half of the files and begins with those; whoever is done takes of the other's half. The
second one leaves to the first whatever holds a secret or fetches a token: a token is fetched once for all, nothing
secret leaves this process. The bounds hold for both together. Where there can be no second process, or it is lost,
the first makes the checks that are left.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from heapq import merge
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from integrator_tui.engine.net import descriptors
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.probe import ProbeReport
from integrator_tui.workspace.batch.check import Check, not_started
from integrator_tui.workspace.batch.runner import Bounds, Finished, MakeCheck, run

if TYPE_CHECKING:
    from integrator_tui.workspace.batch.second_process import SecondProcess
    from integrator_tui.workspace.batch.tickets import Tickets

WORTH_IT: Final = 200
"""Checks from which on a second process is quicker than none."""


Numbered = tuple[int, Check]
"""A check with its place in the list."""


class _Share(NamedTuple):
    """What the second process tells first: the places it leaves, and the longest name among its own."""

    left: tuple[int, ...]
    longest_name: int


def share(checks: int, bounds: Bounds, cores: int) -> range:
    """Return the places that a second process should begin with; none where it would not pay, nor where a failure
    in one process is to stop the other."""
    if cores < 2 or checks < WORTH_IT or bounds.concurrency < 2 or bounds.fail_fast:
        return range(0)
    return range(checks - checks // 2, checks)


def needs_nothing(check: Check) -> bool:
    """Tell whether a check can be made by whoever has neither secrets nor tokens."""
    connection = check.connection
    if check.entry is not None and check.entry.closed is not None:
        return False
    if check.vantage:
        # One connection leads there, and belongs to one process.
        return False
    return connection is None or (not connection.secret_names and connection.auth.type in ("none", "basic"))


class CheckRun:
    """One run. Make it before an event loop runs, iterate `results` once inside `aclosing`, and close it.

    `check` makes one and `not_run` tells of one that was not begun (see `runner.run`). `entries` are those that
    this process read, all with secrets among them; `longest_name` is the length of the longest name among the
    checks.
    """

    def __init__(
        self,
        check: MakeCheck,
        checks: Sequence[Check],
        parameters: Mapping[str, str],
        bounds: Bounds,
        cores: int,
        not_run: Callable[[Check], ProbeReport] = not_started,
    ) -> None:
        self._check = check
        self._not_run = not_run
        self._checks = checks
        self._parameters = parameters
        self._bounds = bounds._replace(concurrency=descriptors.room(bounds.concurrency))
        self._halves: list[Tickets] = []
        self._second: SecondProcess | None = None
        try:
            apart = self._begin_apart(share(len(checks), self._bounds, cores))
            here = [(place, checks[place]) for place in range(len(checks) - len(apart))]
            told: _Share | None = self._second.first() if self._second is not None else None
            self._here: Iterable[Numbered] = here
            if told is not None:
                self._bounds = self._bounds.shared()
                here += [(place, checks[place]) for place in told.left]
                self._here = self._taken(here, *self._halves, besides=_offered(here, self._halves[0]))
            elif apart:
                here += [(place, checks[place]) for place in apart]
            self.longest_name = max(_longest(here), told.longest_name if told is not None else 0)
            self.entries = tuple(check.entry for _, check in here if check.entry)
        except BaseException:
            self.close()
            raise

    def _begin_apart(self, places: range) -> range:
        """Begin the second process on these places, and return them; none where there can be none."""
        if not places:
            return places
        from integrator_tui.workspace.batch.second_process import SecondProcess
        from integrator_tui.workspace.batch.tickets import Tickets

        try:
            self._halves += [Tickets()]
            self._halves += [Tickets()]
            self._second = SecondProcess(lambda: self._apart(places))
        except OSError:
            self.close()
            return range(0)
        return places

    def close(self) -> None:
        """End the second process, if there is one; may be called again."""
        second, self._second = self._second, None
        if second is not None:
            second.stop()
        while self._halves:
            self._halves.pop().close()

    async def results(self) -> AsyncGenerator[Finished, None]:
        """Give each check's report as it is complete."""
        sources: list[AsyncGenerator[Finished, None]] = [self._run(self._here)]
        if self._second is not None:
            sources.append(self._second.rest())
        done: set[int] = set()
        async with aclosing(merged(sources) if len(sources) > 1 else sources[0]) as results:
            async for finished in results:
                done.add(finished.place)
                yield finished
        if self._second is not None and self._second.lost:
            left = ((place, self._checks[place]) for place in range(len(self._checks)) if place not in done)
            async with aclosing(self._run(left)) as results:
                async for finished in results:
                    yield finished

    def _run(self, checks: Iterable[Numbered]) -> AsyncGenerator[Finished, None]:
        return run(self._check, checks, self._parameters, self._bounds, not_run=self._not_run)

    async def _apart(self, places: range) -> AsyncIterator[Any]:
        """What the second process does."""
        first, own = self._halves
        self._bounds = self._bounds.shared()
        checks = [(place, self._checks[place]) for place in places]
        left = _offered(checks, own)
        yield _Share(left, _longest(checks))
        async for finished in self._run(self._taken(checks, own, first)):
            yield finished

    def _taken(self, read: Iterable[Numbered], *halves: Tickets, besides: Iterable[int] = ()) -> Iterator[Numbered]:
        """Take one check after the other of one half, then of the other, `besides` what nobody else can make."""
        known = dict(read)
        for place in merge(sorted(besides), chain(*halves)):
            yield place, known.get(place) or self._checks[place]


def _offered(checks: Sequence[Numbered], half: Tickets) -> tuple[int, ...]:
    """Offer to both processes the checks that either can make, and return the places of the others."""
    rest = half.fill([place for place, check in checks if needs_nothing(check)])
    return (*(place for place, check in checks if not needs_nothing(check)), *rest)


def _longest(checks: Sequence[Numbered]) -> int:
    return max((len(check.name) for _, check in checks), default=0)


async def merged(sources: Sequence[AsyncGenerator[Finished, None]]) -> AsyncGenerator[Finished, None]:
    """Give what all sources give, as it comes; what one of them raises ends the whole."""
    arrived: asyncio.Queue[Finished | None] = asyncio.Queue()

    async def take(source: AsyncGenerator[Finished, None]) -> None:
        try:
            async with aclosing(source):
                async for finished in source:
                    arrived.put_nowait(finished)
        finally:
            arrived.put_nowait(None)

    takers = [asyncio.create_task(take(source)) for source in sources]
    try:
        for _ in takers:
            while (finished := await arrived.get()) is not None:
                yield finished
            for taker in takers:
                if taker.done():
                    taker.result()
    finally:
        for taker in takers:
            taker.cancel()
        await asyncio.wait(takers)
