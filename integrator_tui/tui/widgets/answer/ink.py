"""How a row of a body is coloured: the parts of its format, matches of a search, the current row."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from integrator_tui.tui.widgets.answer.pieces import Piece
from integrator_tui.tui.widgets.drawing.marked import marked, matches

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
    inked = ((text, base + style(part) if part else base) for text, part in pieces)
    if pattern is None:
        segments = [Segment(text, ink) for text, ink in inked]
    else:
        found = matches("".join(piece.text for piece in pieces), pattern, left + width + 1)
        segments = list(marked(inked, found, style("match")))
    cells = sum(cell_len(segment.text) for segment in segments)
    strip = Strip(segments, cells)
    if left:
        strip = strip.crop(left, left + width + 1)
    if strip.cell_length <= width:
        return strip.adjust_cell_length(width, base)
    return Strip([*strip.crop(0, width - 1), Segment(_MORE, base + style("more"))], width)
