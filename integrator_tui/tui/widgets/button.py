"""A button of one row: a word in brackets that Enter, Space or a click presses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from integrator_tui.tui.widgets.drawing.ink import inks


class Button(Widget, can_focus=True):
    """`answer` is what pressing it means to its screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "press", "Press", show=False),
        Binding("left,up", "app.focus_previous", "Previous", show=False),
        Binding("right,down", "app.focus_next", "Next", show=False),
    ]

    @dataclass
    class Pressed(Message):
        """The user pressed the button with this answer."""

        answer: str

    def __init__(self, words: str, answer: str, *, variant: str = "") -> None:
        super().__init__(classes=f"-{variant}" if variant else None)
        self.words = words
        self.answer = answer
        self._variant = variant

    def action_press(self) -> None:
        """Press the button."""
        self.post_message(self.Pressed(self.answer))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.action_press()

    @property
    def cursor_screen_offset(self) -> Offset:
        x, y, _, _ = self.content_region
        return Offset(x, y)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return cell_len(self.words) + 4

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 1

    def render_line(self, y: int) -> Strip:
        base, ink = self.rich_style, inks(self.app)
        if self.has_focus:
            style = base + ink.cursor
        else:
            colour = {"primary": ink.accent, "danger": ink.error}.get(self._variant, ink.text)
            style = base + colour
        return Strip([Segment(f"[ {self.words} ]", style)]).extend_cell_length(self.size.width, base)
