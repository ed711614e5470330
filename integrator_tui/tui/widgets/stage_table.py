"""The stages of a probe, a row each: stage, outcome, time, and the one fact that matters most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import monotonic

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from integrator_tui.model.probe import ProbeReport, Stage, StageResult
from integrator_tui.model.stages import MARKS, summary
from integrator_tui.model.text import visible
from integrator_tui.tui.widgets.drawing.ink import inks

_GLYPHS = {**MARKS, "running": "▸", "waiting": " "}


class StageTable(Widget):
    """Shows the stages that ended, the one that runs and those that wait.

    `expected` are the stages in their order; what a report adds to them is shown as well. `limits` are the seconds
    that each of them may take. The row of a failed stage says why, the one that runs its clock and its limit.
    """

    def __init__(self, expected: Sequence[Stage], limits: Mapping[Stage, float]) -> None:
        super().__init__()
        self._expected = tuple(expected)
        self._limits = limits
        self._report: ProbeReport | None = None
        self._since = monotonic()
        self._clock: Timer | None = None

    def on_mount(self) -> None:
        self._clock = self.set_interval(1.0, self._tick)

    def show(self, report: ProbeReport) -> None:
        """Show this report."""
        grew = len(self._rows(report)) != len(self._rows(self._report))
        if self._report is None or report.stages != self._report.stages:
            self._since = monotonic()
        self._report = report
        self.refresh(layout=grew)
        if self._clock is not None:
            # Each clock begins with its stage; where nothing runs there is none.
            self._clock.reset()
            (self._clock.resume if report.outcome is None else self._clock.pause)()

    def _tick(self) -> None:
        if self.screen.is_active:
            running = next((y for y, row in enumerate(self._rows(self._report)) if row[1] == "running"), None)
            if running is not None:
                self.refresh(Region(0, running, self.size.width, 1))

    def _rows(self, report: ProbeReport | None) -> tuple[tuple[Stage, str, StageResult | None], ...]:
        """Stage, outcome word and result of each row."""
        ended = {result.stage: result for result in report.stages} if report else {}
        over = report is not None and report.outcome is not None
        names = tuple(dict.fromkeys((*(() if over else self._expected), *ended)))
        running = next((name for name in names if name not in ended), None)
        return tuple(
            (name, ended[name].outcome, ended[name])
            if name in ended
            else (name, "running" if name == running else "waiting", None)
            for name in names
        )

    def _fact(self, stage: Stage, outcome: str, result: StageResult | None, room: int) -> str:
        """The one fact that matters most about a row of `room` cells for it."""
        if result is not None and result.failure is not None:
            kind, message = result.failure.kind, result.failure.message
            # What is cut off may be the very reason.
            return message if cell_len(message) <= room else f"{kind}: {message}"
        if result is not None:
            return summary(stage, result.detail)
        if outcome != "running" or self._report is None:
            return ""
        limit = self._limits.get(stage)
        seconds = f"{monotonic() - self._since:.0f} s"
        return seconds if limit is None else f"{seconds} of {limit:g} s"

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._rows(self._report))

    def row_text(self, y: int) -> str:
        """Return a row as it is shown, the whole of it."""
        stage, outcome, result = self._rows(self._report)[y]
        fact = visible(summary(stage, result.detail)) if result is not None else ""
        ms = f"{result.ms:.1f} ms" if result is not None and result.ms is not None else ""
        return f"{_GLYPHS[outcome]} {stage:<14}{outcome:<8}{ms:>12}  {fact}".rstrip()

    def render_line(self, y: int) -> Strip:
        base, ink, width = self.rich_style, inks(self.app), self.size.width
        rows = self._rows(self._report)
        if y >= len(rows):
            return Strip.blank(width, base)
        stage, outcome, result = rows[y]
        colour = {"passed": ink.success, "failed": ink.error, "running": ink.accent}.get(outcome, ink.muted)
        ms = f"{result.ms:9.1f} ms" if result is not None and result.ms is not None else " " * 12
        room = max(0, width - 41)
        fact = visible(self._fact(stage, outcome, result, room), limit=300)
        if cell_len(fact) > room:
            fact = set_cell_size(fact, max(0, room - 1)) + "…"
        strong = Style(bold=outcome == "failed")
        return Strip(
            [
                Segment(f" {_GLYPHS[outcome]} ", base + colour + strong),
                Segment(f"{stage:<14}", base + (ink.text if result else ink.muted)),
                Segment(f"{outcome:<8}", base + colour + strong),
                Segment(f"{ms}  ", base + ink.muted),
                Segment(set_cell_size(fact, room + 2), base + ink.text),
            ]
        ).crop(0, width)
