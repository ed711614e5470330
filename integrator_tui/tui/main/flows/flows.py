"""What the actions of the main screen do, each told from beginning to end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from integrator_tui.errors import ChangedOnDisk, NotFound, UsageError
from integrator_tui.model.entry import Draft, Entry
from integrator_tui.model.text import visible
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.notices import notify_error, say_lost
from integrator_tui.tui.dialogs.question import QuestionAnswer, QuestionScreen, question
from integrator_tui.tui.flows.passphrase import unlocked
from integrator_tui.tui.labels import labelled_problem
from integrator_tui.tui.widgets.sheet import SheetGroup, SheetLine

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection
    from integrator_tui.model.entry import Revision
    from integrator_tui.model.probe import ProbeReport
    from integrator_tui.tui.form.screen import EditScreen
    from integrator_tui.tui.screens.requests.line import RequestLine
    from integrator_tui.tui.services import WorkspaceServices
    from integrator_tui.workspace import DraftTyped, TypedDraft


_WITH_FILE = "Rename with file"

_SENDING = frozenset({"test", "stream", "token", "copy_curl", "preview", "request"})
"""Flows that use a file as it is, so that it has to be whole."""


class FlowHost(Protocol):
    """What a flow asks of the screen that it was begun on, and what it tells it."""

    @property
    def app(self) -> Any: ...
    @property
    def workspace(self) -> WorkspaceServices: ...
    @property
    def selected(self) -> Entry | None: ...
    @property
    def selected_operation(self) -> int | None: ...
    @property
    def parameters(self) -> dict[str, dict[str, str]]: ...
    @property
    def first_seen(self) -> dict[str, Connection]: ...
    @property
    def request_lines(self) -> dict[str, RequestLine]: ...
    def entry_of(self, file: str) -> Entry | None: ...
    def reload(self, select: str | None = None) -> None: ...
    def note_report(self, file: str, revision: Revision, report: ProbeReport) -> None: ...
    def note_saved(self, entry: Entry, report: ProbeReport | None = None, operation: int | None = None) -> None: ...
    def note_renamed(self, before: Entry, after: Entry) -> None: ...


class Flows:
    """The flows of one main screen; each runs in a worker of it."""

    def __init__(self, screen: FlowHost) -> None:
        self._screen = screen
        self._workspace = screen.workspace

    async def run(self, flow: str) -> None:
        """Run the flow of this action on the selected entry."""
        anywhere = {
            "new": self._new,
            "undo": self._undo,
            "new_folder": self._new_folder,
            "import": self._import,
        }
        if flow in anywhere:
            await anywhere[flow]()
            return
        entry = self._screen.selected
        if entry is None:
            return
        of_files = {
            "rename": self._rename,
            "export": self._export,
            "move": self._move,
            "delete": self._delete,
            "seal": self._seal,
            "history": self._history,
            "open_editor": self._open_editor,
            "edit_text": self._edit_text,
        }
        if flow in of_files:
            try:
                await of_files[flow](entry)
            except ChangedOnDisk:
                # What it says now is to be seen, and can be chosen then.
                self._screen.reload()
                raise
            return
        # The file as it is now: somebody may have changed it since the list was read.
        now: Entry = await asyncio.to_thread(self._workspace.catalog.entry, entry.file)
        if now.closed is not None:
            now = await unlocked(self._screen.app, self._workspace, self._workspace.catalog.opened, now)
        has_errors = any(problem.stops_connection for problem in now.problems)
        if now.connection is None or (has_errors and flow in _SENDING):
            self._refuse(now)
            return
        draft = Draft(now.connection, now.file, now.revision)
        await {
            "edit": self._edit,
            "test": self._test,
            "stream": self._stream,
            "duplicate": self._duplicate,
            "copy_curl": self._copy_curl,
            "token": self._token,
            "preview": self._preview,
            "request": self._request,
            "copy_link": self._copy_link,
        }[flow](now, draft)

    def _refuse(self, entry: Entry) -> None:
        problem = next((problem for problem in entry.problems if problem.stops_connection), None)
        line = f", line {problem.line}" if problem and problem.line else ""
        said = f": {problem.message}" if problem else ""
        hint = problem.hint if problem and problem.hint else "mend the file in an editor"
        notify_error(self._screen.app, f"{entry.file}{line} cannot be used as it is{said}", hint, of_file=True)
        self._screen.reload()

    async def _new(self) -> None:
        from integrator_tui.tui.dialogs.menu import kind_menu

        kind = await ask(self._screen.app, kind_menu())
        if kind is None:
            return
        if kind == "stage":
            await self._new_stage()
            return
        if kind in {"document", "export"}:
            await self._import(kind)
            return
        if kind != "curl":
            await self._form(self._begun())
            return
        from integrator_tui.tui.flows.curl_offer import asked

        await self._begin_with(await asked(self._screen.app, self._workspace))

    def _begun(self) -> Draft:
        """A new connection, to lie where the selected one does."""
        from integrator_tui.model.connection import Connection

        entry = self._screen.selected
        return Draft(Connection(), folder=entry.group if entry is not None else "")

    async def _new_stage(self) -> None:
        entry = self._screen.selected
        if entry is None:
            raise NotFound("no connection is selected", "select the one that the new one is to extend")
        draft = await asyncio.to_thread(self._workspace.extensions.begun, "", entry.file, entry.group)
        await self._form(self._begun(), draft)

    async def offer_curl(self, text: str) -> None:
        """Offer a curl command that was pasted as a new connection."""
        from integrator_tui.tui.flows.curl_offer import offered

        await self._begin_with(await offered(self._screen.app, self._workspace, text))

    async def _import(self, kind: str = "import") -> None:
        from integrator_tui.tui.main.flows.documents import take

        await self._begin_with(await take(self._screen, self._begun().folder or "", kind=kind))

    async def offer_document(self, text: str) -> None:
        """Offer an export of Integrator, or the document whose path was pasted."""
        from integrator_tui.tui.main.flows.documents import take

        await self._begin_with(await take(self._screen, self._begun().folder or "", text=text))

    async def _begin_with(self, filled: Draft | None) -> None:
        """Open the form of a new connection with what was read elsewhere, where something was."""
        if filled is not None:
            await self._form(self._begun(), replace(filled, folder=self._begun().folder))

    async def _export(self, entry: Entry) -> None:
        from integrator_tui.tui.main.flows.documents import export

        await export(self._screen, (entry,))

    async def _undo(self) -> None:
        undo = self._workspace.undo
        change = await asyncio.to_thread(undo.last)
        if change.makes_file:
            # What was typed there is nowhere else.
            files = ", ".join(part.file for part in change.files)
            dialog = question(
                f"Undo the {change.what} of {change.name}",
                f"It made the file {files}, which is removed again, and the secrets in it. That cannot be undone.",
                (QuestionAnswer("Cancel", "cancel"), QuestionAnswer("Remove the file", "undo", "danger")),
            )
            if await ask(self._screen.app, dialog) != "undo":
                return
        try:
            undone = await asyncio.to_thread(undo.undo)
        finally:
            self._screen.reload()
        self._screen.app.notify(visible(undone.words, limit=500), timeout=6, markup=False)
        self._screen.reload(next(iter(undone.restored), None))

    async def _edit(self, entry: Entry, draft: Draft) -> None:
        await self._form(draft)

    async def _duplicate(self, entry: Entry, draft: Draft) -> None:
        await self._form(await unlocked(self._screen.app, self._workspace, self._workspace.editor.duplicate, entry))

    async def offer_drafts(self) -> None:
        """Offer the drafts whose processes ended before they were saved, the newest first."""
        from integrator_tui.tui.flows.drafts import offered
        from integrator_tui.tui.form.screen import EditScreen

        while (found := await offered(self._screen.app, self._workspace)) is not None:
            typed, journal = found
            if typed.is_request:
                await self._take_request(typed, journal)
                continue
            screen = EditScreen(self._workspace, typed.saved, typed.edited, renamed=typed.renamed, journal=journal)
            await self._edited(screen)

    async def _take_request(self, typed: DraftTyped, journal: TypedDraft) -> None:
        """Open the request line with what was lost of it."""
        from integrator_tui.tui.screens.requests.line import RequestLine

        file, written = typed.edited.file or "", typed.edited.connection.operations[-1]
        self._screen.request_lines[file] = RequestLine(written, typed.edited.typed, journal)
        await self.request_again(file)

    async def _form(self, draft: Draft, edited: Draft | None = None, *, at: str = "") -> None:
        from integrator_tui.tui.form.screen import EditScreen

        await self._edited(EditScreen(self._workspace, draft, edited, at=at))

    async def _edited(self, screen: EditScreen) -> None:
        from integrator_tui.tui.form.outcome import Refilled, Saved, TakenFromDisk
        from integrator_tui.tui.form.screen import EditScreen

        outcome = await ask(self._screen.app, screen)
        if outcome is not None:
            screen.journal.drop()
        while isinstance(outcome, TakenFromDisk | Refilled):
            begins: tuple[Draft, ...] = (outcome.draft,)
            if isinstance(outcome, Refilled):
                new = self._begun()
                begins = (new, replace(outcome.draft, folder=new.folder))
            screen = EditScreen(self._workspace, *begins)
            outcome = await ask(self._screen.app, screen)
            if outcome is not None:
                screen.journal.drop()
        if isinstance(outcome, Saved):
            say_lost(self._screen.app, self._workspace)
            self._screen.note_saved(outcome.entry, outcome.report)
            return
        if outcome is not None and outcome.report is not None and outcome.stored.file is not None:
            self._screen.note_report(outcome.stored.file, outcome.stored.revision, outcome.report)
        self._screen.reload()

    async def _test(self, entry: Entry, draft: Draft) -> None:
        from integrator_tui.tui.main.flows.requests import keep_filter
        from integrator_tui.tui.screens.result import ResultScreen
        from integrator_tui.tui.screens.result_outcome import ResultWays

        remembered = self._screen.parameters.setdefault(entry.file, {})
        ways = ResultWays(
            seal=partial(self._sealed, entry.file),
            request=partial(self.request_again, entry.file),
            keep=partial(keep_filter, self._screen, draft),
        )
        tested = await ask(self._screen.app, ResultScreen(self._workspace, draft, remembered, ways=ways))
        if tested is None:
            return
        if tested.report is not None:
            self._screen.note_report(entry.file, tested.draft.revision, tested.report)
        if (trusted := tested.trusted) is not None:
            from integrator_tui.model import draft as editing

            await self._form(draft, editing.trusting(draft, trusted.pem, of_token=trusted.of_token))
        elif tested.edit_at is not None:
            await self.form_of(entry.file, tested.edit_at)
        elif (await asyncio.to_thread(self._workspace.catalog.entry, entry.file)).revision != entry.revision:
            # An editor was opened from the result.
            self._screen.reload()

    async def form_of(self, file: str, at: str) -> None:
        """Open the form of a file as it is now, at the row of a field."""
        entry: Entry = await asyncio.to_thread(self._workspace.catalog.entry, file)
        if entry.connection is None:
            self._refuse(entry)
        else:
            await self._form(Draft(entry.connection, entry.file, entry.revision), at=at)

    async def _request(self, entry: Entry, draft: Draft) -> None:
        from integrator_tui.tui.main.flows.requests import request

        edit_at = await request(self._screen, entry, draft, partial(self._sealed, entry.file))
        if edit_at is not None:
            await self.form_of(entry.file, edit_at)

    async def request_again(self, file: str) -> None:
        """Open the request line from a result of the same connection."""
        entry: Entry = await asyncio.to_thread(self._workspace.catalog.entry, file)
        if entry.connection is None:
            self._refuse(entry)
        else:
            await self._request(entry, Draft(entry.connection, entry.file, entry.revision))

    async def _copy_link(self, entry: Entry, draft: Draft) -> None:
        from integrator_tui.tui.main.flows.requests import copy_link

        copy_link(self._screen.app, draft.connection)

    async def _token(self, entry: Entry, draft: Draft) -> None:
        from integrator_tui.tui.screens.token import TokenScreen

        remembered = self._screen.parameters.setdefault(entry.file, {})
        await ask(self._screen.app, TokenScreen(self._workspace, draft, remembered))

    async def _stream(self, entry: Entry, draft: Draft) -> None:
        from integrator_tui.tui.screens.stream import StreamScreen

        remembered = self._screen.parameters.setdefault(entry.file, {})
        await ask(self._screen.app, StreamScreen(self._workspace, draft, remembered))

    async def _preview(self, entry: Entry, draft: Draft) -> None:
        from integrator_tui.tui.screens.preview import PreviewScreen

        remembered = self._screen.parameters.setdefault(entry.file, {})
        await ask(self._screen.app, PreviewScreen(self._workspace, draft, remembered))

    async def _copy_curl(self, entry: Entry, draft: Draft) -> None:
        command = self._workspace.exports.curl(draft)
        self._screen.app.copy_to_clipboard(command)
        lines = (
            SheetLine("", "Copied to the clipboard. It holds no secret.", "muted"),
            SheetLine("", ""),
            *(SheetLine("", line) for line in command.split("\n")),
        )
        await ask(
            self._screen.app,
            QuestionScreen(
                "Copy as curl", (SheetGroup("", lines),), (QuestionAnswer("Close", "close", "primary"),)
            ),
        )

    async def _rename(self, entry: Entry) -> None:
        from integrator_tui.tui.dialogs.prompt import name_prompt

        name, note = entry.name, ""
        while True:
            prompt = name_prompt(f"Rename {entry.name}", name, "Rename", note, other=_WITH_FILE)
            answer = await ask(self._screen.app, prompt)
            name = answer["name"].strip() if answer else ""
            with_file = answer is not None and answer.get("button") == _WITH_FILE
            if not name or (name == entry.name and not with_file):
                return
            note = self._wrong_name(entry, name)
            if not note:
                break
        rename = self._workspace.places.rename
        renamed = await unlocked(self._screen.app, self._workspace, rename, entry, name, with_file=with_file)
        say_lost(self._screen.app, self._workspace)
        self._screen.note_renamed(entry, renamed)

    def _wrong_name(self, entry: Entry, name: str) -> str:
        """Say why the connection cannot have this name; empty where it can."""
        if entry.connection is None:
            return ""
        draft = Draft(entry.connection.model_copy(update={"name": name}), entry.file, entry.revision)
        wrong = (problem for problem in self._workspace.editor.problems(draft) if problem.field == "name")
        told = (labelled_problem(problem) for problem in wrong if problem.is_error)
        return next((f"✗ {problem.message}: {problem.hint}" for problem in told), "")

    async def _move(self, entry: Entry) -> None:
        from integrator_tui.tui.flows.places import moved

        for before, after in await moved(self._screen.app, self._workspace, (entry,)):
            self._screen.note_renamed(before, after)

    async def _new_folder(self) -> None:
        from integrator_tui.tui.flows.places import new_folder

        entry = self._screen.selected
        await new_folder(self._screen.app, self._workspace, entry.group if entry is not None else "")

    async def _open_editor(self, entry: Entry) -> None:
        from integrator_tui.tui.flows.programs.editor import open_in_editor

        if entry.is_folder:
            raise UsageError(f"{entry.file} cannot be looked into", "give yourself the right to that folder")
        try:
            open_in_editor(self._screen.app, self._workspace, entry)
        finally:
            self._screen.reload(entry.file)

    async def _edit_text(self, entry: Entry) -> None:
        from integrator_tui.tui.flows.programs.editor import edit_as_text

        now: Entry = await asyncio.to_thread(self._workspace.catalog.entry, entry.file)
        saved = await edit_as_text(self._screen.app, self._workspace, now)
        if saved is not None:
            say_lost(self._screen.app, self._workspace)
            self._screen.note_saved(saved)

    async def _delete(self, entry: Entry) -> None:
        from integrator_tui.tui.main.flows.marked import unusable_without

        kept = await asyncio.to_thread(self._workspace.undo.keeps, entry.file)
        back = "Undo last change brings it back, for 24 hours." if kept else "It cannot be undone here."
        stages = await asyncio.to_thread(self._workspace.extensions.extending, entry.file)
        dialog = question(
            f"Delete {entry.name}",
            f"This removes the file {entry.file} and the secrets in it. {unusable_without(stages)}{back}",
            (QuestionAnswer("Cancel", "cancel"), QuestionAnswer("Delete", "delete", "danger")),
        )
        if await ask(self._screen.app, dialog) == "delete":
            await asyncio.to_thread(self._workspace.editor.delete, entry)
            say_lost(self._screen.app, self._workspace)
            self._screen.reload()

    async def _history(self, entry: Entry) -> None:
        from integrator_tui.tui.screens.history.screen import HistoryScreen

        screen = HistoryScreen(self._workspace, entry.file, entry.name, partial(self.run, "test"))
        await ask(self._screen.app, screen)

    async def _seal(self, entry: Entry) -> None:
        await self._sealed(entry.file)

    async def _sealed(self, file: str) -> Entry | None:
        from integrator_tui.tui.flows.seal import seal

        sealed = await seal(self._screen.app, self._workspace, file, self._screen.first_seen.get(file))
        if sealed is not None:
            self._screen.note_saved(sealed)
        return sealed
