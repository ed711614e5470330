"""Two rows over a history: a mark for each of the last results, below it how long it took; newest at the right."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from integrator_tui.model.history import HistoryEntry
from integrator_tui.model.stages import MARKS
from integrator_tui.tui.widgets.drawing.ink import inks
from integrator_tui.tui.widgets.results.facts import height, milliseconds

_NAME_WIDTH = 9
_NOTE_WIDTH = 28


class LatencyStrip(Widget):
    """Shows as many of the newest results as there are cells."""

    DEFAULT_CSS = "LatencyStrip { width: 1fr; height: 2; }"

    def __init__(self) -> None:
        super().__init__()
        self._entries: tuple[HistoryEntry, ...] = ()

    def show(self, entries: Sequence[HistoryEntry]) -> None:
        """Show these, given newest first."""
        self._entries = tuple(entries)
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 2

    def render_line(self, y: int) -> Strip:
        base, ink, width = self.rich_style, inks(self.app), self.size.width
        room = max(0, width - _NAME_WIDTH - _NOTE_WIDTH - 2)
        shown = self._entries[:room][::-1]
        if not shown:
            return Strip.blank(width, base)
        times = sorted(entry.duration_ms for entry in shown)
        most = times[-1]
        if y == 0:
            passed = sum(entry.outcome == "passed" for entry in shown)
            name, note = "results", f"{passed} of {len(shown)} passed"
        else:
            name = "latency"
            note = f"{milliseconds(times[len(times) // 2])}, at most {milliseconds(most)}"
        cells = [Segment(set_cell_size(f" {name}", _NAME_WIDTH), base + ink.muted)]
        cells += (self._cell(entry, y, most, base) for entry in shown)
        cells.append(Segment(f"  {note}", base + ink.muted))
        return Strip(cells).extend_cell_length(width, base).crop(0, width)

    def _cell(self, entry: HistoryEntry, y: int, most: float, base: Style) -> Segment:
        ink = inks(self.app)
        colour = {"passed": ink.success, "failed": ink.error}.get(entry.outcome, ink.warning)
        return Segment(MARKS[entry.outcome] if y == 0 else height(entry.duration_ms, most), base + colour)
