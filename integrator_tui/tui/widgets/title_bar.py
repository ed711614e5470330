"""The line at the head of a screen: what it is at the left, a state at the right."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from integrator_tui.model.text import visible
from integrator_tui.tui.widgets.drawing.ink import inks


class TitleBar(Widget):
    """One row of foreign text, made visible; `alarm` colours the right part as a warning."""

    def __init__(self, title: str, right: str = "", *, alarm: bool = False) -> None:
        super().__init__()
        self._title, self._right, self._alarm = title, right, alarm

    def show(self, title: str, right: str = "", *, alarm: bool = False) -> None:
        """Show these words."""
        if (title, right, alarm) != (self._title, self._right, self._alarm):
            self._title, self._right, self._alarm = title, right, alarm
            self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 1

    def render_line(self, y: int) -> Strip:
        base, ink, width = self.rich_style, inks(self.app), self.size.width
        right = visible(self._right)
        room = max(0, width - cell_len(right) - 1)
        title = visible(self._title, limit=1000)
        if cell_len(title) > room:
            title = set_cell_size(title, max(0, room - 1)) + "…"
        right_style = base + (ink.warning if self._alarm else ink.muted)
        return Strip(
            [
                Segment(set_cell_size(title, room), base + ink.strong),
                Segment(" ", base),
                Segment(right, right_style),
            ]
        ).crop(0, width)
