"""Following the disk: files that git or an editor changes appear by themselves.

The files are looked at in a thread, again and again, and no more often than takes a fiftieth of a core; what
changes is read once nothing changes any more for a moment, since git makes a file before it writes it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from integrator_tui.tui.services import CatalogService

_SHARE: Final = 50
"""A look is followed by at least so many times its own time without one."""
_SETTLED_SECONDS: Final = 0.15
_MOST_LOOKS: Final = 20
"""Looks after which something that never comes to rest is read as it is."""


async def follow(
    catalog: CatalogService,
    changed: Callable[[bool], Awaitable[None]],
    every: float,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Look at the files every so many seconds, for ever, and await `changed` when they are others than before, with
    whether the folder is there."""

    def look() -> tuple[int | None, float]:
        # The time of this thread alone: on a busy machine the others' would let it look ever more seldom.
        started = time.thread_time()
        return catalog.look(), time.thread_time() - started

    seen, _ = await asyncio.to_thread(look)
    while True:
        found, cost = await asyncio.to_thread(look)
        if found != seen:
            seen = await _settled(catalog, found, sleep)
            await changed(seen is not None)
        await sleep(max(every, _SHARE * cost))


async def _settled(
    catalog: CatalogService, found: int | None, sleep: Callable[[float], Awaitable[None]]
) -> int | None:
    """Return how the files look once they have looked so twice."""
    for _ in range(_MOST_LOOKS):
        await sleep(_SETTLED_SECONDS)
        again = await asyncio.to_thread(catalog.look)
        if again == found:
            break
        found = again
    return found
