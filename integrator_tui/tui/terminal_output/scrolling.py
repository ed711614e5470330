"""Rows that moved up or down as a block: the terminal moves them itself, where that leaves less to send."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from operator import is_not, ne
from typing import Final, NamedTuple

from integrator_tui.tui.terminal_output.cells import Cells

_FEWEST_ROWS: Final = 3
_WORTH: Final = 40
"""Cells that a scroll has to spare: it takes about half as many bytes itself."""
_EDGE: Final = 2
"""Cells at the right that do not count for whether rows are the same: a scroll bar stands there."""


class Scroll(NamedTuple):
    """The rows from `top` to `bottom` are those that stood `rows` further down before, or up if it is negative."""

    top: int
    bottom: int
    rows: int


def found(shown: Cells, wanted: Cells, rows: Sequence[int]) -> Scroll | None:
    """Return the scroll that leaves the least to send of these rows (in order), None where it spares little."""
    rows = [y for y in rows if shown.glyphs[y] != wanted.glyphs[y] or shown.pens[y] != wanted.pens[y]]
    if len(rows) < _FEWEST_ROWS or rows[-1] - rows[0] + 1 != len(rows):
        # Between rows that stay nothing moved, or so little that it does not matter.
        return None
    top, bottom = rows[0], rows[-1]
    best, least = None, sum(_different(shown, y, wanted, y) for y in rows) - _WORTH
    for moved, _ in _votes(shown, wanted, top, bottom).most_common(2):
        scroll = Scroll(top, bottom, moved)
        left = _left(shown, wanted, scroll, least)
        if left < least:
            best, least = scroll, left
    return best


def _votes(shown: Cells, wanted: Cells, top: int, bottom: int) -> Counter[int]:
    """Count by how much rows moved, where the changed part of a row is found in another one."""
    left, right = _columns(shown, wanted, top, bottom)
    places: dict[tuple[str | None, ...], int] = {}
    for y in range(top, bottom + 1):
        places.setdefault(tuple(shown.glyphs[y][left:right]), y)
    votes: Counter[int] = Counter()
    for y in range(top, bottom + 1):
        text = tuple(wanted.glyphs[y][left:right])
        place = places.get(text)
        if place is not None and place != y and any(glyph != " " for glyph in text):
            votes[place - y] += 1
    return votes


def _columns(shown: Cells, wanted: Cells, top: int, bottom: int) -> tuple[int, int]:
    """Return the first and the end of the columns that changed, less what may be a scroll bar."""
    first, end = wanted.width, 0
    for y in range(top, bottom + 1):
        changed = [x for x, (a, b) in enumerate(zip(shown.glyphs[y], wanted.glyphs[y], strict=True)) if a != b]
        if changed:
            first, end = min(first, changed[0]), max(end, changed[-1] + 1)
    return first, max(first, min(end, wanted.width - _EDGE))


def _different(shown: Cells, old: int, wanted: Cells, new: int) -> int:
    """Return how many cells of a wanted row are not those of a shown one."""
    glyphs, pens = shown.glyphs[old], shown.pens[old]
    if glyphs == wanted.glyphs[new] and pens == wanted.pens[new]:
        return 0
    return sum(map(_either, map(ne, glyphs, wanted.glyphs[new]), map(is_not, pens, wanted.pens[new])))


def _either(a: bool, b: bool) -> bool:
    return a or b


def _left(shown: Cells, wanted: Cells, scroll: Scroll, bound: int) -> int:
    """Return how many cells there are to send after a scroll; no less than `bound` where it is not worth it."""
    left = 0
    for y in range(scroll.top, scroll.bottom + 1):
        old = y + scroll.rows
        if scroll.top <= old <= scroll.bottom:
            left += _different(shown, old, wanted, y)
        else:
            left += sum(glyph != " " for glyph in wanted.glyphs[y])
        if left >= bound:
            break
    return left
