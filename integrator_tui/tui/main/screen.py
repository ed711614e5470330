"""The main screen: the connections at the left, what the selected one is at the right.

The list is painted from what the index says; the files are looked at after the first paint.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.geometry import Region

from integrator_tui.model.entry import Entry, Revision
from integrator_tui.model.fields import AUTH_LABELS
from integrator_tui.model.text import visible
from integrator_tui.tui.actions import Action, Keys, bar_keys, bindings
from integrator_tui.tui.main.list_actions import ListActions
from integrator_tui.tui.screens.connection_text import describe, describe_operation
from integrator_tui.tui.widgets.connections.list import ConnectionList
from integrator_tui.tui.widgets.connections.marks import MEANINGS
from integrator_tui.tui.widgets.key_bar import KeyBar
from integrator_tui.tui.widgets.sheet import Sheet, SheetGroup, SheetLine
from integrator_tui.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from integrator_tui.model.probe import ProbeReport
    from integrator_tui.tui.screens.requests.line import RequestLine
    from integrator_tui.tui.services import WorkspaceServices

SELECTED = (
    Action("edit", ("e",), "Edit", "Change the selected connection", "Edit", call="flow('edit')"),
    Action("test", ("t",), "Test", "Test it stage by stage", "Test", call="flow('test')"),
    Action(
        "stream",
        ("s",),
        "Stream",
        "Watch the answer of its test request as it comes",
        "Stream",
        call="flow('stream')",
    ),
    Action("duplicate", ("d",), "Duplicate", "Begin a new connection as a copy of it", call="flow('duplicate')"),
    Action("rename", ("r",), "Rename", "Give it another name", call="flow('rename')"),
    Action("delete", ("delete", "x"), "Delete", "Remove its file, after a question", call="flow('delete')"),
    Action(
        "copy_curl",
        ("c",),
        "Copy as curl",
        "Copy its test request as a curl command, without secrets",
        call="flow('copy_curl')",
    ),
    Action("move", ("m",), "Move", "Put its file into another folder", call="flow('move')"),
    Action(
        "request",
        ("R",),
        "Request",
        "Send any request with this connection's authentication",
        "Request",
        call="flow('request')",
    ),
    Action(
        "token",
        ("K",),
        "Token",
        "Where its token came from, how long it lives, what it claims; forget it",
        call="flow('token')",
    ),
    Action(
        "seal",
        ("L",),
        "Seal",
        "Show what a changed file says now, and seal its secrets to it again",
        call="flow('seal')",
    ),
    Action(
        "history",
        ("H",),
        "History",
        "Its earlier results and runs, and since when it fails",
        call="flow('history')",
    ),
    Action(
        "export",
        (),
        "Export",
        "Write it for another tool: Integrator, curl, .http, blackbox_exporter",
        call="flow('export')",
    ),
)
"""What the Actions menu offers, in its order."""


def _of_operation(id: str, words: str, tooltip: str) -> Action:  # noqa: A002
    return Action(id, (), words, tooltip, call=f"operation_flow('{id}')")


OPERATIONS = (
    _of_operation("run", "Run", "Carry out one of its operations"),
    _of_operation("new_operation", "New operation", "Describe one more request of the selected connection"),
    _of_operation("edit_operation", "Edit operation", "Change one of its operations"),
    _of_operation("duplicate_operation", "Duplicate operation", "Begin a new operation as a copy of one"),
    _of_operation("delete_operation", "Delete operation", "Take one of its operations out, after a question"),
)
"""What is done with an operation of the selected connection."""

_OF_MARKED = frozenset({"test", "export", "move", "delete"})
"""Flows that take the marked connections, where there are any."""

_ANYWHERE = frozenset({("new",), ("undo",), ("new_folder",), ("import",)})
"""Flows that need no connection, as parameters of their action."""

_OF_OPERATION = frozenset({"edit", "duplicate", "delete"})
"""Flows that mean the operation on whose row they are begun."""

ACTIONS = (
    Action("new", ("n",), "New Connection", "Make a connection", "New Connection", call="flow('new')"),
    Action("menu", ("a",), "Actions", "What is done most with the selected connection", "Actions"),
    *SELECTED,
    Action(
        "preview", (), "Preview", "What its test would send, secrets masked; sends nothing", call="flow('preview')"
    ),
    Action("copy_link", (), "Copy link", "Copy the address of its API documentation", call="flow('copy_link')"),
    *OPERATIONS,
    Action("from", ("v",), "From", "Choose the host that tests and requests are made from", call="from_host"),
    Action(
        "open_editor",
        ("o",),
        "Open in $EDITOR",
        "Open its file as it lies on disk, at its first problem",
        call="flow('open_editor')",
    ),
    Action(
        "edit_text",
        (),
        "Edit as text",
        "Change it decrypted in your editor",
        call="flow('edit_text')",
    ),
    Action(
        "import",
        (),
        "Import",
        "Make connections of a document or an export, after a look at what comes of it",
        call="flow('import')",
    ),
    Action("new_folder", (), "New folder", "Make a folder of the workspace", call="flow('new_folder')"),
    Action("test_all", ("T",), "Test all", "Test all that the list shows"),
    Action("test_failed", ("exclamation_mark",), "Test the failed", "Show what failed last, and test it again"),
    Action("fleet", ("V",), "Fleet", "Show the connections as a table, or as a list again"),
    Action("watch", ("W",), "Watch", "Test all again and again while the table is shown, or no longer"),
    Action("filter", ("slash",), "Filter", "Show only what holds the words you type", "Filter"),
    Action("mark", ("space",), "Mark", "Mark the selected connection, or no longer"),
    Action("mark_all", ("A",), "Mark all shown", "Mark all that the list shows, or no longer"),
    Action(
        "compare",
        ("equals_sign",),
        "Compare the marked",
        "Ask the marked connections for the same, and set their answers side by side",
    ),
    Action("order", ("O",), "Next order", "Order by name, state, last result, age or expiry"),
    Action("expiry", ("E",), "Soonest expiry first", "Order by the certificate that ends first"),
    Action("narrower", ("less_than_sign",), "Narrower list", "Make the list narrower", call="widen(-1)"),
    Action("wider", ("greater_than_sign",), "Wider list", "Make the list wider", call="widen(1)"),
    Action(
        "undo",
        ("u",),
        "Undo last change",
        "Take back the last save, rename, move or removal made here, of the last 24 hours",
        call="flow('undo')",
    ),
    Action("reload", ("ctrl+r",), "Reload", "Read the files again"),
    Action(
        "unfilter", ("escape",), "Clear filter", "Stop the tests, clear the filter, then the marks, then the table"
    ),
    Action("leave_fleet", ("q",), "Back", "Leave the table"),
)

_FLEET_KEYS = [
    ("V", "List"),
    ("T", "Test all"),
    ("!", "Test failed"),
    ("E", "Expiry"),
    ("W", "Watch"),
    ("O", "Order"),
]
"""What the bar says while the table is shown."""

_STAYS_SECONDS = 0.15
"""How long a row is selected until more than its file is looked at."""

_EMPTY = (
    SheetGroup(
        "",
        (
            SheetLine("", "No connections yet", "strong"),
            SheetLine(
                "", "Press n for a New Connection. It is saved as a YAML file whose secrets are encrypted.", ""
            ),
        ),
    ),
)


class MainScreen(ListActions):
    """Sidebar and detail of one workspace."""

    ACTIONS: ClassVar[tuple[Action, ...]] = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]
    AUTO_FOCUS = "ConnectionList"
    LEGEND: ClassVar[Mapping[str, str]] = MEANINGS

    def __init__(self, workspace: WorkspaceServices) -> None:
        super().__init__(workspace)
        self.request_lines: dict[str, RequestLine] = {}
        """What is written in the request line of each file."""

    def compose(self) -> ComposeResult:
        sidebar = self.take_summaries()
        yield TitleBar(self.title_text, self.header_text)
        with Horizontal(id="columns"):
            yield sidebar
            with VerticalScroll(id="detail"):
                yield Sheet(most_rows=4)
        yield KeyBar(*bar_keys(ACTIONS))

    def on_mount(self) -> None:
        self.call_after_refresh(self.reload)
        self.call_after_refresh(self.remember)
        self.call_after_refresh(self.follow_disk)
        self.call_after_refresh(self._offer_drafts)

    @work(group="drafts")
    async def _offer_drafts(self) -> None:
        """Offer what was typed and lost, where there is something."""
        if not await asyncio.to_thread(self.workspace.drafts.waiting):
            return

        async def steps() -> None:
            from integrator_tui.tui.main.flows import Flows

            await Flows(self).offer_drafts()

        self.flow("flow", steps)

    def entries_read(self) -> None:
        self._watch_seal()

    @on(ConnectionList.Highlighted)
    def _highlighted(self) -> None:
        self.query_one("#detail").scroll_home(animate=False)
        self.show_selected()
        self._watch_seal()

    def _watch_seal(self) -> None:
        entry = self.selected
        if entry is not None and entry.connection is not None and entry.connection.secret_names:
            self._look_at_seal(entry)

    def facts_shown(self, files: Sequence[str] | None) -> None:
        if files is None or self.list.selected in files:
            self.show_selected()

    def fleet_shown(self) -> None:
        self.show_selected()

    def show_selected(self) -> None:
        """Show what the selected row is."""
        entry = self.selected
        operation = self.list.selected_operation
        if entry is not None and operation is not None:
            said = describe_operation(entry, operation)
        elif entry is not None:
            facts = self.standing.facts(entry)
            earlier = facts.result if facts.is_current else None
            said = describe(entry, self.standing.report(entry), facts.state, earlier)
        else:
            said = () if self.entries or self.folder_is_gone else _EMPTY
        # There are none where the screen is on its way out.
        for sheet in self.query(Sheet):
            sheet.show(said)
        for bar in self.query(KeyBar):
            bar.show(_FLEET_KEYS if self.is_fleet else self._own_keys())

    def _own_keys(self) -> Keys:
        return bar_keys(action for action in ACTIONS if action.usable(self))[0]

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

    @work(exclusive=True, group="seal")
    async def _look_at_seal(self, entry: Entry) -> None:
        """Find out whether the seal of the selected entry holds, once the selection stays there."""
        await asyncio.sleep(_STAYS_SECONDS)
        is_broken = await asyncio.to_thread(self.workspace.seals.is_broken, entry.file)
        if is_broken != (self.standing.state(entry) == "seal_broken"):
            self.standing.note_seal(entry.file, entry.revision, is_broken)
            self.show_facts((entry.file,))

    def list_region(self) -> Region:
        """Where the list is, for pages that leave it in sight."""
        return self.query_one("#sidebar").region

    def set_behind(self, is_behind: bool) -> None:
        """Show the list as one that has not the keys, while a page stands beside it."""
        self.set_class(is_behind, "-behind")

    def why_not(self, action: str) -> str:
        """Say why an action cannot be done now."""
        entry = self.selected
        if entry is None:
            return "no connection is selected" if self.entries else "there is no connection yet: n makes one"
        if action == "token":
            return f"{AUTH_LABELS.get(entry.auth, entry.auth)} fetches no token"
        return "this connection has no secrets" if action == "seal" else ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted:
            return True
        if action == "unfilter":
            return self.can_clear or None
        if action == "leave_fleet":
            return self.is_fleet
        entry = self.selected
        if parameters == ("seal",):
            has_secrets = entry is not None and bool(entry.connection and entry.connection.secret_names)
            return has_secrets or (entry is not None and entry.needs_sealing)
        if parameters == ("token",):
            return entry is not None and entry.auth in {"http_bearer_token", "oauth2"}
        if action == "operation_flow":
            connection = entry.connection if entry is not None else None
            return connection is not None and (parameters == ("new_operation",) or bool(connection.operations))
        if self.list.marked and (action == "menu" or (parameters and parameters[0] in _OF_MARKED)):
            return True
        if action == "menu" or (action == "flow" and parameters not in _ANYWHERE):
            return entry is not None
        return True

    # actions

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
        of_marked = (action for action in SELECTED if action.id in _OF_MARKED) if marked else SELECTED
        usable = [action for action in of_marked if action.usable(self)]
        if len(marked) > 1:
            usable += [action for action in ACTIONS if action.id == "compare"]
        items = [MenuItem(a.run, a.words, a.key_text, key=a.keys[-1] if a.keys else "") for a in usable]

        def chosen(action: str | None) -> None:
            if action is not None:
                self.call_next(self.app.run_action, action, self)

        title = f"Actions: {len(marked):,} marked" if marked else f"Actions: {entry.name if entry else ''}"
        self.app.push_screen(MenuScreen(title, items), chosen)

    def go_to(self, file: str, operation: int | None = None) -> None:
        """Select a connection, or one of its operations, whatever the filter shows."""
        if not self.list.select(file, operation):
            self.sidebar.close_filter()
            self.list.select(file, operation)
        self.list.focus()
        self.show_header()

    def action_operation(self, file: str, at: int) -> None:
        """Go to the inputs of an operation, or where it has none to its row; nothing is sent."""
        from integrator_tui.model.listed import operation_rows

        self.go_to(file, at)
        entry = self.entry_of(file)
        rows = operation_rows(entry, with_inputs=True) if entry is not None else ()
        if at < len(rows) and rows[at].inputs:
            self.action_operation_flow("run", at)
        elif at < len(rows):
            self.say(f"{visible(rows[at].name, limit=100)} asks for nothing: Enter runs it.")

    def action_reload(self) -> None:
        """Read the files again."""
        self.reload()

    def offer_curl(self, text: str) -> None:
        """Offer a curl command that was pasted as a new connection."""

        async def steps() -> None:
            from integrator_tui.tui.main.flows import Flows

            await Flows(self).offer_curl(text)

        self.flow("curl", steps)

    def offer_document(self, text: str) -> None:
        """Offer an export, or a document whose path was pasted."""

        async def steps() -> None:
            from integrator_tui.tui.main.flows import Flows

            await Flows(self).offer_document(text)

        self.flow("curl", steps)

    def action_operation_flow(self, flow: str, at: int | None = None) -> None:
        """Run a flow on an operation of the selected connection."""

        async def steps() -> None:
            from integrator_tui.tui.main.operation_flows import OperationFlows

            await self.reading.listed.wait()
            await OperationFlows(self).run(flow, at)

        self.flow("flow", steps)

    def action_flow(self, flow: str) -> None:
        """Run a flow on the marked connections, where it takes those, on the selected operation, or on the selected
        connection."""
        if self.list.marked and flow in _OF_MARKED:
            self._flow_of_marked(flow)
            return
        if self.selected_operation is not None and flow in _OF_OPERATION:
            self.action_operation_flow(f"{flow}_operation", self.selected_operation)
            return

        async def steps() -> None:
            from integrator_tui.tui.main.flows import Flows

            # What a first paint shows is of no version of the file that could be changed or removed.
            await self.reading.listed.wait()
            await Flows(self).run(flow)

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
            from integrator_tui.tui.main.marked import MarkedFlows

            await self.reading.listed.wait()
            flows = MarkedFlows(self, files)
            await {"move": flows.move, "delete": flows.delete, "export": flows.export}[flow]()

        self.flow("flow", steps)

    @property
    def selected_operation(self) -> int | None:
        """The place of the operation whose row is selected, None where no such row is."""
        return self.list.selected_operation
