"""Many: a bounded number of jobs at a time, overall and for each host, results as they finish.

Rules: jobs start in the order given, but one whose host is busy lets the next pass. A job is asked for when there
is room for it. Closing the generator
cancels what runs and waits until it has ended, so that every socket is closed.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from typing import Any, Final, Generic, TypeVar

from integrator_tui.model.named_tuple import NamedTuple

T = TypeVar("T")

CONCURRENCY: Final = 100
PER_HOST: Final = 25
"""Connections to one host at a time, where nobody asked for another number."""


class Job(NamedTuple, Generic[T]):
    """Something to run: `host` is what the bound for each host counts by."""

    host: str
    run: Callable[[], Coroutine[Any, Any, T]]


class _Queue(Generic[T]):
    """Which job may start next."""

    def __init__(self, jobs: Iterable[Job[T]], per_host: int | None) -> None:
        self._waiting = enumerate(jobs)
        self._held: defaultdict[str, deque[tuple[int, Job[T]]]] = defaultdict(deque)
        self._ready: deque[tuple[int, Job[T]]] = deque()
        self._busy: Counter[str] = Counter()
        self._per_host = per_host

    def next(self) -> tuple[int, Job[T]] | None:
        while True:
            found = self._ready.popleft() if self._ready else next(self._waiting, None)
            if found is None:
                return None
            index, job = found
            if self._per_host is None or self._busy[job.host] < self._per_host:
                self._busy[job.host] += 1
                return index, job
            self._held[job.host].append((index, job))

    def ended(self, host: str) -> None:
        self._busy[host] -= 1
        if self._held[host]:
            self._ready.append(self._held[host].popleft())


async def many(
    jobs: Iterable[Job[T]], *, concurrency: int = CONCURRENCY, per_host: int | None = PER_HOST
) -> AsyncGenerator[tuple[int, T], None]:
    """Give each job's place in `jobs` and its result, as they finish; `per_host` None is no bound.

    What a job raises ends the whole. Use it inside `aclosing`.
    """
    queue = _Queue(jobs, per_host)
    finished: asyncio.Queue[tuple[int, str, asyncio.Task[T]]] = asyncio.Queue()
    running: set[asyncio.Task[T]] = set()

    def start(index: int, job: Job[T]) -> None:
        task = asyncio.create_task(job.run())
        running.add(task)
        task.add_done_callback(lambda ended: finished.put_nowait((index, job.host, ended)))

    try:
        while True:
            while len(running) < concurrency and (found := queue.next()) is not None:
                start(*found)
            if not running:
                return
            index, host, task = await finished.get()
            running.discard(task)
            queue.ended(host)
            yield index, task.result()
    finally:
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)
