"""How a row of a log is coloured: time and type of an event, notes, failures, matches, the current line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from integrator_tui.tui.widgets.drawing.marked import marked, matches
from integrator_tui.tui.widgets.log.layout import LogRow
from integrator_tui.tui.widgets.log.line_store import LineKind

TIME_WIDTH = 12
_MORE = "›"


class Span(NamedTuple):
    """The characters from `start` to before `end` of a row, and their style on top of the row's."""

    start: int
    end: int
    style: Style


def draw(
    row: LogRow,
    *,
    left: int,
    width: int,
    base: Style,
    style: Callable[[str], Style],
    is_current: bool,
    pattern: re.Pattern[str] | None,
) -> Strip:
    """Return exactly `width` cells of `row`, from cell `left` of it on.

    `style` gives the style of a part by its name: time, type, note, failure, match, cursor, more. A row that
    goes on at the right ends in the sign for it.
    """
    head: list[Span] = []
    if is_current:
        base += style("cursor")
    elif row.kind is LineKind.NOTE or row.kind is LineKind.FAILURE:
        base += style(row.kind.name.lower())
    elif row.kind is LineKind.EVENT and not row.start:
        head = _head(row, style)
    # No more than can be seen: a row may hold thousands of matches.
    text = row.text
    last = left + width + 1
    found = matches(text, pattern, last) if pattern is not None else []
    if text.isascii():
        text = text[:last]
    segments = list(marked(_inked(text, base, head), found, style("match") if found else base))
    strip = Strip(segments, sum(cell_len(segment.text) for segment in segments))
    if left or strip.cell_length > width + 1:
        strip = strip.crop(left, last)
    if strip.cell_length <= width:
        return strip.adjust_cell_length(width, base)
    more = Segment(_MORE, base + style("more"))
    return Strip([*strip.crop(0, width - 1), more], width)


def _head(row: LogRow, style: Callable[[str], Style]) -> list[Span]:
    """Return the time and the type that an event's line begins with."""
    end = row.text.find(" ", TIME_WIDTH + 1)
    return [
        Span(0, TIME_WIDTH, style("time")),
        Span(TIME_WIDTH + 1, end if end >= 0 else len(row.text), style("type")),
    ]


def _inked(text: str, base: Style, head: list[Span]) -> Iterator[tuple[str, Style]]:
    """Return the spans of a row, which stand in order and apart, and what lies between them."""
    at = 0
    for start, end, ink in head:
        yield text[at:start], base
        yield text[start:end], base + ink
        at = end
    yield text[at:], base
