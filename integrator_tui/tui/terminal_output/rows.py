"""One row of a screen made another: only what is different is sent, and blanks are erased where that is shorter."""

from __future__ import annotations

from typing import Final

from integrator_tui.tui.terminal_output.cells import Cells
from integrator_tui.tui.terminal_output.cursor import Cursor
from integrator_tui.tui.terminal_output.pens import Pen

_GAP: Final = 4
"""Cells written once more rather than jumped over, which takes as many bytes."""
_FEW_BLANKS, _MANY_BLANKS = 4, 12
"""Blanks from which on it is shorter to erase the rest of a row, and so many cells."""


class RowWriter:
    """Makes the rows of `shown` those of `wanted` by way of a cursor."""

    def __init__(self, shown: Cells, wanted: Cells, cursor: Cursor) -> None:
        self._shown, self._wanted, self._cursor = shown, wanted, cursor

    def write(self, y: int) -> None:
        """Send what is different in a row."""
        shown, wanted = self._shown, self._wanted
        if shown.glyphs[y] == wanted.glyphs[y] and shown.pens[y] == wanted.pens[y]:
            return
        if y in wanted.uneven or y in shown.uneven:
            self._write_uneven(y)
        else:
            self._write_even(y)
        shown.copy_row(y, wanted)

    def _write_even(self, y: int) -> None:
        wanted, cursor = self._wanted, self._cursor
        glyphs, pens = wanted.glyphs[y], wanted.pens[y]
        changed = self._changed(y)
        at = 0
        while at < len(changed):
            x = changed[at]
            blanks = self._blanks(y, x)
            if blanks >= _FEW_BLANKS and self._can_erase(pens[x]) and self._is_all_right_of(y, x, changed[at:]):
                cursor.move(x, y)
                cursor.erase_line(pens[x])
                self._shown.glyphs[y][x:] = [" "] * (wanted.width - x)
                self._shown.pens[y][x:] = [pens[x]] * (wanted.width - x)
                changed, at = self._changed(y), 0
                continue
            if blanks >= _MANY_BLANKS and cursor.kind.erases_characters and self._can_erase(pens[x]):
                cursor.move(x, y)
                cursor.erase(blanks, pens[x])
                end = x + blanks
            else:
                end = self._end(y, changed, at)
                cursor.move(x, y)
                cursor.write(glyphs[x:end], pens[x:end])
            while at < len(changed) and changed[at] < end:
                at += 1

    def _changed(self, y: int) -> list[int]:
        shown, wanted = self._shown, self._wanted
        cells = zip(shown.glyphs[y], wanted.glyphs[y], shown.pens[y], wanted.pens[y], strict=True)
        return [x for x, (old, new, was, pen) in enumerate(cells) if old != new or was is not pen]

    def _blanks(self, y: int, x: int) -> int:
        """Return how many blanks of one pen begin at a cell."""
        glyphs, pens = self._wanted.glyphs[y], self._wanted.pens[y]
        end, width = x, len(glyphs)
        while end < width and glyphs[end] == " " and pens[end] is pens[x]:
            end += 1
        return end - x

    def _can_erase(self, pen: Pen) -> bool:
        return not pen.attributes and (not pen.paper or self._cursor.kind.erases_in_colour)

    def _is_all_right_of(self, y: int, x: int, changed: list[int]) -> bool:
        """Whether to blank everything from a cell on spoils nothing that is shown as it is wanted."""
        glyphs, pens = self._wanted.glyphs[y], self._wanted.pens[y]
        kept = set(range(x, len(glyphs))).difference(changed)
        return all(glyphs[at] == " " and pens[at] is pens[x] for at in kept)

    def _end(self, y: int, changed: list[int], at: int) -> int:
        """Return where what is written from a changed cell on ends."""
        glyphs, pens = self._wanted.glyphs[y], self._wanted.pens[y]
        end = changed[at] + 1
        for x in changed[at + 1 :]:
            if x - end > _GAP or any(pen is not pens[end - 1] for pen in pens[end:x]):
                break
            if glyphs[x] == " " != glyphs[x - 1] and self._blanks(y, x) >= _FEW_BLANKS:
                # What begins here may be erased.
                break
            end = x + 1
        return end

    def _write_uneven(self, y: int) -> None:
        """Write a whole row anew, and say where each cell is after one whose width terminals do not agree on."""
        cursor, cells = self._cursor, self._wanted
        glyphs, pens = cells.glyphs[y], cells.pens[y]
        start = 0
        for x in range(cells.width):
            is_last = x + 1 == cells.width
            next_is_wide_half = not is_last and glyphs[x + 1] == ""
            is_odd = len(glyphs[x] or "") != 1 or next_is_wide_half
            if (is_odd and not next_is_wide_half) or is_last:
                cursor.move(start, y)
                cursor.write(glyphs[start : x + 1], pens[start : x + 1])
                if is_odd:
                    cursor.lose_column()
                start = x + 1
        if all(glyph is None or len(glyph) == 1 for glyph in glyphs):
            cells.uneven.discard(y)
            self._shown.uneven.discard(y)
        else:
            self._shown.uneven.add(y)
