"""How a row of a body is coloured: the parts of its format, matches of a search, the current row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from integrator_tui.tui.widgets.answer.pieces import Piece

_MORE = "›"


def draw(
    pieces: Sequence[Piece],
    *,
    left: int,
    width: int,
    base: Style,
    style: Callable[[str], Style],
    pattern: re.Pattern[str] | None,
) -> Strip:
    """Return exactly `width` cells of a row, from cell `left` of it on, with a sign where it goes on."""
    spans = list(_matches(pieces, pattern)) if pattern is not None else []
    segments: list[Segment] = []
    at = 0
    for text, part in pieces:
        ink = base + style(part) if part else base
        segments += _cut(text, at, spans, ink, style) if spans else [Segment(text, ink)]
        at += len(text)
    cells = sum(cell_len(segment.text) for segment in segments)
    strip = Strip(segments, cells)
    if left:
        strip = strip.crop(left, left + width + 1)
    if strip.cell_length <= width:
        return strip.adjust_cell_length(width, base)
    return Strip([*strip.crop(0, width - 1), Segment(_MORE, base + style("more"))], width)


def _matches(pieces: Sequence[Piece], pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    text = "".join(piece.text for piece in pieces)
    return (found.span() for found in pattern.finditer(text) if found.end() > found.start())


def _cut(
    text: str, at: int, spans: Sequence[tuple[int, int]], ink: Style, style: Callable[[str], Style]
) -> list[Segment]:
    """Return a piece that begins at character `at` of its row, cut where matches begin and end."""
    end = at + len(text)
    edges = {at, end}
    for span in spans:
        edges.update(edge for edge in span if at < edge < end)
    return [
        Segment(
            text[begin - at : stop - at],
            ink + style("match") if any(first <= begin and stop <= last for first, last in spans) else ink,
        )
        for begin, stop in pairwise(sorted(edges))
    ]
