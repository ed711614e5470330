"""What the actions of the main screen do with operations: which one is meant, and what came of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from integrator_tui.errors import UsageError
from integrator_tui.model.listed import operation_rows
from integrator_tui.tui.dialogs.base import ask
from integrator_tui.tui.dialogs.notices import say_lost
from integrator_tui.tui.flows.passphrase import unlocked
from integrator_tui.tui.main.flows import operations
from integrator_tui.tui.main.flows.host import FlowHost, unusable

if TYPE_CHECKING:
    from integrator_tui.model.entry import Entry
    from integrator_tui.tui.screens.operations.outcome import Ran

WORDS: Final = {
    "run": "Run",
    "new_operation": "New operation",
    "edit_operation": "Edit operation",
    "duplicate_operation": "Duplicate operation",
    "delete_operation": "Delete operation",
}


class OperationFlows:
    """The flows of one main screen; each runs in a worker of it."""

    def __init__(self, screen: FlowHost) -> None:
        self._screen = screen
        self._app, self._workspace = screen.app, screen.workspace

    async def run(self, flow: str, at: int | None = None) -> None:
        """Run a flow on the operation at this place of the selected connection, or on the one that is chosen."""
        entry = self._screen.selected
        if entry is None:
            return
        # What its row says: the selected file may have been read as a whole later than its row was.
        row = self._screen.entry_of(entry.file) or entry
        is_on_row = self._screen.selected_operation is not None
        # The file as it is now: somebody may have changed it since the list was read.
        now: Entry = await asyncio.to_thread(self._workspace.catalog.entry, entry.file)
        if now.closed is not None:
            now = await unlocked(self._app, self._workspace, self._workspace.catalog.opened, now)
        self._refuse_broken(now, sends=flow == "run")
        if flow != "new_operation":
            at = await self._which(now, WORDS[flow], self._still_there(row, now, at))
            if at is None:
                return
        saved = await self._done(flow, now, at or 0)
        if saved is not None:
            say_lost(self._app, self._workspace)
            self._screen.note_saved(saved.entry, operation=saved.at if is_on_row else None)
        elif now.revision != entry.revision:
            self._screen.reload()

    async def _done(self, flow: str, entry: Entry, at: int) -> operations.OperationSaved | None:
        app, workspace = self._app, self._workspace
        match flow:
            case "new_operation":
                return await operations.new_operation(app, workspace, entry)
            case "edit_operation":
                return await operations.edit_operation(app, workspace, entry, at)
            case "duplicate_operation":
                return await operations.duplicate_operation(app, workspace, entry, at)
            case "delete_operation":
                return await operations.delete_operation(app, workspace, entry, at)
        assert entry.connection is not None, "broken files were refused"
        name = entry.connection.operations[at].name
        values = self._screen.parameters.setdefault(f"{entry.file}\n{name}", {})
        saved, ran = await operations.run_operation(app, workspace, entry, at, values)
        if ran is None:
            return saved
        return await self._go_on(ran, entry, at) or saved

    async def _go_on(self, ran: Ran, entry: Entry, at: int) -> operations.OperationSaved | None:
        """Go where the user wants to from what came of a run: to the form, at what is to be mended, or to the
        request line."""
        from integrator_tui.model.hinted_field import REQUEST_PATH
        from integrator_tui.tui.main.flows.flows import Flows

        flows = Flows(self._screen)
        if ran.next == "request":
            await flows.requests.request_again(entry.file)
        elif ran.field and ran.field != REQUEST_PATH:
            await flows.forms.at_field(entry.file, ran.field)
        else:
            now: Entry = await asyncio.to_thread(self._workspace.catalog.entry, entry.file)
            self._refuse_broken(now, sends=False)
            place = self._still_there(entry, now, at)
            if place is not None:
                return await operations.edit_operation(self._app, self._workspace, now, place)
        return None

    def _refuse_broken(self, entry: Entry, *, sends: bool) -> None:
        problem = next((problem for problem in entry.problems if problem.stops_connection), None)
        if entry.connection is not None and (problem is None or not sends):
            return
        self._screen.reload()
        raise unusable(entry)

    def _still_there(self, listed: Entry, now: Entry, at: int | None) -> int | None:
        """Return where the operation that is meant stands in the file as it is now; None where none was pointed at.

        Raises UsageError where it is gone: another one in its place is not what is meant.
        """
        at = self._screen.selected_operation if at is None else at
        if at is None:
            return None
        meant = operation_rows(listed)
        names = [each.name for each in now.connection.operations] if now.connection is not None else []
        if at < len(meant):
            name = meant[at].name
            if at < len(names) and names[at] == name:
                return at
            if name in names:
                return names.index(name)
        self._screen.reload()
        raise UsageError(
            f"{now.file} does not have this operation any more", "see what it says now, and choose again"
        )

    async def _which(self, entry: Entry, words: str, at: int | None) -> int | None:
        """Return the place of the operation that is meant: the given one, the only one, or the one that is chosen;
        None where none is."""
        from integrator_tui.tui.dialogs.menu import MenuScreen
        from integrator_tui.tui.widgets.menu_list import MenuItem

        found = entry.connection.operations if entry.connection is not None else ()
        if at is not None:
            return at
        if len(found) < 2:
            if not found:
                self._app.notify(f"{entry.name} has no operations yet: New operation describes one", markup=False)
            return 0 if found else None
        items = [
            MenuItem(str(n), each.name or "(no name)", f"{each.method} {each.path}") for n, each in enumerate(found)
        ]
        chosen = await ask(self._app, MenuScreen(f"{words}: {entry.name}", items))
        return int(chosen) if chosen is not None else None
