"""From 110 columns on the list stays beside form, result, stream and history: the very list, as it is now."""

from __future__ import annotations

from typing import Any

import pytest
from textual.screen import Screen

from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.tui.screens.history.screen import HistoryScreen
from integrator_tui.tui.screens.result import ResultScreen
from integrator_tui.tui.screens.stream import StreamScreen
from tests.tui import samples
from tests.tui.driver import Driver, running

WIDE, NARROW = (110, 24), (109, 24)
PAGES: dict[str, type[Screen[Any]]] = {"e": EditScreen, "t": ResultScreen, "s": StreamScreen, "H": HistoryScreen}


def listed(user: Driver) -> bool:
    """Whether the list stands at the left of the second row and of those below it."""
    return [line[:8] for line in user.lines[1:3]] == [" Half a ", " Orders "]


@pytest.mark.parametrize("key", PAGES)
async def test_the_list_stays_where_there_is_room(key: str) -> None:
    async with running(samples.workspace(), WIDE) as user:
        await user.select("orders.yaml")
        await user.press(key)
        page = await user.on(PAGES[key])
        await user.until(lambda: listed(user), "the list")
        await user._pilot.resize_terminal(*NARROW)
        await user.until(lambda: not listed(user), "no list")
        assert page.styles.background.a == 1
        await user._pilot.resize_terminal(130, 30)
        await user.until(lambda: listed(user), "the list again")
        right = user.sidebar.region.right
        assert all(not line[right:].startswith("  ") for line in user.lines[1:2] if line[right:].strip())
        # Without colours a blank alone parts an age in the list from what the page says.
        assert all(line[right] in " ▌" for line in user.lines[1:-1])
        if key == "s":
            await user.press("escape")
        await user.press("escape")
        await user.on(MainScreen)
        assert not user.app.screen.has_class("-behind")


async def test_the_list_is_the_one_of_now_also_two_pages_up() -> None:
    workspace = samples.workspace()
    async with running(workspace, (120, 30)) as user:
        await user.select("orders.yaml")
        await user.press("e")
        await user.on(EditScreen)
        await user.press("f5")
        await user.on(ResultScreen)
        await user.until(lambda: listed(user), "the list")
        workspace.add("orders2.yaml", samples.STOCK.model_copy(update={"name": "Brand new"}))
        main = user.app.screen_stack[0]
        assert isinstance(main, MainScreen)
        main.reload()
        await user.until(lambda: any(line.startswith(" Brand new") for line in user.lines), "the new row")


async def test_a_question_above_shows_what_is_below_it() -> None:
    async with running(samples.workspace(), (120, 30)) as user:
        await user.press("n", "enter", "x", "escape")
        await user.shows("unsaved changes")
        assert user.lines[1].startswith(" Half a file")
