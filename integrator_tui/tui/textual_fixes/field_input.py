"""An Input as a form of many fields needs it. Serves Textual 8.2.8.

Its `Input._on_mount` starts a timer for a blinking cursor: thirty fields would keep thirty. What it draws is
`Input._value`, the text as it is; and it counts one cell more at the end of the text, where it scrolls to.
"""

from __future__ import annotations

from rich.text import Text
from textual import events
from textual.geometry import Offset
from textual.widgets import Input


class FieldInput(Input):
    """An Input without a timer; what it shows of its text is `shown`, one cell for each character."""

    @property
    def shown(self) -> str:
        """The text as it is drawn."""
        return self.value

    def _on_mount(self, event: events.Mount) -> None:
        event.prevent_default()

    @property
    def _value(self) -> Text:
        return Text(self.shown, no_wrap=True, overflow="ignore", end="")

    @property
    def cursor_screen_offset(self) -> Offset:
        x, y, _, _ = self.content_region
        return Offset(x + self._position_to_cell(self.cursor_position) - self.scroll_offset.x, y)
