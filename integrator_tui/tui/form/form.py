"""The form of a connection: its rows, and what one of them changes in others.

What was typed for another authentication method, and for a part that is switched off, comes back when it is
chosen again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from integrator_tui.model import draft as editing
from integrator_tui.model.connection import TokenConnection
from integrator_tui.model.entry import Draft
from integrator_tui.model.fields import field
from integrator_tui.model.operation_edits import with_operation_moved
from integrator_tui.model.secret import Secret
from integrator_tui.model.text import visible
from integrator_tui.tui.form import rows, widgets
from integrator_tui.tui.form.draft_form import DraftForm
from integrator_tui.tui.widgets.fields.operations_list import OperationsList
from integrator_tui.tui.widgets.fields.secret_field import SecretField
from integrator_tui.tui.widgets.fields.secrets_editor import SecretsEditor
from integrator_tui.tui.widgets.fields.text_block import TextBlock
from integrator_tui.tui.widgets.fields.text_field import TextField
from integrator_tui.tui.widgets.fields.toggle_field import ToggleField
from integrator_tui.tui.widgets.section import Section

if TYPE_CHECKING:
    from integrator_tui.workspace import Inherited


class ConnectionForm(DraftForm):
    """All rows of a draft; `saved` is what it began as."""

    def __init__(self, draft: Draft, saved: Draft) -> None:
        super().__init__(draft, saved)
        self.renamed: dict[str, str] = {}
        """Stored secrets that have another name now, new name first: their values are carried over on saving."""
        self._memory = editing.MethodMemory()
        self._parts: dict[str, Any] = {}
        self._bodies: widgets.Bodies = {}

    def compose(self) -> ComposeResult:
        draft, saved = self.draft, self.saved
        stage = Static(id="stage")
        stage.display = False
        yield stage
        yield from widgets.build(rows.CORE, draft, saved)
        yield Section(self._certificate, id="certificate")
        yield from widgets.build((rows.METHOD,), draft, saved)
        yield Section(self._method, id="method")
        yield from widgets.build(rows.OPTIONS, draft, saved)
        yield OperationsList(rows.OPERATIONS, draft.connection.operations)

    def _certificate(self) -> Iterator[Widget]:
        if self._is_on(rows.SET_CA):
            yield from widgets.build((rows.CA_BLOCK,), self.draft, self.saved)

    def _method(self) -> Iterator[Widget]:
        method = self.draft.connection.auth.type
        yield from widgets.build(rows.METHOD_ROWS[method], self.draft, self.saved, self._bodies)
        yield widgets.secrets_editor(self.draft, self.saved, self.renamed)
        if method == "http_bearer_token":
            yield from widgets.build(rows.ADVANCED, self.draft, self.saved)
            yield Section(self._token_connection, id="token-connection")
        yield from widgets.build(rows.OURS.get(method, ()), self.draft, self.saved)
        yield from widgets.build(rows.SECRETS_FROM, self.draft, self.saved)

    def _token_connection(self) -> Iterator[Widget]:
        if self.draft.connection.auth.type == "http_bearer_token" and self._is_on(rows.TOKEN_CONNECTION):
            yield from widgets.build(rows.TOKEN_CONNECTION_ROWS, self.draft, self.saved)

    def _is_on(self, path: str) -> bool:
        box = next((box for box in self.query(ToggleField) if box.label.path == path), None)
        return box.value if box is not None else widgets.toggle_value(self.draft.connection, path)

    def show_inherited(self, inherited: Inherited | None) -> None:
        """Say what comes from the file that this one extends."""
        stage = self.query_one("#stage", Static)
        if inherited is not None and not stage.display and self.scroll_y == 0:
            # It stands above the field that has the cursor, and is to be read first.
            self.call_after_refresh(self.scroll_home, animate=False)
        stage.display = inherited is not None
        if inherited is not None:
            labels = ", ".join(field(key).label for key in inherited.keys) or "nothing"
            own = "What is edited here becomes this file's own, and the whole of it."
            stage.update(Content(visible(f"Extends {inherited.base}. From there: {labels}. {own}")))

    async def show_trusted(self, draft: Draft) -> None:
        """Show a draft that trusts one more authority, which this form did not type."""
        self._change(draft, "ca_cert")
        for box in self.query(ToggleField):
            if box.label.path == rows.SET_CA:
                box.set_value(draft.connection.ca_cert is not None)
        await self.query_one("#certificate", Section).recompose()
        await self.query_one("#method", Section).recompose()
        self.post_message(self.Edited(draft))

    # edits: each makes a new draft

    def _take(self, path: str, value: object) -> None:
        if path == rows.FOLDER:
            folder = str(value).strip().strip("/")
            stays = folder == self.saved.group
            self._change(replace(self.draft, folder=self.saved.folder if stays else folder), path)
        else:
            super()._take(path, value)

    def _take_text(self, field: TextField, text: str) -> None:
        if isinstance(field, SecretField):
            self._take_secret(field)
        else:
            super()._take_text(field, text)

    def _take_secret(self, field: SecretField) -> None:
        name = field.label.path.partition(".")[2]
        if field.removed:
            self._change(editing.without_secret(self.draft, name), field.label.path)
        else:
            self._change(editing.with_secret(self.draft, self.saved, name, field.value), field.label.path)

    def remove_secret(self, field: SecretField) -> None:
        """Take a method's own secret out of the connection, or take that back."""
        field.toggle_removed()
        self._take_secret(field)

    @on(SecretsEditor.Edited)
    def _secrets_edited(self, event: SecretsEditor.Edited) -> None:
        typed = {row.name: Secret(row.typed) for row in event.value if row.typed or not row.stored}
        self.renamed = {
            row.name: row.stored for row in event.value if not row.typed and row.stored not in {"", row.name}
        }
        names = [row.name for row in event.value]
        self._change(editing.with_secrets(self.draft, self.saved, names, typed), "secrets")

    async def _turned(self, path: str, value: bool) -> None:
        part = {rows.SET_CA: "ca_cert", rows.TOKEN_CONNECTION: rows.TOKEN_CONNECTION}.get(path)
        if part is None:
            await super()._turned(path, value)
            return
        if value:
            empty = None if part == "ca_cert" else TokenConnection()
            self._take(part, self._parts.get(part, empty))
        else:
            self._parts[part] = editing.value_at(self.draft.connection, part)
            self._take(part, None)
        section = self.query_one("#certificate" if part == "ca_cert" else "#token-connection", Section)
        await section.recompose()
        self.show_section(section)

    @on(ToggleField.Typed)
    async def _typed_onto_box(self, event: ToggleField.Typed) -> None:
        """What is typed or pasted onto the box is the certificate that it opens."""
        section = self.query_one("#certificate", Section)
        if not event.field.value:
            event.field.set_value(True)
            await section.recompose()
        block = section.query_one(TextBlock)
        block.focus()
        block.move_cursor(block.document.end)
        block.insert(event.text)

    async def _chosen(self, path: str, value: str) -> None:
        if path != "auth.type":
            await super()._chosen(path, value)
            return
        self._change(self._memory.switched(self.draft, self.saved, value), path)
        section = self.query_one("#method", Section)
        await section.recompose()
        self.show_section(section)
        self.post_message(self.Edited(self.draft))

    # operations

    @on(OperationsList.Ordered)
    def _operation_ordered(self, event: OperationsList.Ordered) -> None:
        self.take_operations(*with_operation_moved(self.draft, event.at, event.step))

    def take_operations(self, draft: Draft, cursor: int | None = None) -> None:
        """Take a draft whose operations are others, and go to one of them."""
        self._change(draft, "operations")
        self.query_one(OperationsList).show(draft.connection.operations, cursor)
