"""Lists to choose from: first letters, names that are read whole, and the ways to a new connection."""

from __future__ import annotations

from integrator_tui.tui.dialogs.menu import MenuScreen
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.widgets.menu_list import MenuItem, MenuList
from tests.tui.driver import SMALL, running
from tests.tui.fake_workspace import FakeWorkspace


async def test_a_choice_takes_first_letters() -> None:
    async with running(FakeWorkspace(), SMALL) as user:
        await user.press("n", "enter")
        await user.on(EditScreen)
        await user.go("Authentication")
        await user.press("enter")
        menu = (await user.on(MenuScreen)).query_one(MenuList)

        def current() -> str:
            return menu.current.words if menu.current is not None else ""

        for keys, words in (
            ("r", "Raw Bearer Token"),
            ("h", "HTTP Bearer Token"),
            ("O", "OAuth 2.0"),
            ("z", "OAuth 2.0"),
            ("B", "Basic Auth"),
        ):
            await user.write(keys)
            assert current() == words
        await user.press("enter")
        await user.on(EditScreen)
        await user.shows("Username")


async def test_more_letters_and_the_same_again_go_on() -> None:
    async with running(FakeWorkspace(), SMALL) as user:
        words = ("PATCH", "POST", "PUT", "GET")
        user.app.push_screen(MenuScreen("Method", [MenuItem(word, word) for word in words], chosen="GET"))
        menu = (await user.on(MenuScreen)).query_one(MenuList)
        seen = []
        for key in "pppo":
            await user.write(key)
            assert menu.current is not None
            seen.append(menu.current.words)
        assert seen == ["PATCH", "POST", "PUT", "POST"]


async def test_names_are_read_whole_and_other_types_are_said() -> None:
    async with running(FakeWorkspace(), (60, 24)) as user:
        await user.press("n")
        await user.on(MenuScreen)
        await user.shows("From a curl command")
        await user.shows("cannot be opened here yet")
        assert "REST" in user.row(" HTTP ")
        long = MenuItem("x", "A name that takes most of the row of this menu", "and a note beside it")
        user.app.push_screen(MenuScreen("Long", [long]))
        await user.shows(long.words)
