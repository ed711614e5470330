"""Keys that arrive together land where they would one by one."""

from __future__ import annotations

import asyncio
from typing import Any

from textual.app import App, ScreenStackError
from textual.events import Key, Paste
from textual.screen import Screen

from integrator_tui.model.connection import FormBody, HttpBearerTokenAuth
from integrator_tui.tui.dialogs.question import QuestionScreen
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.tui.textual_fixes.key_order import KeyOrder
from tests.tui.driver import running
from tests.tui.fake_workspace import FakeWorkspace
from tests.tui.samples import workspace


async def test_a_burst_fills_the_fields_it_walks_through() -> None:
    async with running(workspace()) as user:
        await user.press("n", "enter", *"Orders", "tab", "tab", *"about", "tab", *"https:")
        form = await user.on(EditScreen)
        connection = form.draft.connection
        assert (connection.name, connection.description, connection.base_url) == ("Orders", "about", "https:")


async def test_a_list_opened_and_used_in_one_burst() -> None:
    async with running(workspace()) as user:
        await user.press("n", "enter", *["tab"] * 6, "enter", "down", "enter", "tab", *"svc", "tab", *"pw")
        form = await user.on(EditScreen)
        assert form.draft.connection.auth.type == "basic"
        assert form.draft.typed["password"].reveal() == "pw"


async def test_pairs_and_secrets_typed_in_one_burst() -> None:
    async with running(FakeWorkspace()) as user:
        await user.press("n", "enter", *["tab"] * 6, "enter", "down", "down", "enter", *["tab"] * 9)
        assert user.focused_label == "Body"
        await user.press(*"a", "tab", *"1", "tab", *"b", "tab", *"2", *["tab"] * 6)
        assert user.focused_label == "Secrets"
        await user.press(*"name", "tab", *"value", "tab", *"other", "tab", *"more", "tab", "tab", "tab")
        form = await user.on(EditScreen)
        auth = form.draft.connection.auth
        assert isinstance(auth, HttpBearerTokenAuth)
        assert auth.request.body == FormBody(form=(("a", "1"), ("b", "2")))
        assert {name: value.reveal() for name, value in form.draft.typed.items()} == {
            "name": "value",
            "other": "more",
        }
        assert user.focused_label == "Follow Redirect"


async def test_a_palette_command_in_one_burst_runs_on_the_screen_below() -> None:
    async with running(workspace()) as user:
        await user.select("prod/stock.yaml")
        await user.press("ctrl+p", *"delete", "enter")
        await user.on(QuestionScreen)
        await user.press("escape")
        await user.on(MainScreen)


async def test_letters_after_escape_belong_to_the_question() -> None:
    async with running(workspace()) as user:
        await user.select("prod/stock.yaml")
        await user.press("e", *"x", "escape", *"qe", "escape")
        form = await user.on(EditScreen)
        assert form.draft.connection.name == "x"


class _Ending(App[None]):
    """An app that closed its screens because of the last key."""

    focused = None

    @property
    def screen(self) -> Screen[Any]:
        raise ScreenStackError


async def test_the_keys_end_with_the_screens_of_their_app() -> None:
    async def deliver(event: Key | Paste) -> None:
        del event

    order = KeyOrder(_Ending(), deliver)
    order.put(Key("enter", None))
    await asyncio.wait_for(order.run(), 60)
