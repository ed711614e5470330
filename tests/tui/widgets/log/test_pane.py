"""The live log pane in a running app: what a stream shows, what its keys do, what it tells its screen."""

from __future__ import annotations

import asyncio
import os
import stat
from datetime import datetime
from pathlib import Path

from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.geometry import Region
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Input

from integrator_tui.model.stream import Closed, Event, Opened, Received, StreamLine
from integrator_tui.tui.widgets.connections.list import ConnectionList
from integrator_tui.tui.widgets.log.line_store import LineStore
from integrator_tui.tui.widgets.log.pane import LogPane
from integrator_tui.tui.widgets.log.save_bar import LogSaveBar

AT = datetime(2026, 11, 24, 8, 21, 44, 123000)
OPENED = Opened(200, "OK", (), "text/event-stream", True, "https://api.example.com/events")
LINES = Opened(200, "OK", (), "text/plain", False, "https://api.example.com/lines")


class PaneApp(App[None]):
    """A pane alone on the screen, with what it said."""

    def __init__(self, folder: Path = Path(), store: LineStore | None = None) -> None:
        super().__init__()
        self.pane = LogPane(title="orders", home=folder, clock=lambda: AT, store=store)
        self.said: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.focus_log()

    def on_log_pane_paused(self, message: LogPane.Paused) -> None:
        self.said.append(message)

    def on_log_pane_resumed(self, message: LogPane.Resumed) -> None:
        self.said.append(message)

    def on_log_pane_stop_requested(self, message: LogPane.StopRequested) -> None:
        self.said.append(message)

    def on_log_save_bar_saved(self, message: LogSaveBar.Saved) -> None:
        self.said.append(message)

    def on_log_save_bar_save_failed(self, message: LogSaveBar.SaveFailed) -> None:
        self.said.append(message)

    def told(self) -> list[str]:
        return [type(message).__name__ for message in self.said]

    def log_rows(self) -> list[str]:
        """The rows of the log that hold something, without the scroll bar's column."""
        view = self.pane.view
        view.repaint()
        rows = [view.render_line(y).text[:-1].rstrip() for y in range(view.size.height)]
        return [row for row in rows if row]

    def counters(self) -> str:
        row = self.pane.query_one("StreamCounters")
        return row.render_line(0).text.rstrip()

    def remark(self) -> str:
        return str(self.pane.search_bar.query_one(".log-prompt--remark").render())

    def is_paused(self) -> bool:
        return self.pane.paused

    def following(self) -> bool:
        return self.pane.view.window.following


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def numbered(count: int) -> Received:
    return Received(tuple(StreamLine(f"line {n}") for n in range(count)), count * 8)


async def test_events_are_lines_and_more_lines_of_data_are_indented() -> None:
    app = PaneApp()
    async with app.run_test(size=(80, 12)):
        app.pane.take(OPENED)
        app.pane.take(Received((Event("message", '{"n": 1}'), Event("order", "a\nb", id="7")), 40))
        app.pane.take(Closed("the server ended the stream"))
        assert app.log_rows() == [
            "08:21:44.123 200 OK  text/event-stream  https://api.example.com/events",
            '08:21:44.123 message  {"n": 1}',
            "08:21:44.123 order 7  a",
            "             b",
            "08:21:44.123 closed: the server ended the stream",
        ]
        assert app.counters().startswith("closed · 2 events · 40 B")


async def test_a_failure_shows_its_kind_message_and_hint() -> None:
    app = PaneApp()
    async with app.run_test(size=(80, 12)):
        app.pane.take(LINES)
        app.pane.take(Closed("nothing came for 30 s", "read_timeout", "raise options.timeout.read"))
        assert app.log_rows()[1:] == [
            "08:21:44.123 closed: read_timeout: nothing came for 30 s",
            "             hint: raise options.timeout.read",
        ]
        assert app.counters().startswith("failed · 0 lines")


async def test_a_failure_is_told_whole_where_long_lines_are_cut() -> None:
    app = PaneApp()
    message = "the certificate of orders.example.com leads to CN=Demo Authority,O=Orders, which is not trusted"
    async with app.run_test(size=(80, 12)):
        app.pane.take(LINES)
        app.pane.take(Closed(message, "tls_untrusted", "set ca_cert to that CA; if it is an intermediate one, ask"))
        rows = app.log_rows()[1:]
        assert " ".join(row[13:] for row in rows) == (
            f"closed: tls_untrusted: {message} hint: set ca_cert to that CA; if it is an intermediate one, ask"
        )
        assert all(row.startswith(" " * 13) for row in rows[1:])


