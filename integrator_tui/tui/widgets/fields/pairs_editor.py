"""Names and values, a row each; an empty row always stands at the end.

Tab leads from a name to its value and on to the next row. A row left with neither name nor value goes away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message

from integrator_tui.tui.widgets.fields.labelled import Label, Labelled
from integrator_tui.tui.widgets.fields.text_field import TextField

NameValues = tuple[tuple[str, str], ...]
PairFields = tuple[TextField, TextField]


class PairsEditor(Labelled, Container):
    """An editor of pairs of text."""

    @dataclass(repr=False)
    class Edited(Message):
        """The user changed the pairs of `field`; empty rows are not among them.

        `origins` says of each pair which one it was of those the editor was made with; None for a new one.
        """

        field: PairsEditor
        value: NameValues
        origins: tuple[int | None, ...] = ()

        @property
        def control(self) -> PairsEditor:
            return self.field

    def __init__(self, label: Label, value: NameValues = ()) -> None:
        super().__init__(classes="pairs")
        self.set_label(label)
        self._rows: list[PairFields] = [self._new_row(*pair) for pair in (*value, ("", ""))]
        self._origins = {row[0]: at for at, row in enumerate(self._rows[:-1])}

    def compose(self) -> ComposeResult:
        for row in self._rows:
            yield from row

    @property
    def value(self) -> NameValues:
        """The pairs as they stand."""
        return tuple((name.value, value.value) for name, value in self._filled())

    def _filled(self) -> Iterator[PairFields]:
        return (row for row in self._rows if row[0].value or row[1].value)

    def _tell(self) -> None:
        origins = tuple(self._origins.get(name) for name, _ in self._filled())
        self.post_message(self.Edited(self, self.value, origins))

    def set_value(self, value: NameValues) -> None:
        """Show `value` without telling anybody."""
        if value == self.value:
            return
        self._rows = [self._new_row(*pair) for pair in (*value, ("", ""))]
        self._origins = {row[0]: at for at, row in enumerate(self._rows[:-1])}
        self.remove_children()
        self.mount(*(field for row in self._rows for field in row))

    def remove_row(self) -> None:
        """Remove the row that has the focus."""
        for at, row in enumerate(self._rows[:-1]):
            if any(field.has_focus for field in row):
                self._rows[at + 1][0].focus()
                self._drop(row)
                self._tell()
                return

    @on(TextField.Edited)
    def _row_edited(self, event: TextField.Edited) -> None:
        event.stop()
        if any(field.value for field in self._rows[-1]):
            row = self._new_row("", "")
            self._rows.append(row)
            self.mount(*row)
        self._tell()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        for row in list(self._empty_rows()):
            self._drop(row)
        self.refresh()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        self.refresh()

    def _empty_rows(self) -> Iterator[PairFields]:
        """Rows without content, besides the last one and the one that is being filled."""
        for row in self._rows[:-1]:
            if not any(field.value or field.has_focus for field in row):
                yield row

    def _drop(self, row: PairFields) -> None:
        self._rows.remove(row)
        for field in row:
            field.remove()

    def _new_row(self, name: str, value: str) -> PairFields:
        return (
            TextField(Label("", self.label.path, placeholder="name"), name, classes="pair-name"),
            TextField(Label("", self.label.path, placeholder="value"), value, classes="pair-value"),
        )
