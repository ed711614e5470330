"""The rows of the form. They show one frozen Draft, and each edit makes the next one.

What was typed for another authentication method, and for a part that is switched off, comes back when it is
chosen again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Static

from integrator_tui.model import draft as editing
from integrator_tui.model.connection import TokenConnection
from integrator_tui.model.entry import Draft
from integrator_tui.model.problem import Problem
from integrator_tui.model.secret import Secret
from integrator_tui.model.text import visible
from integrator_tui.tui.form import rows, widgets
from integrator_tui.tui.widgets.fields.body_editor import BodyEditor
from integrator_tui.tui.widgets.fields.choice_field import ChoiceField
from integrator_tui.tui.widgets.fields.labelled import Labelled
from integrator_tui.tui.widgets.fields.pairs_editor import PairsEditor
from integrator_tui.tui.widgets.fields.secret_field import SecretField
from integrator_tui.tui.widgets.fields.secrets_editor import SecretsEditor
from integrator_tui.tui.widgets.fields.text_block import TextBlock
from integrator_tui.tui.widgets.fields.text_field import TextField
from integrator_tui.tui.widgets.fields.toggle_field import ToggleField
from integrator_tui.tui.widgets.section import Section


class ConnectionForm(VerticalScroll, can_focus=False):
    """All rows of a draft; `saved` is what it began as."""

    draft: var[Draft] = var[Draft](None)  # type: ignore[arg-type]

    @dataclass
    class Edited(Message):
        """The draft is another one."""

        draft: Draft

    def __init__(self, draft: Draft, saved: Draft) -> None:
        super().__init__(id="form")
        self.saved = saved
        self.set_reactive(ConnectionForm.draft, draft)
        self.wrong: dict[str, Problem] = {}
        """Fields whose text is not a value yet, so that the draft still has the last one that was."""
        self.renamed: dict[str, str] = {}
        """Stored secrets that have another name now, new name first: their values are carried over on saving."""
        self._memory = editing.MethodMemory()
        self._parts: dict[str, Any] = {}
        self._bodies: widgets.Bodies = {}
        self._touched: set[str] = set()

    def compose(self) -> ComposeResult:
        draft, saved = self.draft, self.saved
        yield from widgets.build(rows.CORE, draft, saved)
        yield Section(self._certificate, id="certificate")
        yield from widgets.build((rows.METHOD,), draft, saved)
        yield Section(self._method, id="method")
        yield from widgets.build(rows.OPTIONS, draft, saved)
        operations = draft.connection.operations
        if operations:
            yield Static(Content("Operations"), classes="heading")
        for operation in operations:
            text = f"{operation.method:<7}{operation.path}  {operation.name}"
            yield Static(Content(visible(text)), classes="operation")

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

    def _token_connection(self) -> Iterator[Widget]:
        if self.draft.connection.auth.type == "http_bearer_token" and self._is_on(rows.TOKEN_CONNECTION):
            yield from widgets.build(rows.TOKEN_CONNECTION_ROWS, self.draft, self.saved)

    def _is_on(self, path: str) -> bool:
        box = next((box for box in self.query(ToggleField) if box.label.path == path), None)
        return box.value if box is not None else widgets.toggle_value(self.draft.connection, path)

    # problems

    def _rows(self) -> Iterator[Labelled]:
        """The labelled rows in the order of the page."""
        yield from (node for node in self.walk_children(Widget) if isinstance(node, Labelled) and node.label.text)

    def show_problems(self, problems: Iterable[Problem], *, every: bool) -> None:
        """Show each problem at its row: those of rows the user has been in, or all of them."""
        shown: dict[Labelled, list[Problem]] = {row: [] for row in self._rows()}
        by_path = {row.label.path: row for row in shown}
        for problem in problems:
            path = problem.field
            while path and path not in by_path:
                path = path.rpartition(".")[0]
            if path and (every or path in self._touched):
                shown[by_path[path]].append(problem)
        changed = [row for row, found in shown.items() if row.show_problems(found)]
        if changed:
            # What is told above the field of the cursor pushes it down.
            self.call_after_refresh(self._keep_focus_in_sight)

    def watch_virtual_size(self) -> None:
        # The refresh after a problem is told may come before the layout that makes room for it.
        self.call_after_refresh(self._keep_focus_in_sight)

    def _keep_focus_in_sight(self) -> None:
        focused = self.screen.focused
        if focused is None or self not in focused.ancestors:
            return
        here, sight = focused.region, self.scrollable_content_region
        below, above = here.bottom - sight.bottom, sight.y - here.y
        if above > 0 or below > 0:
            self.scroll_relative(y=-above if above > 0 else min(below, -above), animate=False, immediate=True)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.call_after_refresh(self._keep_focus_in_sight)

    def focus_problem(self) -> None:
        """Go to the first row that has an error."""
        for row in self._rows():
            if any(problem.is_error for problem in row.problems):
                target = row if row.can_focus else next((one for one in row.query("*") if one.can_focus), row)
                target.focus()
                return

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        for node in event.widget.ancestors_with_self:
            if isinstance(node, Labelled) and node.label.path not in self._touched:
                self._touched.add(node.label.path)
                self.post_message(self.Edited(self.draft))

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

    def _change(self, draft: Draft, *paths: str) -> None:
        self._touched.update(paths)
        self.draft = draft
        self.post_message(self.Edited(draft))

    def _take(self, path: str, value: object) -> None:
        if path == rows.FOLDER:
            folder = str(value).strip().strip("/")
            stays = folder == self.saved.group
            self._change(replace(self.draft, folder=self.saved.folder if stays else folder), path)
            return
        self._change(editing.edited(self.draft, path, value), path)

    @on(TextField.Edited)
    def _text_edited(self, event: TextField.Edited) -> None:
        path = event.field.label.path
        if isinstance(event.field, SecretField):
            self._take_secret(event.field)
            return
        self.wrong.pop(path, None)
        try:
            value = widgets.parsed(path, event.value)
        except ValueError:
            self.wrong[path] = Problem(path, "not a number", "seconds, such as 5 or 0.5")
            self._change(self.draft, path)
        else:
            self._take(path, value)

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

    @on(TextBlock.Edited)
    def _block_edited(self, event: TextBlock.Edited) -> None:
        self._take(event.field.label.path, event.value or None)

    @on(PairsEditor.Edited)
    def _pairs_edited(self, event: PairsEditor.Edited) -> None:
        self._take(event.field.label.path, event.value)

    @on(BodyEditor.Edited)
    def _body_edited(self, event: BodyEditor.Edited) -> None:
        self._take(event.path, event.value)

    @on(SecretsEditor.Edited)
    def _secrets_edited(self, event: SecretsEditor.Edited) -> None:
        typed = {row.name: Secret(row.typed) for row in event.value if row.typed or not row.stored}
        self.renamed = {
            row.name: row.stored for row in event.value if not row.typed and row.stored not in {"", row.name}
        }
        names = [row.name for row in event.value]
        self._change(editing.with_secrets(self.draft, self.saved, names, typed), "secrets")

    @on(ToggleField.Edited)
    async def _toggled(self, event: ToggleField.Edited) -> None:
        path = event.field.label.path
        part = {rows.SET_CA: "ca_cert", rows.TOKEN_CONNECTION: rows.TOKEN_CONNECTION}.get(path)
        if part is None:
            self._take(path, event.value)
            return
        if event.value:
            empty = None if part == "ca_cert" else TokenConnection()
            self._take(part, self._parts.get(part, empty))
        else:
            self._parts[part] = editing.value_at(self.draft.connection, part)
            self._take(part, None)
        await self.query_one("#certificate" if part == "ca_cert" else "#token-connection", Section).recompose()

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

    @on(ChoiceField.Edited)
    async def _chosen(self, event: ChoiceField.Edited) -> None:
        path = event.field.label.path
        if path != "auth.type":
            self._take(path, event.value)
            return
        self._change(self._memory.switched(self.draft, self.saved, event.value), path)
        await self.query_one("#method", Section).recompose()
        self.post_message(self.Edited(self.draft))
