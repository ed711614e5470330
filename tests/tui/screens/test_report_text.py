"""The staged result and the stream: a row a stage, the hint, and sockets that close with their screen."""

from __future__ import annotations

import pytest

from integrator_tui.model.connection import BasicAuth
from integrator_tui.model.probe import ProbeWarning, StageResult
from integrator_tui.tui.dialogs.prompt import PromptScreen
from integrator_tui.tui.main.screen import MainScreen
from integrator_tui.tui.screens.result import ResultScreen
from integrator_tui.tui.screens.stream import StreamScreen
from integrator_tui.tui.widgets.key_bar import KeyBar
from tests.tui.driver import LARGE, SMALL, running
from tests.tui.fake_workspace import REFUSED, FakeWorkspace
from tests.tui.samples import STOCK, workspace

BOTH = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])


@BOTH
async def test_every_stage_has_a_row_with_its_outcome(size: tuple[int, int]) -> None:
    async with running(workspace(), size) as user:
        await user.select("orders.yaml")
        await user.press("t")
        await user.on(ResultScreen)
        await user.shows("passed in")
        for stage, fact in (
            ("resolve", "192.0.2.7"),
            ("connect", ":443"),
            ("tls", "TLSv1.3"),
            ("authenticate", "3600 s"),
            ("respond", "200"),
        ):
            row = user.row(f" {stage} ")
            assert "passed" in row and fact in row
        await user.press("escape")
        await user.on(MainScreen)
        await user.until(lambda: "✓" in user.sidebar_row("Orders API"), "the mark")


@BOTH
async def test_a_failure_shows_its_hint_and_skips_the_rest(size: tuple[int, int]) -> None:
    made = workspace()
    made.stages = REFUSED
    async with running(made, size) as user:
        await user.select("orders.yaml")
        await user.press("t")
        await user.on(ResultScreen)
        await user.shows("hint")
        assert "failed" in user.row(" authenticate ")
        assert "skipped" in user.row(" respond ")
        assert "check Client ID" in user.row("hint")
        await user.press("escape")
        await user.on(MainScreen)
        await user.until(lambda: "✗" in user.sidebar_row("Orders API"), "the mark")
        await user.shows("Last test")


async def test_yes_and_no_are_words() -> None:
    made = FakeWorkspace(stages=(StageResult("authenticate", "passed", 1.0, {"cached": False, "kept": True}),))
    made.add("stock.yaml", STOCK)
    async with running(made) as user:
        await user.press("t")
        await user.on(ResultScreen)
        await user.shows("passed in")
        assert user.row(" cached ").split() == ["cached", "no"]
        assert user.row(" kept ").split() == ["kept", "yes"]


@BOTH
async def test_a_warning_stands_below_the_outcome_once(size: tuple[int, int]) -> None:
    odd = ProbeWarning("respond", "odd_answer", "its length was said twice")
    made = FakeWorkspace(stages=(StageResult("respond", "passed", 1.0, {"status": 200}).warned(odd),))
    made.add("stock.yaml", STOCK)
    async with running(made, size) as user:
        await user.press("t")
        await user.on(ResultScreen)
        await user.shows("passed in")
        assert "respond: its length was said twice" in user.row("warning")
        assert user.text.count("its length was said twice") == 1


async def test_a_server_cannot_paint_the_screen() -> None:
    made = FakeWorkspace(stages=(StageResult("respond", "passed", 1.0, {"status": "\x1b[31m[/oops]\u202e"}),))
    made.add("stock.yaml", STOCK)
    async with running(made) as user:
        await user.press("t")
        await user.on(ResultScreen)
        await user.shows("[/oops]")
        assert "\x1b" not in user.text and "\u202e" not in user.text


async def test_parameters_are_asked_for_and_remembered() -> None:
    made = FakeWorkspace()
    made.add("stock.yaml", STOCK.model_copy(update={"test_path": "/{{site}}/health"}))
    async with running(made) as user:
        await user.press("t")
        await user.on(PromptScreen)
        # Nothing has failed yet, so nothing is offered to mend it.
        bar = user.app.screen_stack[-2].query_one(KeyBar).render_line(0).text
        assert "Test again" in bar and "Trust" not in bar and "Seal" not in bar
        await user.write("north")
        await user.press("enter")
        await user.on(ResultScreen)
        await user.shows("passed in")
        assert made.probed[-1][1] == {"site": "north"}
        await user.press("t")
        await user.on(PromptScreen)
        await user.press("escape")
        await user.on(ResultScreen)
        assert "passed in" in user.text
        await user.press("escape", "t")
        await user.on(PromptScreen)
        assert "north" in user.row("site")
        await user.press("escape")
        await user.on(MainScreen)
        assert len(made.probed) == 1


async def test_a_passphrase_is_asked_for_before_the_test() -> None:
    made = FakeWorkspace(passphrase="open")
    made.add("stock.yaml", STOCK.model_copy(update={"auth": BasicAuth(username="u")}))
    async with running(made) as user:
        await user.press("t")
        await user.on(PromptScreen)
        await user.write("open")
        await user.press("enter")
        await user.on(ResultScreen)
        await user.shows("passed in")


async def test_the_stream_begins_at_once_and_shows_every_event() -> None:
    async with running(workspace()) as user:
        await user.select("prod/stock.yaml")
        await user.press("s")
        await user.on(StreamScreen)
        for text in ("one", "two", "three"):
            await user.shows(text)
        await user.press("escape")
        await user.on(MainScreen)


async def test_escape_closes_the_search_then_the_stream_then_the_screen() -> None:
    made = workspace()
    made.endless = True
    async with running(made) as user:
        await user.select("prod/stock.yaml")
        await user.press("s")
        await user.on(StreamScreen)
        await user.shows("three")
        await user.press("slash")
        await user.write("two")
        await user.press("escape")
        assert made.closed_streams == 0
        assert user.lines[-1].startswith(" Esc Stop  / Search  Space Pause ")
        await user.press("escape")
        await user.until(lambda: made.closed_streams == 1, "the stream to close")
        await user.on(StreamScreen)
        await user.shows(" Esc Back  / Search  F6 Again ")
        await user.press("f6")
        await user.shows(" Esc Stop ")
        # What is given up before it began has nothing to close.
        await user.until(lambda: made.begun_streams == 2, "the second stream to begin")
        await user.press("escape")
        await user.until(lambda: made.closed_streams == 2, "the second stream to close")
        await user.press("escape")
        await user.on(MainScreen)


async def test_leaving_the_program_closes_the_stream() -> None:
    made = workspace()
    made.endless = True
    async with running(made) as user:
        await user.select("prod/stock.yaml")
        await user.press("s")
        await user.on(StreamScreen)
        await user.shows("three")
        await user.press("ctrl+q")
        await user.until(lambda: user.app.return_value == 0, "the end")
    assert made.closed_streams == 1
