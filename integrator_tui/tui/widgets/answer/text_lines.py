"""Text as it came: a line at each line feed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from integrator_tui.tui.widgets.answer.line_table import LONGEST, LineTable

TURN: Final = 512
"""Lines that are laid out before others get their turn."""

_LINE_FEED: Final = re.compile(b"\n")


def scan_text(data: bytes, table: LineTable, start: int = 0) -> Iterator[None]:
    """Add the lines of `data` from `start` on to `table`, a few at a time."""
    starts, levels = table.starts, table.levels
    at, turn = start, TURN
    for found in _LINE_FEED.finditer(data, start):
        end = found.end()
        if end - at <= LONGEST:
            starts.append(at)
            levels.append(0)
        else:
            table.add(at, end, 0, data)
        at = end
        turn -= 1
        if not turn:
            table.end = at
            turn = TURN
            yield
    table.end = at
    if at < len(data):
        table.add(at, len(data), 0, data)
    yield from table.finish()
