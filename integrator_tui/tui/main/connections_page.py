"""The list part of the main screen: which connections there are and how they stand, kept as the disk and tests say.

The list is painted from summaries; what it needs of the files is read after the first paint, then what the history
says of them, and from then on whatever changes on the disk. Of thousands of connections those alone are read as a
whole that are selected.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.reactive import var
from textual.timer import Timer

from integrator_tui.errors import HistoryUnavailable, UsageError
from integrator_tui.model.entry import NO_FILE, Entry
from integrator_tui.model.filter import IS_WORDS, parsed
from integrator_tui.model.opening import Opening
from integrator_tui.tui.dialogs.base import Page
from integrator_tui.tui.dialogs.notices import reporting
from integrator_tui.tui.main.counts import Counts, header
from integrator_tui.tui.main.following import follow
from integrator_tui.tui.main.loading import Loading
from integrator_tui.tui.main.sidebar import Sidebar
from integrator_tui.tui.main.standing import Standing
from integrator_tui.tui.widgets.connections.list import ConnectionList
from integrator_tui.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection
    from integrator_tui.tui.services import WorkspaceServices

_HEADERS_A_SECOND: Final = 5

_MOMENT: Final = 0.1
"""Seconds that the file of a selected row may take until what is known without it is shown."""

_MANY: Final = 500
"""Connections from which on the garbage collector takes longer than a key may."""


class ConnectionsPage(Page[None]):
    """Holds `entries` and their `standing`, and shows both in the sidebar and the header."""

    LOOK_EVERY: ClassVar[float] = 1.0
    """Seconds between two looks at the disk."""

    entries: var[tuple[Entry, ...]] = var(())

    def __init__(self, workspace: WorkspaceServices) -> None:
        super().__init__()
        self.workspace = workspace
        self.standing = Standing()
        self.reading = Loading(workspace.catalog, self._tell_progress)
        self._progress = ""
        self.parameters: dict[str, dict[str, str]] = {}
        self.first_seen: dict[str, Connection] = {}
        """What each file said when this session first looked at it, or last saved it."""
        self.sidebar = Sidebar(Opening())
        self._opening = Opening()
        self._by_file: dict[str, Entry] = {}
        self._whole: Entry | None = None
        """What was read last of a file, for the entry of a row: `_whole_of`."""
        self._whole_of: Entry | None = None
        self.is_reading_selected = False
        self._moment: Timer | None = None
        self._alone = asyncio.Lock()
        self.folder_is_gone = False
        self._counts: Counts | None = None
        self._header_waits = False
        self._is_spared = False

    def take_summaries(self) -> Sidebar:
        """Take what lists show first, before the first paint; return the sidebar that shows it."""
        with reporting(self):
            self._opening = self.workspace.catalog.opening()
        self.set_reactive(ConnectionsPage.entries, self._opening.entries)
        self._by_file = {entry.file: entry for entry in self.entries}
        self.sidebar = Sidebar(self._opening)
        return self.sidebar

    def take_others(self) -> None:
        """Take what lists show of those beyond the first, before a key asks for one of them."""
        if self._opening.total > len(self.entries):
            with reporting(self):
                self.entries = self.workspace.catalog.glimpse()

    @property
    def list(self) -> ConnectionList:
        return self.sidebar.list

    @property
    def selected(self) -> Entry | None:
        """The entry of the selected row, of an operation its connection's; with its connection once its file was
        read."""
        listed, whole = self._listed, self._whole
        if listed is None or whole is None:
            return listed
        if self._whole_of is listed:
            return whole
        # Until it is read anew, it says what it said.
        is_same = (whole.file, whole.revision) == (listed.file, listed.revision)
        return listed._replace(connection=whole.connection, closed=whole.closed) if is_same else listed

    @property
    def _listed(self) -> Entry | None:
        file = self.list.selected
        return None if file is None else self._by_file.get(file)

    @property
    def is_selected_read(self) -> bool:
        """Whether `selected` is all that can be told of it."""
        listed = self._listed
        # Without a version it is of a first paint, or nothing that can be read.
        return listed is None or listed.revision == NO_FILE or self._whole_of is listed

    async def read_selected(self) -> None:
        """Read the file of the selected row, in a thread, since a disk may be slow; where another row is selected
        meanwhile, the file of that too."""
        async with self._alone:
            while (listed := self._listed) is not None and not self.is_selected_read:
                found: Entry = await asyncio.to_thread(self.workspace.catalog.entry, listed.file)
                if found.revision == listed.revision:
                    found = listed._replace(connection=found.connection, closed=found.closed)
                if found.connection is not None:
                    self.first_seen.setdefault(found.file, found.connection)
                self._whole_of, self._whole = listed, found

    def show_selected(self) -> None:
        """Show what the selected row is as soon as its file is read, and what is known without it in a moment."""
        if self.is_selected_read:
            self.show_known()
            return
        if self._moment is None:
            # What is read by then is painted once.
            self._moment = self.set_timer(_MOMENT, self._show_meanwhile)
        if not self.is_reading_selected:
            self.is_reading_selected = True
            self._read_and_show()

    def _show_meanwhile(self) -> None:
        self._moment = None
        self.show_known()

    @work(group="selected")
    async def _read_and_show(self) -> None:
        try:
            with reporting(self):
                await self.read_selected()
        finally:
            self.is_reading_selected = False
        if self._moment is not None:
            self._moment.stop()
            self._moment = None
        self.show_known()
        self.selected_read()

    def show_known(self) -> None:
        """Show what is known of the selected row; for the screen."""

    def selected_read(self) -> None:
        """Do what is to be done once the file of the selected row was read; for the screen."""

    def entry_of(self, file: str) -> Entry | None:
        """Return the entry of a file, as it was listed last."""
        return self._by_file.get(file)

    # reading

    def reload(self, select: str | None = None, operation: int | None = None) -> None:
        """Read the workspace again, and select this file, or the operation of this number in it."""
        self._reload(select, operation)

    @work(exclusive=True, group="read")
    async def _reload(self, select: str | None, operation: int | None) -> None:
        await self._read(select, operation)

    async def _read(self, select: str | None = None, operation: int | None = None) -> None:
        with reporting(self):
            entries = await self.reading.entries()
            self.standing.keep(entries)
            # What was closed may be open by now, and its row the same.
            self._whole_of = None
            self.entries = entries
            self.facts_shown(None)
            self.list.stays_at_top = False
            self._spare_the_collector()
            if select is not None and not self.list.select(select, operation) and select in self._by_file:
                # The filter hides what was saved.
                self.sidebar.close_filter()
                self.list.select(select, operation)

    def _tell_progress(self, word: str) -> None:
        self._progress = word
        if self.is_mounted:
            self.show_header()

    def _spare_the_collector(self) -> None:
        """Count what was read first no more where it is much: it stays, and a key would wait for it."""
        if not self._is_spared and len(self.entries) >= _MANY:
            self._is_spared = True
            gc.collect()
            gc.freeze()

    def watch_entries(self) -> None:
        self._by_file = {entry.file: entry for entry in self.entries}
        if self.is_mounted:
            self.list.entries = self.entries
            self.show_facts()

    @work(group="history")
    async def remember(self) -> None:
        """Take what the history says of the files, once they are shown."""
        from integrator_tui.model.last_result import of_history

        history = self.workspace.history
        with suppress(HistoryUnavailable, UsageError, OSError):
            latest = await asyncio.to_thread(history.latest)
            records = await asyncio.to_thread(history.track_records)
            self.standing.remember({file: of_history(entry) for file, entry in latest.items()}, records)
            self.show_facts()

    @work(exclusive=True, group="follow")
    async def follow_disk(self) -> None:
        """Take in what others change, as long as the screen is there."""

        async def changed(is_there: bool) -> None:
            self.folder_is_gone = not is_there
            await self._read()
            self.show_header()

        await follow(self.workspace.catalog, changed, self.LOOK_EVERY)

    # showing

    def show_facts(self, files: Sequence[str] | None = None) -> None:
        """Show how these files stand, or all (None)."""
        if files is None or not self.busy:
            # While tests run the header says how far they are; counting after each of them would take longer.
            self._counts = None
        if files is None:
            self.list.set_all_facts(self.standing.all_facts(self.entries))
        else:
            for file in files:
                if (entry := self._by_file.get(file)) is not None:
                    self.list.set_facts(file, self.standing.facts(entry))
        self.facts_shown(files)
        self.show_progress()

    def facts_shown(self, files: Sequence[str] | None) -> None:
        """Show more of these files than the list does; for the screen."""

    def show_progress(self) -> None:
        """Have the header say soon what there is now: a thousand results a second cost it a few paints."""
        if not self._header_waits and self.is_mounted:
            self._header_waits = True
            self.set_timer(1 / _HEADERS_A_SECOND, self.show_header)
        if not self.busy:
            self.show_header()

    @property
    def busy(self) -> str:
        """What goes on, in words; empty where nothing does."""
        return self._progress

    @on(ConnectionList.MarksChanged)
    def show_header(self) -> None:
        """Say how many connections there are, what is shown of them, and what goes on."""
        self._header_waits = False
        if self._counts is None:
            self._counts = Counts.of(map(self.standing.facts, self.entries))
        for bar in self.query(TitleBar):
            bar.show(self.title_text, header(self._counts, self.sidebar.shown, self.busy))
        self.list.note = self._note()

    @property
    def title_text(self) -> str:
        return f"integrator-tui  {self.workspace.root}"

    @property
    def header_text(self) -> str:
        """What the header says before there is a list."""
        return Counts(self._opening.total, self._opening.problems, self._opening.plain).text

    def _note(self) -> str:
        """What is said where the list has no rows."""
        if self.folder_is_gone:
            gone = f"The workspace folder {self.workspace.root} is gone."
            return f"{gone} What it holds appears here once it is back."
        if not self.entries or self.list.matches:
            return ""
        unknown = parsed(self.list.filter_text).unknown
        why = f"is:{unknown[0]} means nothing: is: takes {', '.join(IS_WORDS)}. " if unknown else ""
        return f"Nothing here matches. {why}Esc shows all {len(self.entries):,}."
