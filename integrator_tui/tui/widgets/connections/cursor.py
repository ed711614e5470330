"""The selected row of the list and the part of the rows that is in sight: no drawing, no messages."""

from __future__ import annotations

from integrator_tui.model.entry import Entry
from integrator_tui.tui.widgets.connections.rows import ConnectionRows, ListRow, OperationLine, Place


class ConnectionCursor:
    """A selection over `rows` and a window of `height` rows that begins at `top` and follows the selection.

    Every method that moves something returns whether the window scrolled.
    """

    def __init__(self, rows: ConnectionRows) -> None:
        self.rows = rows
        self.height = 1
        self.top = 0
        self.at = rows.nearest_stop(0, 1) or 0

    @property
    def row(self) -> ListRow | None:
        """The selected row; None where there are no rows."""
        return self.rows.rows[self.at] if self.at < len(self.rows) else None

    @property
    def place(self) -> Place | None:
        """The file of the selected row, and the number of the operation where it is one of those; None where a
        closed group is selected or nothing is there."""
        row = self.row
        if isinstance(row, Entry):
            return row.file, None
        return (row.file, row.number) if isinstance(row, OperationLine) else None

    @property
    def file(self) -> str | None:
        """The file of the selected row; None where a closed group is selected or nothing is there."""
        return self.place[0] if self.place is not None else None

    def go(self, at: int) -> bool:
        """Select the row at index `at`."""
        self.at = at
        return self.follow()

    def move(self, step: int) -> bool:
        """Select the next row to halt at, up (-1) or down (1)."""
        found = self.rows.nearest_stop(self.at + step, step)
        return self.go(self.at if found is None else found)

    def near(self, at: int, direction: int = 1) -> bool:
        """Select the row to halt at that is nearest to index `at`, looked for in `direction` first."""
        at = max(0, min(at, len(self.rows) - 1))
        found = self.rows.nearest_stop(at, direction)
        if found is None:
            found = self.rows.nearest_stop(at, -direction)
        return self.go(found or 0)

    def page(self, pages: float) -> bool:
        """Move the selection by `pages` windows."""
        rows = round(pages * max(1, self.height - 1))
        return self.near(self.at + (rows or (1 if pages > 0 else -1)), 1 if pages > 0 else -1)

    def keep(self, place: Place | None, otherwise: int) -> bool:
        """After the rows changed select `place` again, else its file, else what is nearest to index `otherwise`."""
        at = None
        if place is not None:
            at = self.rows.position(*place)
            at = self.rows.position(place[0]) if at is None else at
        return self.near(otherwise) if at is None else self.go(at)

    def follow(self) -> bool:
        """Scroll as little as brings the selection in sight, with the header right above it."""
        first = self.at
        if first > 0 and not self.rows.is_stop(first - 1):
            first -= 1
        return self.scroll(first if first < self.top else max(self.top, self.at - self.height + 1))

    def scroll(self, top: int) -> bool:
        """Let the window begin at row `top`, as far as there are rows."""
        before, self.top = self.top, max(0, min(top, len(self.rows) - self.height))
        return self.top != before
