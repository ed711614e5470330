"""A row cut where matches begin and end, in time that grows with its length: a line may hold a match a letter."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style


class Match(NamedTuple):
    """The characters from `start` to before `end` of a row."""

    start: int
    end: int


def matches(text: str, pattern: re.Pattern[str], cells: int) -> list[Match]:
    """Return the matches that begin in the first `cells` cells of a row, in order."""
    end = cells if text.isascii() else len(set_cell_size(text, cells))
    found: list[Match] = []
    for match in pattern.finditer(text):
        if match.start() >= end:
            break
        if match.end() > match.start():
            found.append(Match(*match.span()))
    return found


def marked(pieces: Iterable[tuple[str, Style]], found: list[Match], mark: Style) -> Iterator[Segment]:
    """Return the pieces of a row, cut at the matches; in these `mark` is laid on top of the piece's own style."""
    at = 0
    for text, style in pieces:
        begin, end = at, at + len(text)
        for match in found[bisect_right(found, at, key=_end) :] if found else ():
            start, stop = max(match.start, begin), min(match.end, end)
            if start >= end:
                break
            if start > begin:
                yield Segment(text[begin - at : start - at], style)
            yield Segment(text[start - at : stop - at], style + mark)
            begin = stop
        if begin < end:
            yield Segment(text[begin - at :], style)
        at = end


def _end(match: Match) -> int:
    return match.end
