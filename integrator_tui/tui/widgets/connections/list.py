"""The list of connections: drawn by hand, so that ten thousand rows cost what is visible of them.

A row begins with the connection's name and ends in its mark and last result, at the right edge, where the mark
stays however narrow the list gets. Folders are groups with a header of their own, open at the start. Up and Down
pass over the header of an open group and stop at that of a closed one. Operations are rows below their
connection, once that is opened. A change of what is known of a connection repaints its row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import var

from integrator_tui.model.entry import Entry
from integrator_tui.tui.widgets.connections.canvas import ConnectionCanvas
from integrator_tui.tui.widgets.connections.facts import ORDERS, RowFacts, order_key
from integrator_tui.tui.widgets.connections.rows import GroupRow, Place
from integrator_tui.tui.widgets.connections.search import Search, SearchHits
from integrator_tui.tui.widgets.drawing.scroll_thumb import top_at


def _key(keys: str, action: str, words: str, name: str, tooltip: str) -> Binding:
    return Binding(keys, action, words, show=False, id=f"list.{name}", tooltip=tooltip)


class ConnectionList(ConnectionCanvas, can_focus=True):
    """The workspace's entries as selectable rows.

    Data goes in by the reactive `entries` (`data_bind` works), `set_filter`, `set_facts`, `set_all_facts`,
    `set_order` and `select`; `selected` is the file of the selected row, `selected_operation` the number of the
    operation where it is one of those. Out come `Highlighted`, when another row is selected than before (not when
    the entry of the same file was replaced), `Chosen`, and `MarksChanged`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        _key("up", "move(-1)", "Previous", "up", "Select the row above"),
        _key("k", "letter('k')", "Previous", "up_letter", "Select the row above"),
        _key("down,j", "move(1)", "Next", "down", "Select the row below"),
        _key("pageup", "page(-1)", "Page up", "page_up", "Go one page up"),
        _key("pagedown", "page(1)", "Page down", "page_down", "Go one page down"),
        _key("ctrl+u", "page(-0.5)", "Half up", "half_up", "Go half a page up"),
        _key("ctrl+d", "page(0.5)", "Half down", "half_down", "Go half a page down"),
        _key("home", "end(False)", "First", "first", "Select the first row"),
        _key("g", "letter('g')", "First", "first_letter", "Select the first row"),
        _key("end,G", "end(True)", "Last", "last", "Select the last row"),
        _key("left", "set_open(False)", "Close", "close", "Close the operations, or the folder"),
        _key("right", "set_open(True)", "Open", "open", "Show the operations, or open the folder"),
        _key("enter", "choose", "Choose", "choose", "Actions of a connection; run an operation"),
    ]

    entries: var[tuple[Entry, ...]] = var(())

    @dataclass
    class Highlighted(Message):
        """The selection moved: to the entry of `file` or one of its operations, or to a closed group or an empty
        list, where it is None."""

        file: str | None
        operation: int | None = None

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, ConnectionList.Highlighted)

    @dataclass
    class Chosen(Message):
        """Enter or a double click on the entry of `file`, or on one of its operations."""

        file: str
        operation: int | None = None

    @dataclass
    class LetterMoved(Message):
        """A letter moved the selection that did something else before."""

        letter: str

    class MarksChanged(Message):
        """Other connections are marked than before."""

    def __init__(
        self,
        entries: tuple[Entry, ...] = (),
        *,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(entries, id=id, classes=classes)
        self._told: Place | None = None
        self._search = Search(self.facts, lambda entry: entry.file in self._marked)
        self._search.replace(self._rows.entries)
        self.stays_at_top = True
        """Whether the first row stays selected, whichever that is: until a key is pressed, or the names are those
        that the files say."""
        self.filter_text = ""
        self.is_similar = False
        self.order = ORDERS[0]
        self.set_reactive(ConnectionList.entries, entries)

    @property
    def selected(self) -> str | None:
        """The file of the selected row; None where a closed group is selected or nothing is there."""
        return self._cursor.file

    @property
    def selected_operation(self) -> int | None:
        """The number of the selected operation; None where another row is selected."""
        return self._cursor.place[1] if self._cursor.place is not None else None

    # which rows there are

    @property
    def matches(self) -> int:
        """How many entries pass the filter."""
        return self._rows.matches

    @property
    def shown_files(self) -> tuple[str, ...]:
        """The files of the entries that pass the filter, in their order."""
        return tuple(entry.file for entry in self._rows.found if not entry.is_folder)

    def prepare_filter(self) -> None:
        """Make ready what is filtered, before somebody types."""
        self._search.prepare()

    def set_filter(self, text: str) -> int:
        """Show the entries that a FILTER finds; return how many those are."""
        self.stays_at_top = False
        kept, before = self._cursor.place, self._cursor.at
        self.filter_text = text
        self._take(self._search.find(text))
        self._changed(self._cursor.keep(kept, 0 if text else before))
        return self._rows.matches

    def set_order(self, order: str) -> None:
        """Order the rows by one of ORDERS."""
        self.order = order
        self.settle()

    def settle(self) -> None:
        """Filter and order anew by what is known now: while tests run, rows keep their places."""
        kept, before = self._cursor.place, self._cursor.at
        self._order()
        self._take(self._search.find(self.filter_text))
        self._changed(self._cursor.keep(kept, before))

    def set_all_facts(self, facts: Mapping[str, RowFacts]) -> None:
        super().set_all_facts(facts)
        if self._search.depends_on_facts or self.order != ORDERS[0]:
            self.settle()

    def select(self, file: str, operation: int | None = None) -> bool:
        """Select the row of `file`, or of one of its operations, opening what it lies in; False where the filter
        hides it or it does not exist."""
        self.stays_at_top = False
        if self._rows.position(file) is None:
            self._rows.set_open(file.rpartition("/")[0], True)
        if operation is not None:
            self._rows.unfold(file, True)
        at = self._rows.position(file, operation)
        if at is not None:
            self._changed(self._cursor.go(at))
        return at is not None

    def watch_entries(self, old: tuple[Entry, ...], new: tuple[Entry, ...]) -> None:
        kept, before = (None, 0) if self.stays_at_top else (self._cursor.place, self._cursor.at)
        self._rows.replace(new)
        self._search.replace(self._rows.entries)
        self._take(self._search.find(self.filter_text))
        self._changed(self._cursor.keep(kept, before))

    def _take(self, found: SearchHits) -> None:
        self.is_similar = found.is_similar
        if found.entries is not None or self._rows.is_filtered:
            self._rows.show(found.entries)

    def _order(self) -> None:
        order = self.order
        key = None if order == ORDERS[0] else lambda entry: order_key(order, entry, self.facts(entry))
        self._rows.order(key)

    # marks

    @property
    def marked(self) -> tuple[str, ...]:
        """The files of the connections that are marked and still there, in the order of their files."""
        if not self._marked:
            return ()
        return tuple(entry.file for entry in self.entries if entry.file in self._marked)

    def clear_marks(self) -> None:
        """Mark nothing."""
        self._set_marks(set())

    def follow_marks(self, moved: Mapping[str, str]) -> None:
        """Mark what has another file now there."""
        self._set_marks({moved.get(file, file) for file in self._marked})

    def mark_selected(self) -> bool:
        """Mark the selected connection, or those of the selected group, or no longer; False where none is
        selected."""
        row = self._cursor.row
        files = self._rows.members(row.group) if isinstance(row, GroupRow) else [row.file] if row else []
        files = [file for file in files if not file.endswith("/")]
        self._toggle(files)
        return bool(files)

    def mark_shown(self) -> bool:
        """Mark all that the filter shows, or no longer where all are; False where nothing is shown."""
        self._toggle(self.shown_files)
        return bool(self.shown_files)

    def _toggle(self, files: tuple[str, ...] | list[str]) -> None:
        some = set(files)
        self._set_marks(self._marked - some if some <= self._marked else self._marked | some)

    def _set_marks(self, files: set[str]) -> None:
        if files != self._marked:
            self._marked = files
            self.refresh()
            self.post_message(self.MarksChanged())

    # keys and the mouse

    def on_mount(self) -> None:
        self._told = self._cursor.place
        self.post_message(self.Highlighted(*(self._told or (None,))))

    def on_resize(self) -> None:
        self._fit_height()

    def watch_as_table(self) -> None:
        self._fit_height()
        self.refresh()

    def _fit_height(self) -> None:
        self._cursor.height = max(1, self.size.height - self._head)
        # What the resize itself painted began at the row that was on top until now.
        if self._cursor.follow():
            self.refresh()

    def action_move(self, step: int) -> None:
        """Select the next row that can be selected, up (-1) or down (1)."""
        before = self._cursor.at
        self._moved(before, self._cursor.move(step))

    def action_page(self, pages: float) -> None:
        """Move the selection by a page, or a part of one."""
        before = self._cursor.at
        self._moved(before, self._cursor.page(pages))

    def action_end(self, is_last: bool) -> None:
        """Select the last or the first row."""
        before = self._cursor.at
        self._moved(before, self._cursor.near(len(self._rows) if is_last else 0))

    def action_letter(self, letter: str) -> None:
        """Go up (k), or to the first row (g)."""
        if letter == "k":
            self.action_move(-1)
        else:
            self.action_end(False)
        self.post_message(self.LetterMoved(letter))

    def action_set_open(self, is_open: bool) -> None:
        """Open or close the operations of the selected connection, else its group; closing selects what is
        closed.
        """
        row = self._cursor.row
        if isinstance(row, GroupRow):
            self._set_open(row.group, is_open)
        elif row is not None and (is_open or self._rows.is_unfolded(row.file)):
            self._unfold(row.file, is_open)
        elif isinstance(row, Entry):
            self._set_open(row.group, False)

    def action_choose(self) -> None:
        """Choose the selected entry or operation, or open or close the selected group."""
        row = self._cursor.row
        if isinstance(row, GroupRow):
            self._set_open(row.group, not row.is_open)
        elif row is not None:
            self.post_message(self.Chosen(*self._cursor.place))  # type: ignore[misc]

    def on_click(self, event: events.Click) -> None:
        y = event.y - self._head
        if len(self._rows) > self._cursor.height and event.x == self.size.width - 1:
            self._scroll(top_at(y, len(self._rows), self._cursor.height))
            return
        at = self._cursor.top + y
        if y < 0 or not 0 <= at < len(self._rows):
            return
        row, before = self._rows.rows[at], self._cursor.at
        if isinstance(row, GroupRow):
            self._set_open(row.group, not row.is_open)
            return
        self._moved(before, self._cursor.go(at))
        if event.chain == 2:
            self.action_choose()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._scroll(self._cursor.top - 3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._scroll(self._cursor.top + 3)

    def _set_open(self, group: str, is_open: bool) -> None:
        self.stays_at_top = False
        kept, header = self._cursor.place, self._rows.header(group)
        if header is None or not self._rows.set_open(group, is_open):
            return
        leaves = kept is None or kept[0].rpartition("/")[0] == group
        self._changed(self._cursor.keep(None if leaves else kept, header))

    def _unfold(self, file: str, is_open: bool) -> None:
        self.stays_at_top = False
        if self._rows.unfold(file, is_open):
            self._changed(self._cursor.keep((file, None), self._cursor.at))

    def _scroll(self, top: int) -> None:
        self.stays_at_top = False
        if self._cursor.scroll(top):
            self.refresh()

    def _moved(self, before: int, scrolled: bool) -> None:
        self.stays_at_top = False
        self.repaint_cursor(before, scrolled)
        self._tell()

    def _changed(self, _scrolled: bool) -> None:
        self.refresh()
        self._tell()

    def _tell(self) -> None:
        place = self._cursor.place
        if place != self._told and self.is_mounted:
            self._told = place
            self.post_message(self.Highlighted(*(place or (None,))))
