"""Several lines of text with a label: a certificate, a raw body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea

from integrator_tui.model.text import visible
from integrator_tui.tui.textual_fixes.exact_text_area import ExactTextArea
from integrator_tui.tui.widgets.drawing.ink import inks
from integrator_tui.tui.widgets.fields.labelled import Label, Labelled
from integrator_tui.tui.widgets.pasted import with_line_feeds

Folded = Callable[[str], tuple[str, str]]
"""Gives for a text what stands for it: words that may be cut, and words behind them; both empty for none."""

_UNFOLDED = ("", "")


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

    def __init__(self, label: Label, value: str = "", *, folded: Folded | None = None) -> None:
        """`folded` gives what stands for the text in one line while it has not the focus."""
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
        self._folded = folded
        self._line: tuple[str, str] = _UNFOLDED

    def on_mount(self) -> None:
        self._fold()

    def on_focus(self) -> None:
        if self._line != _UNFOLDED:
            self._show_line(_UNFOLDED)

    def on_blur(self) -> None:
        self._fold()

    def _fold(self) -> None:
        """Show the line that stands for the text, where there is one."""
        if self._folded is None:
            return
        line = self._folded(self.text) if self.text.strip() else _UNFOLDED
        if line != self._line:
            self._show_line(line)

    def _show_line(self, line: tuple[str, str]) -> None:
        self._line = line
        is_folded = line != _UNFOLDED
        # A scroll bar would take the one row that there is.
        self.set_class(is_folded, "-folded")
        if is_folded:
            self.styles.height = 1 + self.styles.padding.bottom
        else:
            self.styles.clear_rule("height")
        self.refresh(layout=True)

    def _lay_out_problems(self) -> None:
        super()._lay_out_problems()
        if self._line != _UNFOLDED:
            self.styles.height = 1 + self.styles.padding.bottom

    def render_line(self, y: int) -> Strip:
        if self._line == _UNFOLDED:
            return super().render_line(y)
        base, ink, width = self.rich_style, inks(self.app), self.size.width
        text, rest = map(visible, self._line)
        room = width - cell_len(rest) - 2
        if cell_len(text) > room:
            text = set_cell_size(text, max(0, room - 1)) + "…"
        line = f"{text}, {rest}" if y == 0 else ""
        return Strip([Segment(line, base + ink.muted)]).extend_cell_length(width, base).crop(0, width)

    def set_value(self, value: str) -> None:
        """Show `value` without telling anybody."""
        self._told = value
        self.load_text(value)
        if not self.has_focus:
            self._fold()

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
