"""Which flow the name of an action means, and what it begins with: nothing, a file, or what a file says now."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from integrator_tui.errors import ChangedOnDisk
from integrator_tui.model.entry import Draft, Entry
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.flows.passphrase import unlocked
from integrator_tui.tui.main.flows.files import FileFlows
from integrator_tui.tui.main.flows.forms import FormFlows
from integrator_tui.tui.main.flows.host import FlowHost, refuse
from integrator_tui.tui.main.flows.requests import RequestFlows

if TYPE_CHECKING:
    from integrator_tui.workspace import DraftTyped, TypedDraft

_SENDING = frozenset({"test", "stream", "token", "copy_curl", "preview", "request"})
"""Flows that use a file as it is, so that it has to be whole."""


class Flows:
    """The flows of one main screen; each runs in a worker of it."""

    def __init__(self, screen: FlowHost) -> None:
        self._screen = screen
        self._workspace = screen.workspace
        self.files = FileFlows(screen)
        self.forms = FormFlows(screen)
        self.requests = RequestFlows(screen, self.forms)

    async def run(self, flow: str) -> None:
        """Run the flow of this action on the selected entry."""
        anywhere = {
            "new": self.forms.new,
            "undo": self.files.undo,
            "new_folder": self.files.new_folder,
            "import": self.forms.take_document,
        }
        if flow in anywhere:
            await anywhere[flow]()
            return
        entry = self._screen.selected
        if entry is None:
            return
        of_files = {
            "rename": self.files.rename,
            "export": self.files.export,
            "move": self.files.move,
            "delete": self.files.delete,
            "seal": self.files.seal,
            "history": self._history,
            "open_editor": self.files.open_editor,
            "edit_text": self.files.edit_text,
        }
        if flow in of_files:
            try:
                await of_files[flow](entry)
            except ChangedOnDisk:
                # What it says now is to be seen, and can be chosen then.
                self._screen.reload()
                raise
            return
        await self._run_on_connection(flow, entry)

    async def _run_on_connection(self, flow: str, entry: Entry) -> None:
        # The file as it is now: somebody may have changed it since the list was read.
        now: Entry = await asyncio.to_thread(self._workspace.catalog.entry, entry.file)
        if now.closed is not None:
            now = await unlocked(self._screen.app, self._workspace, self._workspace.catalog.opened, now)
        has_errors = any(problem.stops_connection for problem in now.problems)
        if now.connection is None or (has_errors and flow in _SENDING):
            refuse(self._screen, now)
            return
        draft = Draft(now.connection, now.file, now.revision)
        await {
            "edit": self.forms.edit,
            "duplicate": self.forms.duplicate,
            "test": self.requests.test,
            "stream": self.requests.stream,
            "copy_curl": self.requests.copy_curl,
            "token": self.requests.token,
            "preview": self.requests.preview,
            "request": self.requests.request,
            "copy_link": self.requests.copy_link,
        }[flow](now, draft)

    async def _history(self, entry: Entry) -> None:
        from integrator_tui.tui.screens.history.screen import HistoryScreen

        screen = HistoryScreen(self._workspace, entry.file, entry.name, partial(self.run, "test"))
        await ask(self._screen.app, screen)

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
            await self.forms.show(screen)

    async def _take_request(self, typed: DraftTyped, journal: TypedDraft) -> None:
        """Open the request line with what was lost of it."""
        from integrator_tui.tui.screens.requests.line import RequestLine

        file, written = typed.edited.file or "", typed.edited.connection.operations[-1]
        self._screen.request_lines[file] = RequestLine(written, typed.edited.typed, journal)
        await self.requests.request_again(file)
