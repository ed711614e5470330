"""Keys one after the other: the next one waits until what the last one caused has happened.

Textual 8.2.8 hands a key to whatever has the focus at the moment it is read. Keys that arrive together, as they
do over a slow link or from a script, then miss the focus that an earlier one of them moved: what is typed after
a Tab lands in the field before it, a password among them. Here each key is followed by a marker that takes the
same way, through the focused widget and all it stands in; only when it has come through is the next key read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from textual.app import App, ScreenStackError
from textual.dom import DOMNode
from textual.events import Key, Paste
from textual.message import Message
from textual.screen import Screen

_PATIENCE = 1.0
"""Seconds until a key no longer waits: for a widget that went away with its marker, or a flow that hangs."""
_GLANCE = 0.02
"""Seconds between two looks at whether a marker can still come."""
_ROUNDS = 3
"""A key may cause a message, and that another one: each is one round behind."""


class Marker(Message, bubble=True, verbose=True):
    """Follows a key through the same queues."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived = asyncio.Event()


class KeyOrder:
    """The queue in front of an app's keys and pastes; `deliver` hands one to the app."""

    def __init__(self, app: App[Any], deliver: Callable[[Key | Paste], Awaitable[None]]) -> None:
        self._app = app
        self._deliver = deliver
        self._waiting: asyncio.Queue[Key | Paste] = asyncio.Queue()
        self._is_delivering = False
        self._painted: Screen[Any] | None = None
        self._holds: set[object] = set()
        self._free = asyncio.Event()
        self._free.set()

    def put(self, event: Key | Paste) -> None:
        """Take a key or a paste from the terminal."""
        self._waiting.put_nowait(event)

    @property
    def waiting(self) -> int:
        """How many keys and pastes are not delivered yet."""
        return self._waiting.qsize()

    @property
    def busy(self) -> bool:
        """Whether there is a key or a paste whose effect has not happened yet."""
        return self._is_delivering or not self._waiting.empty()

    def hold(self) -> Callable[[], None]:
        """Keep keys back while a flow is on its way to its next screen; the returned function lets them go."""
        hold = object()
        self._holds.add(hold)
        self._free.clear()

        def release() -> None:
            self._holds.discard(hold)
            if not self._holds:
                self._free.set()

        return release

    async def run(self) -> None:
        """Deliver what comes, one at a time, until cancelled or the app ends."""
        while True:
            event = await self._waiting.get()
            self._is_delivering = True
            try:
                await self._deliver(event)
                await self._settle()
            except ScreenStackError:
                # The key was the last one: the app is on its way out, and has closed its screens.
                return
            finally:
                self._is_delivering = False
                self._waiting.task_done()

    async def drained(self) -> None:
        """Return when everything put so far has been delivered, and what it caused has happened."""
        await self._waiting.join()

    async def _settle(self) -> None:
        for _ in range(_ROUNDS):
            marker = Marker()
            target = self._app.focused or self._app.screen
            if target.post_message(marker):
                await self._come_through(marker, target)
        if not await _patiently(self._free):
            self._holds.clear()
            self._free.set()
        screen = self._app.screen
        if screen is not self._painted:
            painted = asyncio.Event()
            screen.call_after_refresh(painted.set)
            await _patiently(painted)
            self._painted = screen

    @staticmethod
    async def _come_through(marker: Marker, target: DOMNode) -> None:
        """Wait for a marker; one is lost where its target went away with it, as a dialog does with its answer."""
        for _ in range(int(_PATIENCE / _GLANCE)):
            if await _patiently(marker.arrived, _GLANCE) or not target.is_attached:
                return


async def _patiently(event: asyncio.Event, seconds: float = _PATIENCE) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()


def order_of(app: App[Any]) -> KeyOrder:
    """Return the key order of the app."""
    order: KeyOrder = app.key_order  # type: ignore[attr-defined]
    return order
