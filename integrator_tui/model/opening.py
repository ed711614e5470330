"""Opening: what a list shows first of thousands of entries, before they are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from integrator_tui.model.entry import Entry
from integrator_tui.model.named_tuple import NamedTuple

MOST: Final = 300
"""Entries that the largest terminal shows at once."""


class Opening(NamedTuple):
    """The first entries in the order of a list, and of all: how many there are, how many of them have a problem and
    how many secrets in plain text, and how many are in each folder."""

    entries: tuple[Entry, ...] = ()
    total: int = 0
    problems: int = 0
    plain: int = 0
    sizes: Mapping[str, int] = {}

    @property
    def rows_beyond(self) -> int:
        """The rows of a list that `entries` and the headers of their folders are not."""
        shown = {entry.group for entry in self.entries}
        return self.total - len(self.entries) + sum(group not in shown for group in self.sizes if group)


def in_list_order(entries: Iterable[Entry]) -> list[Entry]:
    """Return entries in the order of their folders and names; of two names that differ in case alone in that of
    their files."""
    return sorted(entries, key=lambda entry: (entry.group, (entry.name or entry.file).casefold()))


def opening_of(entries: Iterable[Entry]) -> Opening:
    """Return the opening of a list of these."""
    ordered = in_list_order(entries)
    states = Counter(entry.state for entry in ordered)
    sizes = Counter(entry.group for entry in ordered)
    return Opening(tuple(ordered[:MOST]), len(ordered), states["problem"], states["unsealed"], dict(sizes))
