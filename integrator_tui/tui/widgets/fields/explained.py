"""What F1 says of the row that has the focus: what it is for, what an empty one means, and its key in the file."""

from __future__ import annotations

from textual.widget import Widget

from integrator_tui.model import fields
from integrator_tui.model.fields import Field
from integrator_tui.tui.widgets.fields.labelled import Labelled
from integrator_tui.tui.widgets.sheet import SheetGroup, SheetLine


def row_of(node: Widget | None) -> Labelled | None:
    """Return the row that a widget stands in."""
    nodes = node.ancestors_with_self if node is not None else ()
    return next((one for one in nodes if isinstance(one, Labelled) and one.label.text), None)


def explained(row: Labelled, key: str = "", name: str = "") -> SheetGroup:
    """Return what is to be said of a row: of the field at the dotted `key`, and where there is none, its hint.

    `name` is what the row is called, where its label does not say enough.
    """
    field = fields.exact(key.removesuffix(".kind")) if key else None
    lines = [SheetLine("", field.about if field is not None else row.label.hint)]
    if field is not None:
        if row.label.hint and row.label.hint not in field.about:
            lines.append(SheetLine("hint", row.label.hint))
        lines += _rules(field, required=row.label.required)
    return SheetGroup(name or row.label.text, tuple(line for line in lines if line.value))


def _rules(field: Field, *, required: bool) -> list[SheetLine]:
    if required:
        first = [SheetLine("required", "yes")]
    elif field.default not in (None, "", {}):
        first = [SheetLine("default", _plain(field.default))]
    else:
        first = []
    return [*first, SheetLine("in the file", field.path)]


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)
