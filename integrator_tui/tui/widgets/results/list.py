"""Earlier results as rows, newest first: drawn by hand, so that a hundred thousand cost what is visible of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from integrator_tui.model.history import HistoryEntry
from integrator_tui.model.moments import age, moment
from integrator_tui.model.stages import MARKS
from integrator_tui.model.text import visible
from integrator_tui.tui.widgets.drawing.ink import inks
from integrator_tui.tui.widgets.drawing.scroll_thumb import thumb, top_at
from integrator_tui.tui.widgets.results.facts import cut_in_middle, fact, height, milliseconds, what, what_in_short

_NARROWEST_WHAT, _WIDEST_WHAT, _TIME_WIDTH = 12, 30, 10
_WITHOUT_WHAT = 44
"""Cells of a row besides what was tried and the fact."""


class ResultList(Widget, can_focus=True):
    """The rows and the one under the cursor. `marked` is the result that a comparison is to be made with."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "ResultList { width: 1fr; height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Previous", show=False, tooltip="Go to the newer result"),
        Binding("down,j", "move(1)", "Next", show=False, tooltip="Go to the older result"),
        Binding("pageup", "page(-1.0)", "Page up", show=False, tooltip="Go one page up"),
        Binding("pagedown", "page(1.0)", "Page down", show=False, tooltip="Go one page down"),
        Binding("ctrl+u", "page(-0.5)", "Half up", show=False, tooltip="Go half a page up"),
        Binding("ctrl+d", "page(0.5)", "Half down", show=False, tooltip="Go half a page down"),
        Binding("home,g", "end(False)", "Newest", show=False, tooltip="Go to the newest"),
        Binding("end,G", "end(True)", "Oldest", show=False, tooltip="Go to the oldest"),
    ]

    @dataclass
    class Moved(Message):
        """Another result is under the cursor, or none."""

        entry: HistoryEntry | None

    @dataclass
    class Opened(Message):
        """A result was clicked twice."""

        entry: HistoryEntry

    def __init__(self) -> None:
        super().__init__()
        self.entries: tuple[HistoryEntry, ...] = ()
        self.marked: HistoryEntry | None = None
        self._at = self._top = 0
        self._most = 0.0
        self.words = ""
        """What is said where there is no row."""

    @property
    def current(self) -> HistoryEntry | None:
        """The result under the cursor."""
        return self.entries[self._at] if self._at < len(self.entries) else None

    @property
    def rows_below(self) -> int:
        """How many results stand below the cursor."""
        return len(self.entries) - self._at - 1

    def show(self, entries: Sequence[HistoryEntry], words: str = "") -> None:
        """Show these results, with the cursor on the same one as before where it is among them; `words` stand in
        the place of none."""
        before, self.words = self.current, words
        self.entries = tuple(entries)
        self._most = max((entry.duration_ms for entry in self.entries), default=0.0)
        same = None if before is None or self._at == 0 else self._place(before)
        self._go(same if same is not None else min(self._at, max(0, len(self.entries) - 1)))
        self.refresh()

    def _place(self, wanted: HistoryEntry) -> int | None:
        if wanted.id is None:
            return None
        return next((at for at, entry in enumerate(self.entries) if entry.id == wanted.id), None)

    def older(self, entry: HistoryEntry) -> HistoryEntry | None:
        """Return the result of the same test, operation or path before an entry, None where there is none."""
        rest = self.entries[self.entries.index(entry) + 1 :]
        return next((one for one in rest if (one.kind, what(one)) == (entry.kind, what(entry))), None)

    # moving

    def action_move(self, step: int) -> None:
        """Go up or down."""
        self._go(self._at + step)

    def action_page(self, pages: float) -> None:
        """Go by pages."""
        self._go(self._at + int(pages * max(2, self.size.height - 1)))

    def action_end(self, is_last: bool) -> None:
        """Go to the newest or the oldest."""
        self._go(len(self.entries) if is_last else 0)

    def _go(self, at: int) -> None:
        self._at = max(0, min(at, len(self.entries) - 1))
        self._scroll()
        self.refresh()
        self.post_message(self.Moved(self.current))

    def _scroll(self) -> None:
        rows = max(1, self.size.height)
        self._top = max(0, min(max(min(self._top, self._at), self._at - rows + 1), len(self.entries) - rows))

    def on_resize(self) -> None:
        self._scroll()

    def on_click(self, event: events.Click) -> None:
        if len(self.entries) > self.size.height and event.x == self.size.width - 1:
            self._top = top_at(event.y, len(self.entries), self.size.height)
            self.refresh()
            return
        if self._top + event.y < len(self.entries):
            self._go(self._top + event.y)
            if event.chain == 2 and self.current is not None:
                self.post_message(self.Opened(self.current))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._go(self._at + 3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._go(self._at - 3)

    @property
    def cursor_screen_offset(self) -> Offset:
        x, y, _, _ = self.content_region
        return Offset(x, y + self._at - self._top)

    # drawing

    def render_line(self, y: int) -> Strip:
        base, ink, width = self.rich_style, inks(self.app), self.size.width
        if not self.entries:
            words = f" {visible(self.words)}" if y == 0 else ""
            return Strip([Segment(set_cell_size(words, width), base + ink.muted)])
        bar = thumb(self._top, len(self.entries), self.size.height)
        inner, at = width - (bar is not None), self._top + y
        segments = self._row(at, inner, base) if at < len(self.entries) else [Segment(" " * inner, base)]
        if bar is not None:
            segments.append(Segment("█" if y in bar else "│", base + ink.muted))
        return Strip(segments).crop(0, width)

    def _row(self, at: int, width: int, base: Style) -> list[Segment]:
        entry, ink = self.entries[at], inks(self.app)
        under = at == self._at
        outcome = {"passed": ink.success, "failed": ink.error}.get(entry.outcome, ink.warning)
        plain, muted, marked = (base + style for style in (ink.text, ink.muted, outcome))
        if under:
            # Where the keys go elsewhere, as into the filter, the row is marked and does not shine.
            plain = muted = marked = base + (ink.cursor if self.has_focus else Style(reverse=True))
        is_marked = self.marked is not None and entry.id == self.marked.id and entry.id is not None
        flags = ("=" if is_marked else " ") + ("⊙" if entry.pinned else " ")
        room = max(_NARROWEST_WHAT, min(_WIDEST_WHAT, (width - _WITHOUT_WHAT) // 3))
        told = set_cell_size(cut_in_middle(visible(what_in_short(entry)), room), room)
        used = [
            Segment(f" {MARKS[entry.outcome]}{flags}", marked),
            Segment(f"{moment(entry.started_at)} {age(entry.started_at, datetime.now(UTC)):>4}  ", muted),
            Segment(f"{told} ", plain),
            Segment(f"{milliseconds(entry.duration_ms):>{_TIME_WIDTH}} ", plain),
            Segment(f"{height(entry.duration_ms, self._most)} ", muted),
        ]
        room = max(0, width - sum(cell_len(segment.text) for segment in used))
        words = visible(fact(entry), limit=300)
        if entry.failure is not None and cell_len(words) > room:
            # The kind says more than the stage.
            words = visible(entry.failure.kind)
        words = cut_in_middle(words, room)
        return [*used, Segment(set_cell_size(words, room), marked if entry.failure else plain)]
