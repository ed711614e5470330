"""The form of a connection, opened from the main screen: on what it begins, and what came of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from integrator_tui.errors import NotFound
from integrator_tui.model.entry import Draft, Entry
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.notices import say_lost
from integrator_tui.tui.flows.passphrase import unlocked
from integrator_tui.tui.main.flows.host import FlowHost, refuse

if TYPE_CHECKING:
    from integrator_tui.tui.form.outcome import FormOutcome
    from integrator_tui.tui.form.screen import EditScreen
    from integrator_tui.tui.screens.result_outcome import Trusted


class FormFlows:
    """Flows that end in the form; each runs in a worker of the screen."""

    def __init__(self, screen: FlowHost) -> None:
        self._screen = screen
        self._workspace = screen.workspace

    async def new(self) -> None:
        """Ask for the kind of a new connection, and open its form."""
        from integrator_tui.tui.dialogs.menu import kind_menu

        kind = await ask(self._screen.app, kind_menu())
        if kind is None:
            return
        if kind == "stage":
            await self._new_stage()
            return
        if kind in {"document", "export"}:
            await self.take_document(kind)
            return
        if kind != "curl":
            await self.open(self._begun())
            return
        from integrator_tui.tui.flows.curl_offer import asked

        await self._begin_with(await asked(self._screen.app, self._workspace))

    async def offer_curl(self, text: str) -> None:
        """Offer a curl command that was pasted as a new connection."""
        from integrator_tui.tui.flows.curl_offer import offered

        await self._begin_with(await offered(self._screen.app, self._workspace, text))

    async def take_document(self, kind: str = "import") -> None:
        """Ask for a document of this kind, and make connections of it."""
        from integrator_tui.tui.main.flows.documents import take

        await self._begin_with(await take(self._screen, self._begun().folder or "", kind=kind))

    async def offer_document(self, text: str) -> None:
        """Offer an export of Integrator, or the document whose path was pasted."""
        from integrator_tui.tui.main.flows.documents import take

        await self._begin_with(await take(self._screen, self._begun().folder or "", text=text))

    async def edit(self, entry: Entry, draft: Draft) -> None:
        """Open the form of what a file says."""
        await self.open(draft)

    async def duplicate(self, entry: Entry, draft: Draft) -> None:
        """Open the form of a new connection that is a copy of it."""
        await self.open(await unlocked(self._screen.app, self._workspace, self._workspace.editor.duplicate, entry))

    async def trust(self, draft: Draft, trusted: Trusted) -> None:
        """Open the form with a certificate that is trusted from now on, where it is saved."""
        from integrator_tui.model import draft as editing

        await self.open(draft, editing.trusting(draft, trusted.pem, of_token=trusted.of_token))

    async def at_field(self, file: str, at: str) -> None:
        """Open the form of a file as it is now, at the row of a field."""
        entry: Entry = await asyncio.to_thread(self._workspace.catalog.entry, file)
        if entry.connection is None:
            refuse(self._screen, entry)
        else:
            await self.open(Draft(entry.connection, entry.file, entry.revision), at=at)

    async def open(self, draft: Draft, edited: Draft | None = None, *, at: str = "") -> None:
        """Open the form of `draft`, with what was `edited` of it already, at the row of a field."""
        from integrator_tui.tui.form.screen import EditScreen

        await self.show(EditScreen(self._workspace, draft, edited, at=at))

    async def show(self, screen: EditScreen) -> None:
        """Show a form, and those that it leads to, until one is saved or left."""
        from integrator_tui.tui.form.outcome import Refilled, Saved, TakenFromDisk
        from integrator_tui.tui.form.screen import EditScreen

        outcome = await self._outcome(screen)
        while isinstance(outcome, TakenFromDisk | Refilled):
            begins: tuple[Draft, ...] = (outcome.draft,)
            if isinstance(outcome, Refilled):
                new = self._begun()
                begins = (new, replace(outcome.draft, folder=new.folder))
            outcome = await self._outcome(EditScreen(self._workspace, *begins))
        if isinstance(outcome, Saved):
            say_lost(self._screen.app, self._workspace)
            self._screen.note_saved(outcome.entry, outcome.report)
            return
        if outcome is not None and outcome.report is not None and outcome.stored.file is not None:
            self._screen.note_report(outcome.stored.file, outcome.stored.revision, outcome.report)
        self._screen.reload()

    async def _outcome(self, screen: EditScreen) -> FormOutcome | None:
        outcome = await ask(self._screen.app, screen)
        if outcome is not None:
            screen.journal.drop()
        return outcome

    async def _begin_with(self, filled: Draft | None) -> None:
        """Open the form of a new connection with what was read elsewhere, where something was."""
        if filled is not None:
            await self.open(self._begun(), replace(filled, folder=self._begun().folder))

    async def _new_stage(self) -> None:
        entry = self._screen.selected
        if entry is None:
            raise NotFound("no connection is selected", "select the one that the new one is to extend")
        draft = await asyncio.to_thread(self._workspace.extensions.begun, "", entry.file, entry.group)
        await self.open(self._begun(), draft)

    def _begun(self) -> Draft:
        """A new connection, to lie where the selected one does."""
        from integrator_tui.model.connection import Connection

        entry = self._screen.selected
        return Draft(Connection(), folder=entry.group if entry is not None else "")
