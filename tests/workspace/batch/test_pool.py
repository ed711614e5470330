"""Many jobs at a time: bounds, order, and an end that leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import Any

import pytest

from integrator_tui.workspace.batch.pool import Job, many


class Floor:
    """Jobs that stay until they are let go, and who was on at the same time."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.running: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.most_at_all = 0
        self.ended = 0

    def job(self, host: str, turns: int = 1) -> Job[str]:
        return Job(host, self._run(host, turns))

    def _run(self, host: str, turns: int) -> Callable[[], Coroutine[Any, Any, str]]:
        async def run() -> str:
            self.started.append(host)
            self.running[host] += 1
            self.most[host] = max(self.most[host], self.running[host])
            self.most_at_all = max(self.most_at_all, sum(self.running.values()))
            try:
                for _ in range(turns):
                    await asyncio.sleep(0)
                return host
            finally:
                self.running[host] -= 1
                self.ended += 1

        return run


async def test_all_are_run_within_both_bounds() -> None:
    floor = Floor()
    jobs = [floor.job("abc"[number % 3], turns=1 + number % 5) for number in range(100)]
    async with aclosing(many(jobs, concurrency=7, per_host=3)) as results:
        found = [result async for result in results]
    assert sorted(index for index, _ in found) == list(range(100))
    assert all(host == "abc"[index % 3] for index, host in found)
    assert floor.most == {"a": 3, "b": 3, "c": 3}
    assert floor.most_at_all == 7


async def test_a_busy_host_lets_the_next_pass_and_keeps_its_own_order() -> None:
    floor = Floor()
    jobs = [floor.job(host) for host in ("a", "a", "a", "b", "c")]
    async with aclosing(many(jobs, concurrency=3, per_host=1)) as results:
        found = [index async for index, _ in results]
    assert floor.started[:3] == ["a", "b", "c"]
    assert [index for index in found if index < 3] == [0, 1, 2]


async def test_without_a_bound_for_each_host_jobs_start_in_order() -> None:
    floor = Floor()
    jobs = [floor.job(str(number)) for number in range(20)]
    async with aclosing(many(jobs, concurrency=5, per_host=None)) as results:
        assert len([index async for index, _ in results]) == 20
    assert floor.started == [str(number) for number in range(20)]


async def test_leaving_early_ends_what_runs() -> None:
    floor = Floor()
    jobs = [floor.job("a", turns=10**9), floor.job("a"), floor.job("a", turns=10**9)]
    async with aclosing(many(jobs, concurrency=3)) as results:
        assert await anext(results) == (1, "a")
    assert floor.ended == 3


async def test_what_a_job_raises_ends_the_whole() -> None:
    floor = Floor()

    async def broken() -> str:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        async with aclosing(many([floor.job("a", turns=10**9), Job("a", broken)])) as results:
            async for _ in results:
                pass
    assert floor.ended == len(floor.started) == 1


async def test_nothing_to_do_is_done_at_once() -> None:
    none: list[Job[str]] = []
    async with aclosing(many(none)) as results:
        assert [result async for result in results] == []
