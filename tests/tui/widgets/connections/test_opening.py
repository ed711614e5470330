"""The first rows of a list, shown before the others are there, as it is shown once they are."""

from __future__ import annotations

from textual.app import App, ComposeResult

from integrator_tui.model.entry import Entry
from integrator_tui.model.opening import MOST, opening_of
from integrator_tui.tui.widgets.connections.list import ConnectionList


class Listed(App[None]):
    """A list of the opening of some entries."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        super().__init__()
        self._opening = opening_of(entries)

    def compose(self) -> ComposeResult:
        made = ConnectionList(self._opening.entries)
        made.expect(self._opening)
        yield made

    def lines(self) -> list[str]:
        """Return what is drawn."""
        shown = self.query_one(ConnectionList)
        return [shown.render_line(y).text for y in range(shown.size.height)]


async def test_the_first_rows_look_as_they_do_once_all_are_there() -> None:
    groups = ("", "a", "a", "a", "b")
    entries = tuple(
        Entry(f"{groups[n % 5]}/{n}.yaml".lstrip("/"), f"Name {n:05d}", auth="basic") for n in range(3 * MOST)
    )
    app = Listed(entries)
    async with app.run_test() as pilot:
        shown = app.query_one(ConnectionList)
        shown.render_lines(shown.size.region)
        begun = app.lines()
        assert any("Name 00000" in line for line in begun)
        shown.entries = entries
        await pilot.pause()
        assert app.lines() == begun
        await pilot.press("end")
        assert shown.selected == entries[-1].file


async def test_a_group_whose_entries_are_not_all_there_says_how_many_it_has() -> None:
    entries = tuple(Entry(f"a/{n}.yaml", f"Name {n:05d}") for n in range(2 * MOST))
    app = Listed(entries)
    async with app.run_test():
        shown = app.query_one(ConnectionList)
        shown.render_lines(shown.size.region)
        assert f"a/ ({2 * MOST:,})" in app.lines()[0]
