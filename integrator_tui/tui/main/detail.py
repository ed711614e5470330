"""The part of the main screen at the right: what the selected row is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from integrator_tui.tui.screens.connection_text import describe, describe_operation
from integrator_tui.tui.textual_fixes.spared_drawing import EvenLines
from integrator_tui.tui.widgets.sheet import Sheet, SheetGroup, SheetLine

if TYPE_CHECKING:
    from integrator_tui.model.entry import Entry, EntryState
    from integrator_tui.model.last_result import LastResult
    from integrator_tui.model.probe import ProbeReport

_EMPTY: Final = (
    SheetGroup(
        "",
        (
            SheetLine("", "No connections yet", "strong"),
            SheetLine(
                "", "Press n for a New Connection. It is saved as a YAML file whose secrets are encrypted.", ""
            ),
        ),
    ),
)


class Detail(EvenLines, VerticalScroll):
    """Shows one thing at a time."""

    def __init__(self) -> None:
        super().__init__(id="detail")
        self._sheet = Sheet(most_rows=4)

    def compose(self) -> ComposeResult:
        yield self._sheet

    def show_entry(
        self, entry: Entry, report: ProbeReport | None, state: EntryState, earlier: LastResult | None
    ) -> None:
        """Show a connection, its last test of this session and its state, or its last result of an earlier one."""
        self._sheet.show(describe(entry, report, state, earlier))

    def show_operation(self, entry: Entry, operation: int) -> None:
        """Show the operation of this number."""
        self._sheet.show(describe_operation(entry, operation))

    def show_none(self, *, is_empty: bool) -> None:
        """Show that nothing is selected, and what to do first where the workspace is empty."""
        self._sheet.show(_EMPTY if is_empty else ())
