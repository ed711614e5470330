"""A few lines asked of the user: parameters of a test, a passphrase, a new name. Enter on the last one answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from integrator_tui.model.secret_names import reads_like_a_secret
from integrator_tui.model.text import visible
from integrator_tui.tui.dialogs.base import Dialog
from integrator_tui.tui.widgets.button import Button
from integrator_tui.tui.widgets.fields.labelled import Label
from integrator_tui.tui.widgets.fields.text_field import TextField


class _AnswerField(TextField):
    """A field whose Enter goes on, and on the last one answers."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "screen.go_on", "Next", show=False)]


class PromptScreen(Dialog[Mapping[str, str] | None]):
    """Asks for the values of `fields`; gives them by path, or None where it is left."""

    def __init__(
        self,
        title: str,
        fields: Sequence[Label],
        *,
        note: str = "",
        values: Mapping[str, str] | None = None,
        masked: Collection[str] = (),
        button: str = "OK",
        other: str = "",
    ) -> None:
        """What is typed at a path that is `masked` is not shown. `other` is a second button that answers too; the
        answer then holds its words under `button`."""
        super().__init__()
        self._heading, self._note, self._button, self._other = title, note, button, other
        self._fields = [
            _AnswerField(label, (values or {}).get(label.path, ""), password=label.path in masked)
            for label in fields
        ]

    def compose(self) -> ComposeResult:
        dialog = Vertical(classes="dialog")
        dialog.border_title = Content(f" {visible(self._heading, limit=200)} ").markup
        with dialog:
            if self._note:
                yield Static(Content(visible(self._note)), classes="note")
            with VerticalScroll(classes="dialog-body", can_focus=False):
                yield from self._fields
            with Horizontal(classes="buttons"):
                yield Button(self._button, "ok", variant="primary")
                if self._other:
                    yield Button(self._other, "other")
                yield Button("Cancel", "cancel")

    def on_mount(self) -> None:
        self._fields[0].focus()

    def action_go_on(self) -> None:
        """Go to the next field; behind the last one, answer."""
        if self.focused is self._fields[-1]:
            self._answer()
        else:
            self.focus_next()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.answer == "ok":
            self._answer()
        elif event.answer == "other":
            self._answer({"button": self._other})
        else:
            self.dismiss(None)

    def _answer(self, more: Mapping[str, str] = MappingProxyType({})) -> None:
        self.dismiss({field.label.path: field.value for field in self._fields} | dict(more))


def passphrase_prompt(note: str) -> PromptScreen:
    """Ask for the passphrase of an identity file."""
    label = Label("Passphrase", "passphrase", required=True)
    return PromptScreen("Passphrase", (label,), note=note, masked={label.path}, button="Unlock")


def parameters_prompt(names: Sequence[str], values: Mapping[str, str], button: str = "Run") -> PromptScreen:
    """Ask for the parameters that templates name; those whose names read like secrets are not shown."""
    note = "Templates ask for these values: they are not among the secrets."
    labels = tuple(Label(visible(name, limit=28), name) for name in names)
    masked = set(filter(reads_like_a_secret, names))
    return PromptScreen("Parameters", labels, note=note, values=values, masked=masked, button=button)


def name_prompt(title: str, name: str, button: str, note: str = "", other: str = "") -> PromptScreen:
    """Ask for the name of a connection; `other` is a second button that answers too."""
    label = Label("Connection Name", "name", required=True)
    return PromptScreen(title, (label,), note=note, values={"name": name}, button=button, other=other)


def number_prompt(title: str, label: str, value: str, button: str, note: str = "") -> PromptScreen:
    """Ask for a number."""
    labels = (Label(label, "number", required=True),)
    return PromptScreen(title, labels, note=note, values={"number": value}, button=button)
