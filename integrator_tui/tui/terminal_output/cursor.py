"""The cursor of a terminal: where it stands, what it writes with, and the shortest way to make it do more."""

from __future__ import annotations

from collections.abc import Sequence

from integrator_tui.tui.terminal_output.pens import Pen, PenChanges
from integrator_tui.tui.terminal_output.terminal_kind import TerminalKind


class Cursor:
    """Collects what is to be sent; `x`, `y` and `pen` are None where they are not known."""

    def __init__(self, kind: TerminalKind, width: int) -> None:
        self.kind = kind
        self.width = width
        self.x: int | None = None
        self.y: int | None = None
        self.pen: Pen | None = None
        self._changes = PenChanges(kind)
        self._out: list[str] = []

    def taken(self) -> str:
        """Return what was collected, and begin anew."""
        sent = "".join(self._out)
        self._out.clear()
        return sent

    def forget(self, width: int) -> None:
        """Know nothing of the terminal but its width."""
        self._out.clear()
        self.width, self.x, self.y, self.pen = width, None, None, None

    def move(self, x: int, y: int) -> None:
        """Go to a cell."""
        if (x, y) != (self.x, self.y):
            self._out.append(self._way(x, y))
            self.x, self.y = x, y

    def _way(self, x: int, y: int) -> str:
        row = "" if not y and not x else f"{y + 1}"
        ways = [f"\x1b[{row}H" if not x else f"\x1b[{row};{x + 1}H"]
        if y == self.y:
            if not x:
                ways.append("\r")
            elif self.x is not None:
                ways.append(_steps(x - self.x, "C", "D"))
        elif self.y is not None:
            if x == self.x:
                ways.append(_steps(y - self.y, "B", "A"))
            if y == self.y + 1 and not x:
                ways.append("\r\n")
        return min(ways, key=len)

    def take(self, pen: Pen) -> None:
        """Write with this pen from now on."""
        if pen is not self.pen:
            self._out.append(self._changes.between(self.pen, pen))
            self.pen = pen

    def write(self, glyphs: Sequence[str | None], pens: Sequence[Pen]) -> None:
        """Write cells of the row from here on."""
        assert self.x is not None
        add, start, end = self._out.append, 0, len(glyphs)
        for at in range(end):
            pen = pens[at]
            if pen is self.pen or (glyphs[at] == " " and self.pen is not None and self.pen.blank is pen):
                continue
            add("".join(glyph or "" for glyph in glyphs[start:at]))
            start = at
            self.take(pen)
        add("".join(glyph or "" for glyph in glyphs[start:end]))
        # Behind the last cell terminals differ in where the cursor is.
        self.x = self.x + end if self.x + end < self.width else None

    def lose_column(self) -> None:
        """Know no more in which column the terminal is, where it may take what was written for wider or narrower."""
        self.x = None

    def erase_line(self, pen: Pen) -> None:
        """Make the rest of the row blank cells of this pen."""
        self.take(pen)
        self._out.append("\x1b[K")

    def erase(self, cells: int, pen: Pen) -> None:
        """Make so many cells blank cells of this pen, and stay before them."""
        self.take(pen)
        self._out.append(f"\x1b[{cells}X")

    def scroll(self, top: int, bottom: int, rows: int, pen: Pen) -> None:
        """Move the rows from `top` to `bottom` up by `rows`, down where that is negative; new ones are of this pen."""
        self.take(pen)
        self._out.append(f"\x1b[{top + 1};{bottom + 1}r")
        # To set the margins moves the cursor to the first cell of the screen.
        self.x = self.y = 0
        count = abs(rows)
        self.move(0, bottom if rows > 0 else top)
        if rows > 0 and self.kind.scrolls_many and count > 4:
            self._out.append(f"\x1b[{count}S")
        else:
            self._out.append(("\n" if rows > 0 else "\x1bM") * count)
        self._out.append("\x1b[r")
        self.x = self.y = 0


def _steps(count: int, forward: str, back: str) -> str:
    return f"\x1b[{'' if abs(count) == 1 else abs(count)}{forward if count > 0 else back}"
