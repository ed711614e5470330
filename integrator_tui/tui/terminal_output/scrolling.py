"""Rows that moved up or down as a block: the terminal moves them itself, where that leaves less to send.

What moves may stand beside what stays, as a stream beside the list: a terminal that knows margins at the sides
(DECSLRM) moves those columns alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from operator import is_not, ne
from typing import Final, NamedTuple

from integrator_tui.tui.terminal_output.cells import Cells

_FEWEST_ROWS: Final = 3
_WORTH: Final = 40
"""Cells that a scroll has to spare: it takes about half as many bytes itself."""
_WORTH_OF_SIDES: Final = 8
"""Cells that it has to spare besides where the columns beside it stay."""
_EDGE: Final = 2
"""Cells at the right that do not count for whether rows are the same: a scroll bar stands there."""


class Scroll(NamedTuple):
    """The rows from `top` to `bottom` are those that stood `rows` further down before, or up if it is negative; of
    each the cells from `left` to before `right`."""

    top: int
    bottom: int
    rows: int
    left: int
    right: int


def found(shown: Cells, wanted: Cells, rows: Sequence[int], *, beside: bool = False) -> Scroll | None:
    """Return the scroll that leaves the least to send of these rows (in order), None where it spares little.

    `beside` says that columns may stay where they are.
    """
    rows = [y for y in rows if shown.glyphs[y] != wanted.glyphs[y] or shown.pens[y] != wanted.pens[y]]
    if len(rows) < _FEWEST_ROWS or rows[-1] - rows[0] + 1 != len(rows):
        # Between rows that stay nothing moved, or so little that it does not matter.
        return None
    top, bottom = rows[0], rows[-1]
    best, least = None, sum(_different(shown, y, wanted, y) for y in rows) - _WORTH
    columns = _columns(shown, wanted, top, bottom)
    for moved, _ in _votes(shown, wanted, top, bottom, columns).most_common(2):
        scroll = Scroll(top, bottom, moved, 0, wanted.width)
        ways = [(scroll, 0)]
        if beside and columns != (0, wanted.width) and _can_be_cut(shown, wanted, top, bottom, columns):
            ways.append((Scroll(top, bottom, moved, *columns), _WORTH_OF_SIDES))
        for way, costs in ways:
            left = _left(shown, wanted, way, least - costs) + costs
            if left < least:
                best, least = way, left
    return best


def _can_be_cut(shown: Cells, wanted: Cells, top: int, bottom: int, columns: tuple[int, int]) -> bool:
    """Whether no character stands on both sides of an edge, as far as terminals agree on their widths."""
    rows = range(top, bottom + 1)
    if columns[1] - columns[0] < 2 or any(y in shown.uneven or y in wanted.uneven for y in rows):
        return False
    return all(x == wanted.width or shown.glyphs[y][x] != "" for y in rows for x in columns)


def _votes(shown: Cells, wanted: Cells, top: int, bottom: int, columns: tuple[int, int]) -> Counter[int]:
    """Count by how much rows moved, where the changed part of a row is found in another one."""
    left, right = columns
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


def _different(shown: Cells, old: int, wanted: Cells, new: int, left: int = 0, right: int | None = None) -> int:
    """Return how many cells of a wanted row, or a part of it, are not those of a shown one."""
    columns = slice(left, right)
    glyphs, others = shown.glyphs[old][columns], wanted.glyphs[new][columns]
    pens, theirs = shown.pens[old][columns], wanted.pens[new][columns]
    if glyphs == others and pens == theirs:
        return 0
    return sum(map(_either, map(ne, glyphs, others), map(is_not, pens, theirs)))


def _either(a: bool, b: bool) -> bool:
    return a or b


def _left(shown: Cells, wanted: Cells, scroll: Scroll, bound: int) -> int:
    """Return how many cells there are to send after a scroll; no less than `bound` where it is not worth it."""
    left = 0
    first, end = scroll.left, scroll.right
    for y in range(scroll.top, scroll.bottom + 1):
        old = y + scroll.rows
        if scroll.top <= old <= scroll.bottom:
            left += _different(shown, old, wanted, y, first, end)
        else:
            left += sum(glyph != " " for glyph in wanted.glyphs[y][first:end])
        if first:
            left += _different(shown, y, wanted, y, 0, first)
        if end < wanted.width:
            left += _different(shown, y, wanted, y, end)
        if left >= bound:
            break
    return left
