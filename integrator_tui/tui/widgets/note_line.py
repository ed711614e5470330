"""One line of help at the left and a warning at the right; changing it never lays the screen out anew."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from integrator_tui.tui.widgets.drawing.ink import inks


class NoteLine(Widget):
    """One row of our own words."""

    def __init__(self) -> None:
        super().__init__()
        self._note = self._warning = ""

    def note(self, text: str) -> None:
        """Show this help."""
        if text != self._note:
            self._note = text
            self.refresh()

    def warn(self, text: str) -> None:
        """Show this warning."""
        if text != self._warning:
            self._warning = text
            self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 1

    def render_line(self, y: int) -> Strip:
        base, ink = self.rich_style, inks(self.app)
        room = max(0, self.size.width - cell_len(self._warning) - 1)
        text = self._note if cell_len(self._note) <= room else set_cell_size(self._note, max(0, room - 1)) + "…"
        return Strip(
            [
                Segment(set_cell_size(text, room), base + ink.muted),
                Segment(" ", base),
                Segment(self._warning, base + ink.error),
            ]
        )
