"""Which part of a view is in sight: scroll position, current row, wrapping. No drawing.

The window begins `skip` screen rows into row `top`; without wrapping every row of the view is one on the screen.
"""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len, chop_cells

from integrator_tui.tui.widgets.answer.document import View
from integrator_tui.tui.widgets.answer.pieces import Piece
from integrator_tui.tui.widgets.drawing.scroll_thumb import Thumb, thumb, top_at

Position = tuple[int, int]


class ScreenRow(NamedTuple):
    """What stands in one row of the screen: `row` of the view, and whether it is the first of that row."""

    row: int
    pieces: tuple[Piece, ...]
    is_first: bool


class WindowPosition(NamedTuple):
    """Where a window is over its view, to come back to."""

    top: int
    skip: int
    left: int
    cursor: int


class BodyWindow:
    """A window of `height` rows and `width` cells over `view`; `cursor` is the current row of the view."""

    def __init__(self, view: View) -> None:
        self.width, self.height, self.wrap = 80, 1, False
        self.set_view(view)

    def set_view(self, view: View) -> None:
        """Look at another view, from its beginning."""
        self.view = view
        self.top = self.skip = self.left = self.cursor = 0
        self.at_end = False

    @property
    def place(self) -> WindowPosition:
        """Where it is."""
        return WindowPosition(self.top, self.skip, self.left, self.cursor)

    def go_back(self, place: WindowPosition) -> None:
        """Be where it was, in the same view."""
        self.at_end = False
        self.top, self.left, self.cursor = self._clamped(place.top), place.left, self._clamped(place.cursor)
        # It may have become wider meanwhile. How high it is may change with the next layout, and then it is held.
        self.skip = min(place.skip, len(self._split(self.top)) - 1) if len(self.view) else 0

    def rows(self) -> list[ScreenRow]:
        """Return what is in sight, at most `height` rows."""
        if self.at_end:
            self._to_end()
        self.top = max(0, min(self.top, len(self.view) - 1))
        rows: list[ScreenRow] = []
        row = self.top
        while row < len(self.view) and len(rows) < self.height + self.skip:
            rows += self._split(row)
            row += 1
        return rows[self.skip : self.skip + self.height]

    def bar(self) -> Thumb | None:
        """Return the thumb of the scroll bar, None where everything is in sight."""
        return thumb(self.top, len(self.view), self.height)

    def resize(self, width: int, height: int) -> None:
        """Take new measures in cells; the current row stays in sight."""
        if width != self.width:
            self.skip = 0
        self.width, self.height = max(2, width), max(1, height)
        self._hold()

    def set_wrap(self, wrap: bool) -> None:
        """Wrap long rows, or show them from `left` on and cut."""
        self.wrap, self.skip, self.left = wrap, 0, 0
        self._hold()

    def move(self, rows: int) -> None:
        """Make the row that is `rows` further down (or up) the current one; one that is taller than the window is
        first read to its end."""
        if self.wrap and abs(rows) == 1 and self._goes_on(rows):
            self.scroll(rows)
        else:
            self.show(self.cursor + rows)

    def page(self, share: float) -> None:
        """Scroll by a share of the window; the current row moves along."""
        rows = int(max(1, self.height * abs(share) - 1)) if abs(share) == 1 else max(1, self.height // 2)
        before = self.top, self.skip
        self.scroll(rows if share > 0 else -rows)
        if (self.top, self.skip) == before:
            self.cursor = max(0, len(self.view) - 1) if share > 0 else 0
        else:
            self.cursor = self._clamped(self.cursor + (rows if share > 0 else -rows))
        self._pull_cursor()

    def scroll(self, rows: int) -> None:
        """Scroll by `rows`; the current row stays in sight."""
        self.at_end = False
        place = self._down(rows) if rows > 0 else self._up(self.top, self.skip, -rows)
        self.top, self.skip = min(place, self._last_top())
        self._pull_cursor()

    def scroll_to(self, y: int) -> None:
        """Go where a click on cell `y` of the scroll bar points to."""
        self.at_end = False
        self.top, self.skip = top_at(y, len(self.view), self.height), 0
        self._pull_cursor()

    def home(self) -> None:
        """Go to the first row."""
        self.show(0)
        self.left = 0

    def end(self) -> None:
        """Go to the last row, and stay there while more comes."""
        self.at_end = True
        self._to_end()

    def shift(self, cells: int) -> None:
        """Scroll to the right (or left) by `cells`, as far as there is text in sight; not while wrapping."""
        longest = max((_width(row.pieces) for row in self.rows()), default=0)
        self.left = 0 if self.wrap else max(0, min(self.left + cells, longest - self.width // 2))

    def show(self, row: int, column: int | None = None) -> None:
        """Make `row` the current one and bring it in sight, amid the window where it was far out of it."""
        self.at_end = False
        self.cursor = self._clamped(row)
        far = not self.top - self.height <= self.cursor <= self.top + 2 * self.height
        if far:
            self.top, self.skip = self._up(self.cursor, 0, self.height // 2)
        self._hold()
        if column is not None and self.height > 4 and not 0 < self.cursor - self.top < self.height - 3:
            # What was looked for is read with what stands around it.
            self.top, self.skip = min(self._up(self.cursor, 0, self.height // 2), self._last_top())
        if column is not None and not self.wrap and not self.left <= column < self.left + self.width - 8:
            self.left = max(0, column - self.width // 2) if column >= self.width - 8 else 0

    def row_text(self, row: int) -> str:
        """Return the whole text of a row, as it is shown."""
        return "".join(piece.text for piece in self.view.pieces(row))

    def _goes_on(self, direction: int) -> bool:
        """Whether the current row goes on below (or above) what is in sight."""
        rows = self.rows()
        if direction < 0:
            return bool(rows) and rows[0].row == self.cursor and not rows[0].is_first
        if not rows or rows[-1].row != self.cursor:
            return False
        return (self.top, self.skip) < self._up(self.cursor, len(self._split(self.cursor)) - 1, self.height - 1)

    def _to_end(self) -> None:
        self.cursor = self._clamped(len(self.view))
        self.top, self.skip = self._last_top()

    def _clamped(self, row: int) -> int:
        return max(0, min(row, len(self.view) - 1))

    def _hold(self) -> None:
        """Scroll so that the current row is in sight."""
        if self.cursor < self.top or (self.cursor == self.top and self.skip):
            self.top, self.skip = self.cursor, 0
        elif self.cursor >= self.top:
            lowest = self._up(
                self.cursor, len(self._split(self.cursor)) - 1 if len(self.view) else 0, self.height - 1
            )
            if self.cursor - self.top >= self.height or (self.wrap and (self.top, self.skip) < lowest):
                self.top, self.skip = min(lowest, (self.cursor, 0))

    def _pull_cursor(self) -> None:
        """Move the current row into the window."""
        rows = self.rows()
        if rows:
            self.cursor = max(rows[0].row, min(self.cursor, rows[-1].row))

    def _last_top(self) -> Position:
        last = len(self.view) - 1
        if last < 0:
            return 0, 0
        return self._up(last, len(self._split(last)) - 1, self.height - 1)

    def _up(self, row: int, skip: int, rows: int) -> Position:
        if not self.wrap:
            return max(0, row - rows), 0
        while rows > skip and row > 0:
            rows -= skip + 1
            row -= 1
            skip = len(self._split(row)) - 1
        return row, max(0, skip - rows)

    def _down(self, rows: int) -> Position:
        if not self.wrap:
            return self.top + rows, 0
        row, rows = self.top, rows + self.skip
        while row < len(self.view) - 1 and rows >= (count := len(self._split(row))):
            rows -= count
            row += 1
        return row, min(rows, max(0, len(self._split(row)) - 1)) if len(self.view) else 0

    def _split(self, row: int) -> list[ScreenRow]:
        pieces = tuple(self.view.pieces(row))
        if not self.wrap or sum(len(piece.text) for piece in pieces) * 2 <= self.width:
            return [ScreenRow(row, pieces, True)]
        rows: list[list[Piece]] = [[]]
        room = self.width
        for text, part in pieces:
            rest = text
            while len(rest) > room or cell_len(rest) > room:
                head = chop_cells(rest[:room], room)[0] if room > 1 else ""
                if head:
                    rows[-1].append(Piece(head, part))
                rest = rest[len(head) :]
                rows.append([])
                room = self.width
            rows[-1].append(Piece(rest, part))
            room -= cell_len(rest)
        return [ScreenRow(row, tuple(made), not at) for at, made in enumerate(rows)]


def _width(pieces: tuple[Piece, ...]) -> int:
    return sum(cell_len(piece.text) for piece in pieces)
