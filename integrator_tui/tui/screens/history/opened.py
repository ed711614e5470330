"""One earlier result, opened: its stages, why it failed, and the answer where it is held or was pinned.

Nothing is sent.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from integrator_tui.model.connection import Connection
from integrator_tui.model.entry import Draft
from integrator_tui.model.history import HistoryEntry, report_of
from integrator_tui.model.moments import moment
from integrator_tui.tui.actions import Action, bar_keys, bindings
from integrator_tui.tui.dialogs.beside import PageBeside
from integrator_tui.tui.screens.answer_section import AnswerSection
from integrator_tui.tui.screens.history.words import head, pinned_as_answer, report_text
from integrator_tui.tui.screens.report_text import explain
from integrator_tui.tui.screens.result_actions import ANSWER
from integrator_tui.tui.widgets.key_bar import KeyBar
from integrator_tui.tui.widgets.sheet import Sheet, SheetGroup
from integrator_tui.tui.widgets.stage_table import StageTable
from integrator_tui.tui.widgets.title_bar import TitleBar
from integrator_tui.tui.widgets.viewer import Viewer

if TYPE_CHECKING:
    from integrator_tui.model.answer import KeptAnswer
    from integrator_tui.tui.services import WorkspaceServices

_WITHOUT_OTHERS = frozenset({"compare", "pin"})
ACTIONS = (
    *(action for action in ANSWER if action.id not in _WITHOUT_OTHERS),
    Action("back", ("escape", "q"), "Back", "Close what is open, then leave", "Back"),
)
_FIRST = ("back", "copy", "save", "body", "headers")


class HistoryResultScreen(PageBeside[None]):
    """Shows what is kept of one result; the next one began at `before`, None for the newest."""

    CSS_PATH = "opened.tcss"
    ACTIONS: ClassVar[tuple[Action, ...]] = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]
    AUTO_FOCUS = "#explanation"

    def __init__(self, workspace: WorkspaceServices, entry: HistoryEntry, before: datetime | None = None) -> None:
        super().__init__()
        self._workspace, self._entry, self._before = workspace, entry, before
        self._draft = Draft(Connection(name=entry.name), entry.file)
        self.section = AnswerSection(workspace, self._draft, lambda: report_text(entry))

    def compose(self) -> ComposeResult:
        entry = self._entry
        alarm = entry.outcome != "passed"
        yield TitleBar(f"Result of {moment(entry.started_at)}  {entry.name}", entry.outcome, alarm=alarm)
        yield TitleBar(entry.address or "")
        yield StageTable((), {})
        with Viewer(id="explanation"):
            yield Sheet(name_width=15, most_rows=8)
        yield self.section
        yield KeyBar(*bar_keys(self._keys()))

    def on_mount(self) -> None:
        self.app.clear_notifications()
        self.query_one(StageTable).show(report_of(self._entry))
        self._show(None)
        self.flow("pinned", self._load)

    async def _load(self) -> None:
        entry, answer = self._entry, None
        if entry.pinned:
            found = await asyncio.to_thread(self._workspace.history.pinned_answer, entry)
            answer = pinned_as_answer(entry, *found)
        if answer is None and entry.file is not None:
            answer = await self._workspace.answers.of_time(entry.file, entry.started_at, self._before)
        if answer is not None:
            self.section.take(self._draft, answer)
            self._show(answer)

    def _show(self, answer: KeptAnswer | None) -> None:
        about = SheetGroup("", tuple(head(self._entry, datetime.now(UTC))))
        rows = self.section.preview() if answer is not None else ()
        groups = explain(report_of(self._entry), verified=True, answer=answer, rows=rows)
        self.query_one(Sheet).show((*groups[:1], about, *groups[1:]))
        self.refresh_bindings()

    def _keys(self) -> list[Action]:
        usable = [action for action in ACTIONS if action.usable(self)]
        usable.sort(key=lambda action: _FIRST.index(action.id) if action.id in _FIRST else len(_FIRST))
        if self.section.answer is None:
            usable = [action for action in usable if action.id in ("back", "copy", "save")]
        return usable

    def refresh_bindings(self) -> None:
        super().refresh_bindings()
        for bar in self.query(KeyBar):
            bar.show(bar_keys(self._keys())[0])

    async def action_answer(self, name: str) -> None:
        """Do what a key of the answer does."""
        if self.section.answer is None and name not in ("copy", "save", "report"):
            self.notify("its answer is not held any more: p keeps one, in the list of results", markup=False)
            return
        await self.section.run(name)

    def action_back(self) -> None:
        """Close what is open, then leave."""
        if not self.section.close_one():
            self.dismiss(None)
