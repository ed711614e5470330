"""The part of the main screen that lists connections: the filter above, the list below, as a sidebar or a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.containers import Vertical

from integrator_tui.model.opening import Opening
from integrator_tui.tui.main.counts import Shown
from integrator_tui.tui.textual_fixes.spared_drawing import EvenLines
from integrator_tui.tui.widgets.connections.facts import ORDERS
from integrator_tui.tui.widgets.connections.list import ConnectionList

if TYPE_CHECKING:
    from integrator_tui.tui.widgets.fields.filter_field import FilterField

_STEP: Final = 4
_NARROWEST: Final = 16
_DETAIL: Final = 30
"""Columns that the detail keeps."""


class Sidebar(EvenLines, Vertical):
    """`list` is the list of connections."""

    def __init__(self, opening: Opening) -> None:
        super().__init__(id="sidebar")
        self.list = ConnectionList(opening.entries)
        self.list.expect(opening)
        self._width: int | None = None
        self._field: FilterField | None = None

    def compose(self) -> ComposeResult:
        yield self.list

    @property
    def shown(self) -> Shown:
        """What of the connections the list shows."""
        found = self.list.matches if self.list.filter_text.strip() else None
        return Shown(found, self.list.is_similar, len(self.list.marked), self.list.order)

    # the filter

    @property
    def is_filtered(self) -> bool:
        """Whether the line of the filter is shown, or a filter set."""
        return (self._field is not None and self._field.display) or bool(self.list.filter_text)

    def open_filter(self) -> None:
        """Show the line of the filter, and go there."""
        self._shown_field().focus()
        self.call_after_refresh(self.list.prepare_filter)

    def show_filter(self, text: str) -> None:
        """Filter by this text, as if it had been typed."""
        field = self._shown_field()
        field.value = text
        field.cursor_position = len(text)
        self.list.set_filter(text)

    def close_filter(self) -> None:
        """Show everything again; what is selected stays selected."""
        if self._field is not None:
            self._field.display = False
            self._field.value = ""
        self.list.set_filter("")
        self.list.focus()

    def _shown_field(self) -> FilterField:
        if self._field is None:
            from integrator_tui.tui.widgets.fields.filter_field import FilterField

            self._field = FilterField()
            self.mount(self._field, before=0)
        self._field.display = True
        return self._field

    # how it is shown

    def next_order(self) -> str:
        """Order by the next of the orders, and return its name."""
        order = ORDERS[(ORDERS.index(self.list.order) + 1) % len(ORDERS)]
        self.list.set_order(order)
        return order

    def widen(self, steps: int) -> bool:
        """Make the sidebar wider or narrower; False where it cannot be."""
        widest = max(_NARROWEST, self.screen.size.width - _DETAIL)
        # What a key before this one set may not be laid out yet.
        before = self._width or self.outer_size.width
        width = min(widest, max(_NARROWEST, before + steps * _STEP))
        if width == before:
            return False
        self._width = width
        self._set_width(width)
        return True

    def as_table(self, is_table: bool) -> None:
        """Show the rows as a table of the screen's width, or as a sidebar again."""
        self.list.as_table = is_table
        self._set_width(None if is_table else self._width)

    def _set_width(self, width: int | None) -> None:
        for name in ("width", "min_width", "max_width"):
            setattr(self.styles, name, width)
