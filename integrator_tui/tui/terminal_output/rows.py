"""One row of a screen made another: only what is different is sent, and blanks are erased where that is shorter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from functools import partial
from operator import attrgetter
from typing import Final, NamedTuple

from integrator_tui.tui.terminal_output.cells import Cells
from integrator_tui.tui.terminal_output.cursor import Cursor
from integrator_tui.tui.terminal_output.pens import Pen

_GAP: Final = 4
"""Cells written once more rather than jumped over, which takes as many bytes."""
_LAST: Final = 1 << 20
_FEW_BLANKS, _MANY_BLANKS = 4, 12
"""Blanks from which on it is shorter to erase the rest of a row, and so many cells."""


class _Way(Enum):
    """How cells are sent."""

    WRITE = 1
    ERASE = 2
    ERASE_LINE = 3


class _Piece(NamedTuple):
    """So many cells of one pen, from a place on."""

    y: int
    x: int
    pen: Pen
    cells: int
    way: _Way
    is_blank: bool
    turn: int = _LAST
    """What erases the rest of a row comes before all else of that row, and in its order there."""


class RowWriter:
    """Makes the rows of `shown` those of `wanted` by way of a cursor."""

    def __init__(self, shown: Cells, wanted: Cells, cursor: Cursor) -> None:
        self._shown, self._wanted, self._cursor = shown, wanted, cursor

    def write(self, rows: Iterable[int]) -> None:
        """Send what is different in these rows, in the order that takes the fewest bytes."""
        planned = list(self._planned(rows))
        self._shortest(
            partial(self._row_by_row, planned),
            partial(self._grouped, [piece for pieces in planned for piece in pieces]),
        )

    def write_anew(self, rows: Iterable[int]) -> None:
        """Send these rows, all that has one pen after the other."""
        self._grouped([piece for pieces in self._planned(rows) for piece in pieces])

    def _planned(self, rows: Iterable[int]) -> Iterator[list[_Piece]]:
        """Give the pieces of each row that is different; one whose widths are in doubt is written at once."""
        for y in rows:
            if self._shown.glyphs[y] == self._wanted.glyphs[y] and self._shown.pens[y] == self._wanted.pens[y]:
                continue
            if y in self._wanted.uneven or y in self._shown.uneven:
                self._write_uneven(y)
                self._shown.copy_row(y, self._wanted)
            else:
                yield self._pieces(y)

    def _row_by_row(self, planned: list[list[_Piece]]) -> None:
        for pieces in planned:
            self._shortest(partial(self._in_order, pieces), partial(self._grouped, pieces))

    def _grouped(self, pieces: list[_Piece]) -> None:
        self._in_order(self._by_pen(pieces))

    def _in_order(self, pieces: Iterable[_Piece]) -> None:
        for piece in pieces:
            self._write_piece(piece)

    def _shortest(self, *ways: Callable[[], None]) -> None:
        """Write in the way that takes the fewest bytes."""
        cursor = self._cursor
        begin = cursor.mark()
        tried = []
        for way in ways:
            way()
            tried.append((cursor.sent_since(begin), cursor.mark()))
            cursor.go_back(begin)
        sent, end = min(tried, key=lambda each: len(each[0]))
        cursor.go_on(sent, end)

    def _by_pen(self, pieces: list[_Piece]) -> list[_Piece]:
        """Return pieces in an order that changes the pen as seldom as can be, the current one first."""
        current = self._cursor.pen
        pens = [
            current if piece.is_blank and current is not None and current.blank is piece.pen else piece.pen
            for piece in pieces
        ]
        order: dict[Pen | None, list[_Piece]] = {pen: [] for pen in (current, *pens)}
        for piece, pen in zip(pieces, pens, strict=True):
            order[pen].append(piece)
        return sorted((piece for each in order.values() for piece in each), key=attrgetter("turn"))

    def _write_piece(self, piece: _Piece) -> None:
        cursor = self._cursor
        cursor.move(piece.x, piece.y)
        if piece.way is _Way.ERASE_LINE:
            cursor.erase_line(piece.pen)
        elif piece.way is _Way.ERASE:
            cursor.erase(piece.cells, piece.pen)
        else:
            if piece.is_blank:
                cursor.take_for_blanks(piece.pen)
            else:
                cursor.take(piece.pen)
            cursor.write(self._wanted.glyphs[piece.y][piece.x : piece.x + piece.cells])

    def _pieces(self, y: int) -> list[_Piece]:
        """Return what makes a row the wanted one, and take it as done."""
        wanted, shown = self._wanted, self._shown
        pens = wanted.pens[y]
        pieces: list[_Piece] = []
        changed, at = self._changed(y), 0
        while at < len(changed):
            x = changed[at]
            blanks = self._blanks(y, x) if self._can_erase(pens[x]) else 0
            if blanks >= _FEW_BLANKS and self._is_all_right_of(y, x, changed[at:]):
                pieces.append(_Piece(y, x, pens[x], wanted.width - x, _Way.ERASE_LINE, True, len(pieces)))
                shown.glyphs[y][x:] = [" "] * (wanted.width - x)
                shown.pens[y][x:] = [pens[x]] * (wanted.width - x)
                glyphs = wanted.glyphs[y]
                changed = [each for each in changed[at:] if glyphs[each] != " " or pens[each] is not pens[x]]
                at = 0
                continue
            if blanks >= _MANY_BLANKS and self._cursor.kind.erases_characters:
                end = x + blanks
                pieces.append(_Piece(y, x, pens[x], blanks, _Way.ERASE, True))
            else:
                end = self._end(y, changed, at)
                pieces += self._of_one_pen(y, x, end)
            shown.glyphs[y][x:end] = wanted.glyphs[y][x:end]
            shown.pens[y][x:end] = pens[x:end]
            while at < len(changed) and changed[at] < end:
                at += 1
        return pieces

    def _of_one_pen(self, y: int, start: int, end: int) -> Iterator[_Piece]:
        """Cut cells where the pen changes; blanks go with what stands before them, where its pen draws them too."""
        glyphs, pens = self._wanted.glyphs[y], self._wanted.pens[y]
        at = start
        while at < end:
            pen, first = pens[at], at
            while at < end and (pens[at] is pen or (glyphs[at] == " " and pen.blank is pens[at])):
                at += 1
            is_blank = pen.blank is pen and all(glyph == " " for glyph in glyphs[first:at])
            yield _Piece(y, first, pen, at - first, _Way.WRITE, is_blank)

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
            is_first_blank = glyphs[x] == " " and (glyphs[x - 1] != " " or pens[x] is not pens[x - 1])
            if is_first_blank and self._blanks(y, x) >= _FEW_BLANKS:
                # What begins here may be erased.
                break
            end = x + 1
        return end

    def _write_uneven(self, y: int) -> None:
        """Write a whole row anew, and say where each cell is after one whose width terminals do not agree on."""
        cursor, cells = self._cursor, self._wanted
        glyphs = cells.glyphs[y]
        start = 0
        for x in range(cells.width):
            is_last = x + 1 == cells.width
            next_is_wide_half = not is_last and glyphs[x + 1] == ""
            is_odd = len(glyphs[x] or "") != 1 or next_is_wide_half
            if (is_odd and not next_is_wide_half) or is_last:
                self._in_order(self._of_one_pen(y, start, x + 1))
                if is_odd:
                    cursor.lose_column()
                start = x + 1
        if all(glyph is None or len(glyph) == 1 for glyph in glyphs):
            cells.uneven.discard(y)
            self._shown.uneven.discard(y)
        else:
            self._shown.uneven.add(y)
