"""A box that is on or off, with its label."""

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

from integrator_tui.tui.widgets.drawing.ink import inks
from integrator_tui.tui.widgets.fields.labelled import Label, Labelled
from integrator_tui.tui.widgets.pasted import with_line_feeds


class ToggleField(Labelled, Widget, can_focus=True):
    """One row: the box stands in the value column, its words behind it. Space or Enter turns it."""

    ONE_ROW = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,enter", "turn", "Turn on or off", show=False),
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
    ]

    @dataclass
    class Edited(Message):
        """The user turned `field`."""

        field: ToggleField
        value: bool

        @property
        def control(self) -> ToggleField:
            return self.field

    @dataclass(repr=False)
    class Typed(Message):
        """Text was typed or pasted onto `field`, meant for what the box opens."""

        field: ToggleField
        text: str

    def __init__(self, label: Label, value: bool = False, *, takes_text: bool = False) -> None:
        super().__init__()
        self.set_label(label)
        self._value = value
        self._takes_text = takes_text

    @property
    def value(self) -> bool:
        return self._value

    def set_value(self, value: bool) -> None:
        """Show `value` without telling anybody."""
        self._value = value
        self.refresh()

    def action_turn(self) -> None:
        """Turn the box."""
        self.set_value(not self._value)
        self.post_message(self.Edited(self, self._value))

    def on_click(self, event: events.Click) -> None:
        if event.x >= self.label_width:
            self.action_turn()

    @property
    def cursor_screen_offset(self) -> Offset:
        x, y, _, _ = self.content_region
        return Offset(x + 1, y)

    def on_key(self, event: events.Key) -> None:
        if self._takes_text and event.is_printable and event.character and event.character != " ":
            event.stop()
            self.post_message(self.Typed(self, event.character))

    def on_paste(self, event: events.Paste) -> None:
        if self._takes_text:
            event.stop()
            self.post_message(self.Typed(self, with_line_feeds(event.text)))

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return character is not None and character.isprintable()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 1

    def render_line(self, y: int) -> Strip:
        base, ink = self.rich_style, inks(self.app)
        if y:
            return Strip.blank(self.size.width, base)
        mark = Segment("x" if self._value else " ", base + (ink.caret if self.has_focus else ink.success))
        words = "on" if self._value else "off"
        segments = [
            Segment("[", base + ink.muted),
            mark,
            Segment("]", base + ink.muted),
            Segment(f" {words}", base + (ink.text if self._value else ink.muted)),
        ]
        return Strip(segments).extend_cell_length(self.size.width, base).crop(0, self.size.width)
