"""A screen as cells: what is to be seen in each, and with which pen.

Only what can be seen becomes a cell. Control characters, and characters that format or reorder text, have no width
and end here: whatever text a widget draws, no sequence of it reaches the terminal.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TypeVar

from rich.cells import split_graphemes
from rich.segment import Segment

from integrator_tui.tui.terminal_output.pens import Pen, Pens

T = TypeVar("T")

_JOINS = "\u200d\ufe0e\ufe0f"
"""Characters of the category Cf and the like that belong to the one before: joiner and variation selectors."""


@lru_cache(1024)
def split(text: str) -> tuple[tuple[str, ...], bool, str]:
    """Return what each cell of a text shows, empty after a wide character, whether all are plain and narrow, and
    what the text begins with that combines with the cell before it."""
    cells: list[str] = []
    is_plain, first = True, ""
    for start, end, width in split_graphemes(text)[0]:
        shown = "".join(c for c in text[start:end] if c in _JOINS or unicodedata.category(c)[0] != "C")
        if not width:
            if shown:
                is_plain = False
            if cells:
                cells[-1 if cells[-1] else -2] += shown
            else:
                first += shown
            continue
        cells.append(shown or "�")
        cells += [""] * (width - 1)
        is_plain = is_plain and width == len(shown) == 1
    return tuple(cells), is_plain, first


class Cells:
    """The rows of a screen: `glyphs[y][x]` is drawn with `pens[y][x]`.

    A glyph is one character with what combines with it, empty in the second cell of a wide one, and None where
    nobody knows what the terminal shows. `uneven` are rows whose characters a terminal may take for another width.
    """

    def __init__(self, width: int, height: int, pens: Pens) -> None:
        self.width, self.height = width, height
        self.glyphs: list[list[str | None]] = [[None] * width for _ in range(height)]
        self.pens: list[list[Pen]] = [[pens.default] * width for _ in range(height)]
        self.uneven: set[int] = set()
        self.is_known = False
        """Whether anything of it is known, for who counts on that."""
        self._pens = pens

    def put(self, x: int, y: int, segments: Iterable[Segment]) -> None:
        """Write segments from a cell on; what does not fit into the row is cut."""
        if not 0 <= y < self.height:
            return
        for text, style, control in segments:
            if text and control is None:
                x = self._write(x, y, text, self._pens.of(style))

    def _write(self, x: int, y: int, text: str, pen: Pen) -> int:
        cells: Sequence[str] = text
        if not (text.isascii() and text.isprintable()):
            cells, is_plain, first = split(text)
            if not is_plain:
                self.uneven.add(y)
            if first and 0 < x <= self.width:
                self._combine(self.glyphs[y], x - 1, first)
        end = x + len(cells)
        stop = min(end, self.width)
        if stop > x:
            glyphs, pens = self.glyphs[y], self.pens[y]
            if y in self.uneven:
                self._part(glyphs, x, stop)
            glyphs[x:stop] = cells[: stop - x]
            if end > stop and cells[stop - x] == "":
                glyphs[stop - 1] = " "
            pens[x:stop] = [pen] * (stop - x)
            if pen.blank is not pen:
                self._blank(glyphs, pens, x, stop, pen.blank)
        return end

    @staticmethod
    def _combine(glyphs: list[str | None], x: int, marks: str) -> None:
        """Have marks that begin a text combine with the cell before it, once however often that text is written."""
        if x and glyphs[x] == "":
            x -= 1
        if (before := glyphs[x]) and not before.endswith(marks):
            glyphs[x] = before + marks

    @staticmethod
    def _part(glyphs: list[str | None], start: int, stop: int) -> None:
        """Leave no half of a wide character beside what is written over the other half."""
        if start and glyphs[start] == "":
            glyphs[start - 1] = " "
        if stop < len(glyphs) and glyphs[stop] == "":
            glyphs[stop] = " "

    @staticmethod
    def _blank(glyphs: list[str | None], pens: list[Pen], start: int, stop: int, blank: Pen) -> None:
        """Draw the blanks at the end with as little as they need, so that they equal others."""
        at = stop
        while at > start and glyphs[at - 1] == " ":
            at -= 1
        pens[at:stop] = [blank] * (stop - at)

    def forget(self) -> None:
        """Know no cell any more."""
        self.is_known = False
        for row in self.glyphs:
            row[:] = [None] * self.width

    def scroll(self, top: int, bottom: int, rows: int, pen: Pen, left: int, right: int) -> None:
        """Move the rows from `top` to `bottom` up by `rows`, down where that is negative, of each the cells from
        `left` to before `right`; new ones are blank."""
        columns = slice(left, right)
        _scroll(self.glyphs, top, bottom, rows, " ", columns)
        _scroll(self.pens, top, bottom, rows, pen, columns)
        if self.uneven:
            self.uneven.update(range(top, bottom + 1))

    def copy_row(self, y: int, other: Cells) -> None:
        """Make a row what it is in other cells of the same size."""
        self.glyphs[y][:], self.pens[y][:] = other.glyphs[y], other.pens[y]


def _scroll(cells: list[list[T]], top: int, bottom: int, rows: int, new: T, columns: slice) -> None:
    block = [row[columns] for row in cells[top : bottom + 1]]
    fresh = [[new] * len(block[0]) for _ in range(abs(rows))]
    moved = [*block[rows:], *fresh] if rows > 0 else [*fresh, *block[:rows]]
    for row, part in zip(cells[top : bottom + 1], moved, strict=True):
        row[columns] = part
