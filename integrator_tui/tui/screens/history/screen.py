"""The earlier results and runs of one connection on this machine, newest first.

Reading is done in threads: what the history cannot give is said in the place of its rows, and the keys go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from integrator_tui.errors import IntegratorError
from integrator_tui.model.history import HistoryEntry, worked_last_text
from integrator_tui.model.text import visible
from integrator_tui.tui.actions import Action, Keys, bar_keys, bindings
from integrator_tui.tui.dialogs.beside import PageBeside
from integrator_tui.tui.dialogs.notices import reporting
from integrator_tui.tui.screens.history.changes import Change, compare, pin, remove, unpin
from integrator_tui.tui.screens.history.words import (
    as_answer,
    as_json,
    file_name,
    report_text,
)
from integrator_tui.tui.widgets.answer.bars import BodySaveBar
from integrator_tui.tui.widgets.copied import copied
from integrator_tui.tui.widgets.key_bar import KeyBar
from integrator_tui.tui.widgets.log.prompt import LogPrompt
from integrator_tui.tui.widgets.results.facts import holding
from integrator_tui.tui.widgets.results.list import ResultList
from integrator_tui.tui.widgets.results.strip import LatencyStrip
from integrator_tui.tui.widgets.sheet import Sheet, SheetGroup, SheetLine
from integrator_tui.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from integrator_tui.tui.services import WorkspaceServices

ACTIONS = (
    Action("open", ("enter",), "Open", "Show what is kept of the result: stages, failure, hint", "Open"),
    Action("test", ("t", "f5"), "Test", "Test the connection now", "Test"),
    Action("compare", ("D",), "Compare", "Set it beside the one before, or beside the marked one", "Compare"),
    Action("mark", ("space",), "Mark", "Mark the result that Compare sets others beside"),
    Action(
        "pin", ("p",), "Pin", "Keep it beyond the bounds, with its answer where you say so; or no longer", "Pin"
    ),
    Action("copy", ("y",), "Copy", "Copy the report of the result", "Copy"),
    Action("save", ("S",), "Save", "Save the results that are shown, as JSON, to a file only you can read", "Save"),
    Action("remove", ("delete", "x"), "Remove", "Remove the result from the history, after a question", "Remove"),
    Action("filter", ("slash",), "Filter", "Show only what holds the words you type", "Filter"),
    Action("reload", ("ctrl+r",), "Reload", "Read the history again"),
    Action("back", ("escape", "q"), "Back", "Close what is open, then leave", "Back"),
)

_FIRST = 1000
"""Results that are read at first; each time somebody wants more it is four times as many."""
_NEAR = 20
"""Rows before the last one that was read from which on more is read."""


class ResultFilter(LogPrompt):
    """The line that narrows the list while it is typed into."""

    def __init__(self) -> None:
        super().__init__("Filter")


class HistoryScreen(PageBeside[str]):
    """Shows what is kept of the file of one connection; gives `test` where it was left for a test.

    `testing` tests the connection and comes back here; without it the screen is left for that.
    """

    CSS_PATH = "screen.tcss"
    ACTIONS: ClassVar[tuple[Action, ...]] = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]
    AUTO_FOCUS = "ResultList"

    def __init__(
        self,
        workspace: WorkspaceServices,
        file: str,
        name: str,
        testing: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        super().__init__()
        self._workspace, self._file, self._called, self._testing = workspace, file, name, testing
        self._all: tuple[HistoryEntry, ...] = ()
        self._wanted = _FIRST
        self._save_bar = BodySaveBar(None)
        self._filter = ResultFilter()

    def compose(self) -> ComposeResult:
        self._save_bar = BodySaveBar(getattr(self.app, "home", None))
        yield TitleBar(f"History  {self._called}")
        yield LatencyStrip()
        yield Sheet(id="worked")
        yield ResultList()
        yield self._filter
        yield self._save_bar
        yield KeyBar(*self._keys())

    @property
    def list(self) -> ResultList:
        return self.query_one(ResultList)

    def on_mount(self) -> None:
        self.app.clear_notifications()
        self.list.words = "reading…"
        self.action_reload()

    def _keys(self) -> tuple[Keys, Keys]:
        return bar_keys(ACTIONS)

    # reading

    def action_reload(self) -> None:
        """Read the history again."""
        self.run_worker(self._read(), group="history", exclusive=True)

    async def _read(self) -> None:
        history = self._workspace.history
        try:
            found = await asyncio.to_thread(partial(history.entries, self._file, last=self._wanted))
            worked = ""
            if any(entry.kind == "check" for entry in found):
                worked = worked_last_text(
                    await asyncio.to_thread(history.worked_last, self._file), datetime.now(UTC)
                )
            self._take(found, worked, is_failing=bool(found) and found[0].outcome != "passed")
        except IntegratorError as error:
            self._all = ()
            self.query_one(Sheet).show(
                (
                    SheetGroup(
                        "",
                        (SheetLine("", f"✗ {error.message}", "bad"), SheetLine("hint", error.hint, "accent")),
                    ),
                )
            )
            self.list.words = "nothing of the history can be shown"
            self._show()
        else:
            # It is told once, so that whoever asks must not be stopped by another reading, or by leaving.
            self.app.run_worker(self._tell_damage(), group="history notice")

    async def _tell_damage(self) -> None:
        """Say that a damaged history was begun anew."""
        if notice := await asyncio.to_thread(self._workspace.history.notice):
            self.app.notify(visible(notice, limit=500), severity="warning", timeout=12, markup=False)

    def _take(self, found: tuple[HistoryEntry, ...], worked: str, *, is_failing: bool) -> None:
        tone = "warn" if is_failing else "good"
        lines = [SheetLine("", worked, tone)] if worked else []  # type: ignore[arg-type]
        if lost := self._workspace.history.lost:
            lines.append(SheetLine("", f"✗ what was tested last is not kept: {visible(lost, limit=200)}", "bad"))
        self.query_one(Sheet).show((SheetGroup("", tuple(lines)),) if lines else ())
        self.query_one(LatencyStrip).show(found)
        self.list.words = "No results yet: t tests it now, and each test, check and run leaves one here."
        if lost:
            self.list.words = "No results are kept."
        self._take_rows(found)

    def _take_rows(self, found: tuple[HistoryEntry, ...]) -> None:
        self._all = found
        self._show()

    @property
    def _is_cut(self) -> bool:
        """Whether there may be more than was read."""
        return len(self._all) >= self._wanted

    @on(ResultList.Moved)
    def _moved(self, event: ResultList.Moved) -> None:
        if self._is_cut and self.list.rows_below < _NEAR:
            self.run_worker(self._read_more(), group="more", exclusive=True)

    async def _read_more(self) -> None:
        """Read on, until there is no more or enough of it below the cursor."""
        with reporting(self):
            while self._is_cut and self.list.rows_below < _NEAR:
                wanted = self._wanted * 4
                found = await asyncio.to_thread(partial(self._workspace.history.entries, self._file, last=wanted))
                self._wanted = wanted
                self._take_rows(found)

    def _show(self) -> None:
        shown = holding(self._all, self._filter.text if self._filter.is_open else "")
        words = self.list.words
        if self._all and not shown:
            words = "Nothing holds these words: Esc shows all results."
        more = " and more" if self._is_cut else ""
        count = f"{len(self._all):,}{more} result{'' if len(self._all) == 1 else 's'}"
        if self._filter.is_open and self._filter.text.strip():
            count = f"{len(shown):,} of {len(self._all):,}{more}"
        self.query_one(TitleBar).show(f"History  {self._called}", count if self._all else "")
        self.list.show(shown, words)

    # the filter

    def action_filter(self) -> None:
        """Open the filter, or go back to typing in it."""
        self._save_bar.close()
        self._filter.open(self._filter.text if self._filter.is_open else "")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        if event.input.parent is self._filter:
            event.stop()
            self._show()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        if event.input.parent is self._filter:
            event.stop()
            self.list.focus()

    # what is done with a result

    def _current(self) -> HistoryEntry | None:
        """The result under the cursor; where there is none, that is said."""
        found = self.list.current
        if found is None:
            self.notify("there is no result here: t tests the connection now", markup=False)
        return found

    @on(ResultList.Opened)
    def action_open(self) -> None:
        """Open the result."""
        from integrator_tui.tui.screens.history.opened import HistoryResultScreen

        if (entry := self._current()) is not None:
            self.app.push_screen(HistoryResultScreen(self._workspace, entry, self._next_began(entry)))

    def action_test(self) -> None:
        """Test the connection."""
        if self._testing is None:
            self.dismiss("test")
        else:
            self.flow("test", self._test)

    async def _test(self) -> None:
        assert self._testing is not None
        await self._testing()
        self.action_reload()

    def action_mark(self) -> None:
        """Mark the result to compare with, or no longer."""
        if (entry := self._current()) is not None:
            was = self.list.marked
            self.list.marked = None if was is not None and was.id == entry.id else entry
            self.list.refresh()

    def action_compare(self) -> None:
        """Set two results side by side."""
        if (entry := self._current()) is None:
            return
        marked = self.list.marked
        other = marked if marked is not None and marked.id != entry.id else self.list.older(entry)
        if other is None:
            self.notify("there is none before it: Space marks one to compare with", markup=False)
            return
        older, newer = sorted((entry, other), key=lambda one: one.started_at)
        self.flow("compare", partial(compare, self.app, self._workspace, older, newer))

    def action_pin(self) -> None:
        """Pin the result, or let it go with the others again."""
        if (entry := self._current()) is not None:
            self.flow("pin", partial(self._changed, unpin if entry.pinned else pin, entry))

    def action_remove(self) -> None:
        """Remove the result."""
        if (entry := self._current()) is not None:
            self.flow("remove", partial(self._changed, remove, entry))

    async def _changed(self, change: Change, entry: HistoryEntry) -> None:
        """Make a change of what is kept, say what came of it, and read the history again."""
        said = await change(self.app, self._workspace, entry, self._next_began(entry))
        if said is not None:
            self.notify(said, timeout=6, markup=False)
            await self._read()

    def _next_began(self, entry: HistoryEntry) -> datetime | None:
        """Return when the next one began, None for the newest."""
        return min((one.started_at for one in self._all if one.started_at > entry.started_at), default=None)

    # copying and saving

    def action_copy(self) -> None:
        """Copy the report of the result."""
        if (entry := self._current()) is not None:
            self.app.copy_to_clipboard(report_text(entry))
            self.notify(copied("report"), timeout=4, markup=False)

    def action_save(self) -> None:
        """Ask where to save the results that are shown."""
        if self._current() is not None:
            self._filter.close() if not self._filter.text.strip() else None
            self._save_bar.open(file_name(self._called, "history", "json"))

    @on(BodySaveBar.Chosen)
    def _place_chosen(self, message: BodySaveBar.Chosen) -> None:
        message.stop()
        self.run_worker(self._save(message.path), group="save", exclusive=True)

    async def _save(self, path: Path) -> None:
        entries = self.list.entries
        data = await asyncio.to_thread(as_json, entries)
        try:
            size = await self._workspace.answers.write(as_answer(data), path, masked=True)
        except IntegratorError as error:
            why = error.message.removeprefix(str(path)).strip(" :")
            self._save_bar.remark(visible(f"{why}; {error.hint}", limit=300))
            return
        self._save_bar.close()
        self.list.focus()
        self.notify(f"{size:,} bytes saved to {visible(str(path))}", markup=False)

    def action_back(self) -> None:
        """Close what is open, then leave."""
        if self._save_bar.is_open:
            self._save_bar.close()
            self.list.focus()
        elif self._filter.is_open:
            self._filter.close()
            self._show()
            self.list.focus()
        else:
            self.dismiss(None)
