"""The stages of a probe, a row each: stage, outcome, time, and the one fact that matters most."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from integrator_tui.model.probe import ProbeReport, Stage, StageResult
from integrator_tui.model.stages import MARKS, summary
from integrator_tui.model.text import visible
from integrator_tui.tui.widgets.drawing.ink import inks

_GLYPHS = {**MARKS, "running": "▸", "waiting": " "}


class StageTable(Widget):
    """Shows the stages that ended, the one that runs and those that wait.

    `expected` are the stages in their order; what a report adds to them is shown as well.
    """

    def __init__(self, expected: Sequence[Stage]) -> None:
        super().__init__()
        self._expected = tuple(expected)
        self._report: ProbeReport | None = None

    def show(self, report: ProbeReport) -> None:
        """Show this report."""
        grew = len(self._rows(report)) != len(self._rows(self._report))
        self._report = report
        self.refresh(layout=grew)

    def _rows(self, report: ProbeReport | None) -> tuple[tuple[str, str, StageResult | None], ...]:
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
        fact = visible(summary(stage, result.detail), limit=300) if result is not None else ""
        room = max(0, width - 41)
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
