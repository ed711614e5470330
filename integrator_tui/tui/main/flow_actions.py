"""What the keys of the main screen do that begin a flow: on what, and when that cannot be; and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from textual import on

from integrator_tui.model.fields import AUTH_LABELS
from integrator_tui.model.listed import operation_rows
from integrator_tui.tui.main.actions import ACTIONS, ANYWHERE, OF_MARKED, OF_OPERATION, SELECTED
from integrator_tui.tui.main.list_actions import ListActions
from integrator_tui.tui.widgets.connections.list import ConnectionList

if TYPE_CHECKING:
    from integrator_tui.model.entry import Entry, Revision
    from integrator_tui.model.probe import ProbeReport
    from integrator_tui.tui.main.flows.flows import Flows
    from integrator_tui.tui.screens.requests.line import RequestLine
    from integrator_tui.tui.services import WorkspaceServices


class FlowActions(ListActions):
    """The main screen's keys for the selected connection, the selected operation and the marked connections."""

    def __init__(self, workspace: WorkspaceServices) -> None:
        super().__init__(workspace)
        self.request_lines: dict[str, RequestLine] = {}
        """What is written in the request line of each file."""

    def why_not(self, action: str) -> str:
        """Say why an action cannot be done now."""
        entry = self.selected
        if entry is None:
            return "no connection is selected" if self.entries else "there is no connection yet: n makes one"
        if action == "token":
            return f"{AUTH_LABELS.get(entry.auth, entry.auth)} fetches no token"
        return "this connection has no secrets" if action == "seal" else ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted or action in {"unfilter", "leave_fleet"}:
            return super().check_action(action, parameters)
        entry = self.selected
        if parameters == ("seal",):
            if entry is None or entry.needs_sealing or not self.is_selected_read:
                return entry is not None
            return bool(entry.connection and entry.connection.secret_names)
        if parameters == ("token",):
            return entry is not None and entry.auth in {"http_bearer_token", "oauth2"}
        if action == "operation_flow":
            if entry is None or (entry.connection is None and self.is_selected_read):
                return False
            return parameters == ("new_operation",) or bool(operation_rows(entry))
        if self.list.marked and (action == "menu" or (parameters and parameters[0] in OF_MARKED)):
            return True
        if action == "menu" or (action == "flow" and parameters not in ANYWHERE):
            return entry is not None
        return True

    @property
    def selected_operation(self) -> int | None:
        """The place of the operation whose row is selected, None where no such row is."""
        return self.list.selected_operation

    @on(ConnectionList.Chosen)
    def _row_chosen(self, event: ConnectionList.Chosen) -> None:
        if event.operation is None:
            self.action_menu()
        else:
            self.action_operation_flow("run", event.operation)

    def action_menu(self) -> None:
        """Open the Actions menu of the selected connection, or of the marked ones."""
        from integrator_tui.tui.dialogs.menu import MenuScreen
        from integrator_tui.tui.widgets.menu_list import MenuItem

        entry, marked = self.selected, self.list.marked
        if entry is None and not marked:
            return
        of_marked = (action for action in SELECTED if action.id in OF_MARKED) if marked else SELECTED
        usable = [action for action in of_marked if action.usable(self)]
        if len(marked) > 1:
            usable += [action for action in ACTIONS if action.id == "compare"]
        items = [MenuItem(a.run, a.words, a.key_text, key=a.keys[-1] if a.keys else "") for a in usable]

        def chosen(action: str | None) -> None:
            if action is not None:
                self.call_next(self.app.run_action, action, self)

        title = f"Actions: {len(marked):,} marked" if marked else f"Actions: {entry.name if entry else ''}"
        self.app.push_screen(MenuScreen(title, items), chosen)

    def action_operation_flow(self, flow: str, at: int | None = None) -> None:
        """Run a flow on an operation of the selected connection."""

        async def steps() -> None:
            from integrator_tui.tui.main.flows.operation_flows import OperationFlows

            await self.reading.listed.wait()
            await self.read_selected()
            await OperationFlows(self).run(flow, at)

        self.flow("flow", steps)

    def action_flow(self, flow: str) -> None:
        """Run a flow on the marked connections, where it takes those, on the selected operation, or on the selected
        connection."""
        if self.list.marked and flow in OF_MARKED:
            self._flow_of_marked(flow)
            return
        if self.selected_operation is not None and flow in OF_OPERATION:
            self.action_operation_flow(f"{flow}_operation", self.selected_operation)
            return

        async def steps() -> None:
            from integrator_tui.tui.main.flows.flows import Flows

            # What a first paint shows is of no version of the file that could be changed or removed.
            await self.reading.listed.wait()
            await self.read_selected()
            if self.check_action("flow", (flow,)):
                await Flows(self).run(flow)
            else:
                # Its key was pressed before the file was read.
                self.say(self.why_not(flow))

        self.flow("flow", steps)

    def action_compare(self) -> None:
        """Compare the marked connections."""
        files = self.list.marked
        if len(files) < 2:
            self.say("Mark two connections or more with Space: = sets their answers side by side.")
            return

        async def steps() -> None:
            from integrator_tui.tui.screens.compare.begin import compare

            await self.reading.listed.wait()
            await compare(self, files)

        self.flow("flow", steps)

    def _flow_of_marked(self, flow: str) -> None:
        files = self.list.marked
        if flow == "test":
            self.test_many(self.testable(files), "Nothing that is marked can be tested.")
            return

        async def steps() -> None:
            from integrator_tui.tui.main.flows.marked import MarkedFlows

            await self.reading.listed.wait()
            flows = MarkedFlows(self, files)
            await {"move": flows.move, "delete": flows.delete, "export": flows.export}[flow]()

        self.flow("flow", steps)

    # what is offered without a key

    def offer_drafts(self) -> None:
        """Offer what was typed and lost."""
        self._begin("flow", lambda flows: flows.offer_drafts())

    def offer_curl(self, text: str) -> None:
        """Offer a curl command that was pasted as a new connection."""
        self._begin("curl", lambda flows: flows.forms.offer_curl(text))

    def offer_document(self, text: str) -> None:
        """Offer an export, or a document whose path was pasted."""
        self._begin("curl", lambda flows: flows.forms.offer_document(text))

    def _begin(self, group: str, offer: Callable[[Flows], Coroutine[Any, Any, None]]) -> None:
        async def steps() -> None:
            from integrator_tui.tui.main.flows.flows import Flows

            await offer(Flows(self))

        self.flow(group, steps)

    # what came of a flow

    def note_report(self, file: str, revision: Revision, report: ProbeReport) -> None:
        """Remember the result of a test of this version of a file, and show it in its row and in the detail."""
        self.standing.note_report(file, revision, report)
        self.show_facts((file,))
        entry = self.entry_of(file)
        if entry is not None and entry.revision != revision:
            # The file was changed since the list was read, and that version was tested.
            self.reload()

    def note_saved(self, entry: Entry, report: ProbeReport | None = None, operation: int | None = None) -> None:
        """Take in what was saved or sealed here, with the result of the test of that draft, and select it, or the
        operation of this number in it."""
        if entry.connection is not None:
            self.first_seen[entry.file] = entry.connection
        if report is not None:
            self.standing.note_report(entry.file, entry.revision, report)
        self.reload(entry.file, operation)

    def note_renamed(self, before: Entry, after: Entry) -> None:
        """Take in that a connection has another name, and perhaps another file, and is otherwise the same."""
        self.standing.follow(before, after)
        self.reload(after.file)

    def note_moved(self, moved: Sequence[tuple[Entry, Entry]]) -> None:
        """Take in that connections have other files, and are otherwise the same; they stay marked."""
        for before, after in moved:
            self.standing.follow(before, after)
        self.list.follow_marks({before.file: after.file for before, after in moved})
        self.reload()
