"""The cursor of a terminal: where it stands, what it writes with, and the shortest way to make it do more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from integrator_tui.tui.terminal_output.pens import Pen, PenChanges
from integrator_tui.tui.terminal_output.terminal_kind import TerminalKind


class Mark(NamedTuple):
    """A state of a cursor, and how much it had collected then."""

    x: int | None
    y: int | None
    pen: Pen | None
    collected: int


class Cursor:
    """Collects what is to be sent; `x`, `y` and `pen` are None where they are not known."""

    def __init__(self, kind: TerminalKind, width: int) -> None:
        self.kind = kind
        self.width = width
        self.x: int | None = None
        self.y: int | None = None
        self.pen: Pen | None = None
        self._margins: tuple[int, int] | None = None
        self._changes = PenChanges(kind)
        self._out: list[str] = []

    def taken(self) -> str:
        """Return what was collected, and begin anew."""
        sent = "".join(self._out)
        self._out.clear()
        return sent

    def mark(self) -> Mark:
        """Return where it is, to come back to."""
        return Mark(self.x, self.y, self.pen, len(self._out))

    def sent_since(self, mark: Mark) -> str:
        """Return what was collected since then."""
        return "".join(self._out[mark.collected :])

    def go_back(self, mark: Mark) -> None:
        """Forget what was collected since then."""
        del self._out[mark.collected :]
        self.x, self.y, self.pen = mark[:3]

    def go_on(self, sent: str, mark: Mark) -> None:
        """Take what leads from here to where the mark was made."""
        self._out.append(sent)
        self.x, self.y, self.pen = mark[:3]

    def forget(self, width: int) -> None:
        """Know nothing of the terminal but its width."""
        self.width, self.pen = width, None
        self._out.clear()
        self._set_margins(None)

    def _set_margins(self, margins: tuple[int, int] | None) -> None:
        self._margins = margins
        self._out.append("\x1b[r" if margins is None else f"\x1b[{margins[0] + 1};{margins[1] + 1}r")
        # It moves the cursor to the first cell (DECSTBM), which not all emulators do.
        self.x = self.y = None

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
            if x == self.x and self._margins is None:
                # Margins stop the cursor on its way.
                ways.append(_steps(y - self.y, "B", "A"))
            if y == self.y + 1 and not x and (self._margins is None or self.y < self._margins[1]):
                # A line feed scrolls at the lower margin, and some emulators go back to it from below.
                ways.append("\r\n")
        return min(ways, key=len)

    def take(self, pen: Pen) -> None:
        """Write with this pen from now on."""
        if pen is not self.pen:
            self._out.append(self._changes.between(self.pen, pen))
            self.pen = pen

    def write(self, glyphs: Sequence[str | None]) -> None:
        """Write cells of the row from here on."""
        assert self.x is not None
        self._out.append("".join(glyph or "" for glyph in glyphs))
        # Behind the last cell terminals differ in where the cursor is.
        end = self.x + len(glyphs)
        self.x = end if end < self.width else None

    def lose_column(self) -> None:
        """Know the column no more, where the terminal may take what was written for wider or narrower."""
        self.x = None

    def take_for_blanks(self, blank: Pen, *also: Pen) -> None:
        """Have blanks be drawn as with this pen, by the one that is there, where it does that, or by another."""
        if self.pen is None or self.pen.blank is not blank:
            self.take(next((pen for pen in also if pen.blank is blank), blank))

    def erase_line(self, pen: Pen) -> None:
        """Make the rest of the row blank cells of this pen."""
        self.take_for_blanks(pen)
        self._out.append("\x1b[K")

    def erase(self, cells: int, pen: Pen) -> None:
        """Make so many cells blank cells of this pen, and stay before them."""
        self.take_for_blanks(pen)
        self._out.append(f"\x1b[{cells}X")

    def reset_margins(self) -> None:
        """Have the whole screen be within the margins, where it is not."""
        if self._margins is not None:
            self._set_margins(None)

    def scroll(
        self, top: int, bottom: int, rows: int, pen: Pen, next_pen: Pen, sides: tuple[int, int] | None = None
    ) -> None:
        """Move the rows from `top` to `bottom` up by `rows`, down where that is negative; new ones are of this pen.

        `next_pen` is that of what is written there first. `sides` are the first column that moves and the first
        one behind those that do, None where all do. The margins stay, for the next time, those at the sides do not:
        they stop what is written.
        """
        self.take_for_blanks(pen, next_pen)
        if self._margins != (top, bottom):
            self._set_margins((top, bottom))
        if sides is not None:
            # DECLRMM and DECSLRM (DEC STD 070): the cursor goes to the first cell.
            self._out.append(f"\x1b[?69h\x1b[{sides[0] + 1};{sides[1]}s")
            self.x = self.y = None
        self.move(sides[0] if sides is not None else 0, bottom if rows > 0 else top)
        self._roll(rows)
        if sides is not None:
            self._out.append("\x1b[?69l")
            self.x = self.y = None

    def _roll(self, rows: int) -> None:
        count = abs(rows)
        if rows > 0 and self.kind.scrolls_many and count > 4:
            self._out.append(f"\x1b[{count}S")
        else:
            self._out.append(("\n" if rows > 0 else "\x1bM") * count)


def _steps(count: int, forward: str, back: str) -> str:
    return f"\x1b[{'' if abs(count) == 1 else abs(count)}{forward if count > 0 else back}"
