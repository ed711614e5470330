"""Which rows the list shows, in which order, for the entries, the filter, the order and what is closed: no drawing.

In the order of names, entries of the workspace's own folder stand first, without a header; each other folder
follows under its own, in the order of their paths. In every other order there are no folders: what comes first is
to be seen at once. While a filter is set every group that has a match is open. Operations of an opened connection
stand below it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from integrator_tui.model.entry import Entry
from integrator_tui.model.listed import operation_rows
from integrator_tui.model.opening import Opening, in_list_order
from integrator_tui.model.operation_row import OperationRow


class GroupRow(NamedTuple):
    """The header of a folder with the number of its entries that pass the filter."""

    group: str
    size: int
    is_open: bool


class OperationLine(NamedTuple):
    """An operation of an opened connection: the one of this number among those of the entry of `file`."""

    file: str
    number: int
    operation: OperationRow


ListRow = Entry | GroupRow | OperationLine
Place = tuple[str, int | None]
"""A file, and the number of one of its operations."""


class ConnectionRows:
    """The rows and where each of them stands; every change rebuilds them, in O(entries)."""

    def __init__(self, entries: Sequence[Entry] = ()) -> None:
        self.rows: list[ListRow] = []
        self.found: list[Entry] = []
        """The entries that pass the filter, in the order of the rows, those of closed groups too."""
        self._entries: Sequence[Entry] = ()
        self.beyond = 0
        """Rows that there will be below those that there are."""
        self._sizes: Mapping[str, int] = {}
        self._closed: set[str] = set()
        self._unfolded: set[str] = set()
        self._passing: Sequence[Entry] | None = None
        self._key: Callable[[Entry], object] | None = None
        # A connection's by its file alone: of ten thousand, pairs would take a megabyte.
        self._position: dict[str | Place, int] = {}
        self._header: dict[str, int] = {}
        self.replace(entries)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def is_filtered(self) -> bool:
        """Whether a filter is set."""
        return self._passing is not None

    @property
    def matches(self) -> int:
        """How many entries pass the filter."""
        return len(self.found)

    @property
    def entries(self) -> Sequence[Entry]:
        """All entries, in the order of their folders and names."""
        return self._entries

    def replace(self, entries: Sequence[Entry]) -> None:
        """Take new entries, all of which are shown; what was closed or opened stays so."""
        self._entries = in_list_order(entries)
        self.beyond, self._sizes = 0, {}
        self.show(None)

    def expect(self, opening: Opening) -> None:
        """Take it that there will be more rows, until entries are replaced."""
        self.beyond, self._sizes = opening.rows_beyond, opening.sizes
        self._rebuild()

    def show(self, passing: Sequence[Entry] | None) -> None:
        """Show these of `entries` alone, in their order, or all where there is no filter (None)."""
        self._passing = passing
        self._rebuild()

    def order(self, key: Callable[[Entry], object] | None) -> None:
        """Order by this key, without groups; by name, in groups, where it is None."""
        self._key = key
        self._rebuild()

    def set_open(self, group: str, is_open: bool) -> bool:
        """Open or close a group; return whether that changed a row."""
        if group not in self._header or self._passing is not None or (group not in self._closed) == is_open:
            return False
        (self._closed.discard if is_open else self._closed.add)(group)
        self._rebuild()
        return True

    def unfold(self, file: str, is_open: bool) -> bool:
        """Show or hide the operations of a connection; return whether that changed a row."""
        at = self._position.get(file)
        entry = self.rows[at] if at is not None else None
        if not isinstance(entry, Entry) or not operation_rows(entry) or (file in self._unfolded) == is_open:
            return False
        (self._unfolded.add if is_open else self._unfolded.discard)(file)
        self._rebuild()
        return True

    def is_unfolded(self, file: str) -> bool:
        """Whether the operations of a connection are shown."""
        return file in self._unfolded

    def position(self, file: str, operation: int | None = None) -> int | None:
        """Return the index of the row of `file`, or of one of its operations, None where it has none now."""
        return self._position.get(file if operation is None else (file, operation))

    def header(self, group: str) -> int | None:
        """Return the index of the header of `group`, None where it has none."""
        return self._header.get(group)

    def members(self, group: str) -> list[str]:
        """Return the files of a group that pass the filter."""
        return [entry.file for entry in self.found if entry.group == group]

    def is_stop(self, index: int) -> bool:
        """Whether Up and Down halt at the row: at all but the header of an open group."""
        row = self.rows[index]
        return not isinstance(row, GroupRow) or not row.is_open

    def nearest_stop(self, index: int, direction: int) -> int | None:
        """Return the first row to halt at from `index` on in `direction` (1 or -1), None where there is none."""
        while 0 <= index < len(self.rows):
            if self.is_stop(index):
                return index
            index += direction
        return None

    def _rebuild(self) -> None:
        self.rows, self._header, self._position = [], {}, {}
        shown = self._entries if self._passing is None else self._passing
        if self._key is not None:
            self.found = sorted(shown, key=self._key)  # type: ignore[arg-type]
            self._add(self.found)
            return
        self.found = list(shown)
        for group, found in groupby(self.found, key=_group):
            self._add_group(group, list(found))

    def _add_group(self, group: str, members: list[Entry]) -> None:
        is_open = self._passing is not None or group not in self._closed
        if group:
            self._header[group] = len(self.rows)
            size = self._sizes.get(group, len(members)) if self.beyond else len(members)
            self.rows.append(GroupRow(group, size, is_open))
        if is_open or not group:
            self._add(members)

    def _add(self, members: Sequence[Entry]) -> None:
        if not self._unfolded:
            # The common case, for ten thousand of them.
            self._position.update((entry.file, at) for at, entry in enumerate(members, len(self.rows)))
            self.rows.extend(members)
            return
        for entry in members:
            self._put(entry, entry.file, None)
            if entry.file in self._unfolded:
                for number, operation in enumerate(operation_rows(entry)):
                    self._put(OperationLine(entry.file, number, operation), entry.file, number)

    def _put(self, row: ListRow, file: str, operation: int | None) -> None:
        self._position[file if operation is None else (file, operation)] = len(self.rows)
        self.rows.append(row)


def _group(entry: Entry) -> str:
    return entry.group
