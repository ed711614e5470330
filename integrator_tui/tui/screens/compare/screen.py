"""The same request over the marked connections: how each went, and in what their answers differ."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType

from integrator_tui.model.entry import Entry
from integrator_tui.model.text import visible
from integrator_tui.tui.actions import Action, bar_keys, bindings
from integrator_tui.tui.dialogs.base import Page
from integrator_tui.tui.dialogs.notices import reporting
from integrator_tui.tui.screens.compare.table import MOST, ComparedAnswers, compared_rows
from integrator_tui.tui.widgets.copied import copied
from integrator_tui.tui.widgets.key_bar import KeyBar
from integrator_tui.tui.widgets.title_bar import TitleBar
from integrator_tui.tui.widgets.viewer import Viewer

if TYPE_CHECKING:
    from integrator_tui.model.difference import AnswerDifference
    from integrator_tui.tui.services import WorkspaceServices
    from integrator_tui.workspace import Verdict

ACTIONS = (
    Action("again", ("t", "f5"), "Compare again", "Send each of them the same request again", "Again"),
    Action("copy", ("y",), "Copy", "Copy how each went and in what the answers differ", "Copy"),
    Action(
        "left", ("left",), "To the left", "Show the connections before these beside the first", call="sideways(-1)"
    ),
    Action(
        "right",
        ("right",),
        "To the right",
        "Show the connections after these beside the first",
        call="sideways(1)",
    ),
    Action("back", ("escape", "q"), "Back", "Stop what runs, and leave", "Back"),
)


class CompareScreen(Page[None]):
    """Asks connections for the same, and shows their answers side by side: the first that answered, and the others
    beside it.

    `operation` is what all of them are asked for, their tests where it is None; `told` is handed each verdict.
    """

    CSS_PATH = "screen.tcss"
    ACTIONS: ClassVar[tuple[Action, ...]] = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]
    AUTO_FOCUS = "#explanation"

    def __init__(
        self,
        workspace: WorkspaceServices,
        entries: Sequence[Entry],
        operation: str | None,
        given: Mapping[str, str],
        told: Callable[[Verdict], None] = lambda verdict: None,
    ) -> None:
        super().__init__()
        self._workspace, self._entries, self._operation, self._given = workspace, tuple(entries), operation, given
        self._told = told
        self._verdicts: list[Verdict] = []
        self._found: list[list[AnswerDifference]] = []
        self._is_over = False

    @property
    def _heading(self) -> str:
        what = "Test" if self._operation is None else visible(self._operation, limit=100)
        return f"Compare  {what} of {len(self._entries):,} connections"

    def compose(self) -> ComposeResult:
        yield TitleBar(self._heading, "running")
        yield TitleBar("")
        with Viewer(id="explanation"):
            yield ComparedAnswers()
        yield KeyBar(*bar_keys(ACTIONS))

    def on_mount(self) -> None:
        self.app.clear_notifications()
        self.action_again()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_place)

    def action_again(self) -> None:
        """Ask all of them again; what still runs is stopped."""
        self._compare()

    @work(exclusive=True, group="compare")
    async def _compare(self) -> None:
        comparisons = self._workspace.comparisons
        self._verdicts, self._found, self._is_over = [], [], False
        self._show()
        with reporting(self):
            self._entries = await asyncio.to_thread(self._read)
            async with aclosing(comparisons.each(self._entries, self._operation, self._given)) as verdicts:
                async for verdict in verdicts:
                    self._told(verdict)
                    await self._take(verdict)
                    self._show()
            await asyncio.to_thread(self._workspace.history.flush)
        self._is_over = True
        self._show()

    async def _take(self, verdict: Verdict) -> None:
        """Set a verdict beside the first one; what was answered stands before what was not."""
        differences = self._workspace.comparisons.differences
        if self._verdicts and verdict.answer is not None and self._verdicts[0].answer is None:
            others, self._verdicts, self._found = self._verdicts, [verdict], []
        elif not self._verdicts:
            others, self._verdicts = [], [verdict]
        else:
            others = [verdict]
        for other in others:
            # Beside the loop: an answer may be many megabytes.
            found = await asyncio.to_thread(differences, self._verdicts[0], other, MOST + 1)
            self._verdicts.append(other)
            self._found.append(found)

    def _read(self) -> tuple[Entry, ...]:
        """Return the entries as their files are now."""
        catalog = self._workspace.catalog
        now = (catalog.entry(entry.file) for entry in self._entries)
        return tuple(catalog.opened(entry) if entry.closed is not None else entry for entry in now)

    def _show(self) -> None:
        tables, titles = list(self.query(ComparedAnswers)), list(self.query(TitleBar))
        if not tables or not titles:
            # The screen is on its way out.
            return
        rows = compared_rows([found[:MOST] for found in self._found])
        cut = any(len(found) > MOST for found in self._found)
        tables[0].show(self._verdicts, rows, self._note(bool(rows), cut))
        titles[0].show(self._heading, self._state(len(rows), cut), alarm=self._has_failed)
        self._show_place()

    @property
    def _is_whole(self) -> bool:
        """Whether all of them were asked: what could not be opened ends a comparison."""
        return len(self._verdicts) == len(self._entries)

    @property
    def _has_failed(self) -> bool:
        return any(verdict.outcome != "passed" for verdict in self._verdicts)

    def _state(self, count: int, cut: bool) -> str:
        if not self._is_over:
            return f"running {len(self._verdicts) + 1:,} of {len(self._entries):,}"
        if not self._is_whole:
            return "not finished"
        if not count:
            return "failed" if self._has_failed else "alike"
        return f"{count:,}{' and more' if cut else ''} difference{'' if count == 1 else 's'}"

    def _note(self, differ: bool, cut: bool) -> str:
        if cut:
            return f"The first {MOST:,} of each are shown: integrator-tui compare tells them all."
        is_alike = self._is_over and self._is_whole and not differ and len(self._verdicts) > 1
        return "The answers are alike." if is_alike else ""

    def _show_place(self) -> None:
        """Say which connections stand beside the first."""
        titles, tables = list(self.query(TitleBar)), list(self.query(ComparedAnswers))
        if len(titles) < 2 or not tables or not self._verdicts:
            return
        first, last = tables[0].shown
        others = len(self._verdicts) - 1
        place = f"{first}–{last} of {others + 1:,} at the right, Left and Right go on"
        hidden = self._found and others > tables[0].columns and any(self._found)
        titles[1].show(f"beside {visible(self._verdicts[0].entry.name, limit=100)}", place if hidden else "")

    def action_sideways(self, steps: int) -> None:
        """Show other connections beside the first."""
        if self.query_one(ComparedAnswers).sideways(steps):
            self._show_place()
        else:
            self.notify("There are no more connections on that side.", timeout=4, markup=False)

    def action_copy(self) -> None:
        """Copy how each went and what differs."""
        lines = []
        for verdict in self._verdicts:
            why = f": {verdict.why}: {verdict.message}" if verdict.message else ""
            lines.append(f"{verdict.entry.name}: {verdict.outcome}{why}")
        for verdict, found in zip(self._verdicts[1:], self._found, strict=True):
            lines += [f"{verdict.entry.name}: {difference.line}" for difference in found]
        self.app.copy_to_clipboard("\n".join(visible(line) for line in lines))
        self.notify(copied("comparison"), timeout=4, markup=False)

    async def action_back(self) -> None:
        """Stop what runs, and leave."""
        self.workers.cancel_node(self)
        await asyncio.sleep(0)
        self.dismiss(None)
