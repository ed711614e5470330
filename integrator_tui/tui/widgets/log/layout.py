"""How lines of a log become rows: wrapped or not, and what is so many rows above or below. No state but that.

A position is a line and how many of its rows are above; without wrapping every line is one row. Only the lines
that are asked for are decoded and made visible.
"""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import chop_cells

from integrator_tui.model.text import visible
from integrator_tui.tui.widgets.log.line_store import LineKind, LineStore, StoredLine

Position = tuple[int, int]


class LogRow(NamedTuple):
    """A row of line number `line`; `text` begins `start` characters into what is visible of it."""

    line: int
    text: str
    kind: LineKind
    start: int = 0


def shown(line: StoredLine) -> str:
    """Return the text of `line` as it stands on the screen: tabs expanded, nothing a terminal could act on."""
    text = line.text.expandtabs(8) if "\t" in line.text else line.text
    return visible(text)


class LogLayout:
    """The rows of the lines in `store`, `width` cells wide where they are wrapped."""

    def __init__(self, store: LineStore) -> None:
        self.store = store
        self.width = 80
        self.wrap = False

    def rows(self, position: Position, height: int) -> list[LogRow]:
        """Return up to `height` rows from `position` on."""
        line, skip = position
        rows: list[LogRow] = []
        for number, stored in enumerate(self.store.get(line, height), line):
            rows += self.fold(number, stored)
            if len(rows) >= skip + height:
                break
        return rows[skip : skip + height]

    def fold(self, number: int, line: StoredLine) -> list[LogRow]:
        """Return the rows of `line`, at least one."""
        text = shown(line)
        if not self.wrap or len(text) * 2 <= self.width:
            return [LogRow(number, text, line.kind)]
        if text.isascii():
            parts = [text[at : at + self.width] for at in range(0, len(text), self.width)]
        else:
            parts = chop_cells(text, self.width) or [""]
        rows, start = [], 0
        for part in parts:
            rows.append(LogRow(number, part, line.kind, start))
            start += len(part)
        return rows

    def count(self, number: int) -> int:
        """Return how many rows a line takes."""
        return sum(len(self.fold(number, line)) for line in self.store.get(number, 1)) if self.wrap else 1

    def up(self, line: int, skip: int, rows: int) -> Position:
        """Return the position `rows` above, at most the first."""
        if not self.wrap:
            return max(self.store.oldest, line - rows), 0
        while rows > skip and line > self.store.oldest:
            rows -= skip + 1
            line -= 1
            skip = self.count(line) - 1
        return line, max(0, skip - rows)

    def down(self, line: int, skip: int, rows: int) -> Position:
        """Return the position `rows` below, at most the last line's."""
        if not self.wrap:
            return min(line + rows, max(self.store.oldest, self.store.end - 1)), 0
        rows += skip
        while line < self.store.end - 1 and rows >= (count := self.count(line)):
            rows -= count
            line += 1
        return line, rows if line < self.store.end - 1 else min(rows, self.count(line) - 1)
