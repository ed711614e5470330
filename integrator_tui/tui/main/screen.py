"""The main screen: the connections at the left, what the selected one is at the right.

The list is painted from what the index says; the files are looked at after the first paint.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Region

from integrator_tui.model.entry import Entry
from integrator_tui.model.text import visible
from integrator_tui.tui.actions import Action, Keys, bar_keys, bindings
from integrator_tui.tui.main.actions import ACTIONS, FLEET_KEYS
from integrator_tui.tui.main.flow_actions import FlowActions
from integrator_tui.tui.textual_fixes.spared_drawing import EvenLines
from integrator_tui.tui.widgets.connections.list import ConnectionList
from integrator_tui.tui.widgets.connections.marks import MEANINGS
from integrator_tui.tui.widgets.key_bar import KeyBar
from integrator_tui.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from integrator_tui.tui.main.detail import Detail

_STAYS_SECONDS = 0.15
"""How long a row is selected until more than its file is looked at."""


class MainScreen(EvenLines, FlowActions):
    """Sidebar and detail of one workspace."""

    ACTIONS: ClassVar[tuple[Action, ...]] = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]
    AUTO_FOCUS = "ConnectionList"
    LEGEND: ClassVar[Mapping[str, str]] = MEANINGS
    _is_other = True
    """Whether another row is selected than the one that is shown."""

    def compose(self) -> ComposeResult:
        sidebar = self.take_summaries()
        yield TitleBar(self.title_text, self.header_text)
        yield sidebar
        yield KeyBar(*bar_keys(ACTIONS))

    def on_mount(self) -> None:
        self.call_after_refresh(self.take_others)
        self.call_after_refresh(self._show_detail)
        self.call_after_refresh(self.reload)
        self.call_after_refresh(self.remember)
        self.call_after_refresh(self.follow_disk)
        self.call_after_refresh(self._look_for_drafts)

    async def _show_detail(self) -> None:
        """Make the part at the right, of which a first paint has nothing to show."""
        from integrator_tui.tui.main.detail import Detail

        await self.mount(Detail(), after=self.sidebar)
        self.show_selected()

    @work(group="drafts")
    async def _look_for_drafts(self) -> None:
        """Have offered what was typed and lost, where there is something."""
        if await asyncio.to_thread(self.workspace.drafts.waiting):
            self.offer_drafts()

    def selected_read(self) -> None:
        self._watch_seal()

    @on(ConnectionList.Highlighted)
    def _highlighted(self) -> None:
        self._is_other = True
        self.show_selected()
        if self.is_selected_read:
            self._watch_seal()

    def _watch_seal(self) -> None:
        entry = self.selected
        if entry is not None and entry.connection is not None and entry.connection.secret_names:
            self._look_at_seal(entry)

    @work(exclusive=True, group="seal")
    async def _look_at_seal(self, entry: Entry) -> None:
        """Find out whether the seal of the selected entry holds, once the selection stays there."""
        await asyncio.sleep(_STAYS_SECONDS)
        is_broken = await asyncio.to_thread(self.workspace.seals.is_broken, entry.file)
        if is_broken != (self.standing.state(entry) == "seal_broken"):
            self.standing.note_seal(entry.file, entry.revision, is_broken)
            self.show_facts((entry.file,))

    def facts_shown(self, files: Sequence[str] | None) -> None:
        if files is None or self.list.selected in files:
            self.show_selected()

    def fleet_shown(self) -> None:
        self.show_selected()

    def show_known(self) -> None:
        # There is none yet in a first paint, and none any more where the screen is on its way out.
        for detail in self.query("Detail"):
            if self._is_other:
                self._is_other = False
                self.query_one("#detail").scroll_home(animate=False)
            self._fill(cast("Detail", detail))
        for bar in self.query(KeyBar):
            bar.show(FLEET_KEYS if self.is_fleet else self._own_keys())

    def _fill(self, detail: Detail) -> None:
        entry = self.selected
        operation = self.list.selected_operation
        if entry is not None and operation is not None:
            detail.show_operation(entry, operation)
        elif entry is not None:
            facts = self.standing.facts(entry)
            earlier = facts.result if facts.is_current else None
            detail.show_entry(entry, self.standing.report(entry), facts.state, earlier)
        else:
            detail.show_none(is_empty=not self.entries and not self.folder_is_gone)

    def _own_keys(self) -> Keys:
        return bar_keys(action for action in ACTIONS if action.usable(self))[0]

    def list_region(self) -> Region:
        """Where the list is, for pages that leave it in sight."""
        return self.query_one("#sidebar").region

    def set_behind(self, is_behind: bool) -> None:
        """Show the list as one that has not the keys, while a page stands beside it."""
        self.set_class(is_behind, "-behind")

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
