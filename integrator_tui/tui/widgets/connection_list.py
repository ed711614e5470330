"""The sidebar's list of connections: drawn by hand, so that ten thousand rows cost what is visible of them.

A row begins with the connection's name and ends in its mark, at the right edge, where it stays however
narrow the list gets. Folders are groups with a header of their own, open at the start. Up and Down pass over
the header of an open group and stop at that of a closed one. A change of a mark repaints two cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from textual.message import Message
from textual.reactive import var
from textual.widget import Widget

from integrator_tui.model.entry import Entry

Mark = Literal["ok", "problem", "unsealed", "locked", "seal_broken", "testing", "passed", "failed"]


class ConnectionList(Widget, can_focus=True):
    """The workspace's entries as selectable rows.

    Data goes in by the reactive `entries` (`data_bind` works), `set_filter`, `set_mark` and `select`;
    `selected` is the file of the selected row. Out come `Highlighted` and `Chosen`.
    """

    GLYPHS: ClassVar[dict[Mark, str]] = {}

    entries: var[tuple[Entry, ...]] = var(())

    @dataclass
    class Highlighted(Message):
        """The selection moved: to the entry of `file`, or to a closed group or an empty list, where it is None."""

        file: str | None

    @dataclass
    class Chosen(Message):
        """Enter or a double click on the entry of `file`."""

        file: str

    def __init__(
        self, entries: tuple[Entry, ...] = (), *, id: str | None = None, classes: str | None = None
    ) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.set_reactive(ConnectionList.entries, entries)

    @property
    def selected(self) -> str | None:
        """The file of the selected entry; None where a closed group is selected or nothing is there."""
        raise NotImplementedError

    def set_filter(self, text: str) -> int:
        """Show the entries that hold every word of `text` in name, file or tags; return how many those are."""
        raise NotImplementedError

    def set_mark(self, file: str, mark: Mark | None) -> None:
        """Mark the row of `file`; None goes back to the mark of the entry's own state. O(1), painted at 15 Hz."""
        raise NotImplementedError

    def select(self, file: str) -> bool:
        """Select the row of `file`, opening its group; False where the filter hides it or it does not exist."""
        raise NotImplementedError
