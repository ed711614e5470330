"""What of a log is in sight and how it is drawn: scrolling, wrapping, the current line, matches, repaints."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from integrator_tui.tui.widgets.log.line_store import LONGEST, LineKind, LineStore
from integrator_tui.tui.widgets.log.view import LogView
from integrator_tui.tui.widgets.log.window import LogWindow


def window(lines: list[str], width: int = 20, height: int = 5) -> LogWindow:
    store = LineStore()
    for line in lines:
        store.append(line)
    window = LogWindow(store)
    window.resize(width, height)
    return window


def seen(window: LogWindow) -> list[str]:
    return [row.text for row in window.rows()]


NUMBERS = [str(number) for number in range(100)]
MIXED = ["a" * 45, "b", "漢字" * 12, "c" * 20, "d" * 21, "e" * 200, "f"]


def test_the_window_follows_the_end() -> None:
    shown = window(NUMBERS)
    assert seen(shown) == ["95", "96", "97", "98", "99"]
    shown.store.append("100")
    assert seen(shown)[-1] == "100"
    assert shown.cursor == 100


def test_the_current_line_moves_and_drags_the_window_along() -> None:
    shown = window(NUMBERS)
    shown.rows()
    shown.move(-1)
    assert (shown.following, shown.cursor, seen(shown)[0]) == (False, 98, "95")
    for _ in range(4):
        shown.move(-1)
    assert (shown.cursor, seen(shown)) == (94, ["94", "95", "96", "97", "98"])
    for _ in range(5):
        shown.move(1)
    assert (shown.following, shown.cursor, seen(shown)[-1]) == (False, 99, "99")
    shown.move(1)
    assert shown.following


def test_pages_home_and_end() -> None:
    shown = window(NUMBERS)
    shown.rows()
    shown.page(-1)
    assert (seen(shown)[0], shown.cursor) == ("91", 91)
    shown.home()
    assert (seen(shown)[0], shown.cursor) == ("0", 0)
    shown.page(-1)
    assert seen(shown)[0] == "0"
    shown.page(1)
    assert (seen(shown)[0], shown.cursor) == ("4", 8)
    for _ in range(30):
        shown.page(1)
    assert shown.following


def test_few_lines_and_none_at_all_scroll_nowhere() -> None:
    for lines in ([], ["only"], ["one", "two"]):
        shown = window(lines)
        for move in (shown.home, lambda s=shown: s.page(-1), lambda s=shown: s.page(1), lambda s=shown: s.move(-1)):
            move()
            assert seen(shown) == lines
        shown.scroll(-3)
        shown.shift(10)
        shown.scroll_to(3)
        assert (seen(shown), shown.left) == (lines, 0)


def test_wrapped_lines_are_scrolled_row_by_row_and_nothing_is_lost() -> None:
    shown = window(MIXED)
    shown.set_wrap(True)
    every = [
        row.text for number in range(len(MIXED)) for row in shown.layout.fold(number, shown.store.get(number, 1)[0])
    ]
    assert "".join(every) == "".join(MIXED)
    assert seen(shown) == every[-5:]
    for at in range(len(every) - 6, -1, -1):
        shown.scroll(-1)
        assert seen(shown) == every[at : at + 5]
    shown.scroll(-1)
    assert seen(shown) == every[:5]
    for at in range(1, len(every) - 5):
        shown.scroll(1)
        assert (seen(shown), shown.following) == (every[at : at + 5], False)
    shown.scroll(1)
    assert (seen(shown), shown.following) == (every[-5:], True)


def test_rows_never_exceed_the_width_and_know_where_they_begin() -> None:
    shown = window(MIXED, width=7, height=60)
    shown.set_wrap(True)
    for row in shown.rows():
        assert shown.line_text(row.line)[row.start :].startswith(row.text)


def test_what_is_dropped_takes_the_window_along() -> None:
    store = LineStore(max_bytes=1)
    shown = LogWindow(store)
    shown.resize(20, 5)
    store.append("first")
    shown.home()
    for number in range(20_000):
        store.append(f"line {number}")
    assert store.oldest > 0
    assert shown.rows()[0].line == store.oldest
    assert shown.cursor == store.oldest


def test_a_line_out_of_sight_is_shown_amid_the_window_and_its_column_too() -> None:
    shown = window([*NUMBERS, "x" * 100 + "needle"])
    shown.show(50)
    assert seen(shown)[2] == "50"
    shown.show(51)
    assert seen(shown)[2] == "50"
    shown.show(100, 100)
    assert shown.left <= 100 < shown.left + shown.width


def test_the_side_scroll_ends_where_text_ends() -> None:
    shown = window(["x" * 50, "y"])
    for _ in range(10):
        shown.shift(10)
    assert shown.left == 40
    for _ in range(10):
        shown.shift(-10)
    assert shown.left == 0


def test_the_bar_touches_its_ends_only_at_the_ends() -> None:
    shown = window(NUMBERS * 100, height=20)
    bars = []
    shown.home()
    bars.append(shown.bar())
    shown.scroll(1)
    bars.append(shown.bar())
    shown.follow()
    bars.append(shown.bar())
    assert [bar and bar.start for bar in bars] == [0, 1, 19]
    shown.scroll_to(10)
    assert 4_000 < shown.cursor < 6_000
    assert window(["one"]).bar() is None


class ViewApp(App[None]):
    """A view alone on the screen."""

    def __init__(self, backlogged: Callable[[], bool] = lambda: False) -> None:
        super().__init__()
        self.view = LogView(backlogged=backlogged)

    def compose(self) -> ComposeResult:
        yield self.view

    def on_mount(self) -> None:
        self.view.focus()

    def painted(self) -> list[str]:
        """What the compositor has on the screen, without the scroll bar's column."""
        strips = self.screen._compositor.render_strips()
        return [strip.text[:-1].rstrip() for strip in strips]


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await pilot.pause()


