"""The sidebar's list of connections: drawn by hand, so that ten thousand rows cost what is visible of them.

A row begins with the connection's name and ends in its mark, at the right edge, where it stays however
narrow the list gets. Folders are groups with a header of their own, open at the start. Up and Down pass over
the header of an open group and stop at that of a closed one. A change of a mark repaints two cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import var

from integrator_tui.model.entry import Entry
from integrator_tui.tui.widgets.connections.canvas import ConnectionCanvas
from integrator_tui.tui.widgets.connections.rows import GroupRow
from integrator_tui.tui.widgets.drawing.scroll_thumb import top_at


class ConnectionList(ConnectionCanvas, can_focus=True):
    """The workspace's entries as selectable rows.

    Data goes in by the reactive `entries` (`data_bind` works), `set_filter`, `set_mark`, `set_marks` and `select`;
    `selected` is the file of the selected row. Out come `Highlighted`, when another file is selected than
    before (not when the entry of the same file was replaced), and `Chosen`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Previous", show=False, id="list.up", tooltip="Select the row above"),
        Binding("down", "move(1)", "Next", show=False, id="list.down", tooltip="Select the row below"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="list.page_up", tooltip="Go one page up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="list.page_down", tooltip="Go one page down"),
        Binding("home", "end(False)", "First", show=False, id="list.first", tooltip="Select the first row"),
        Binding("end", "end(True)", "Last", show=False, id="list.last", tooltip="Select the last row"),
        Binding("left", "set_open(False)", "Close group", show=False, id="list.close", tooltip="Close the folder"),
        Binding("right", "set_open(True)", "Open group", show=False, id="list.open", tooltip="Open the folder"),
        Binding("enter", "choose", "Choose", show=False, id="list.choose", tooltip="Choose the selected row"),
    ]

    entries: var[tuple[Entry, ...]] = var(())

    @dataclass
    class Highlighted(Message):
        """The selection moved: to the entry of `file`, or to a closed group or an empty list, where it is None."""

        file: str | None

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, ConnectionList.Highlighted)

    @dataclass
    class Chosen(Message):
        """Enter or a double click on the entry of `file`."""

        file: str

    def __init__(
        self,
        entries: tuple[Entry, ...] = (),
        *,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(entries, id=id, classes=classes)
        self._told: str | None = None
        self.set_reactive(ConnectionList.entries, entries)

    @property
    def selected(self) -> str | None:
        """The file of the selected entry; None where a closed group is selected or nothing is there."""
        return self._cursor.file

    def set_filter(self, text: str) -> int:
        """Show the entries that hold every word of `text` in name, file or tags; return how many those are."""
        kept, before = self.selected, self._cursor.at
        self._rows.filter(text)
        self._changed(self._cursor.keep(kept, 0 if text else before))
        return self._rows.matches

    def select(self, file: str) -> bool:
        """Select the row of `file`, opening its group; False where the filter hides it or it does not exist."""
        if self._rows.position(file) is None:
            self._rows.set_open(file.rpartition("/")[0], True)
        at = self._rows.position(file)
        if at is not None:
            self._changed(self._cursor.go(at))
        return at is not None

    def watch_entries(self, old: tuple[Entry, ...], new: tuple[Entry, ...]) -> None:
        kept, before = self.selected, self._cursor.at
        self._rows.replace(new)
        self._changed(self._cursor.keep(kept, before))

    def on_mount(self) -> None:
        self._told = self.selected
        self.post_message(self.Highlighted(self._told))

    def on_resize(self) -> None:
        self._cursor.height = max(1, self.size.height)
        # What the resize itself painted began at the row that was on top until now.
        if self._cursor.follow():
            self.refresh()

    def action_move(self, step: int) -> None:
        """Select the next row that can be selected, up (-1) or down (1)."""
        before = self._cursor.at
        self._moved(before, self._cursor.move(step))

    def action_page(self, pages: int) -> None:
        """Move the selection by a page."""
        before = self._cursor.at
        self._moved(before, self._cursor.page(pages))

    def action_end(self, is_last: bool) -> None:
        """Select the last or the first row."""
        before = self._cursor.at
        self._moved(before, self._cursor.near(len(self._rows) if is_last else 0))

    def action_set_open(self, is_open: bool) -> None:
        """Open or close the group of the selected row; closing selects its header."""
        if (row := self._cursor.row) is not None:
            self._set_open(row.group, is_open)

    def action_choose(self) -> None:
        """Choose the selected entry, or open or close the selected group."""
        row = self._cursor.row
        if isinstance(row, GroupRow):
            self._set_open(row.group, not row.is_open)
        elif row is not None:
            self.post_message(self.Chosen(row.file))

    def on_click(self, event: events.Click) -> None:
        if len(self._rows) > self._cursor.height and event.x == self.size.width - 1:
            self._scroll(top_at(event.y, len(self._rows), self._cursor.height))
            return
        at = self._cursor.top + event.y
        if not 0 <= at < len(self._rows):
            return
        row, before = self._rows.rows[at], self._cursor.at
        if isinstance(row, GroupRow):
            self._set_open(row.group, not row.is_open)
            return
        self._moved(before, self._cursor.go(at))
        if event.chain == 2:
            self.post_message(self.Chosen(row.file))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._scroll(self._cursor.top - 3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._scroll(self._cursor.top + 3)

    def _set_open(self, group: str, is_open: bool) -> None:
        kept, header = self.selected, self._rows.header(group)
        if header is None or not self._rows.set_open(group, is_open):
            return
        leaves = kept is None or kept.rpartition("/")[0] == group
        self._changed(self._cursor.keep(None if leaves else kept, header))

    def _scroll(self, top: int) -> None:
        if self._cursor.scroll(top):
            self.refresh()

    def _moved(self, before: int, scrolled: bool) -> None:
        self.repaint_cursor(before, scrolled)
        self._tell()

    def _changed(self, _scrolled: bool) -> None:
        self.refresh()
        self._tell()

    def _tell(self) -> None:
        if self.selected != self._told and self.is_mounted:
            self._told = self.selected
            self.post_message(self.Highlighted(self._told))