async def test_what_a_server_sends_is_drawn_as_text_and_long_lines_say_so() -> None:
    app = PaneApp()
    async with app.run_test(size=(30, 8)) as pilot:
        app.pane.take(
            Received((StreamLine("\x1b]2;owned\x07[b]x[/nope]\u202e"), StreamLine("x" * 40), StreamLine("a\tb")), 9)
        )
        assert app.log_rows()[0] == "␛]2;owned␇[b]x[/nope]�"
        assert app.log_rows()[1] == "x" * 28 + "›"
        assert app.log_rows()[2] == "a       b"
        await press(pilot, "w")
        assert app.log_rows()[1:3] == ["x" * 29, "x" * 11]


async def test_pause_lets_the_feeder_wait_until_it_is_lifted() -> None:
    app = PaneApp()
    async with app.run_test() as pilot:
        await press(pilot, "space")
        assert not app.is_paused()
        app.pane.take(OPENED)
        await press(pilot, "space")
        assert app.is_paused()
        assert app.counters().startswith("paused")
        waiting = asyncio.create_task(app.pane.unpaused())
        await pilot.pause()
        assert not waiting.done()
        await press(pilot, "space")
        await waiting
        assert app.told() == ["Paused", "Resumed"]
        await press(pilot, "space")
        app.pane.take(Closed("stopped"))
        await app.pane.unpaused()
        assert not app.is_paused()


async def test_search_finds_while_typing_and_letters_do_nothing_else() -> None:
    app = PaneApp()
    async with app.run_test(size=(60, 10)) as pilot:
        app.pane.take(LINES)
        app.pane.take(numbered(500))
        await press(pilot, "slash", *"E 37", "space", "y", "s", "c", "f", "n")
        assert app.pane.search_bar.text == "E 37 yscfn"
        assert app.remark() == "no match"
        await press(pilot, *["backspace"] * 6)
        assert app.remark() == "line 381"
        assert any(row == "line 379" for row in app.log_rows())
        await press(pilot, "enter", "N")
        assert app.remark() == "line 380"
        await press(pilot, "n", "n")
        assert app.remark() == "line 39, from the other end"
        await press(pilot, "y")
        assert app.clipboard == "line 37"


async def test_escape_closes_the_search_first_and_then_asks_to_stop() -> None:
    app = PaneApp()
    async with app.run_test() as pilot:
        app.pane.take(OPENED)
        await press(pilot, "slash", "x", "escape")
        assert app.told() == []
        assert not app.pane.search_bar.display
        assert app.focused is app.pane.view
        await press(pilot, "escape")
        assert app.told() == ["StopRequested"]
        await press(pilot, "slash", "x", "enter", "escape")
        assert app.told() == ["StopRequested"]


async def test_reading_further_up_stays_there_until_follow() -> None:
    app = PaneApp()
    async with app.run_test(size=(60, 10)) as pilot:
        app.pane.take(LINES)
        app.pane.take(numbered(100))
        assert app.log_rows()[-1] == "line 99"
        await press(pilot, "pageup")
        seen = app.log_rows()
        assert "scrolled" in app.counters()
        app.pane.take(numbered(100))
        assert app.log_rows() == seen
        await press(pilot, "f")
        assert app.following()
        assert app.log_rows()[-1] == "line 99"
        assert "scrolled" not in app.counters()
        await press(pilot, "home")
        assert app.log_rows()[0].startswith("08:21:44.123 200 OK  text/plain")
        await press(pilot, "end")
        assert app.following()


async def test_clear_forgets_the_lines_and_keeps_counting() -> None:
    app = PaneApp()
    async with app.run_test() as pilot:
        app.pane.take(LINES)
        app.pane.take(numbered(3))
        await press(pilot, "c")
        assert app.log_rows() == []
        app.pane.take(Received((StreamLine("after"),), 5))
        assert app.log_rows() == ["after"]
        assert app.pane.feed.tally.items == 4
        await press(pilot, "ctrl+l")
        assert app.log_rows() == []


async def test_save_writes_what_came_for_its_owner_only(tmp_path: Path) -> None:
    app = PaneApp(tmp_path)
    async with app.run_test() as pilot:
        app.pane.take(Received((StreamLine("a\x1b[31m"), StreamLine("é" * 20_000)), 9))
        await press(pilot, "s")
        assert app.pane.save_bar.text == "orders-20261124-082144.log"
        app.pane.query_one("LogSaveBar Input", Input).value = "~/saved.log"
        await press(pilot, "enter")
        saved = tmp_path / "saved.log"
        assert saved.read_text() == "a\x1b[31m\n" + "é" * 20_000 + "\n"
        assert stat.S_IMODE(os.stat(saved).st_mode) == 0o600
        assert app.told() == ["Saved"]
        assert not app.pane.save_bar.display


