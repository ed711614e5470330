"""Frames for a terminal: what it has to be sent so that it shows what is wanted."""

from __future__ import annotations

from collections.abc import Iterable

from rich.segment import Segment

from integrator_tui.tui.terminal_output import scrolling
from integrator_tui.tui.terminal_output.cells import Cells
from integrator_tui.tui.terminal_output.cursor import Cursor
from integrator_tui.tui.terminal_output.pens import Pens
from integrator_tui.tui.terminal_output.rows import RowWriter
from integrator_tui.tui.terminal_output.terminal_kind import TerminalKind

Placed = tuple[int, int, Iterable[Segment]]
"""Segments, and the column and the row of their first cell."""

_MANY_ROWS = 5
"""Rows from which on it pays to move the cursor without regard to margins."""
_SYNCHRONIZED = "\x1b[?2026h", "\x1b[?2026l"


class ScreenWriter:
    """Keeps what is wanted beside what the terminal shows; the difference is the next frame.

    `stale` are the rows that may be different. `color_system` is the name of one of rich's.
    """

    def __init__(self, kind: TerminalKind, color_system: str | None) -> None:
        self._pens = Pens(color_system)
        self._cursor = Cursor(kind, 0)
        self._place: tuple[int, int] | None = None
        self.stale: set[int] = set()
        self.is_synchronized = False
        """Whether the terminal was found to know mode 2026, so that it shows a frame of many rows at once."""
        self.moves_columns = False
        """Whether the terminal was found to know margins at the sides (mode 69)."""
        self._begin(0, 0)

    def _begin(self, width: int, height: int) -> None:
        self._wanted = Cells(width, height, self._pens)
        self._shown = Cells(width, height, self._pens)
        self._rows = RowWriter(self._shown, self._wanted, self._cursor)
        self.stale.clear()
        self._cursor.forget(width)

    def resize(self, width: int, height: int) -> None:
        """Take the size of the screen in cells; another one begins anew, and knows nothing that is shown."""
        if (width, height) != (self._wanted.width, self._wanted.height):
            self._begin(width, height)

    def forget(self) -> None:
        """Know nothing that is shown, since others wrote to the terminal; all that is wanted is sent once more."""
        self._shown.forget()
        self._cursor.forget(self._wanted.width)
        self.stale.update(range(self._wanted.height))

    def want(self, pieces: Iterable[Placed], cursor: tuple[int, int] | None) -> set[int]:
        """Take what is to be seen from now on, and where the cursor stands, None where it may be anywhere.

        Returns the rows that were touched, and all that wait where one of those did: what was painted over them
        before belongs to the same screen, and half of it beside half of another would be seen.
        """
        waiting = set(self.stale)
        rows = set()
        for x, y, segments in pieces:
            self._wanted.put(x, y, segments)
            rows.add(y)
        self._place = cursor
        rows = {y for y in rows if 0 <= y < self._wanted.height}
        self.stale |= rows
        return rows if rows.isdisjoint(waiting) else set(self.stale)

    def frame(self, rows: Iterable[int]) -> str:
        """Return what makes these rows as they are wanted, empty where they are."""
        ordered = sorted(rows)
        if not self._shown.is_known:
            # Nothing to compare with: the shortest way would take as long again, and little off a whole screen.
            self._cursor.reset_margins()
            self._rows.write_anew(ordered)
            self._shown.is_known = len(ordered) == self._wanted.height
        else:
            scroll = scrolling.found(self._shown, self._wanted, ordered, beside=self.moves_columns)
            if scroll is not None:
                self._scroll(scroll)
            elif len(ordered) > _MANY_ROWS:
                self._cursor.reset_margins()
            self._rows.write(ordered)
        self.stale.difference_update(ordered)
        if self._place is not None:
            self._cursor.move(*self._place)
        sent = self._cursor.taken()
        if self.is_synchronized and len(ordered) > 1 and sent:
            return sent.join(_SYNCHRONIZED)
        return sent

    def _scroll(self, scroll: scrolling.Scroll) -> None:
        top, bottom, rows, left, right = scroll
        shown, wanted = self._shown, self._wanted
        blank = wanted.pens[bottom if rows > 0 else top][right - 1].blank
        if blank.attributes or not self._cursor.kind.erases_in_colour:
            blank = self._pens.default
        first = wanted.pens[bottom - rows + 1 if rows > 0 else top][left]
        sides = None if (left, right) == (0, wanted.width) else (left, right)
        self._cursor.scroll(top, bottom, rows, blank, first, sides)
        shown.scroll(top, bottom, rows, blank, left, right)
