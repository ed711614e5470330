"""Which part of a log is in sight: the scroll position, the current line, wrapping and following. No drawing.

The window begins `skip` rows into line `top`; without wrapping every line is one row. While it follows, its
last row is that of the last line. Only lines in sight are decoded and made visible.
"""

from __future__ import annotations

from rich.cells import cell_len

from integrator_tui.tui.widgets.drawing.scroll_thumb import Thumb, thumb, top_at
from integrator_tui.tui.widgets.log.layout import LogLayout, LogRow, Position, shown
from integrator_tui.tui.widgets.log.line_store import LineStore


class LogWindow:
    """A window of `height` rows and `width` cells over `store`; `cursor` is the current line."""

    def __init__(self, store: LineStore) -> None:
        self.store = store
        self.layout = LogLayout(store)
        self.height = 1
        self.reset()

    def reset(self) -> None:
        """Go back to following, at the left edge."""
        self.following = True
        self.top = self.skip = self.left = 0
        self._cursor = 0

    @property
    def cursor(self) -> int:
        """The number of the current line: the last one while following."""
        last = max(self.store.oldest, self.store.end - 1)
        return last if self.following else max(self.store.oldest, min(self._cursor, last))

    @property
    def last_top(self) -> Position:
        """Where the window begins when its last row is the last row of all."""
        last = self.store.end - 1
        if last < self.store.oldest:
            return self.store.oldest, 0
        return self.layout.up(last, self.layout.count(last) - 1, self.height - 1)

    def rows(self) -> list[LogRow]:
        """Return the rows in sight, at most `height`."""
        if self.following:
            self.top, self.skip = self.last_top
        elif self.top < self.store.oldest:
            self.top, self.skip = self.store.oldest, 0
        return self.layout.rows((self.top, self.skip), self.height)

    @property
    def width(self) -> int:
        """The cells a row has."""
        return self.layout.width

    @property
    def wrap(self) -> bool:
        """Whether long lines are wrapped."""
        return self.layout.wrap

    def resize(self, width: int, height: int) -> None:
        """Take new measures in cells; the line at the top stays there."""
        self.layout.width, self.height = max(2, width), max(1, height)
        self.skip = 0

    def set_wrap(self, wrap: bool) -> None:
        """Wrap long lines, or show them from `left` on and cut."""
        self.layout.wrap, self.skip, self.left = wrap, 0, 0

    def follow(self) -> None:
        """Stay at the end, as it moves."""
        self.following = True

    def move(self, lines: int) -> None:
        """Make the line that is `lines` further down (or up) the current one; below the last one, follow."""
        self._to(self.cursor + lines)

    def page(self, pages: int) -> None:
        """Scroll by `pages` windows less one row; the current line is then at the edge moved to."""
        self.scroll(pages * max(1, self.height - 1))
        rows = self.rows()
        if rows:
            self._cursor = rows[-1 if pages > 0 else 0].line

    def home(self) -> None:
        """Go to the oldest line that is here."""
        self._to(self.store.oldest)

    def scroll(self, rows: int) -> None:
        """Scroll by `rows`; at the end, follow."""
        self._cursor, self.following = self.cursor, False
        move = self.layout.down if rows > 0 else self.layout.up
        self._place(move(self.top, self.skip, abs(rows)), follow=rows > 0)
        self._hold_cursor()

    def scroll_to(self, y: int) -> None:
        """Go where a click on cell `y` of the scroll bar points to."""
        self._cursor, self.following = self.cursor, False
        top = self.store.oldest + top_at(y, self.store.end - self.store.oldest, self.height)
        self._place((top, 0), follow=y >= self.height - 1)
        self._hold_cursor()

    def shift(self, cells: int) -> None:
        """Scroll to the right (or left) by `cells`, as far as there is text in sight; not while wrapping."""
        longest = max((cell_len(row.text) for row in self.rows()), default=0)
        self.left = 0 if self.wrap else max(0, min(self.left + cells, longest - self.width // 2))

    def show(self, line: int, column: int = 0) -> None:
        """Make `line` the current one and bring it in sight, amid the window where it was out of it."""
        self._cursor, self.following = line, False
        if all(row.line != line for row in self.rows()):
            self._place(self.layout.up(line, 0, self.height // 2))
        if not self.wrap and not self.left <= column < self.left + self.width - 1:
            self.left = max(0, column - self.width // 2)

    def bar(self) -> Thumb | None:
        """Return the thumb of the scroll bar, counted in lines; None where all lines fit."""
        total = self.store.end - self.store.oldest
        return thumb(total if self.following else self.top - self.store.oldest, total, self.height)

    def line_text(self, line: int) -> str:
        """Return what is visible of a line, empty where it is not here."""
        return shown(self.store.get(line, 1)[0]) if self.store.oldest <= line < self.store.end else ""

    def _to(self, line: int) -> None:
        self.following = line >= self.store.end
        self._cursor = max(self.store.oldest, line)
        if self.following or self.store.end == self.store.oldest:
            return
        rows = self.rows()
        first, last = rows[0], rows[-1]
        if self._cursor < first.line or (self._cursor == first.line and first.start):
            self._place((self._cursor, 0))
        elif self._cursor >= last.line and len(rows) == self.height:
            end = self.layout.up(self._cursor, self.layout.count(self._cursor) - 1, self.height - 1)
            self._place(min(max(end, (self.top, self.skip)), (self._cursor, 0)))

    def _hold_cursor(self) -> None:
        rows = self.rows()
        if rows:
            self._cursor = max(rows[0].line, min(self._cursor, rows[-1].line))

    def _place(self, position: Position, follow: bool = False) -> None:
        last = self.last_top
        self.following = follow and position >= last
        self.top, self.skip = max(min(position, last), (self.store.oldest, 0))
