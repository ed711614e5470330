"""Outputs of an operation: a name and an expression a row, an empty row at the end.

A row can be a child of the one above: then its expression is evaluated on each element of that one's value. It
stands indented. There is one level of children, so that a child's child is a child of the same output.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.message import Message

from integrator_tui.model.connection import Output
from integrator_tui.tui.widgets.fields.labelled import Label
from integrator_tui.tui.widgets.fields.pairs_editor import NameValues, PairFields, PairsEditor
from integrator_tui.tui.widgets.fields.text_field import TextField

Outputs = tuple[Output, ...]

_INDENT = 2
"""Cells that a child stands further to the right."""


class OutputsEditor(PairsEditor):
    """An editor of outputs."""

    @dataclass(repr=False)
    class Changed(Message):
        """The user changed the outputs of `field`."""

        field: OutputsEditor
        value: Outputs

        @property
        def control(self) -> OutputsEditor:
            return self.field

    def __init__(self, label: Label, value: Outputs = ()) -> None:
        self._children_of: set[TextField] = set()
        super().__init__(label, _pairs(value))
        self._mark(value)

    @property
    def outputs(self) -> Outputs:
        """The outputs as they stand."""
        found: list[Output] = []
        for name, value in self._filled():
            if name in self._children_of and found:
                last = found[-1]
                found[-1] = last.model_copy(update={"children": (*last.children, (name.value, value.value))})
            else:
                found.append(Output(name=name.value, value=value.value))
        return tuple(found)

    def show_outputs(self, value: Outputs) -> None:
        """Show these outputs without telling anybody."""
        if value != self.outputs:
            self._children_of.clear()
            self.set_value(_pairs(value))
            self._mark(value)

    def toggle_child(self) -> str:
        """Make the row of the cursor a child of the one above, or an output of its own again; return why that
        cannot be, empty where it was done."""
        at = next((at for at, row in enumerate(self._rows) if any(field.has_focus for field in row)), None)
        if at is None:
            return "the cursor stands in no row"
        name = self._rows[at][0]
        if name in self._children_of:
            self._indent(name, is_child=False)
        elif at == 0:
            return "there is no row above it that it could be a child of"
        else:
            self._indent(name, is_child=True)
        self._tell()
        return ""

    def expression_of(self, focused: object) -> TextField | None:
        """Return the field of the expression in the row that has the focus; None for a child, whose expression has
        an element of its output at hand, and where the cursor stands in no row."""
        row = next((row for row in self._rows if focused in row), None)
        return None if row is None or row[0] in self._children_of else row[1]

    def _mark(self, value: Outputs) -> None:
        levels = (level for output in value for level in (False, *(True for _ in output.children)))
        for (name, _), is_child in zip(self._rows, levels, strict=False):
            self._indent(name, is_child=is_child)

    def _indent(self, name: TextField, *, is_child: bool) -> None:
        (self._children_of.add if is_child else self._children_of.discard)(name)
        name.styles.margin = (0, 0, 0, _INDENT if is_child else 0)

    def _tell(self) -> None:
        if self._rows:
            # What stood above it may have been removed.
            self._indent(self._rows[0][0], is_child=False)
        self.post_message(self.Changed(self, self.outputs))

    def _new_row(self, name: str, value: str) -> PairFields:
        return (
            TextField(Label("", self.label.path, placeholder="name"), name, classes="pair-name"),
            TextField(Label("", self.label.path, placeholder="expression"), value, classes="pair-value"),
        )


def _pairs(outputs: Iterable[Output]) -> NameValues:
    return tuple(pair for output in outputs for pair in ((output.name, output.value), *output.children))
