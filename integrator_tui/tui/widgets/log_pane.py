"""The live log pane: counters above, the log, and a line for searching it or naming the file to save it to.

Esc closes what is open in the pane first (search, file name); only then it asks for the stream to be stopped.
While paused the pane asks its feeder to wait, so that the socket feels it:

    async for happening in workspace.stream(…):
        pane.take(happening)
        await pane.unpaused()
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from textual.containers import Vertical
from textual.message import Message

from integrator_tui.model.stream import Closed, Opened, Received, StreamEvent


class LogPane(Vertical):
    """A stream as it comes: counters, log, search, pause, save, copy.

    `name` is what the suggested file name begins with; `home` is what `~` in a file name stands for;
    `clock` gives the local time that stands before an event; `backlogged` says that the terminal has not
    taken the last frame yet, so that the next one waits.
    """

    @dataclass
    class Paused(Message):
        """The user paused the stream: nothing more is asked of its source until `Resumed`."""

    @dataclass
    class Resumed(Message):
        """The user lets the stream go on."""

    @dataclass
    class StopRequested(Message):
        """Esc, with no search open."""

    @dataclass
    class Saved(Message):
        """The log was written to `path`, readable by its owner only."""

        path: Path
        lines: int

    @dataclass
    class SaveFailed(Message):
        """The log could not be written to `path`; `message` and `hint` say why."""

        path: Path
        message: str
        hint: str

    def __init__(
        self,
        *,
        title: str = "stream",
        home: Path | None = None,
        clock: Callable[[], datetime] = datetime.now,
        backlogged: Callable[[], bool] | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)

    @property
    def paused(self) -> bool:
        """Whether the user paused the stream."""
        raise NotImplementedError

    async def unpaused(self) -> None:
        """Return at once while the stream flows, else when the user lets it go on or it was closed."""
        raise NotImplementedError

    def take(self, happening: StreamEvent) -> None:
        """Show whatever a stream yields: `opened`, `received` or `closed` by its type."""
        raise NotImplementedError

    def opened(self, happening: Opened) -> None:
        """Begin: reset the counters and note the answer's status."""
        raise NotImplementedError

    def received(self, happening: Received) -> None:
        """Append what came; visible within 100 ms."""
        raise NotImplementedError

    def closed(self, happening: Closed) -> None:
        """Note why the stream ended; everything stays to be read."""
        raise NotImplementedError

    def escape(self) -> None:
        """Do what Esc does, for a screen that binds Esc wherever the focus is."""
        raise NotImplementedError

    def clear(self) -> None:
        """Forget all lines; the counters stay."""
        raise NotImplementedError

    def focus_log(self) -> None:
        """Give the log the focus, so that the pane's keys work."""
        raise NotImplementedError
