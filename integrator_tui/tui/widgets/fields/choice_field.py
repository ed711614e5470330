"""One of a few values, chosen from a list that Enter opens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from integrator_tui.model.text import visible
from integrator_tui.tui.widgets.drawing.ink import inks
from integrator_tui.tui.widgets.fields.labelled import Label, Labelled

Options = tuple[tuple[str, str], ...]
"""Values and the words they are shown under."""


class ChoiceField(Labelled, Widget, can_focus=True):
    """One row that shows the chosen option; the screen opens the list when it is asked to."""

    ONE_ROW = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "open", "Choose from the list", show=False),
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
    ]

    @dataclass
    class Opened(Message):
        """The user wants to choose: the answer goes to `choose`."""

        field: ChoiceField

    @dataclass
    class Edited(Message):
        """The user chose `value`."""

        field: ChoiceField
        value: str

        @property
        def control(self) -> ChoiceField:
            return self.field

    def __init__(self, label: Label, options: Options, value: str) -> None:
        super().__init__()
        self.set_label(label)
        self.options = options
        self._value = value

    @property
    def value(self) -> str:
        return self._value

    def set_value(self, value: str) -> None:
        """Show `value` without telling anybody."""
        self._value = value
        self.refresh()

    def choose(self, value: str | None) -> None:
        """Take what the list gave; None where it was left without a choice."""
        if value is not None and value != self._value:
            self.set_value(value)
            self.post_message(self.Edited(self, value))

    def action_open(self) -> None:
        """Ask for the list."""
        self.post_message(self.Opened(self))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.action_open()

    @property
    def cursor_screen_offset(self) -> Offset:
        x, y, _, _ = self.content_region
        return Offset(x, y)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return character is not None and character.isprintable()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 1

    def render_line(self, y: int) -> Strip:
        base, ink = self.rich_style, inks(self.app)
        if y:
            return Strip.blank(self.size.width, base)
        words = visible(dict(self.options).get(self._value, self._value)) or " "
        segments = [
            Segment(words[0], base + (ink.caret if self.has_focus else ink.text)),
            Segment(words[1:], base + ink.text),
            Segment("  ▾", base + ink.accent),
        ]
        return Strip(segments).extend_cell_length(self.size.width, base).crop(0, self.size.width)
