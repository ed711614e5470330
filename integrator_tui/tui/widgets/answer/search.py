"""Finding a text in a body, a block at a time: every place of it, in any case, so that the count is true.

The bytes are searched, so that what is folded away is found too. A blank in the text stands for any white space and
for none where the layout sets one: `"id": 5` is found where the body has `"id":5`.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from time import perf_counter
from typing import Final

from integrator_tui.tui.widgets.answer.document import View

BLOCK: Final = 1 << 20
MOST: Final = 1_000_000
"""Places that are kept; where there are more, the count says so."""


class BodySearch:
    """The places of `text` in the bytes of `view`, in order; more of them come with `advance`."""

    def __init__(self, view: View, text: str) -> None:
        self.text = text
        self.places = array("I")
        self.is_complete = not text
        self._data = view.data
        self._at = 0
        self._pattern = re.compile(b"".join(map(_alternatives, text)), re.IGNORECASE)
        self._reach = 4 * len(text) + 64
        self.shown_pattern = re.compile(re.escape(text), re.IGNORECASE)
        """Finds the same in a line as it is shown."""

    def advance(self, seconds: float) -> bool:
        """Search on for about so long; return whether all was searched."""
        until = perf_counter() + seconds
        while not self.is_complete:
            self._block()
            if perf_counter() >= until:
                break
        return self.is_complete

    def _block(self) -> None:
        end = self._at + BLOCK
        at = self._at
        for found in self._pattern.finditer(self._data, self._at, end + self._reach):
            if found.start() >= end:
                break
            self.places.append(found.start())
            at = max(found.end(), found.start() + 1)
        self._at = max(end, at)
        self.is_complete = self._at >= len(self._data) or len(self.places) >= MOST

    def next(self, place: int, *, forward: bool) -> int | None:
        """Return the number of the first match at or behind `place`, or of the last before it, around the ends."""
        if not self.places:
            return None
        at = bisect_left(self.places, place) - (not forward)
        return at % len(self.places)

    def count_words(self, number: int | None) -> str:
        """Return which match of how many it is."""
        if not self.places:
            return "no match" if self.is_complete else "searching…"
        more = "+" if not self.is_complete or len(self.places) >= MOST else ""
        which = f"{number + 1:,} of " if number is not None else ""
        return f"{which}{len(self.places):,}{more}"


def _alternatives(character: str) -> bytes:
    if character == " ":
        return rb"[ \t\r\n]*"
    forms = {form.encode("utf-8", "replace") for form in (character, character.lower(), character.upper())}
    if character.isascii():
        return re.escape(character.encode())
    return b"(?:" + b"|".join(re.escape(form) for form in sorted(forms)) + b")"
