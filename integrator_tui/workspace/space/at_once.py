"""Some work for each of many things, several at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, TypeVar

AT_ONCE: Final = 12
"""Requests to a space that are under way at the same time."""

T = TypeVar("T")


async def for_each(things: Iterable[T], work: Callable[[T], Awaitable[None]]) -> None:
    """Do `work` for each of `things`; the first that fails ends the others, and is raised as it is."""
    waiting = iter(things)

    async def worker() -> None:
        for each in waiting:
            await work(each)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(worker())
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
