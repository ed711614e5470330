"""Work that waits while its screen is closed ends there: it never looks for widgets that are gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from textual import work
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from integrator_tui.tui.textual_fixes.quiet_crash import QuietCrashApp


class _Part(Static):
    """Lets the worker go on in the very moment in which it is taken away."""

    def __init__(self, gone: asyncio.Event) -> None:
        super().__init__("part")
        self._gone = gone

    async def on_unmount(self) -> None:
        self._gone.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)


class _Working(Screen[None]):
    def __init__(self) -> None:
        super().__init__()
        self.gone = asyncio.Event()
        self.is_working = asyncio.Event()
        self.ended = "not"

    def compose(self) -> ComposeResult:
        yield _Part(self.gone)

    def on_mount(self) -> None:
        self._work()

    @work
    async def _work(self) -> None:
        try:
            self.is_working.set()
            await self.gone.wait()
            self.ended = "after its widgets"
            self.query_one(_Part).update("found")
        except asyncio.CancelledError:
            self.ended = "before its widgets"
            raise


class _App(QuietCrashApp[int]):
    pass


@pytest.mark.parametrize("close", [None, Screen.dismiss], ids=["with the program", "by itself"])
async def test_a_worker_ends_before_the_widgets_of_its_screen(
    close: Callable[[Screen[None]], object] | None,
) -> None:
    app, screen = _App(), _Working()
    async with app.run_test():
        await app.push_screen(screen)
        await screen.is_working.wait()
        if close is not None:
            close(screen)
            await screen.gone.wait()
    assert screen.ended == "before its widgets"