async def test_save_overwrites_nothing_and_says_why_it_could_not(tmp_path: Path) -> None:
    app = PaneApp(tmp_path)
    (tmp_path / "there.log").write_text("mine")
    async with app.run_test() as pilot:
        for name in ("~/there.log", "~/no/such/folder.log", "bad\0name"):
            await press(pilot, "s")
            app.pane.query_one("LogSaveBar Input", Input).value = name
            await press(pilot, "enter")
        assert app.told() == ["SaveFailed"] * 3
        assert (tmp_path / "there.log").read_text() == "mine"
        await press(pilot, "escape")
        assert app.focused is app.pane.view
        assert app.told() == ["SaveFailed"] * 3


async def test_dropped_lines_are_counted_on_the_screen() -> None:
    app = PaneApp(store=LineStore(max_bytes=20_000))
    async with app.run_test(size=(60, 10)) as pilot:
        app.pane.take(LINES)
        app.pane.take(Received(tuple(StreamLine(os.urandom(40).hex()) for _ in range(5_000)), 400_000))
        app.pane.take(Closed("done"))
        dropped = app.pane.view.store.oldest
        assert dropped > 2_000
        assert f"{dropped:,} dropped" in app.counters()
        await press(pilot, "home")
        assert len(app.log_rows()) == app.pane.view.size.height


async def test_copying_the_page_gives_what_is_in_sight_as_it_is_shown() -> None:
    app = PaneApp()
    async with app.run_test(size=(40, 8)) as pilot:
        app.pane.take(Received((StreamLine("one\x1b"), StreamLine("two" * 30)), 9))
        await press(pilot, "Y")
        assert app.clipboard == "one␛\n" + "two" * 30


def test_every_binding_has_an_id_and_a_tooltip_of_its_own() -> None:
    pane = PaneApp().pane
    bindings = [binding for widget in (pane, pane.view) for _, binding in widget._bindings]
    assert len({binding.id for binding in bindings}) == len({binding.action for binding in bindings})
    assert all(binding.id and binding.tooltip for binding in bindings)


class SplitApp(PaneApp):
    """A pane right of a list, as the main screen has it."""

    CSS = "ConnectionList { width: 24; } Horizontal { height: 1fr; }"

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield ConnectionList()
            yield self.pane


async def test_every_part_of_the_pane_is_as_wide_as_what_is_left_beside_a_list() -> None:
    app = SplitApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.take(numbered(100))
        await press(pilot, "slash", "x")
        assert app.pane.region == Region(24, 0, 56, 24)
        assert [(child.region.width, child.region.height) for child in app.pane.displayed_children] == [
            (56, 1),
            (56, 22),
            (56, 1),
        ]
        assert app.pane.view.render_line(0).text.endswith(("│", "█"))


async def test_escape_while_typing_goes_back_to_where_the_search_began() -> None:
    app = PaneApp()
    async with app.run_test(size=(60, 10)) as pilot:
        app.pane.take(LINES)
        app.pane.take(numbered(500))
        await press(pilot, "slash", "7")
        assert not app.following()
        await press(pilot, "escape")
        assert app.following()
        await press(pilot, "home", "slash", *"499")
        assert app.log_rows()[-1] == "line 499"
        await press(pilot, "escape")
        assert app.log_rows()[0].startswith("08:21:44.123 200 OK")
        await press(pilot, "slash", *"250", "enter", "escape")
        assert "line 250" in app.log_rows()


async def test_a_search_that_finds_nothing_in_a_big_log_leaves_it_at_the_end() -> None:
    app = PaneApp()
    async with app.run_test(size=(60, 10)) as pilot:
        app.pane.take(Received(tuple(StreamLine(os.urandom(40).hex()) for _ in range(50_000)), 1))
        await press(pilot, "slash", "z")
        assert app.remark() == "no match"
        assert app.following()


async def test_no_size_is_too_small_to_go_on() -> None:
    app = SplitApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.take(numbered(100))
        for size in ((25, 3), (26, 2), (1, 1), (80, 24)):
            await pilot.resize_terminal(*size)
            await press(pilot, "home", "w", "right", "w", "end")
        assert app.log_rows()[-1] == "line 99"
        assert len(app.log_rows()) == 23
