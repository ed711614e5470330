"""The processes that JavaScript runs in, and whose turn it is, so that a script without end holds up no other.

Rules: a multilevel feedback queue. A job's first try has `TRIES[0]` seconds of processor time, many times what
most expressions need; one that is not done then has the next try, behind every earlier one, and at last all of
its time. One process never does last tries, so that the others never wait behind a script that runs on. Of a
level those that make no function come first: in an expression every loop stands in one. What is large, and what
ran on before, begins with its last try. An expression that ran over its time on `MOST_ANSWERS` answers and ended
on none is not run again for a while. Where the system gives no more processes, those there are do everything.
"""

from __future__ import annotations

import asyncio
import heapq
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Final, NamedTuple

from integrator_tui.engine.javascript.process import JavaScriptProcess, Limits, NotStarted, OverTime

TRIES: Final = (0.0005, 0.01)
"""Seconds of processor time for each try before the last."""

LAST: Final = len(TRIES)
SMALL: Final = 256 << 10
"""Bytes of a job above which reading it takes longer than the tries do."""

PROCESSES: Final = 3
NICENESS: Final = 5
"""Of the processes that do last tries."""

MOST_ANSWERS: Final = 3
REST_SECONDS: Final = 60.0

_MAKES_A_FUNCTION: Final = re.compile(r"=>|(?<!\$)\{|function|Function|eval|constructor")

Answered = tuple[str, str]
"""The kind and the text of an answer."""

Ask = Callable[[JavaScriptProcess, float], Awaitable[Answered]]
"""Asks a process, with so many seconds of processor time; raises OverTime, and what else ends it."""


class GaveUp(Exception):
    """The expression is not run again, for it ran over its time on every answer so far."""


class _Waiting(NamedTuple):
    level: int
    may_loop: bool
    number: int
    turn: asyncio.Future[JavaScriptProcess]


class JavaScriptPool:
    """A few processes, each started when it is first needed. For one event loop."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._first = JavaScriptProcess(limits)
        self._idle = [self._first, *(JavaScriptProcess(limits, NICENESS) for _ in range(PROCESSES - 1))]
        self._gone: set[JavaScriptProcess] = set()
        self._queue: list[_Waiting] = []
        self._number = 0
        self._slow: dict[str, tuple[int, float]] = {}

    async def run(self, expression: str, size: int, ask: Ask) -> Answered:
        """Have `ask` asked of a process in turn; `size` is the number of bytes it sends.

        Raises OverTime, Died, GaveUp, NotStarted and what `ask` raises else.
        """
        may_loop = _MAKES_A_FUNCTION.search(expression) is not None
        if size <= SMALL and expression not in self._slow:
            for level, seconds in enumerate(TRIES):
                with suppress(OverTime):
                    return await self._try(level, may_loop, partial(_within, seconds, ask))
        answered = await self._try(LAST, may_loop, partial(self._last_try, expression, ask))
        self._slow.pop(expression, None)
        return answered

    async def _last_try(self, expression: str, ask: Ask, process: JavaScriptProcess) -> Answered:
        answers, since = self._slow.get(expression, (0, 0.0))
        if answers >= MOST_ANSWERS and time.monotonic() - since < REST_SECONDS:
            raise GaveUp
        try:
            return await ask(process, self._limits.seconds)
        except OverTime:
            # Another answer's last try may have ended meanwhile.
            answers, _ = self._slow.get(expression, (0, 0.0))
            self._slow[expression] = (answers + 1, time.monotonic())
            raise

    @asynccontextmanager
    async def turn(self, level: int = LAST, may_loop: bool = True) -> AsyncIterator[JavaScriptProcess]:
        """Have a process to oneself; `level` is the number of the try."""
        process = await self._wait(level, may_loop)
        try:
            yield process
        except NotStarted:
            # The last one is tried again each time; the others are not waited for any more.
            if len(self._gone) < PROCESSES - 1:
                self._gone.add(process)
            raise
        finally:
            if process not in self._gone:
                self._idle.append(process)
            self._serve()

    async def aclose(self) -> None:
        """End every process that is idle."""
        await asyncio.gather(*(process.stop() for process in self._idle))

    async def _try(
        self, level: int, may_loop: bool, ask: Callable[[JavaScriptProcess], Awaitable[Answered]]
    ) -> Answered:
        """Ask; where there can be no new process, the next turn is one of those there are."""
        for others in reversed(range(PROCESSES)):
            try:
                async with self.turn(level, may_loop) as process:
                    return await ask(process)
            except NotStarted:
                if not others:
                    raise
        raise AssertionError("the last try gives an answer or raises")

    async def _wait(self, level: int, may_loop: bool) -> JavaScriptProcess:
        self._number += 1
        turn: asyncio.Future[JavaScriptProcess] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._queue, _Waiting(level, may_loop, self._number, turn))
        self._serve()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._idle.append(turn.result())
                self._serve()
            raise

    def _serve(self) -> None:
        """Give idle processes to those who wait, in their order."""
        while self._queue:
            level, _, _, turn = self._queue[0]
            if turn.done():
                heapq.heappop(self._queue)
            elif (process := self._idle_for(level)) is not None:
                heapq.heappop(self._queue)
                self._idle.remove(process)
                turn.set_result(process)
            else:
                # Last tries stand last: where one of them cannot be served, the idle process is that of the others.
                return

    def _idle_for(self, level: int) -> JavaScriptProcess | None:
        """An idle process: for a last try any but the one that does none, else that one, or one that runs."""
        alone = len(self._gone) == PROCESSES - 1
        for process in sorted(self._idle, key=lambda one: (not one.is_running, one is not self._first)):
            if alone or ((process is self._first) != (level == LAST)):
                return process
            if level < LAST and (process.is_running or self._first in self._gone):
                return process
        return None


async def _within(seconds: float, ask: Ask, process: JavaScriptProcess) -> Answered:
    return await ask(process, seconds)
