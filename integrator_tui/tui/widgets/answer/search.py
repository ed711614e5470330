"""Finding a text in a body, a block at a time: every place of it, in any case, so that the count is true.

The bytes are searched, so that what is folded away is found too. A blank in the text stands for any white space and
for none where the layout sets one: `"id": 5` is found where the body has `"id":5`. In JSON a character beyond ASCII
is found as it is and as it is escaped (RFC 8259, section 7): `Müller` where the body has `M\\u00fcller`.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from time import perf_counter
from typing import Final

from integrator_tui.tui.widgets.answer.document import LinesView, View

BLOCK: Final = 1 << 20
AT_ONCE: Final = 10_000
"""Places that are taken before it is looked at the clock."""
MOST: Final = 1_000_000
"""Places that are kept; where there are more, the count says so."""
_BLANK: Final = rb"[ \t\r\n]"


class BodySearch:
    """The places of `text` in the bytes of `view`, in order; more of them come with `advance`."""

    def __init__(self, view: View, text: str) -> None:
        self.text = text
        self.places = array("I")
        self.is_complete = not text
        self._data = view.data
        self._at = 0
        escaped = isinstance(view, LinesView) and view.kind == "json"
        self._pattern = re.compile(_in_bytes(text, escaped=escaped), re.IGNORECASE)
        self._reach = 12 * len(text) + 64
        shown = "".join(_shown(letter) for letter in text) if escaped else re.escape(text)
        self.shown_pattern = re.compile(shown, re.IGNORECASE)
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
        most = len(self.places) + AT_ONCE
        for found in self._pattern.finditer(self._data, self._at, end + self._reach):
            if found.start() >= end:
                break
            self.places.append(found.start())
            at = max(found.end(), found.start() + 1)
            if len(self.places) == most:
                end = at
                break
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


def _in_bytes(text: str, *, escaped: bool) -> bytes:
    """Return an expression for the bytes whose time grows with their number, however many of them are white.

    Blanks around the text stand for none just as well, and are left out.
    """
    words = text.split(" ")
    if not any(words):
        return _BLANK + rb"++"
    letters = (b"".join(_alternatives(letter, escaped=escaped) for letter in word) for word in words if word)
    return (_BLANK + rb"*+").join(letters)


def _alternatives(character: str, *, escaped: bool) -> bytes:
    if character.isascii():
        return re.escape(character.encode())
    forms = [form.encode("utf-8", "replace") for form in _cases(character)]
    if escaped:
        forms += [_escape(form).encode() for form in _cases(character)]
    return b"(?:" + b"|".join(re.escape(form) for form in forms) + b")"


def _shown(character: str) -> str:
    forms = [character] if character.isascii() else [character, *map(_escape, _cases(character))]
    return f"(?:{'|'.join(map(re.escape, forms))})"


def _cases(character: str) -> list[str]:
    return sorted({character, character.lower(), character.upper()})


def _escape(text: str) -> str:
    """Return a text as JSON escapes it, a character beyond the first plane as a surrogate pair."""
    units = text.encode("utf-16-be", "replace")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
