"""Which rows the sidebar shows, in which order, for the entries, the filter and the closed groups: no drawing.

Entries of the workspace's own folder stand first, without a header; each other folder follows under its own,
in the order of their paths. The order inside a group is the order given. While a filter is set every group
that has a match is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from integrator_tui.model.entry import Entry


@dataclass(frozen=True, slots=True)
class GroupRow:
    """The header of a folder with the number of its entries that pass the filter."""

    group: str
    count: int
    is_open: bool


ListRow = Entry | GroupRow


class ConnectionRows:
    """The rows and where each of them stands; every change rebuilds them, in O(entries)."""

    def __init__(self, entries: Sequence[Entry] = ()) -> None:
        self.rows: list[ListRow] = []
        self.matches = 0
        self._closed: set[str] = set()
        self._words: tuple[str, ...] = ()
        self._position: dict[str, int] = {}
        self._header: dict[str, int] = {}
        self.replace(entries)

    def __len__(self) -> int:
        return len(self.rows)

    def replace(self, entries: Sequence[Entry]) -> None:
        """Take new entries; groups that were closed stay closed."""
        groups: dict[str, list[tuple[str, Entry]]] = {}
        for entry in entries:
            text = "\n".join((entry.name, entry.file, *entry.tags)).casefold()
            groups.setdefault(entry.group, []).append((text, entry))
        self._groups = dict(sorted(groups.items()))
        self._rebuild()

    def filter(self, text: str) -> None:
        """Keep the entries that hold every word of `text`, in any case, in name, file or tags."""
        words = tuple(text.casefold().split())
        if words != self._words:
            self._words = words
            self._rebuild()

    def set_open(self, group: str, is_open: bool) -> bool:
        """Open or close a group; return whether that changed a row."""
        if group not in self._header or self._words or (group not in self._closed) == is_open:
            return False
        (self._closed.discard if is_open else self._closed.add)(group)
        self._rebuild()
        return True

    def position(self, file: str) -> int | None:
        """Return the index of the row of `file`, None where it has none now."""
        return self._position.get(file)

    def header(self, group: str) -> int | None:
        """Return the index of the header of `group`, None where it has none."""
        return self._header.get(group)

    def is_stop(self, index: int) -> bool:
        """Whether Up and Down halt at the row: at an entry, and at a closed group, which stands for its entries."""
        row = self.rows[index]
        return isinstance(row, Entry) or not row.is_open

    def nearest_stop(self, index: int, direction: int) -> int | None:
        """Return the first row to halt at from `index` on in `direction` (1 or -1), None where there is none."""
        while 0 <= index < len(self.rows):
            if self.is_stop(index):
                return index
            index += direction
        return None

    def _rebuild(self) -> None:
        self.rows, self._header, self._position, self.matches = [], {}, {}, 0
        for group, members in self._groups.items():
            found = [entry for text, entry in members if all(word in text for word in self._words)]
            self.matches += len(found)
            is_open = bool(self._words) or group not in self._closed
            if group and found:
                self._header[group] = len(self.rows)
                self.rows.append(GroupRow(group, len(found), is_open))
            if is_open or not group:
                self._position.update((entry.file, at) for at, entry in enumerate(found, len(self.rows)))
                self.rows.extend(found)
