"""Keys that work everywhere, and what is said of those that can do nothing."""

from __future__ import annotations

from integrator_tui.tui.dialogs.help import HelpScreen
from integrator_tui.tui.dialogs.menu import MenuScreen
from integrator_tui.tui.form.screen import EditScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.tui.screens.result import ResultScreen
from integrator_tui.tui.screens.stream import StreamScreen
from integrator_tui.tui.screens.token import TokenScreen
from integrator_tui.tui.widgets.fields.text_field import TextField
from tests.tui import samples
from tests.tui.driver import SMALL, running
from tests.tui.fake_workspace import FakeWorkspace


async def test_a_question_mark_is_help_where_no_text_is_typed() -> None:
    async with running(samples.workspace(), SMALL) as user:
        await user.press("question_mark")
        await user.on(HelpScreen)
        await user.press("end")
        await user.shows("F1, ?")
        await user.press("question_mark")
        await user.on(MainScreen)
        await user.press("n")
        await user.on(MenuScreen)
        await user.press("question_mark")
        await user.on(HelpScreen)
        await user.press("escape", "enter")
        await user.on(EditScreen)
        await user.press("question_mark")
        field = user.field("Connection Name")
        assert isinstance(field, TextField) and field.value == "?"


async def test_a_key_that_can_do_nothing_says_why() -> None:
    workspace = FakeWorkspace()
    async with running(workspace, SMALL) as user:
        await user.press("t")
        assert "Test: there is no connection yet: n makes one" in user.notices
    workspace.add("stock.yaml", samples.STOCK)
    async with running(workspace, SMALL) as user:
        await user.press("K", "L", "escape")
        assert "Token: None fetches no token" in user.notices
        assert "Seal: this connection has no secrets" in user.notices
        await user.press("e", "f2", "f8", "escape")
        assert "Reveal: the cursor is in no secret" in user.notices
        assert "Remove row: the cursor is in no row" in user.notices
        await user.press("t")
        await user.on(ResultScreen)
        await user.press("K", "a")
        assert "Trust this authority: no authority was met" in user.notices
        assert "Clear filter" not in user.notices


async def test_q_leaves_what_is_only_read() -> None:
    workspace = samples.workspace()
    workspace.endless = True
    async with running(workspace, SMALL) as user:
        await user.select("orders.yaml")
        await user.press("s")
        await user.on(StreamScreen)
        await user.until(lambda: workspace.begun_streams == 1, "the stream to begin")
        await user.press("q")
        await user.on(MainScreen)
        await user.until(lambda: workspace.closed_streams == 1, "the closed stream")
        await user.press("t")
        await user.on(ResultScreen)
        await user.press("K")
        await user.on(TokenScreen)
        await user.press("q")
        await user.on(ResultScreen)
        await user.press("q")
        await user.on(MainScreen)
