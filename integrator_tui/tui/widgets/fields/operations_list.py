"""The operations of a connection as rows of its form: what is done with one is asked for, and done elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from integrator_tui.model.connection import Operation
from integrator_tui.model.problem import Problem
from integrator_tui.model.text import visible
from integrator_tui.tui.widgets.drawing.ink import inks
from integrator_tui.tui.widgets.fields.labelled import Label, Labelled

Deed = Literal["new", "edit", "duplicate", "delete"]

_MOST_ROWS = 10
_METHOD_WIDTH = 8
_EMPTY = "none yet: n New operation"


class OperationsList(Labelled, Widget, can_focus=True):
    """A row an operation, one of them under the cursor; a wrong one is marked, and its problems stand below."""

    DEFAULT_CSS = """
    OperationsList { height: auto; width: 1fr; background: $surface; }
    OperationsList:focus { background: $panel; background-tint: transparent; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "ask('new')", "New operation", show=False, tooltip="Describe one more request"),
        Binding("enter,e", "ask('edit')", "Edit operation", show=False, tooltip="Change the one of the cursor"),
        Binding("d", "ask('duplicate')", "Duplicate operation", show=False, tooltip="Begin a new one as a copy"),
        Binding(
            "delete,x", "ask('delete')", "Delete operation", show=False, tooltip="Take it out, after a question"
        ),
        Binding("J", "order(1)", "Order down", show=False, tooltip="Put it behind the next one"),
        Binding("K", "order(-1)", "Order up", show=False, tooltip="Put it before the one above"),
        Binding("up,k", "walk(-1)", "Previous", show=False),
        Binding("down,j", "walk(1)", "Next", show=False),
        Binding("home,g", "walk(-100000)", "First", show=False),
        Binding("end,G", "walk(100000)", "Last", show=False),
    ]

    @dataclass
    class Asked(Message):
        """The user wants something done, with the operation at place `at` unless it is a new one."""

        what: Deed
        at: int

    @dataclass
    class Ordered(Message):
        """The user wants the operation at place `at` to stand `step` places further down."""

        at: int
        step: int

    def __init__(self, label: Label, operations: tuple[Operation, ...] = ()) -> None:
        super().__init__()
        self.set_label(label)
        self._operations = operations
        self._cursor = self._top = 0
        self._wrong: dict[int | None, list[Problem]] = {}

    @property
    def cursor(self) -> int:
        """The place of the operation under the cursor, 0 where there is none."""
        return self._cursor

    def show(self, operations: tuple[Operation, ...], cursor: int | None = None) -> None:
        """Show these operations, and one of them under the cursor."""
        is_longer = len(operations) != len(self._operations)
        self._operations = operations
        self._go(self._cursor if cursor is None else cursor)
        self.refresh(layout=is_longer)

    def show_problems(self, problems: Iterable[Problem]) -> bool:
        self._wrong = {}
        for problem in problems:
            self._wrong.setdefault(problem.operation, []).append(problem)
        self.refresh()
        return self._show_those_of_the_cursor()

    def _show_those_of_the_cursor(self) -> bool:
        return super().show_problems(self._wrong.get(self._cursor, ()))

    def _go(self, at: int) -> None:
        self._cursor = max(0, min(at, len(self._operations) - 1))
        height = max(1, self._height)
        self._top = max(0, min(self._top, self._cursor, len(self._operations) - height), self._cursor - height + 1)
        self._show_those_of_the_cursor()

    @property
    def _height(self) -> int:
        return max(1, min(_MOST_ROWS, len(self._operations)))

    def action_ask(self, what: Deed) -> None:
        """Ask for something to be done."""
        if what == "new" or self._operations:
            self.post_message(self.Asked(what, self._cursor))
        else:
            self.post_message(self.Asked("new", 0))

    def action_order(self, step: int) -> None:
        """Ask for another place."""
        if 0 <= self._cursor + step < len(self._operations):
            self.post_message(self.Ordered(self._cursor, step))

    def action_walk(self, step: int) -> None:
        """Go to another row; from the first and the last one on to another field."""
        to = self._cursor + step
        if abs(step) == 1 and not 0 <= to < len(self._operations):
            self.app.action_focus_next() if step > 0 else self.app.action_focus_previous()
            return
        self._go(to)
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        at = self._top + event.y
        if event.x >= self.label_width and at < len(self._operations):
            self._go(at)
            self.refresh()

    @property
    def cursor_screen_offset(self) -> Offset:
        x, y, _, _ = self.content_region
        return Offset(x, y + self._cursor - self._top)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self._height

    def render_line(self, y: int) -> Strip:
        base, ink, width = self.rich_style, inks(self.app), self.size.width
        at = self._top + y
        if not self._operations:
            style = base + (ink.cursor if self.has_focus else ink.muted)
            return (
                Strip([Segment(set_cell_size(f" {_EMPTY}", width), style)]) if not y else Strip.blank(width, base)
            )
        if at >= len(self._operations) or y >= self._height:
            return Strip.blank(width, base)
        operation = self._operations[at]
        under = at == self._cursor and self.has_focus
        wrong = self._wrong.get(at, ())
        mark = "✗ " if any(problem.is_error for problem in wrong) else "! " if wrong else ""
        name = f"{mark}{visible(operation.name, limit=200) or '(no name)'}"
        method, path = visible(operation.method, limit=7), visible(operation.path, limit=200)
        left = _fitted(f" {method:<{_METHOD_WIDTH}}{name}  ", max(0, width - 8))
        colour = ink.error if mark == "✗ " else ink.warning if mark else ink.text
        first = Segment(left, base + (ink.cursor if under else colour))
        rest = _fitted(path, max(0, width - cell_len(left)))
        second = Segment(rest, base + (ink.cursor if under else ink.muted))
        return Strip([first, second]).extend_cell_length(width, first.style or base).crop(0, width)


def _fitted(text: str, most: int) -> str:
    """Return a text in at most so many cells."""
    return text if cell_len(text) <= most else set_cell_size(text, max(0, most - 1)) + "…"
