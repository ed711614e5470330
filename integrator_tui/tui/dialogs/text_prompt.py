"""A text of several lines asked of the user: a command or a document that is pasted."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from integrator_tui.model.text import visible
from integrator_tui.tui.dialogs.base import Dialog
from integrator_tui.tui.widgets.button import Button
from integrator_tui.tui.widgets.fields.labelled import Label
from integrator_tui.tui.widgets.fields.text_block import TextBlock

_PASTED = 20
"""Characters that come at once from here on are pasted, and the focus goes on to the button."""


class TextPromptScreen(Dialog[str | None]):
    """Gives the text, None where it is left or empty. With `line_answers` Enter behind one line alone answers."""

    def __init__(
        self,
        title: str,
        label: str,
        *,
        text: str = "",
        note: str = "",
        button: str = "Go on",
        line_answers: bool = False,
    ) -> None:
        super().__init__()
        self._line_answers = line_answers
        self._heading, self._note, self._button = title, note, button
        self._block = TextBlock(Label(label, "text"), text)
        self._length = len(text)

    def compose(self) -> ComposeResult:
        dialog = Vertical(classes="dialog")
        dialog.border_title = Content(f" {visible(self._heading, limit=200)} ").markup
        with dialog:
            if self._note:
                yield Static(Content(visible(self._note)), classes="note")
            self._block.styles.height = 8
            yield self._block
            with Horizontal(classes="buttons"):
                yield Button(self._button, "ok", variant="primary")
                yield Button("Cancel", "cancel")

    def on_mount(self) -> None:
        # A line that is asked for again is mended where its typing ended, and Enter answers only there.
        if self._line_answers:
            self._block.move_cursor(self._block.document.end)
        self._block.focus()

    @on(TextBlock.Edited)
    def _edited(self, event: TextBlock.Edited) -> None:
        if self._line_answers and event.value.strip() and event.value.find("\n") == len(event.value) - 1:
            self.dismiss(event.value)
        elif len(event.value) - self._length >= _PASTED:
            self.query(Button).first().focus()
        self._length = len(event.value)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        text = self._block.text
        self.dismiss(text if event.answer == "ok" and text.strip() else None)
