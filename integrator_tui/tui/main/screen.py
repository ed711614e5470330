"""The main screen: the connections at the left, what the selected one is at the right.

The list is painted from what the index says; the files are looked at after the first paint.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.css.query import NoMatches
from textual.geometry import Region
from textual.reactive import var

from integrator_tui.model.entry import Draft, Entry, Revision
from integrator_tui.model.fields import AUTH_LABELS
from integrator_tui.model.probe import ProbeReport
from integrator_tui.model.text import visible
from integrator_tui.tui.actions import Action, bar_keys, bindings
from integrator_tui.tui.dialogs.base import Page
from integrator_tui.tui.dialogs.notices import reporting
from integrator_tui.tui.main.loading import Loading
from integrator_tui.tui.main.standing import Standing
from integrator_tui.tui.screens.connection_text import describe
from integrator_tui.tui.widgets.connections.list import ConnectionList
from integrator_tui.tui.widgets.key_bar import KeyBar
from integrator_tui.tui.widgets.sheet import Sheet, SheetGroup, SheetLine
from integrator_tui.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection
    from integrator_tui.tui.screens.requests.line import RequestLine
    from integrator_tui.tui.services import WorkspaceServices
    from integrator_tui.tui.widgets.fields.text_field import TextField
    from integrator_tui.tui.widgets.menu_list import MenuItem

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
        ("k",),
        "Token",
        "Where its token came from, how long it lives, what it claims; forget it",
        call="flow('token')",
    ),
    Action(
        "seal",
        ("g",),
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

ACTIONS = (
    Action("new", ("n",), "New Connection", "Make a connection", "New Connection", call="flow('new')"),
    Action("menu", ("a",), "Actions", "Everything that can be done with the selected connection", "Actions"),
    *SELECTED,
    Action(
        "preview", (), "Preview", "What its test would send, secrets masked; sends nothing", call="flow('preview')"
    ),
    Action("copy_link", (), "Copy link", "Copy the address of its API documentation", call="flow('copy_link')"),
    *OPERATIONS,
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
    Action("new_folder", (), "New folder", "Make a folder of the workspace", call="flow('new_folder')"),
    Action("filter", ("slash",), "Filter", "Show only what holds the words you type", "Filter"),
    Action(
        "undo",
        ("u",),
        "Undo last change",
        "Take back the last save, rename, move or removal made here, of the last 24 hours",
        call="flow('undo')",
    ),
    Action("reload", ("ctrl+r",), "Reload", "Read the files again"),
    Action("unfilter", ("escape",), "Clear filter", "Show all connections again"),
)

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


class MainScreen(Page[None]):
    """Sidebar and detail of one workspace."""

    ACTIONS: ClassVar[tuple[Action, ...]] = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]
    AUTO_FOCUS = "ConnectionList"

    entries: var[tuple[Entry, ...]] = var(())

    def __init__(self, workspace: WorkspaceServices) -> None:
        super().__init__()
        self.workspace = workspace
        self.standing = Standing()
        self._loading = Loading(workspace.catalog, self._tell_progress, self._take)
        self._progress = ""
        self.parameters: dict[str, dict[str, str]] = {}
        self.first_seen: dict[str, Connection] = {}
        """What each file said when this session first read it, or last saved it."""
        self.request_lines: dict[str, RequestLine] = {}
        """What is written in the request line of each file."""

    def compose(self) -> ComposeResult:
        with reporting(self):
            self.set_reactive(MainScreen.entries, self.workspace.catalog.glimpse())
        yield TitleBar(f"integrator-tui  {self.workspace.root}", self._count())
        with Horizontal(id="columns"):
            with Vertical(id="sidebar"):
                yield ConnectionList(self.entries).data_bind(MainScreen.entries)
            with VerticalScroll(id="detail"):
                yield Sheet(most_rows=4)
        yield KeyBar(*bar_keys(ACTIONS))

    def on_mount(self) -> None:
        self.call_after_refresh(self.reload)
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

    @property
    def list(self) -> ConnectionList:
        return self.query_one(ConnectionList)

    def list_region(self) -> Region:
        """Where the list is, for pages that leave it in sight."""
        return self.query_one("#sidebar").region

    def set_behind(self, is_behind: bool) -> None:
        """Show the list as one that has not the keys, while a page stands beside it."""
        self.set_class(is_behind, "-behind")

    @property
    def selected(self) -> Entry | None:
        """The entry of the selected row."""
        file = self.list.selected
        return next((entry for entry in self.entries if entry.file == file), None)

    @property
    def selected_operation(self) -> int | None:
        """The place of the operation whose row is selected, None where no such row is."""
        at: int | None = getattr(self.list, "selected_operation", None)
        return at

    def _count(self) -> str:
        count = len(self.entries)
        return self._progress or f"{count:,} connection{'' if count == 1 else 's'}"

    def _tell_progress(self, word: str) -> None:
        self._progress = word
        if self.is_mounted:
            self.query_one(TitleBar).show(f"integrator-tui  {self.workspace.root}", self._count())

    def _take(self, entries: tuple[Entry, ...]) -> None:
        self.entries = entries

    def reload(self, select: str | None = None) -> None:
        """Read the workspace again, and select this file."""
        self._read(select)

    @work(exclusive=True, group="read")
    async def _read(self, select: str | None) -> None:
        with reporting(self):
            entries = await self._loading.entries()
            self.standing.keep(entries)
            self.entries = entries
            self._watch_seal()
            for entry in self.entries:
                if entry.connection is not None:
                    self.first_seen.setdefault(entry.file, entry.connection)
            if select is not None and not self.list.select(select) and self._file_is_there(select):
                # The filter hides what was saved.
                self.action_unfilter()
                self.list.select(select)

    def _file_is_there(self, file: str) -> bool:
        return any(entry.file == file for entry in self.entries)

    def watch_entries(self) -> None:
        with suppress(NoMatches):
            self.query_one(TitleBar).show(f"integrator-tui  {self.workspace.root}", self._count())
            self._show_standing()

    @on(ConnectionList.Highlighted)
    def _highlighted(self) -> None:
        self.query_one("#detail").scroll_home(animate=False)
        self.show_selected()
        self._watch_seal()

    def _watch_seal(self) -> None:
        entry = self.selected
        if entry is not None and entry.connection is not None and entry.connection.secrets:
            self._look_at_seal(entry)

    def show_selected(self) -> None:
        """Show what the selected row is."""
        entry = self.selected
        sheet = self.query_one(Sheet)
        if entry is not None:
            sheet.show(describe(entry, self.standing.report(entry), self.standing.state(entry)))
        else:
            sheet.show(() if self.entries else _EMPTY)
        self.query_one(KeyBar).show(bar_keys(action for action in ACTIONS if action.usable(self))[0])

    def note_report(self, file: str, revision: Revision, report: ProbeReport) -> None:
        """Remember the result of a test of this version of a file, and show it in its row and in the detail."""
        self.standing.note_report(file, revision, report)
        self._show_standing()
        if all(entry.revision != revision for entry in self.entries if entry.file == file):
            # The file was changed since the list was read, and that version was tested.
            self.reload()

    def note_saved(self, entry: Entry, report: ProbeReport | None = None) -> None:
        """Take in what was saved or sealed here, with the result of the test of that draft, and select it."""
        if entry.connection is not None:
            self.first_seen[entry.file] = entry.connection
        if report is not None:
            self.standing.note_report(entry.file, entry.revision, report)
        self.reload(entry.file)

    def note_renamed(self, before: Entry, after: Entry) -> None:
        """Take in that a connection has another name, and perhaps another file, and is otherwise the same."""
        self.standing.follow(before, after)
        self.reload(after.file)

    def _show_standing(self) -> None:
        self.list.set_marks(self.standing.marks(self.entries))
        self.show_selected()

    @work(exclusive=True, group="seal")
    async def _look_at_seal(self, entry: Entry) -> None:
        """Find out whether the seal of the selected entry holds, once the selection stays there."""
        await asyncio.sleep(_STAYS_SECONDS)
        is_broken = await asyncio.to_thread(self.workspace.seals.is_broken, entry.file)
        if is_broken != (self.standing.state(entry) == "seal_broken"):
            self.standing.note_seal(entry.file, entry.revision, is_broken)
            self._show_standing()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted:
            return True
        if action == "unfilter":
            return bool(self.query("FilterField")) or None
        entry = self.selected
        if parameters == ("seal",):
            has_secrets = entry is not None and bool(entry.connection and entry.connection.secrets)
            return has_secrets or (entry is not None and entry.needs_sealing)
        if parameters == ("token",):
            return entry is not None and entry.auth in {"http_bearer_token", "oauth2"}
        if action == "operation_flow":
            connection = entry.connection if entry is not None else None
            return connection is not None and (parameters == ("new_operation",) or bool(connection.operations))
        if action == "menu" or (action == "flow" and parameters not in {("new",), ("undo",), ("new_folder",)}):
            return entry is not None
        return True

    def why_not(self, action: str) -> str:
        """Say why an action cannot be done now."""
        entry = self.selected
        if entry is None:
            return "no connection is selected" if self.entries else "there is no connection yet: n makes one"
        if action == "token":
            return f"{AUTH_LABELS.get(entry.auth, entry.auth)} fetches no token"
        return "this connection has no secrets" if action == "seal" else ""

    # actions

    @on(ConnectionList.Chosen)
    def action_menu(self) -> None:
        """Open the Actions menu of the selected connection."""
        from integrator_tui.tui.dialogs.menu import MenuScreen
        from integrator_tui.tui.widgets.menu_list import MenuItem

        entry = self.selected
        if entry is None:
            return
        usable = (action for action in SELECTED if action.usable(self))
        items = [MenuItem(a.run, a.words, a.key_text, key=a.keys[-1]) for a in usable]

        def chosen(action: str | None) -> None:
            if action is not None:
                self.call_next(self.app.run_action, action, self)

        self.app.push_screen(MenuScreen(f"Actions: {entry.name}", items), chosen)

    def action_filter(self) -> None:
        """Open the filter."""
        from integrator_tui.tui.widgets.fields.filter_field import FilterField

        found = self.query(FilterField)
        if found:
            found.first().focus()
        else:
            field = FilterField()
            self.query_one("#sidebar").mount(field, before=0)
            field.focus()

    def action_unfilter(self) -> None:
        """Close the filter and show everything."""
        self.query("FilterField").remove()
        self.list.set_filter("")
        self.list.focus()

    def on_text_field_edited(self, event: TextField.Edited) -> None:
        self.list.set_filter(event.value)

    def action_to_list(self, step: int) -> None:
        """Go from the filter to the list, one row on."""
        self.list.focus()
        if step:
            self.list.action_move(step)

    def action_reload(self) -> None:
        """Read the files again."""
        self.reload()

    def offer_curl(self, text: str) -> None:
        """Offer a curl command that was pasted as a new connection."""

        async def steps() -> None:
            from integrator_tui.tui.main.flows import Flows

            await Flows(self).offer_curl(text)

        self.flow("curl", steps)

    def palette_items(self) -> Iterator[MenuItem]:
        """Give the operations of all connections, for the palette."""
        from integrator_tui.tui.widgets.menu_list import MenuItem

        for entry in self.entries:
            for at, operation in enumerate(entry.connection.operations if entry.connection is not None else ()):
                note = f"{entry.group}/{entry.name}" if entry.group else entry.name
                yield MenuItem(f"operation({entry.file!r}, {at})", f"Operation: {operation.name}", note)

    def action_operation(self, file: str, at: int) -> None:
        """Go to an operation: to its inputs, or where it has none to its connection; nothing is sent."""
        if not self.list.select(file):
            self.action_unfilter()
            self.list.select(file)
        entry = self.selected
        if entry is None or entry.file != file or entry.connection is None:
            return
        operation = entry.connection.operations[at]
        if self.workspace.runs.inputs(Draft(entry.connection, file, entry.revision), operation):
            self.action_operation_flow("run", at)
        else:
            self.notify(f"{visible(operation.name, limit=100)} asks for nothing: Run carries it out", markup=False)

    def action_operation_flow(self, flow: str, at: int | None = None) -> None:
        """Run a flow on an operation of the selected connection."""

        async def steps() -> None:
            from integrator_tui.tui.main.operation_flows import OperationFlows

            await OperationFlows(self).run(flow, at)

        self.flow("flow", steps)

    def action_flow(self, flow: str) -> None:
        """Run a flow on the selected connection."""

        async def steps() -> None:
            from integrator_tui.tui.main.flows import Flows

            await Flows(self).run(flow)

        self.flow("flow", steps)
