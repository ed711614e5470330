"""The lines of a log on the screen: only what is in sight is decoded and drawn, and at most 20 times a second.

The first line after a silence is painted at once. The widget has no virtual size, so lines that arrive cause
no layout; its last column is its own scroll bar.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from integrator_tui.tui.widgets.drawing.component_ink import ink, paint
from integrator_tui.tui.widgets.drawing.scroll_thumb import Thumb
from integrator_tui.tui.widgets.log.ink import draw
from integrator_tui.tui.widgets.log.layout import LogRow
from integrator_tui.tui.widgets.log.line_store import LineKind, LineStore
from integrator_tui.tui.widgets.log.window import LogWindow

FRAMES_A_SECOND = 20


class _Drawn(NamedTuple):
    row: LogRow
    is_current: bool


class LogCanvas(Widget):
    """Shows what is appended to it; follows the end until the reader moves away from it, and again at the end.

    `backlogged` says that the terminal has not taken the last frame yet; then the next one waits.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    LogCanvas {
        background: $surface; color: $foreground; width: 1fr; height: 1fr;
        & > .log-canvas--time, & > .log-canvas--note, & > .log-canvas--bar { color: $text-muted; }
        & > .log-canvas--type { color: $text-accent; }
        & > .log-canvas--failure { color: $text-error; }
        & > .log-canvas--more { color: $text-warning; }
        & > .log-canvas--match { color: $background; background: $text-warning; }
        & > .log-canvas--cursor {
            color: $block-cursor-blurred-foreground; background: $block-cursor-blurred-background;
        }
        &:focus > .log-canvas--cursor {
            color: $block-cursor-foreground; background: $block-cursor-background;
        }
        &:ansi > .log-canvas--time, &:ansi > .log-canvas--note, &:ansi > .log-canvas--bar { text-style: dim; }
        &:ansi:blur > .log-canvas--cursor { text-style: reverse; }
        &:ansi > .log-canvas--match { color: ansi_black; background: ansi_yellow; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"log-canvas--{part}" for part in ("time", "note", "bar", "type", "failure", "more", "match", "cursor")
    }

    @dataclass
    class FollowChanged(Message):
        """The reader left the end of the log, or came back to it."""

        following: bool

    def __init__(
        self,
        store: LineStore | None = None,
        *,
        backlogged: Callable[[], bool] = lambda: False,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self.store = store or LineStore()
        self.window = LogWindow(self.store)
        self._backlogged = backlogged
        self._pattern: re.Pattern[str] | None = None
        self._drawn: list[_Drawn | None] = []
        self._thumb: Thumb | None = None
        self._is_scheduled = False
        self._painted_at = 0.0
        self._was_following = True

    def append(self, text: str, kind: LineKind = LineKind.PLAIN) -> None:
        """Append a line; it is on the screen 50 ms later at most, where it is in sight."""
        self.store.append(text, kind)
        if self._is_scheduled or not self.is_attached:
            return
        self._is_scheduled = True
        wait = self._painted_at + 1 / FRAMES_A_SECOND - monotonic()
        if wait > 0:
            self.set_timer(wait, self._paint_new)
        else:
            self.call_next(self._paint_new)

    def clear(self) -> None:
        """Forget all lines."""
        self.store.clear()
        self.window.reset()
        self.repaint()
        self.post_message(self.FollowChanged(True))

    def highlight(self, text: str) -> None:
        """Mark every occurrence of `text`, in any case; nothing where it is empty."""
        self._pattern = re.compile(re.escape(text), re.IGNORECASE) if text else None
        self.refresh()

    def show_line(self, line: int) -> None:
        """Make a line the current one and bring it in sight, with the first match in it."""
        text = self.window.line_text(line)
        match = self._pattern.search(text) if self._pattern else None
        self.window.show(line, cell_len(text[: match.start()]) if match else 0)
        self.refresh()
        self.repaint()

    def follow(self) -> None:
        """Go to the end and stay there."""
        self.window.follow()
        self.repaint()

    def repaint(self) -> None:
        """Draw the rows that are not on the screen yet as they are now."""
        before, thumb_before = self._drawn, self._thumb
        self._load()
        if self.window.following != self._was_following:
            self._was_following = self.window.following
            self.post_message(self.FollowChanged(self._was_following))
        changed = [y for y, (old, new) in enumerate(zip(before, self._drawn, strict=False)) if old != new]
        if len(before) != len(self._drawn) or len(changed) * 2 > len(before):
            self.refresh()
            return
        regions = [Region(0, y, self.size.width, 1) for y in changed]
        if self._thumb != thumb_before:
            regions.append(Region(self.size.width - 1, 0, 1, self.size.height))
        if regions:
            self.refresh(*regions)

    def on_resize(self, event: events.Resize) -> None:
        self.window.resize(event.size.width - 1, event.size.height)
        self._load()
        # What was painted while the new size was being told has none of the lines that came before it.
        self.refresh()

    def _paint_new(self) -> None:
        if self._backlogged() or not self.screen.is_active:
            # Nobody sees what is drawn behind a dialog or another screen.
            self.set_timer(1 / FRAMES_A_SECOND, self._paint_new)
            return
        self._is_scheduled = False
        self._painted_at = monotonic()
        self.repaint()

    def _load(self) -> None:
        rows = self.window.rows()
        current = None if self.window.following else self.window.cursor
        self._drawn = [_Drawn(row, row.line == current) for row in rows]
        self._drawn += [None] * (self.size.height - len(rows))
        self._thumb = self.window.bar()

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        drawn = self._drawn[y] if y < len(self._drawn) else None
        if drawn is None or width < 3:
            strip = Strip.blank(max(0, width - 1), base)
        else:
            strip = draw(
                drawn.row,
                left=self.window.left,
                width=width - 1,
                base=base,
                style=self._style,
                is_current=drawn.is_current,
                pattern=self._pattern,
            )
        bar = " " if self._thumb is None else "█" if y in self._thumb else "│"
        return Strip([*strip, Segment(bar, base + self._style("bar"))], width)

    def _style(self, part: str) -> Style:
        name = f"log-canvas--{part}"
        return paint(self, name) if part in ("cursor", "match") else ink(self, name)
