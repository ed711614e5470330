"""Two earlier results side by side, the older at the left; what differs is marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import set_cell_size
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from integrator_tui.model.history import HistoryEntry
from integrator_tui.model.moments import moment
from integrator_tui.model.text import counted, visible
from integrator_tui.tui.actions import Action, bar_keys, bindings
from integrator_tui.tui.dialogs.base import Page
from integrator_tui.tui.screens.history.words import Fact, differs, side_by_side
from integrator_tui.tui.widgets.copied import copied
from integrator_tui.tui.widgets.key_bar import KeyBar
from integrator_tui.tui.widgets.sheet import wrapped
from integrator_tui.tui.widgets.title_bar import TitleBar
from integrator_tui.tui.widgets.viewer import Viewer

ACTIONS = (
    Action("copy", ("y",), "Copy", "Copy what differs, a line each", "Copy"),
    Action("back", ("escape", "q"), "Back", "Leave", "Back"),
)
_NAME_WIDTH, _GAP = 17, 2


class ResultsCompared(Static):
    """The facts of two results as three columns; `bodies` are the differences of their pinned bodies."""

    def __init__(self, facts: Sequence[Fact], bodies: Sequence[str]) -> None:
        super().__init__(markup=False)
        self._facts, self._bodies = tuple(facts), tuple(bodies)

    def on_resize(self) -> None:
        self.update(self._content(max(30, self.size.width)))

    def _content(self, width: int) -> Content:
        room = max(8, (width - _NAME_WIDTH - 2 - _GAP) // 2)
        rows: list[Content] = []
        for fact in self._facts:
            rows.extend(_rows(fact, room))
        if self._bodies:
            rows += [Content(""), Content.styled("Body, older → newer", "$text-accent bold")]
            rows += [Content(visible(line)) for line in self._bodies]
        return Content("\n").join(rows)


def _rows(fact: Fact, room: int) -> list[Content]:
    name, before, after = fact
    is_other = differs(fact)
    style = "$text-warning" if is_other else ""
    left, right = (wrapped(visible(text, limit=1000), room) for text in (before, after))
    rows = []
    for at in range(max(len(left), len(right))):
        one, other = (part[at] if at < len(part) else "" for part in (left, right))
        head = f"{'≠' if is_other and at == 0 else ' '} {name if at == 0 else ''}"
        rows.append(
            Content.assemble(
                (set_cell_size(head, _NAME_WIDTH + 2), "$text-warning" if is_other else "$text-muted"),
                (set_cell_size(one, room) + " " * _GAP, style),
                (other, style),
            )
        )
    return rows


class HistoryCompareScreen(Page[None]):
    """Shows two results of one connection side by side."""

    CSS_PATH = "compared.tcss"
    ACTIONS: ClassVar[tuple[Action, ...]] = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]
    AUTO_FOCUS = "#explanation"

    def __init__(self, older: HistoryEntry, newer: HistoryEntry, bodies: Sequence[str] = ()) -> None:
        super().__init__()
        self._older, self._newer, self._bodies = older, newer, tuple(bodies)
        self._facts = side_by_side(older, newer)

    def compose(self) -> ComposeResult:
        count = sum(map(differs, self._facts)) + len(self._bodies)
        words = "alike" if not count else counted(count, "difference")
        yield TitleBar(f"Compare  {self._newer.name}", words)
        yield TitleBar(f"{moment(self._older.started_at)} beside {moment(self._newer.started_at)}")
        with Viewer(id="explanation"):
            yield ResultsCompared(self._facts, self._bodies)
        yield KeyBar(*bar_keys(ACTIONS))

    def on_mount(self) -> None:
        self.app.clear_notifications()

    def action_copy(self) -> None:
        """Copy what differs."""
        lines = [f"{name.strip()}: {before} → {after}" for name, before, after in self._facts if before != after]
        self.app.copy_to_clipboard(visible("\n".join([*lines, *self._bodies]), keep="\n"))
        self.notify(copied("what differs"), timeout=4, markup=False)

    def action_back(self) -> None:
        """Leave."""
        self.dismiss(None)
