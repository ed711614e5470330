"""The widgets of the form: which one a row is, what it shows of a draft, and the value that its text stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from integrator_tui.model.connection import WELL_KNOWN_SECRETS, Body, Connection
from integrator_tui.model.draft import value_at
from integrator_tui.model.entry import Draft
from integrator_tui.tui.form.rows import FOLDER, KINDS, OPTIONAL_TEXTS, SECRETS, SET_CA, USUAL_STATUSES, FormRow
from integrator_tui.tui.widgets.fields.body_editor import BodyEditor
from integrator_tui.tui.widgets.fields.choice_field import ChoiceField
from integrator_tui.tui.widgets.fields.labelled import Label
from integrator_tui.tui.widgets.fields.outputs_editor import OutputsEditor
from integrator_tui.tui.widgets.fields.pairs_editor import PairsEditor
from integrator_tui.tui.widgets.fields.secret_field import SecretField
from integrator_tui.tui.widgets.fields.secrets_editor import SecretRow, SecretsEditor
from integrator_tui.tui.widgets.fields.text_block import TextBlock
from integrator_tui.tui.widgets.fields.text_field import TextField
from integrator_tui.tui.widgets.fields.toggle_field import ToggleField

Bodies = dict[str, Body | None]
"""The bodies of a request by their kind, as they were last left."""


def build(rows: Sequence[FormRow], draft: Draft, saved: Draft, bodies: Bodies | None = None) -> Iterator[Widget]:
    """Return the widgets of these rows, showing the draft."""
    for row in rows:
        yield _build(row, draft, saved, bodies)


def _build(row: FormRow, draft: Draft, saved: Draft, bodies: Bodies | None) -> Widget:
    path, connection = row.label.path, draft.connection
    match row.kind:
        case "heading":
            return Static(Content(row.label.text), classes="heading")
        case "secret":
            return secret_field(row.label, draft, saved)
        case "toggle":
            return ToggleField(row.label, toggle_value(connection, path), takes_text=path == SET_CA)
        case "choice":
            return ChoiceField(row.label, row.options, str(value_at(connection, path)))
        case "pairs":
            return PairsEditor(row.label, value_at(connection, path))
        case "body":
            return BodyEditor(path, value_at(connection, path), {} if bodies is None else bodies)
        case "outputs":
            return OutputsEditor(row.label, value_at(connection, path))
        case "block":
            return TextBlock(row.label, value_at(connection, path) or "", folded=_certificate)
        case _:
            value = draft.group if path == FOLDER else value_at(connection, path)
            return TextField(row.label, shown(value))


def _certificate(pem: str) -> tuple[str, str]:
    """Return whose certificate a text holds, and until when."""
    from integrator_tui.workspace import pem_summary

    return pem_summary(pem, datetime.now(UTC))


def toggle_value(connection: Connection, path: str) -> bool:
    """Return whether the box of this path is on."""
    if path == SET_CA:
        return connection.ca_cert is not None
    value = value_at(connection, path)
    return value is not None and value is not False


def shown(value: object) -> str:
    """Return a value as the text of its field."""
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)


def parsed(path: str, text: str) -> object:
    """Return the value that the text of a field stands for. Raises ValueError for a number that is none."""
    kind = KINDS.get(path)
    if kind in ("tags", "statuses"):
        words = tuple(word for part in text.split(",") if (word := part.strip()))
        return words or (USUAL_STATUSES if kind == "statuses" else ())
    if kind == "number":
        return float(text.strip())
    return None if path in OPTIONAL_TEXTS and not text else text


def secret_field(label: Label, draft: Draft, saved: Draft) -> SecretField:
    """Return the field of a method's own secret."""
    name = label.path.partition(".")[2]
    typed = draft.typed.get(name)
    stored = name in saved.connection.secrets and name in draft.connection.secrets
    return SecretField(label, typed.reveal() if typed is not None else "", stored=stored)


def secrets_editor(draft: Draft, saved: Draft, renamed: Mapping[str, str]) -> SecretsEditor:
    """Return the editor of all secrets but the method's own; `renamed` gives the stored name of a new one."""
    stored = {name: name for name in saved.connection.secrets if name not in renamed.values()} | dict(renamed)
    own = WELL_KNOWN_SECRETS.get(draft.connection.auth.type)
    rows = tuple(
        SecretRow(
            name,
            draft.typed[name].reveal() if name in draft.typed else "",
            stored.get(name, ""),
        )
        for name in draft.connection.secrets
        if name != own
    )
    return SecretsEditor(SECRETS, rows)
