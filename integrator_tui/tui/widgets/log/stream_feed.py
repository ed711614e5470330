"""From what a stream gives to lines and numbers, and the pause that its source feels. No drawing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from time import monotonic
from typing import assert_never

from integrator_tui.model.stream import Closed, Opened, Received, StreamEvent
from integrator_tui.tui.widgets.log.line_store import LineKind
from integrator_tui.tui.widgets.log.stream_lines import LogLine, closing, lines, opening
from integrator_tui.tui.widgets.log.stream_tally import StreamTally


class StreamFeed:
    """Hands the lines of a stream to `append` and counts in `tally`.

    `clock` gives the local time that stands before an event.
    """

    def __init__(self, append: Callable[[str, LineKind], None], clock: Callable[[], datetime]) -> None:
        self.tally = StreamTally()
        self._append = append
        self._clock = clock
        self._flowing = asyncio.Event()
        self._flowing.set()

    @property
    def paused(self) -> bool:
        """Whether the source is to wait."""
        return not self._flowing.is_set()

    async def unpaused(self) -> None:
        """Return at once while the stream flows, else when it goes on or was closed."""
        await self._flowing.wait()

    def toggle(self) -> bool:
        """Pause a stream that flows, or let it go on; False where there is none."""
        if self.tally.state == "streaming":
            self.tally.state = "paused"
            self._flowing.clear()
        elif self.tally.state == "paused":
            self.tally.state = "streaming"
            self._flowing.set()
        else:
            return False
        return True

    def take(self, happening: StreamEvent) -> bool:
        """Take in what a stream yields; return whether its counters should be shown at once."""
        match happening:
            case Received():
                return self._received(happening)
            case Opened():
                self._flowing.set()
                self.tally.open(monotonic(), "events" if happening.is_event_stream else "lines")
                self._put(opening(happening, self._clock()))
            case Closed():
                self._flowing.set()
                self.tally.close(monotonic(), failed=bool(happening.kind))
                self._put(closing(happening, self._clock()))
            case _:
                assert_never(happening)
        return True

    def _received(self, happening: Received) -> bool:
        at, is_first = self._clock(), not self.tally.items
        cut = sum(item.cut for item in happening.items)
        self.tally.add(monotonic(), len(happening.items), happening.bytes, cut)
        for item in happening.items:
            self._put(lines(item, at))
        return is_first

    def _put(self, made: Iterable[LogLine]) -> None:
        for text, kind in made:
            self._append(text, kind)
