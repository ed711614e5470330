"""The screen's turn between pieces of work, so that a source without a pace keeps neither keys nor paint.

What is read from a socket that is always full never waits, and an event loop serves nobody else until something
does. A key needs several rounds of it: one round for each piece of work would add up to most of a second.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Final

from textual.app import App
from textual.screen import Screen

from integrator_tui.tui.textual_fixes.key_order import order_of

_SECONDS: Final = 0.002
"""A turn: the loop goes round as often as it can meanwhile."""
_ROUNDS: Final = 8
"""Rounds of the loop until a screen knows what changed on it: a message to the widget, and one from there."""
_KEYS_SECONDS: Final = 0.25
"""The longest that keys keep the work from going on, as where one of them is held down."""


async def screens_turn(app: App[Any]) -> None:
    """Let the screen paint, and let every key have its effect that was pressed by now, and be seen."""
    await asyncio.sleep(_SECONDS)
    order = order_of(app)
    if order.busy:
        with suppress(TimeoutError):
            await asyncio.wait_for(order.drained(), _KEYS_SECONDS)
        await painted(app.screen)


async def painted(screen: Screen[Any]) -> None:
    """Let the screen paint what a key changed, before what comes of it has a share in the same frame: over a slow
    line that takes many times as long."""
    for _ in range(_ROUNDS):
        # What changed says so to its screen, once it has nothing else to do.
        await asyncio.sleep(0)
    is_done = asyncio.Event()
    screen.call_after_refresh(is_done.set)
    with suppress(TimeoutError):
        await asyncio.wait_for(is_done.wait(), _KEYS_SECONDS)
