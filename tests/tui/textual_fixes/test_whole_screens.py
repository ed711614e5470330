"""What is seen is one screen: none is painted in part over what another one left, and no frame is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.app import ComposeResult
from textual.events import Resize
from textual.geometry import Size
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

from integrator_tui.tui.textual_fixes.frames import Piece, placed
from integrator_tui.tui.textual_fixes.lean_app import LeanApp
from integrator_tui.tui.textual_fixes.lean_terminal import LeanTerminal


class _Page(Screen[None]):
    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def compose(self) -> ComposeResult:
        yield Static(self._title, id="title")
        yield Static("before", id="body")


class _Watched(LeanTerminal):
    """Notes what it is to show, and sends nothing."""

    has = (80, 24)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.frames: list[list[Piece]] = []

    def show(self, update: Any, size: tuple[int, int], cursor: tuple[int, int] | None) -> None:
        self.frames.append(list(placed(update)))

    def write(self, data: str) -> None:
        pass

    def _get_terminal_size(self) -> tuple[int, int]:
        return self.has

    def seen(self, frame: int) -> str:
        return "\n".join(strip.text for _, _, strip in self.frames[frame])


@asynccontextmanager
async def _running() -> AsyncIterator[tuple[LeanApp[int], Pilot[int], _Watched]]:
    app: LeanApp[int] = LeanApp()
    async with app.run_test() as pilot:
        await app.push_screen(_Page("The list"))
        await pilot.pause()
        headless, terminal = app._driver, _Watched(app)
        app._driver = terminal
        try:
            yield app, pilot, terminal
        finally:
            app._driver = headless
            terminal._file._file.close()  # type: ignore[union-attr]


async def test_a_screen_that_comes_back_is_painted_whole_at_once() -> None:
    async with _running() as (app, pilot, terminal):
        page = app.screen
        await app.push_screen(_Page("The form"))
        await pilot.pause()
        page.query_one("#body", Static).styles.height = 3
        page.query_one("#body", Static).update("after")
        await pilot.pause()
        count = len(terminal.frames)
        app.pop_screen()
        # The screen is on top, and does not know it yet.
        page._on_timer_update()
        assert len(terminal.frames) > count
        assert "The list" in terminal.seen(count) and "after" in terminal.seen(count), terminal.seen(count)


async def test_what_is_painted_later_is_painted_in_part() -> None:
    async with _running() as (app, pilot, terminal):
        app.screen.query_one("#body", Static).update("first")
        await pilot.pause()
        app.screen.query_one("#body", Static).update("second")
        await pilot.pause()
        assert "second" in terminal.seen(-1) and "The list" not in terminal.seen(-1)


@pytest.mark.parametrize("deep", [1, 2])
async def test_a_frame_that_was_made_while_updates_are_held_back_is_shown_after(deep: int) -> None:
    async with _running() as (app, pilot, terminal):
        body = app.screen.query_one("#body", Static)
        for _ in range(deep):
            app._begin_batch()
        body.update("held back")
        await pilot.pause()
        app.screen._compositor.update_widgets({body})
        # As it is called where the layout is done anew meanwhile.
        app.screen._compositor_refresh()
        count = len(terminal.frames)
        for _ in range(deep):
            app._end_batch()
        await pilot.pause()
        assert len(terminal.frames) > count and "held back" in terminal.seen(-1)


async def test_an_older_size_that_comes_last_is_not_believed() -> None:
    async with _running() as (app, pilot, terminal):
        terminal.has = (60, 12)
        for told in ((60, 12), (100, 30)):
            # The handler of a signal was in the middle of telling 100 by 30 as the next one came.
            app.post_message(Resize(Size(*told), Size(*told)))
            await pilot.pause()
        assert app.screen.size == (60, 12)
        await pilot.pause(0.05)
        assert app.screen.size == (60, 12) == app.screen._compositor.size
