"""The live log pane: counters above, the log, and below it the search or the name of the file to save to.

Esc closes what is open in the pane first (search, file name); only then it asks for the stream to be stopped.
While paused the pane lets its feeder wait, so that the socket feels it:

    async for happening in workspace.probes.stream(…):
        pane.take(happening)
        await pane.unpaused()

The text is kept as it came: it is made visible where it is drawn or copied, and saved as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from integrator_tui.model.stream import StreamEvent
from integrator_tui.model.text import visible
from integrator_tui.tui.widgets.log.line_store import LineStore
from integrator_tui.tui.widgets.log.save_bar import LogSaveBar
from integrator_tui.tui.widgets.log.search_bar import LogSearchBar
from integrator_tui.tui.widgets.log.stream_counters import StreamCounters
from integrator_tui.tui.widgets.log.stream_feed import StreamFeed
from integrator_tui.tui.widgets.log.view import LogView


class LogPane(Widget):
    """A stream as it comes: counters, log, search, pause, save, copy.

    `title` is what the suggested file name begins with; `home` is what `~` in a file name stands for;
    `clock` gives the local time that stands before an event; `backlogged` says that the terminal has not
    taken the last frame yet, so that the next one waits. Out come `Paused`, `Resumed`, `StopRequested`, and
    `LogSaveBar.Saved` or `LogSaveBar.SaveFailed`.
    """

    DEFAULT_CSS = "LogPane { layout: vertical; width: 1fr; height: 1fr; overflow: hidden; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "escape", "Stop", id="log.stop", tooltip="Close the search, or stop the stream"),
        Binding("slash", "search", "Search", key_display="/", id="log.search", tooltip="Search in the log"),
        Binding("n", "search_step(True)", "Next", id="log.next", tooltip="Go to the next line that matches"),
        Binding("N", "search_step(False)", "Previous", id="log.previous", tooltip="Go to the previous match"),
        Binding("space", "pause", "Pause", id="log.pause", tooltip="Pause the stream, or let it go on"),
        Binding("s", "save", "Save", id="log.save", tooltip="Save the log to a file only you can read"),
    ]

    @dataclass
    class Paused(Message):
        """The user paused the stream: nothing more is asked of its source until `Resumed`."""

    @dataclass
    class Resumed(Message):
        """The user lets the stream go on."""

    @dataclass
    class StopRequested(Message):
        """Esc, with no search open."""

    def __init__(
        self,
        *,
        title: str = "stream",
        home: Path | None = None,
        clock: Callable[[], datetime] = datetime.now,
        backlogged: Callable[[], bool] = lambda: False,
        store: LineStore | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.view = LogView(store, backlogged=backlogged)
        self.search_bar = LogSearchBar(self.view)
        self.save_bar = LogSaveBar(self.view.store.texts, home)
        self.feed = StreamFeed(self.view.append, clock)
        self._counters = StreamCounters(self.feed.tally, self._position)
        self._title, self._clock = title, clock

    def compose(self) -> ComposeResult:
        yield self._counters
        yield self.view
        yield self.search_bar
        yield self.save_bar

    @property
    def paused(self) -> bool:
        """Whether the user paused the stream."""
        return self.feed.paused

    async def unpaused(self) -> None:
        """Return at once while the stream flows, else when the user lets it go on or it was closed."""
        await self.feed.unpaused()

    def take(self, happening: StreamEvent) -> None:
        """Show what a stream yields: it is on the screen within 100 ms."""
        if self.feed.take(happening):
            self._counters.update_line()

    def focus_log(self) -> None:
        """Give the log the focus, so that the pane's keys work."""
        self.view.focus()

    def action_search(self) -> None:
        """Open the search, or go back to typing in it."""
        self.save_bar.close()
        self.search_bar.open()
        self.refresh_bindings()

    def action_search_step(self, forward: bool) -> None:
        """Go to the next or the previous match."""
        self.search_bar.step(forward)

    def action_pause(self) -> None:
        """Pause the stream, or let it go on."""
        if self.feed.toggle():
            self.post_message(self.Paused() if self.feed.paused else self.Resumed())
            self._counters.update_line()

    def action_save(self) -> None:
        """Ask for the file to save to."""
        self.search_bar.close()
        self.save_bar.open(f"{self._title}-{self._clock():%Y%m%d-%H%M%S}.log")
        self.refresh_bindings()

    def action_escape(self) -> None:
        """Close what is open; else ask for the stream to be stopped."""
        bar = next((bar for bar in (self.save_bar, self.search_bar) if bar.is_open), None)
        if bar is None:
            self.post_message(self.StopRequested())
            return
        bar.close()
        self.view.focus()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the next and the previous match only while a search is open."""
        return self.search_bar.is_open if action == "search_step" else True

    def on_log_canvas_follow_changed(self, message: LogView.FollowChanged) -> None:
        message.stop()
        self._counters.update_line()

    def on_log_save_bar_saved(self, message: LogSaveBar.Saved) -> None:
        self.save_bar.close()
        self.view.focus()
        self.notify(f"{message.lines:,} lines saved to {visible(str(message.path))}", markup=False)

    def _position(self) -> tuple[int, bool]:
        return self.view.store.oldest, self.view.window.following
