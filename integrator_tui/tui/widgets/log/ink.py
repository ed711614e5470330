"""How a row of a log is coloured: time and type of an event, notes, failures, matches, the current line."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

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
    spans: list[Span] = []
    if is_current:
        base += style("cursor")
    elif row.kind is LineKind.NOTE or row.kind is LineKind.FAILURE:
        base += style(row.kind.name.lower())
    elif row.kind is LineKind.EVENT and not row.start:
        spans += _head(row, style)
    if pattern is not None:
        match_style = style("match")
        spans += [Span(*match.span(), match_style) for match in pattern.finditer(row.text)]
    text = row.text
    if text.isascii():
        text = text[left : left + width + 1]
        spans = [Span(span.start - left, span.end - left, span.style) for span in spans]
        strip = Strip(_segments(text, base, spans), len(text))
    else:
        strip = Strip(_segments(text, base, spans), cell_len(text)).crop(left, left + width + 1)
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


def _segments(text: str, base: Style, spans: list[Span]) -> list[Segment]:
    """Return `text` cut where a style begins or ends; the last span that covers a piece is laid on top."""
    edges = {0, len(text)}
    for span in spans:
        edges.update(edge for edge in (span.start, span.end) if 0 < edge < len(text))
    cuts = sorted(edges)
    segments = []
    for start, end in pairwise(cuts):
        piece = base
        for span in spans:
            if span.start <= start and end <= span.end:
                piece += span.style
        segments.append(Segment(text[start:end], piece))
    return segments
