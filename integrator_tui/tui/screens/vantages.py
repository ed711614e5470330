"""The same connections tested from several hosts: a table of connections and hosts, and why some did not pass."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType

from integrator_tui.errors import PassphraseNeeded
from integrator_tui.model.last_result import duration_text
from integrator_tui.model.text import counted
from integrator_tui.model.vantage_matrix import MatrixCell, vantage_matrix
from integrator_tui.tui.actions import Action, bar_keys, bindings
from integrator_tui.tui.dialogs.base import Page
from integrator_tui.tui.dialogs.notices import reporting
from integrator_tui.tui.flows.passphrase import unlocked
from integrator_tui.tui.widgets.key_bar import KeyBar
from integrator_tui.tui.widgets.sheet import Sheet, SheetGroup, SheetLine
from integrator_tui.tui.widgets.title_bar import TitleBar
from integrator_tui.tui.widgets.viewer import Viewer

if TYPE_CHECKING:
    from integrator_tui.model.entry import Entry
    from integrator_tui.model.probe import ProbeReport
    from integrator_tui.tui.services import WorkspaceServices

_EVERY: Final = 0.1
"""Seconds between two looks of the table while tests run."""

ACTIONS = (
    Action("again", ("t", "f5"), "Test", "Test from every host again", "Test again"),
    Action("back", ("escape", "q"), "Back", "Leave, and stop what still runs", "Back"),
)


class VantagesScreen(Page[None]):
    """Tests when it opens. `parameters` are those of each file."""

    CSS_PATH = "result.tcss"
    ACTIONS: ClassVar[tuple[Action, ...]] = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]
    AUTO_FOCUS = "#explanation"

    def __init__(
        self,
        workspace: WorkspaceServices,
        files: Sequence[str],
        parameters: Mapping[str, Mapping[str, str]],
        hosts: Sequence[str],
    ) -> None:
        super().__init__()
        self._workspace, self._files = workspace, tuple(files)
        self._parameters, self._hosts = parameters, tuple(hosts)
        self._reports: list[ProbeReport] = []

    def compose(self) -> ComposeResult:
        yield TitleBar(self._title_text, "running")
        with Viewer(id="explanation"):
            yield Sheet(name_width=24, most_rows=8)
        yield KeyBar(*bar_keys(ACTIONS))

    @property
    def _title_text(self) -> str:
        return f"Test  {counted(len(self._files), 'connection')} from {len(self._hosts)} hosts"

    def on_mount(self) -> None:
        self.app.clear_notifications()
        self.action_again()

    def action_again(self) -> None:
        """Test from every host; what still runs is stopped."""
        self._test()

    def action_back(self) -> None:
        """Leave; what runs is cancelled with the screen."""
        self.workers.cancel_node(self)
        self.dismiss(None)

    @work(exclusive=True, group="probe")
    async def _test(self) -> None:
        workspace = self._workspace
        entries: tuple[Entry, ...] = ()
        self._reports = []
        with reporting(self):
            entries = await asyncio.to_thread(lambda: tuple(map(workspace.catalog.entry, self._files)))
            try:
                await unlocked(self.app, workspace, workspace.secrets.require_unlocked, entries)
            except PassphraseNeeded:
                # Who gives no passphrase wants no test.
                self.action_back()
                return
            self._show(entries, "running")
            shown_at = time.monotonic()
            async with aclosing(workspace.many.tested(entries, self._parameters, self._hosts)) as results:
                async for _, report, subject in results:
                    self._reports.append(report)
                    workspace.history.record(report, subject, self._parameters.get(report.file or ""))
                    if time.monotonic() >= shown_at + _EVERY:
                        # The whole table is made anew: of thousands not for each of them.
                        self._show(entries, "running")
                        shown_at = time.monotonic()
            await asyncio.to_thread(workspace.history.flush)
        passed = sum(report.outcome == "passed" for report in self._reports)
        self._show(entries, f"{passed} of {len(self._reports)} passed")

    def _show(self, entries: Sequence[Entry], outcome: str) -> None:
        """Show what came so far, in the order of the connections."""
        place = {entry.file: at for at, entry in enumerate(entries)}
        reports = sorted(self._reports, key=lambda report: place.get(report.file or "", 0))
        table = vantage_matrix(reports, duration_text, self._hosts)
        lines = [SheetLine("connection", "  ".join(table.hosts), "strong")]
        lines += [
            SheetLine(name, "  ".join(cell.text for cell in cells), "" if _well(cells) else "bad")
            for name, cells in table.rows
        ]
        unwell = [report for report in reports if report.failure is not None]
        why = tuple(
            SheetLine(report.title, f"{report.failure.message}. {report.failure.hint}")
            for report in unwell
            if report.failure is not None
        )
        groups = [SheetGroup("", tuple(lines)), *([SheetGroup("Did not pass", why)] if why else [])]
        for sheet in self.query(Sheet):
            sheet.show(groups)
        for title in self.query(TitleBar):
            title.show(self._title_text, outcome, alarm=bool(unwell))


def _well(cells: Sequence[MatrixCell]) -> bool:
    return all(cell.outcome in ("passed", "skipped") for cell in cells)
