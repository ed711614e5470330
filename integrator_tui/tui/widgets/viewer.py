"""What is read and not changed, with the motions of a viewer."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll


class Viewer(VerticalScroll, can_focus=True):
    """Scrolls what is in it by lines, half pages and pages."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "scroll_up", "Line up", show=False, tooltip="Go one line up"),
        Binding("j", "scroll_down", "Line down", show=False, tooltip="Go one line down"),
        Binding("ctrl+u", "half(-1)", "Half up", show=False, tooltip="Go half a page up"),
        Binding("ctrl+d", "half(1)", "Half down", show=False, tooltip="Go half a page down"),
        Binding("g", "scroll_home", "Beginning", show=False, tooltip="Go to the beginning"),
        Binding("G", "scroll_end", "End", show=False, tooltip="Go to the end"),
    ]

    def action_half(self, direction: int) -> None:
        """Scroll by half a page."""
        self.scroll_relative(y=direction * max(1, self.size.height // 2), animate=False)
