"""One line of text with its label; the value of a file is shown, never sent, to the terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.widgets import Input

from integrator_tui.model.text import visible
from integrator_tui.tui.textual_fixes.field_input import FieldInput
from integrator_tui.tui.widgets.fields.labelled import Label, Labelled
from integrator_tui.tui.widgets.fields.typing_history import TypingHistory
from integrator_tui.tui.widgets.pasted import LONGEST_LINE, refusal, with_line_feeds


class TextField(Labelled, FieldInput):
    """An Input of one row. Enter goes on to the next field; no timer runs for its cursor."""

    ONE_ROW = True

    # Input lays the whole screen out anew with every letter, to no end where a field has a fixed height.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)
    # Its own resolves the styles of each field before that stands anywhere.
    compact: Reactive[bool] = Reactive(True, repaint=False)

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
        Binding("ctrl+z", "undo_typing", "Undo typing", show=False),
        Binding("ctrl+y", "redo_typing", "Redo typing", show=False),
    ]

    # Textual's own messages of an Input show the text in their repr, which logs and tracebacks use.

    class Changed(Input.Changed, namespace="input"):
        """The text changed; handled as Input's own is."""

        __repr__ = Message.__repr__

    class Submitted(Input.Submitted, namespace="input"):
        """Enter was pressed; handled as Input's own is."""

        __repr__ = Message.__repr__

    @dataclass(repr=False)
    class Edited(Message):
        """The user, or a paste, changed the text of `field`."""

        field: TextField
        value: str

        @property
        def control(self) -> TextField:
            return self.field

    offered: Callable[[str], bool] | None = None
    """Asked first about what is pasted: True where it took that, and nothing of it belongs here."""

    def __init__(
        self, label: Label, value: str = "", *, password: bool = False, classes: str | None = None
    ) -> None:
        super().__init__(
            value=value,
            placeholder=label.placeholder,
            password=password,
            classes=f"-textual-compact {classes or ''}",
            compact=True,
            validate_on=(),
        )
        self.set_reactive(Input.cursor_blink, False)
        self.set_label(label)
        self._told = value
        self._typing = TypingHistory()

    def set_value(self, value: str) -> None:
        """Show `value` without telling anybody."""
        self._told = value
        self.value = value
        self._typing.clear()

    def replace(self, text: str, start: int, end: int) -> None:
        """Put `text` in the place of what stands between two places; everything typed comes through here."""
        before = self.value
        start, end = sorted((max(0, start), min(len(before), end)))
        super().replace(text, start, end)
        if self.value != before:
            self._typing.note(start, before[start:end], text)

    def action_undo_typing(self) -> None:
        """Take back what was typed last."""
        step = self._typing.undo()
        if step is None:
            self.notify("Nothing that was typed here can be taken back", timeout=3, markup=False)
        else:
            super().replace(step.removed, step.start, step.start + len(step.added))

    def action_redo_typing(self) -> None:
        """Type again what was taken back last."""
        step = self._typing.redo()
        if step is None:
            self.notify("Nothing was taken back here", timeout=3, markup=False)
        else:
            super().replace(step.added, step.start, step.start + len(step.removed))

    def on_paste(self, event: events.Paste) -> None:
        # Input would take the first line even where that is an empty one, copied along with the text.
        event.stop()
        event.prevent_default()
        if self.offered is not None and self.offered(event.text):
            return
        lines = [line for line in with_line_feeds(event.text).split("\n") if line.strip()]
        longest = max(map(len, lines[:1]), default=0)
        if longest > LONGEST_LINE:
            self.notify(refusal(longest), severity="error", markup=False)
            return
        if len(lines) > 1:
            self.notify("Only the first line was pasted: this field takes one", severity="warning", markup=False)
        self.replace(lines[0] if lines else event.text.strip("\r\n"), *sorted(self.selection))

    def action_copy(self) -> None:
        if self.password:
            # The terminal's clipboard goes to other programs, and over the wire.
            self.notify("What is typed here in secret is not copied", severity="warning", markup=False)
        else:
            super().action_copy()

    def action_cut(self) -> None:
        if self.password:
            self.delete_selection()
        else:
            super().action_cut()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value == self.value != self._told:
            self._told = self.value
            self.post_message(self.Edited(self, self.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()

    @property
    def shown(self) -> str:
        return "•" * len(self.value) if self.password else visible(self.value)
