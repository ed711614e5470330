"""Several lines of text with a label: a certificate, a raw body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import TextArea

from integrator_tui.model.text import visible
from integrator_tui.tui.textual_fixes.exact_text_area import ExactTextArea
from integrator_tui.tui.widgets.fields.labelled import Label, Labelled
from integrator_tui.tui.widgets.pasted import with_line_feeds


class TextBlock(Labelled, ExactTextArea):
    """A text area that Tab leaves; foreign characters are shown as symbols and kept as they are."""

    BINDINGS: ClassVar[list[BindingType]] = []

    @dataclass(repr=False)
    class Edited(Message):
        """The user changed the text of `field`."""

        field: TextBlock
        value: str

        @property
        def control(self) -> TextBlock:
            return self.field

    def __init__(self, label: Label, value: str = "") -> None:
        super().__init__(
            value,
            soft_wrap=False,
            tab_behavior="focus",
            compact=True,
            show_line_numbers=False,
            highlight_cursor_line=False,
            placeholder=label.placeholder,
        )
        self.set_reactive(TextArea.cursor_blink, False)
        self.set_label(label)
        self._told = value

    def set_value(self, value: str) -> None:
        """Show `value` without telling anybody."""
        self._told = value
        self.load_text(value)

    async def on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        await self.paste(with_line_feeds(event.text))

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        if self.text != self._told:
            self._told = self.text
            self.post_message(self.Edited(self, self.text))

    def get_line(self, line_index: int) -> Text:
        line = self.document.get_line(line_index)
        return Text(visible(line, keep="\t"), end="", no_wrap=True)
