"""What the palette offers, and in which order for what is typed: pure, and quick for tens of thousands of items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from integrator_tui.tui.widgets.menu_list import MenuItem

ACTION, FIELD, CONNECTION, OPERATION = range(4)
"""Kinds of items, in the order in which they stand among equals."""

MOST: Final = 200
"""Items that are shown."""

_WHOLE, _BEGINNING, _WORD, _ANYWHERE, _BESIDE, _SCATTERED, _MISS = range(7)


class PaletteItem(NamedTuple):
    """A line: `id` is what choosing it gives, `words` its name, `note` stands at the right, `beside` are other
    words that find it (host, tags), in small letters."""

    kind: int
    id: str
    words: str
    note: str = ""
    beside: str = ""

    @property
    def menu_item(self) -> MenuItem:
        """The item as a menu shows it."""
        return MenuItem(self.id, self.words, self.note)


class PaletteItems:
    """The items of one palette. `recent` are the ids of what was chosen last, the newest first."""

    def __init__(self, items: Iterable[PaletteItem], recent: Sequence[str] = ()) -> None:
        self._items = [(item.words.lower(), item) for item in items]
        self._recent = {chosen: at for at, chosen in reversed(list(enumerate(recent)))}

    def ranked(self, text: str) -> tuple[PaletteItem, ...]:
        """Return the items that fit what is typed.

        A whole name comes first, then a beginning, then the beginning of a word, then any place, then what stands
        beside the name, then, of actions and fields, scattered letters; among equals by kind, then what was used
        last. Where nothing is typed, what was used last comes first of all.
        """
        wanted = " ".join(text.lower().split())
        if not wanted:
            return self._unfiltered()
        found = (
            (score, item.kind, self._recency(item), at)
            for at, (words, item) in enumerate(self._items)
            if (score := _score(words, item, wanted)) < _MISS
        )
        return tuple(self._items[at][1] for *_, at in sorted(found)[:MOST])

    def _unfiltered(self) -> tuple[PaletteItem, ...]:
        places = sorted(
            range(len(self._items)),
            key=lambda at: (self._recency(self._items[at][1]), self._items[at][1].kind, at),
        )
        return tuple(self._items[at][1] for at in places[:MOST])

    def _recency(self, item: PaletteItem) -> int:
        return self._recent.get(item.id, len(self._recent))


def _score(words: str, item: PaletteItem, wanted: str) -> int:
    if wanted in words:
        if words == wanted:
            return _WHOLE
        if words.startswith(wanted):
            return _BEGINNING
        return _WORD if f" {wanted}" in words else _ANYWHERE
    if item.kind >= CONNECTION:
        beside = item.beside
        if wanted in beside or (" " in wanted and all(word in words or word in beside for word in wanted.split())):
            return _BESIDE
        return _MISS
    rest = iter(words)
    return _SCATTERED if all(letter in rest for letter in wanted.replace(" ", "")) else _MISS
