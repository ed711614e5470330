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
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from integrator_tui.tui.widgets.component_ink import ink, paint
from integrator_tui.tui.widgets.line_store import LineKind, LineStore
from integrator_tui.tui.widgets.log_ink import draw
from integrator_tui.tui.widgets.log_window import LogRow, LogWindow
from integrator_tui.tui.widgets.scroll_thumb import Thumb

FRAMES_A_SECOND = 20


class _Drawn(NamedTuple):
    row: LogRow
    is_current: bool


class LogView(Widget, can_focus=True):
    """Shows what is appended to it; follows the end until the reader moves away from it, and again at the end.

    `backlogged` says that the terminal has not taken the last frame yet; then the next one waits.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    LogView {
        background: $surface; color: $foreground; width: 1fr; height: 1fr;
        & > .log-view--time, & > .log-view--note, & > .log-view--bar { color: $text-muted; }
        & > .log-view--type { color: $text-accent; }
        & > .log-view--failure { color: $text-error; }
        & > .log-view--more { color: $text-warning; }
        & > .log-view--match { color: $text-warning; text-style: reverse; }
        & > .log-view--cursor {
            color: $block-cursor-blurred-foreground; background: $block-cursor-blurred-background;
        }
        &:focus > .log-view--cursor {
            color: $block-cursor-foreground; background: $block-cursor-background;
        }
        &:ansi > .log-view--time, &:ansi > .log-view--note, &:ansi > .log-view--bar { text-style: dim; }
        &:ansi:blur > .log-view--cursor { text-style: reverse; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"log-view--{part}" for part in ("time", "note", "bar", "type", "failure", "more", "match", "cursor")
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Line up", show=False, id="log.up", tooltip="Go one line up"),
        Binding("down", "move(1)", "Line down", show=False, id="log.down", tooltip="Go one line down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="log.page_up", tooltip="Go one page up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="log.page_down", tooltip="Go one page down"),
        Binding("home", "home", "Oldest", show=False, id="log.home", tooltip="Go to the oldest line"),
        Binding("left", "shift(-1)", "Left", show=False, id="log.left", tooltip="Show what is further left"),
        Binding("right", "shift(1)", "Right", show=False, id="log.right", tooltip="Show what is further right"),
    ]

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

    def toggle_wrap(self) -> None:
        """Wrap long lines, or stop wrapping them."""
        self.window.set_wrap(not self.window.wrap)
        self.repaint()

    def line_text(self) -> str:
        """Return the current line as it is shown, in full."""
        return self.window.line_text(self.window.cursor)

    def page_text(self) -> str:
        """Return the lines in sight as they are shown, in full."""
        numbers = dict.fromkeys(row.line for row in self.window.rows())
        return "\n".join(map(self.window.line_text, numbers))

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

    def action_move(self, lines: int) -> None:
        """Make the next line, down or up, the current one."""
        self.window.move(lines)
        self.repaint()

    def action_page(self, pages: int) -> None:
        """Scroll by a page."""
        self.window.page(pages)
        self.repaint()

    def action_home(self) -> None:
        """Go to the oldest line."""
        self.window.home()
        self.repaint()

    def action_shift(self, direction: int) -> None:
        """Scroll to the side by half the width."""
        before = self.window.left
        self.window.shift(direction * max(1, self.window.width // 2))
        if self.window.left != before:
            self.refresh()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.window.scroll(-3)
        self.repaint()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.window.scroll(3)
        self.repaint()

    def on_click(self, event: events.Click) -> None:
        if self._thumb is not None and event.x == self.size.width - 1:
            self.window.scroll_to(event.y)
        elif event.y < len(self._drawn) and (drawn := self._drawn[event.y]) is not None:
            self.window.show(drawn.row.line, self.window.left)
        self.repaint()

    def on_resize(self, event: events.Resize) -> None:
        self.window.resize(event.size.width - 1, event.size.height)
        self._load()

    def _paint_new(self) -> None:
        if self._backlogged():
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
        name = f"log-view--{part}"
        return paint(self, name) if part == "cursor" else ink(self, name)
