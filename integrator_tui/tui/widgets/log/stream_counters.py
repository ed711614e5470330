"""The row of counters above a log: one line, redrawn at most twice a second and only where it reads differently."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from integrator_tui.tui.widgets.drawing.component_ink import ink
from integrator_tui.tui.widgets.log.stream_tally import StreamTally, tally_line

_SECONDS_BETWEEN = 0.5


class StreamCounters(Widget):
    """Shows a StreamTally.

    `position` tells how many lines of the log were dropped and whether it follows its end.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    StreamCounters {
        width: 1fr; height: 1; background: $panel; color: $foreground;
        & > .stream-counters--streaming { color: $text-success; text-style: bold; }
        & > .stream-counters--waiting, & > .stream-counters--closed { color: $text-muted; text-style: bold; }
        & > .stream-counters--paused { color: $text-warning; text-style: bold; }
        & > .stream-counters--failed { color: $text-error; text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"stream-counters--{state}" for state in ("waiting", "streaming", "paused", "closed", "failed")
    }

    def __init__(self, tally: StreamTally, position: Callable[[], tuple[int, bool]]) -> None:
        super().__init__()
        self._tally = tally
        self._position = position
        self._text = ""
        self._timer: Timer | None = None

    def on_mount(self) -> None:
        self._timer = self.set_interval(_SECONDS_BETWEEN, self.update_line, pause=True)
        self.update_line()

    def on_resize(self) -> None:
        self.update_line()

    def update_line(self) -> None:
        """Show the numbers of now; keep showing them while they can change by themselves."""
        is_seen = self.screen.is_active
        if is_seen:
            self._show()
        if self._timer is not None:
            # Behind another screen nothing is drawn; what is missed then is seen to afterwards.
            is_live = not is_seen or self._tally.state in {"streaming", "paused"}
            (self._timer.resume if is_live else self._timer.pause)()

    def _show(self) -> None:
        dropped, following = self._position()
        text = tally_line(self._tally, monotonic(), dropped=dropped, following=following, width=self.size.width)
        before, self._text = self._text, text
        if text != before:
            start = next((at for at, pair in enumerate(zip(before, text, strict=False)) if pair[0] != pair[1]), 0)
            self.refresh(Region(start, 0, max(len(before), len(text)) - start, 1))

    def render_line(self, y: int) -> Strip:
        base, width = self.rich_style, self.size.width
        state, _, _ = self._text.partition(" ")
        rest = set_cell_size(self._text[len(state) :], max(0, width - len(state)))
        style = ink(self, f"stream-counters--{self._tally.state}")
        return Strip([Segment(state[:width], base + style), Segment(rest, base)], width)