def painted_rows(view: LogView) -> list[int]:
    """Record the rows that are drawn from now on."""
    rows: list[int] = []
    whole = view.render_line

    def counted(y: int) -> object:
        rows.append(y)
        return whole(y)

    view.render_line = counted  # type: ignore[method-assign, assignment]
    return rows


async def test_lines_get_on_the_screen_by_themselves() -> None:
    app = ViewApp()
    async with app.run_test(size=(30, 6)) as pilot:
        app.view.append("first")
        await until(pilot, lambda: app.painted()[0] == "first")
        for number in range(1_000):
            app.view.append(f"line {number}")
        await until(pilot, lambda: app.painted()[-1] == "line 999")
        assert app.painted() == [f"line {number}" for number in range(994, 1_000)]


async def test_a_backlogged_terminal_gets_no_frame_until_it_caught_up() -> None:
    asked: list[bool] = []

    def backlogged() -> bool:
        asked.append(len(asked) < 3)
        return asked[-1]

    app = ViewApp(backlogged)
    async with app.run_test(size=(30, 6)) as pilot:
        app.view.append("first")
        await until(pilot, lambda: app.painted()[0] == "first")
        assert asked == [True, True, True, False]


async def test_a_new_line_repaints_its_row_and_a_move_of_the_cursor_two() -> None:
    app = ViewApp()
    async with app.run_test(size=(30, 8)) as pilot:
        for number in range(3):
            app.view.append(f"line {number}")
        await until(pilot, lambda: app.painted()[2] == "line 2")
        rows = painted_rows(app.view)
        app.view.append("line 3")
        await until(pilot, lambda: app.painted()[3] == "line 3")
        assert set(rows) == {3}
        await pilot.press("up")
        await pilot.pause()
        rows.clear()
        await pilot.press("up")
        await pilot.pause()
        assert set(rows) == {1, 2}


async def test_lines_that_are_out_of_sight_repaint_the_bar_only_where_it_moves() -> None:
    app = ViewApp()
    async with app.run_test(size=(30, 6)) as pilot:
        for number in range(1_000):
            app.view.append(f"line {number}")
        await pilot.press("home")
        await until(pilot, lambda: app.painted()[0] == "line 0")
        rows = painted_rows(app.view)
        app.view.append("one more")
        await until(pilot, lambda: not app.view._is_scheduled)
        await pilot.pause()
        assert rows == []


async def test_parts_of_a_line_have_their_own_style() -> None:
    app = ViewApp()
    async with app.run_test(size=(60, 6)):
        app.view.append("08:21:44.123 order 7  some Data", LineKind.EVENT)
        app.view.append("closed: refused", LineKind.FAILURE)
        app.view.append("漢字 data", LineKind.PLAIN)
        app.view.highlight("DATA")
        app.view.repaint()
        pieces = [segment.text for segment in app.view.render_line(0)]
        assert pieces[:6] == ["08:21:44.123", " ", "order", " 7  some ", "Data", " " * 28]
        styles = [segment.style for segment in app.view.render_line(0)]
        assert len({str(style) for style in styles[:5]}) == 4
        assert [segment.text for segment in app.view.render_line(2)][:2] == ["漢字 ", "data"]
        assert app.view.render_line(2).cell_length == 60
        failure = app.view.render_line(1)
        assert next(iter(failure)).style != next(iter(app.view.render_line(2))).style


async def test_keys_and_mouse_move_through_the_log() -> None:
    app = ViewApp()
    async with app.run_test(size=(30, 6)) as pilot:
        for number in range(100):
            app.view.append(f"line {number} " + "-" * 40 + str(number))
        await pilot.press("home")
        await until(pilot, lambda: app.painted()[0].startswith("line 0 "))
        await pilot.press("right")
        await until(pilot, lambda: app.painted()[0].startswith("-----"))
        await pilot.press("left", "pagedown")
        await until(pilot, lambda: app.painted()[0].startswith("line 5 "))
        await pilot.click(LogView, offset=(29, 5))
        await until(pilot, lambda: app.painted()[-1].startswith("line 99 "))
        assert app.view.window.following
        await pilot.click(LogView, offset=(3, 2))
        assert app.view.window.line_text(app.view.window.cursor).startswith("line 96 ")
        await pilot.resize_terminal(30, 4)
        await until(pilot, lambda: len(app.painted()) == 4)
        assert all(row.startswith("line ") for row in app.painted())


async def test_the_longest_line_there_can_be_is_drawn() -> None:
    app = ViewApp()
    async with app.run_test(size=(30, 6)) as pilot:
        app.view.append("漢" * LONGEST)
        app.view.append("x" * (LONGEST + 5))
        app.view.action_wrap()
        await until(pilot, lambda: app.painted()[-1] == "xxxxx")
        app.view.action_wrap()
        await until(pilot, lambda: app.painted()[0].startswith("漢漢"))
        assert app.painted()[1] == "x" * 28 + "›"
