"""The sidebar's list in a running app: what it draws, what it tells, what keys and mouse do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from integrator_tui.model.entry import Entry
from integrator_tui.model.last_result import LastResult
from integrator_tui.tui.widgets.connections.facts import RowFacts
from integrator_tui.tui.widgets.connections.list import ConnectionList
from integrator_tui.tui.widgets.connections.marks import GLYPHS

ENTRIES = (
    Entry("alpha.yaml", "Alpha", tags=("blue",)),
    Entry("prod/orders.yaml", "Orders API", state="locked"),
    Entry("prod/stock.yaml", "Stock", state="problem"),
    Entry("stage/orders.yaml", "Orders on stage", state="unsealed"),
    Entry("zulu.yaml", "Zulu", state="seal_broken"),
)


class ListApp(App[None]):
    """A list alone on the screen, with what it said."""

    def __init__(self, entries: tuple[Entry, ...] = ENTRIES) -> None:
        super().__init__()
        self.list = ConnectionList(entries)
        self.said: list[str | None] = []
        self.chosen: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.list

    def on_mount(self) -> None:
        self.list.focus()

    def on_connection_list_highlighted(self, message: ConnectionList.Highlighted) -> None:
        self.said.append(message.file)

    def on_connection_list_chosen(self, message: ConnectionList.Chosen) -> None:
        self.chosen.append(message.file)

    def rows(self) -> list[str]:
        return [self.list.render_line(y).text for y in range(self.list.size.height)]

    def painted(self) -> list[str]:
        return [strip.text for strip in self.screen._compositor.render_strips()]

    def selected(self) -> str | None:
        return self.list.selected

    def shown(self) -> list[str]:
        return [row.rstrip() for row in self.rows() if row.strip()]


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


async def test_rows_begin_with_the_name_and_end_in_the_mark() -> None:
    app = ListApp()
    async with app.run_test(size=(24, 10)):
        assert app.rows()[:7] == [
            "Alpha                  ·",
            "Zulu                   ≠",
            "▾ prod/ (2)             ",
            "Orders API             ■",
            "Stock                  !",
            "▾ stage/ (1)            ",
            "Orders on stage        ○",
        ]


async def test_a_name_too_long_is_cut_before_the_mark() -> None:
    app = ListApp((Entry("a.yaml", "A very long name of a connection"), Entry("b.yaml", "漢字漢字漢字漢字")))
    async with app.run_test(size=(12, 3)):
        assert app.rows()[:2] == ["A ver…tion ·", "漢字 …漢字 ·"]


async def test_the_first_entry_is_selected_and_told_at_the_start() -> None:
    app = ListApp(tuple(entry for entry in ENTRIES if entry.group))
    async with app.run_test() as pilot:
        await pilot.pause()
        assert app.said == ["prod/orders.yaml"]
        assert app.selected() == "prod/orders.yaml"


async def test_every_move_is_told_and_open_headers_are_passed_over() -> None:
    app = ListApp()
    async with app.run_test() as pilot:
        for _ in range(6):
            await press(pilot, "down")
        assert app.said == [
            "alpha.yaml",
            "zulu.yaml",
            "prod/orders.yaml",
            "prod/stock.yaml",
            "stage/orders.yaml",
        ]
        await press(pilot, "home")
        assert app.selected() == "alpha.yaml"
        await press(pilot, "up")
        assert app.selected() == "alpha.yaml"
        await press(pilot, "end", "up")
        assert app.selected() == "prod/stock.yaml"
        await press(pilot, "enter")
        assert app.chosen == ["prod/stock.yaml"]


async def test_left_closes_a_group_and_selects_its_header_right_opens_it_again() -> None:
    app = ListApp()
    async with app.run_test() as pilot:
        app.list.select("prod/stock.yaml")
        await press(pilot, "left")
        assert "▸ prod/ (2)" in app.shown()
        assert "Stock" not in " ".join(app.shown())
        assert app.said[-1] is None
        await press(pilot, "down")
        assert app.selected() == "stage/orders.yaml"
        await press(pilot, "up", "right")
        assert app.selected() == "prod/orders.yaml"
        await press(pilot, "left", "enter")
        assert "▾ prod/ (2)" in app.shown()


async def test_select_opens_the_closed_group_of_its_entry() -> None:
    app = ListApp()
    async with app.run_test() as pilot:
        app.list.select("prod/stock.yaml")
        await press(pilot, "left", "home")
        assert app.list.select("prod/stock.yaml")
        assert app.selected() == "prod/stock.yaml"
        assert not app.list.select("gone.yaml")


async def test_filter_keeps_what_holds_every_word_and_forgets_nothing() -> None:
    app = ListApp()
    async with app.run_test() as pilot:
        app.list.select("prod/stock.yaml")
        assert app.list.set_filter("ORD stage") == 1
        assert [row.split("  ")[0] for row in app.shown()] == ["▾ stage/ (1)", "Orders on stage"]
        assert app.selected() == "stage/orders.yaml"
        assert app.list.set_filter("blue") == 1
        assert app.selected() == "alpha.yaml"
        assert app.list.set_filter("nothing like it") == 0
        assert app.shown() == []
        await press(pilot, "down", "up", "pageup", "pagedown", "home", "end", "left", "right", "enter")
        assert app.selected() is None
        assert app.list.set_filter("") == len(ENTRIES)
        await pilot.pause()
        assert app.said[-1] == "alpha.yaml"


async def test_the_selection_stays_with_its_file_when_entries_are_replaced() -> None:
    app = ListApp()
    async with app.run_test() as pilot:
        app.list.select("prod/stock.yaml")
        await pilot.pause()
        app.list.entries = (Entry("new.yaml", "New"), *ENTRIES)
        assert app.selected() == "prod/stock.yaml"
        app.list.entries = tuple(entry for entry in ENTRIES if entry.name != "Stock")
        await pilot.pause()
        assert app.selected() == "stage/orders.yaml"
        assert app.said[-1] == "stage/orders.yaml"
        app.list.entries = ()
        await pilot.pause()
        assert app.selected() is None
        assert app.said[-1] is None


NOW = datetime.now(UTC)
PASSED = LastResult("passed", NOW - timedelta(hours=2, minutes=20), 41.4, revision="new")
FAILED = LastResult("failed", NOW - timedelta(days=3), 900.0, "tls", "tls", revision="new")


async def test_at_the_start_the_first_row_stays_selected_whichever_that_is() -> None:
    app = ListApp((Entry("a.yaml", "a"), Entry("b.yaml", "b")))
    async with app.run_test() as pilot:
        app.list.entries = (Entry("a.yaml", "Zulu"), Entry("b.yaml", "Alpha"))
        assert app.selected() == "b.yaml"
        await press(pilot, "down")
        app.list.entries = (Entry("a.yaml", "Bravo"), Entry("b.yaml", "Charlie"))
        assert app.selected() == "a.yaml"
        app.list.entries = (Entry("a.yaml", "Zulu"), Entry("b.yaml", "Alpha"))
        assert app.selected() == "a.yaml"


async def test_a_row_ends_with_its_last_result_and_age() -> None:
    app = ListApp()
    async with app.run_test(size=(24, 10)):
        app.list.set_facts("alpha.yaml", RowFacts("ok", PASSED, is_current=True))
        app.list.set_facts("zulu.yaml", RowFacts("ok", FAILED, is_current=True))
        assert app.rows()[:2] == ["Alpha          ✓ 41ms 2h", "Zulu            ✗ tls 3d"]
        app.list.set_facts("alpha.yaml", RowFacts("ok", PASSED))
        app.list.set_facts("zulu.yaml", RowFacts("locked", FAILED, is_current=True, is_testing=True))
        assert app.rows()[:2] == ["Alpha          · 41ms 2h", "Zulu                   …"]
        app.list.set_all_facts({"zulu.yaml": RowFacts("locked")})
        assert app.rows()[:2] == ["Alpha                  ·", "Zulu                   ■"]


async def test_the_name_goes_before_the_result_and_the_mark_before_both() -> None:
    app = ListApp((Entry("a.yaml", "A very long name of a connection"),))
    async with app.run_test(size=(20, 3)) as pilot:
        app.list.set_facts("a.yaml", RowFacts("ok", PASSED, is_current=True))
        assert app.rows()[0] == "A ver…tion ✓ 41ms 2h"
        app.list.mark_selected()
        assert "● ✓" in app.rows()[0]
        await pilot.resize_terminal(12, 3)
        assert app.rows()[0].endswith(" ● ✓")


async def test_what_a_file_says_is_drawn_as_text() -> None:
    app = ListApp((Entry("x.yaml", "[b]bold[/nope]\x1b]2;owned\x07\u202e"), Entry("y.yaml", "")))
    async with app.run_test(size=(40, 4)):
        assert app.rows()[0].startswith("[b]bold[/nope]␛]2;owned␇�")
        assert app.rows()[1].startswith("y.yaml")


async def test_thousands_of_rows_scroll_with_a_bar_and_pages() -> None:
    app = ListApp(tuple(Entry(f"g{n // 100:02}/{n}.yaml", f"Connection {n:04}") for n in range(3000)))
    async with app.run_test(size=(30, 10)) as pilot:
        assert app.rows()[0].endswith("█")
        await press(pilot, "end")
        assert app.selected() == "g29/2999.yaml"
        assert app.rows()[-1].startswith("Connection 2999 ")
        assert app.rows()[-1].endswith("█")
        await press(pilot, "pageup")
        assert app.selected() == "g29/2990.yaml"
        await press(pilot, "home", "pagedown")
        assert app.selected() == "g00/9.yaml"
        await pilot.click(ConnectionList, offset=(29, 9))
        assert app.rows()[-1].startswith("Connection 2999 ")


async def test_a_click_selects_two_choose_and_one_on_a_header_closes_the_group() -> None:
    app = ListApp()
    async with app.run_test(size=(24, 10)) as pilot:
        await pilot.click(ConnectionList, offset=(2, 3))
        assert app.selected() == "prod/orders.yaml"
        await pilot.double_click(ConnectionList, offset=(2, 4))
        await pilot.pause()
        assert app.chosen == ["prod/stock.yaml"]
        await pilot.click(ConnectionList, offset=(2, 2))
        assert app.shown()[2].startswith("▸ prod/ (2)")
        await pilot.click(ConnectionList, offset=(2, 8))
        assert app.selected() is None


async def test_a_move_repaints_two_rows() -> None:
    app = ListApp()
    async with app.run_test(size=(24, 10)) as pilot:
        await pilot.pause()
        painted: list[int] = []
        whole = app.list.render_line

        def counted(y: int) -> object:
            painted.append(y)
            return whole(y)

        app.list.render_line = counted  # type: ignore[method-assign, assignment]
        await press(pilot, "down")
        assert sorted(painted) == [0, 1]


async def test_no_width_is_too_small_to_go_on() -> None:
    app = ListApp()
    async with app.run_test(size=(24, 10)) as pilot:
        for width, first in ((1, " "), (2, "  "), (3, "… ·"), (4, "A… ·"), (7, "Alpha ·")):
            await pilot.resize_terminal(width, 10)
            await press(pilot, "down", "up")
            assert app.rows()[0] == first


async def test_a_list_that_grows_shows_the_header_it_scrolls_back_to() -> None:
    app = ListApp(tuple(entry for entry in ENTRIES if entry.group))
    async with app.run_test(size=(24, 1)) as pilot:
        await pilot.pause()
        assert app.painted()[0].startswith("Orders API ")
        await pilot.resize_terminal(24, 10)
        await pilot.pause()
        assert app.painted()[0].startswith("▾ prod/ (2) ")


def test_every_mark_has_a_glyph_of_its_own() -> None:
    assert len(set(GLYPHS.values())) == len(GLYPHS)
    assert all(len(glyph) == 1 for glyph in GLYPHS.values())


async def test_the_selected_row_stands_out_with_and_without_the_focus_in_every_theme() -> None:
    app = ListApp()
    async with app.run_test(size=(24, 10)) as pilot:
        for theme in ("textual-dark", "textual-light", "ansi-dark"):
            app.theme = theme
            seen = set()
            for focused in (True, False):
                app.set_focus(app.list if focused else None)
                await pilot.pause()
                selected, other = (next(iter(app.list.render_line(y))).style for y in (0, 1))
                assert selected and other
                assert (selected.bgcolor, selected.reverse) != (other.bgcolor, other.reverse), theme
                seen.add(selected)
            assert len(seen) == 2, theme
