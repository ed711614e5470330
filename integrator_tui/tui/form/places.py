"""Where a row of a form stands, and what is said of it: its part of the form, its hint, its explanation."""

from __future__ import annotations

from textual.widget import Widget
from textual.widgets import Static

from integrator_tui.tui.form.rows import SET_CA, TOKEN_CONNECTION
from integrator_tui.tui.labels import label_of
from integrator_tui.tui.widgets.fields.explained import explained as explanation
from integrator_tui.tui.widgets.fields.labelled import Labelled
from integrator_tui.tui.widgets.section import Section
from integrator_tui.tui.widgets.sheet import SheetGroup

FIRST = "Connection"
"""What the rows above every heading belong to."""

_OF_SECTIONS = {"method": "auth.type", "token-connection": TOKEN_CONNECTION}
"""Sections that have the name of the row that opens them."""


def parts(form: Widget) -> dict[Labelled, str]:
    """Return the labelled rows of a form in the order of the page, each with the heading that it stands under."""
    found: dict[Labelled, str] = {}
    heading, section = FIRST, None
    for node in form.walk_children(Widget):
        inside = next((one for one in node.ancestors_with_self if isinstance(one, Section)), None)
        if inside is not section:
            section = inside
            path = _OF_SECTIONS.get(inside.id or "") if inside is not None else None
            heading = label_of(path) if path else heading
        if isinstance(node, Static) and node.has_class("heading"):
            heading = str(node.content)
        elif isinstance(node, Labelled) and node.label.text:
            found[node] = heading
    return found


def name_of(form: Widget, row: Labelled) -> str:
    """Return the label of a row, with its heading where another row has the same label."""
    heads = parts(form)
    is_alone = all(other is row or other.label.text != row.label.text for other in heads)
    return row.label.text if is_alone else f"{heads.get(row, FIRST)}: {row.label.text}"


def hint_of(form: Widget, row: Labelled) -> str:
    """Return what helps while a row has the focus, with its heading where another row has the same label."""
    name = name_of(form, row)
    return row.label.hint if name == row.label.text else f"{name}. {row.label.hint}"


def explained(form: Widget, row: Labelled) -> SheetGroup:
    """Return what F1 says of a row of a form."""
    key = {SET_CA: "ca_cert"}.get(row.label.path, row.label.path)
    return explanation(row, key, name_of(form, row))
