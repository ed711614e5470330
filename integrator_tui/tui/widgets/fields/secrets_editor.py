"""The named secrets of a connection: a name and a masked value a row, an empty row at the end."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message

from integrator_tui.tui.widgets.fields.labelled import Label, Labelled
from integrator_tui.tui.widgets.fields.secret_field import SecretField
from integrator_tui.tui.widgets.fields.text_field import TextField


@dataclass(frozen=True, slots=True, repr=False)
class SecretRow:
    """A secret as the editor holds it: `typed` is empty where nothing was typed in this edit, `stored` the name
    under which the file holds its value (empty: it holds none)."""

    name: str
    typed: str = ""
    stored: str = ""


SecretRows = tuple[SecretRow, ...]


class SecretsEditor(Labelled, Container):
    """An editor of secrets. A stored one shows its name and a mask; a new name for it keeps its value."""

    @dataclass(repr=False)
    class Edited(Message):
        """The user changed the secrets of `field`."""

        field: SecretsEditor
        value: SecretRows

        @property
        def control(self) -> SecretsEditor:
            return self.field

    def __init__(self, label: Label, value: SecretRows = ()) -> None:
        super().__init__(classes="pairs")
        self.set_label(label)
        self._rows = [self._new_row(row) for row in (*value, SecretRow(""))]
        self._stored = {name: row.stored for (name, _), row in zip(self._rows, value, strict=False)}

    def compose(self) -> ComposeResult:
        for row in self._rows:
            yield from row

    @property
    def value(self) -> SecretRows:
        """The secrets as they stand; a stored one without a name is one that goes."""
        return tuple(
            SecretRow(name.value, value.value, self._stored.get(name, ""))
            for name, value in self._rows
            if name.value or value.value
        )

    def name_of(self, field: SecretField) -> str:
        """Return the name that stands beside the value `field`."""
        return next((name.value for name, value in self._rows if value is field), "")

    def remove_row(self) -> None:
        """Remove the secret that has the focus."""
        for at, (name, value) in enumerate(self._rows[:-1]):
            if name.has_focus or value.has_focus:
                self._rows[at + 1][0].focus()
                self._drop(name, value)
                self.post_message(self.Edited(self, self.value))
                return

    @on(TextField.Edited)
    def _row_edited(self, event: TextField.Edited) -> None:
        event.stop()
        if any(field.value for field in self._rows[-1]):
            row = self._new_row(SecretRow(""))
            self._rows.append(row)
            self.mount(*row)
        self.post_message(self.Edited(self, self.value))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        for name, value in self._rows[:-1]:
            if not (name.value or value.value or name.has_focus or value.has_focus):
                self._drop(name, value)
        self.refresh()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        self.refresh()

    def _drop(self, name: TextField, value: SecretField) -> None:
        self._rows.remove((name, value))
        self._stored.pop(name, None)
        name.remove()
        value.remove()

    def _new_row(self, row: SecretRow) -> tuple[TextField, SecretField]:
        name = TextField(Label("", self.label.path, placeholder="name"), row.name, classes="pair-name")
        value = SecretField(
            Label("", self.label.path, placeholder="value"),
            row.typed,
            stored=bool(row.stored),
            classes="pair-value",
        )
        return name, value
