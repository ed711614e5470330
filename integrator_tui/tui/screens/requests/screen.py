"""The request line: any request on a connection, sent with its authentication, its answer shown as a test's is.

What is written stays for this session; what was sent can be chosen again, and kept as an operation of the file.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from integrator_tui.errors import InvalidFile
from integrator_tui.model.connection import Connection, Operation
from integrator_tui.model.entry import Draft, Entry
from integrator_tui.model.hinted_field import REQUEST_PATH
from integrator_tui.model.pasted_request import is_empty, pasted_request
from integrator_tui.model.problem import Problem
from integrator_tui.model.recent_requests import RecentRequest
from integrator_tui.model.text import visible
from integrator_tui.tui.actions import Action, bar_keys, bindings
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.menu import MenuScreen
from integrator_tui.tui.dialogs.notices import say_not_kept
from integrator_tui.tui.dialogs.rows_page import RowsPage
from integrator_tui.tui.flows.typing_keys import TYPING, TypingKeys
from integrator_tui.tui.labels import labelled_problem
from integrator_tui.tui.screens.requests.form import RequestForm
from integrator_tui.tui.screens.requests.line import RequestLeft, RequestLine
from integrator_tui.tui.widgets.button import Button
from integrator_tui.tui.widgets.fields.explained import explained, row_of
from integrator_tui.tui.widgets.fields.labelled import Labelled
from integrator_tui.tui.widgets.fields.pairs_editor import PairsEditor
from integrator_tui.tui.widgets.fields.text_field import TextField
from integrator_tui.tui.widgets.key_bar import KeyBar
from integrator_tui.tui.widgets.menu_list import MenuItem
from integrator_tui.tui.widgets.note_line import NoteLine
from integrator_tui.tui.widgets.sheet import SheetGroup
from integrator_tui.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices

ACTIONS = (
    Action("send", ("f5", "ctrl+t"), "Send", "Send the request with the connection's authentication", "Send"),
    Action("preview", ("f3",), "Preview", "What it would send, secrets masked; sends nothing", "Preview"),
    Action("recent", ("ctrl+r",), "Recent requests", "Choose one of those that were sent last", "Recent"),
    Action("keep", ("ctrl+s",), "Keep as operation", "Write it into the file as an operation, by a name", "Keep"),
    Action("stream", ("f6",), "Stream", "Send it, and watch its answer as it comes", "Stream"),
    Action("remove_row", ("f8",), "Remove row", "Remove the row of the cursor", "Remove row"),
    *TYPING,
    Action("back", ("escape",), "Back", "Leave; what is written stays here until the program ends", "Back"),
)
_OPERATION = "operations.0."


class RequestScreen(TypingKeys, RowsPage[RequestLeft]):
    """Writes and sends requests of one connection. `seal` asks and seals its file."""

    CSS_PATH = "screen.tcss"
    ACTIONS: ClassVar[tuple[Action, ...]] = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]
    ROWS = "#line"
    AUTO_FOCUS = "TextField"

    unsaved = ""
    """Nothing here has to be saved; a paste belongs to this screen all the same."""

    def __init__(
        self,
        workspace: WorkspaceServices,
        draft: Draft,
        line: RequestLine,
        parameters: dict[str, str],
        *,
        seal: Callable[[], Coroutine[Any, Any, Entry | None]] | None = None,
    ) -> None:
        super().__init__()
        self._workspace, self._draft, self._parameters = workspace, draft, parameters
        self.form = RequestForm(line.operation)
        self._secrets = line.secrets
        self._journal = line.journal
        self._seal = seal
        self._saved: Entry | None = None
        self._replaced: list[RequestLine] = []
        self._is_tried = False

    # showing

    def compose(self) -> ComposeResult:
        connection = self._draft.connection
        yield TitleBar(f"Request  {connection.name}", "" if connection.options.verify else "TLS NOT VERIFIED")
        yield self.form
        yield NoteLine()
        with Horizontal(id="buttons"):
            yield Button("Send", "send", variant="primary")
            yield Button("Preview", "preview")
            yield Button("Keep as operation", "keep")
            yield Button("Back", "back")
        yield KeyBar(*bar_keys(ACTIONS))

    def on_mount(self) -> None:
        self.app.clear_notifications()
        self.query_one(TitleBar).show(
            f"Request  {self._draft.connection.name}", self._state, alarm=not self._draft.connection.options.verify
        )

    @property
    def _state(self) -> str:
        connection = self._draft.connection
        notes = (connection.base_url, "" if connection.options.verify else "TLS NOT VERIFIED")
        return " · ".join(note for note in notes if note)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if isinstance(event.widget, TextField):
            event.widget.offered = self._curl_pasted
        row = next((n for n in event.widget.ancestors_with_self if isinstance(n, Labelled) and n.label.text), None)
        self.query_one(NoteLine).note(row.label.hint if row is not None else "")

    # what is written

    @property
    def line(self) -> RequestLine:
        """What stands in the line."""
        return RequestLine(self.form.operation, self._secrets, self._journal)

    @on(RequestForm.Edited)
    def _edited(self) -> None:
        if self._is_tried:
            self.form.show_problems(self.problems())
        self._keep_typed()

    def _keep_typed(self) -> None:
        """Have what stands in the line journalled, so that a lost terminal loses nothing of it."""
        if self._draft.file is None:
            return
        if is_empty(self.form.operation):
            if self._journal is not None:
                self._journal.withdraw()
            return
        if self._journal is None or self._journal.is_over:
            self._journal = self._workspace.drafts.begin()
        widened = self._with_secrets(self._draft)
        connection: Connection = widened.connection
        operations = (*connection.operations, self.form.operation)
        edited = replace(widened, connection=connection.model_copy(update={"operations": operations}))
        if reason := self._journal.note(self._draft, edited, {}, is_request=True):
            say_not_kept(self, reason)

    @property
    def explained(self) -> SheetGroup | None:
        """What help says of the field that has the focus."""
        row = row_of(self.focused)
        return explained(row, f"operations[].{row.label.path}") if row is not None else None

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the request; its name is asked for where it is kept."""
        named = self.form.operation.model_copy(update={"name": "request"})
        connection = self._draft.connection.model_copy(update={"operations": (named,)})
        found = self._workspace.editor.problems(replace(self._draft, connection=connection))
        return tuple(
            labelled_problem(problem)._replace(field=problem.field.removeprefix(_OPERATION))
            for problem in found
            if problem.operation == 0
        )

    async def _fill(self, line: RequestLine) -> None:
        """Put another request into the fields; what stood there can be chosen again."""
        before = self.line
        if not is_empty(before.operation) and before.operation != line.operation:
            self._replaced = [before, *(one for one in self._replaced if one != before)]
        self._secrets = line.secrets
        await self.form.fill(line.operation)
        self._edited()

    # acting

    def action_send(self) -> None:
        """Send the request."""
        self.flow("send", self._send)

    def action_stream(self) -> None:
        """Send it, and show the answer as it comes."""
        self.flow("send", partial(self._send, streams=True))

    def action_preview(self) -> None:
        """Show what would be sent."""
        self.flow("send", self._preview)

    def action_recent(self) -> None:
        """Choose one of the requests that were sent last."""
        self.flow("recent", self._choose_recent)

    def action_keep(self) -> None:
        """Keep the request as an operation; one that is being written is not begun again."""
        if not any(worker.node is self and worker.group == "keep" and worker.is_running for worker in self.workers):
            self.flow("keep", self._keep)

    def action_remove_row(self) -> None:
        """Remove the row of the cursor."""
        nodes = self.focused.ancestors if self.focused is not None else []
        editor = next((node for node in nodes if isinstance(node, PairsEditor)), None)
        if editor is None:
            self.notify("F8 removes a row of names and values: there is none here", markup=False)
        else:
            editor.remove_row()

    def action_back(self) -> None:
        """Leave."""
        self._leave()

    def _leave(self, edit_at: str | None = None) -> None:
        self.dismiss(RequestLeft(self.line, self._saved, edit_at))

    def _has_errors(self) -> bool:
        wrong = next((problem for problem in self.problems() if problem.is_error), None)
        self._is_tried = True
        self._edited()
        if wrong is None:
            return False
        self.form.focus_row(wrong.field.partition(".")[0])
        self.notify("Some fields need mending first", severity="warning", markup=False)
        return True

    async def _to_send(self) -> Draft:
        """The connection as its file says now, with the secrets that came with a paste."""
        if self._draft.file is not None:
            now = await asyncio.to_thread(self._workspace.catalog.entry, self._draft.file)
            if now.revision != self._draft.revision:
                if now.connection is None:
                    problem = now.problems[0] if now.problems else None
                    hint = problem.message if problem else "mend the file"
                    raise InvalidFile(f"{now.file} changed, and cannot be read any more", hint)
                self._draft = replace(self._draft, connection=now.connection, revision=now.revision)
        return self._with_secrets(self._draft)

    def _with_secrets(self, draft: Draft) -> Draft:
        connection: Connection = draft.connection
        typed = {name: value for name, value in self._secrets.items() if name not in connection.secret_names}
        if not typed:
            return draft
        widened = connection.model_copy(update={"secrets": (*connection.secrets, *typed)})
        return replace(draft, connection=widened, typed={**draft.typed, **typed})

    async def _send(self, *, streams: bool = False) -> None:
        from integrator_tui.tui.screens.result import ResultScreen
        from integrator_tui.tui.screens.result_outcome import ResultWays
        from integrator_tui.tui.screens.stream import StreamScreen

        if self._has_errors():
            return
        draft, operation = await self._to_send(), self.form.operation
        if streams or operation.stream_response:
            streamed = operation.model_copy(update={"stream_response": True})
            self._workspace.recent_requests.add(draft, operation)
            await ask(self.app, StreamScreen(self._workspace, draft, self._parameters, operation=streamed))
            return
        ways = ResultWays(seal=self._seal, keep=self._keep_output)
        screen = ResultScreen(self._workspace, draft, self._parameters, operation, ways=ways)
        tested = await ask(self.app, screen)
        if tested is None or tested.edit_at is None:
            return
        if tested.edit_at in ("", REQUEST_PATH):
            self.form.focus_row("path")
        else:
            self._leave(tested.edit_at)

    async def _preview(self) -> None:
        from integrator_tui.tui.screens.preview import PreviewScreen

        if not self._has_errors():
            draft = await self._to_send()
            await ask(self.app, PreviewScreen(self._workspace, draft, self._parameters, self.form.operation))

    async def _keep(self) -> None:
        from integrator_tui.tui.screens.requests.keeping import keep_operation

        if self._has_errors():
            return
        kept = await keep_operation(self.app, self._workspace, await self._to_send(), self.form.operation)
        if kept is not None:
            self._take_stored(kept.entry)
            if self._journal is not None:
                self._journal.drop()

    async def _keep_output(self, sent: Operation, expression: str) -> tuple[Draft, Operation] | None:
        from integrator_tui.tui.screens.requests.keeping import keep_output

        kept = await keep_output(self.app, self._workspace, self._with_secrets(self._draft), sent, expression)
        if kept is None:
            return None
        self._take_stored(kept.entry)
        return self._with_secrets(self._draft), kept.operation

    def _take_stored(self, entry: Entry) -> None:
        """Go on with the file as it is now."""
        assert entry.connection is not None
        self._saved = entry
        self._draft = replace(self._draft, connection=entry.connection, revision=entry.revision)
        stored = entry.connection.secret_names
        self._secrets = {name: value for name, value in self._secrets.items() if name not in stored}

    async def _choose_recent(self) -> None:
        known = await asyncio.to_thread(self._workspace.recent_requests.of, self._draft)
        replaced = [line for line in self._replaced if line.operation not in known]
        lines = [*replaced, *(RequestLine(one) for one in known)]
        if not lines:
            self.notify("nothing was sent here yet: what is sent can be chosen again", markup=False)
            return
        items = [MenuItem(str(at), _words(line.operation)) for at, line in enumerate(lines)]
        chosen = await ask(self.app, MenuScreen("Recent requests", items, note="Enter fills the line, Esc leaves"))
        if chosen is not None:
            line = lines[int(chosen)]
            await self._fill(replace(line, secrets={**self._secrets, **line.secrets}))

    # a curl command

    def on_paste(self, event: events.Paste) -> None:
        """Take a curl command that is pasted where no text is typed."""
        event.stop()
        self._curl_pasted(event.text)

    def _curl_pasted(self, text: str) -> bool:
        if not self._workspace.imports.looks_like_curl(text):
            return False
        self.flow("curl", partial(self._fill_from_curl, text))
        return True

    async def _fill_from_curl(self, text: str) -> None:
        found = await asyncio.to_thread(self._workspace.imports.curl, text)
        if not found.connections:
            raise InvalidFile(f"no request comes of this curl command: {found.why_empty}", "nothing was changed")
        first = found.connections[0]
        pasted = pasted_request(first.connection, first.secrets, self._draft.connection)
        await self._fill(RequestLine(pasted.operation, {**self._secrets, **pasted.secrets}))
        told = ["Filled from the curl command", *pasted.notes, *(remark.text for remark in found.remarks[:3])]
        self.notify(visible("\n".join(told), limit=600, keep="\n"), timeout=10, markup=False)


def _words(operation: Operation) -> str:
    return RecentRequest(operation.method, operation.path, operation.params).words
