"""The rows of the sidebar as drawn: the name first, the mark at the right edge, a scroll bar where it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from integrator_tui.model.entry import Entry
from integrator_tui.model.text import visible
from integrator_tui.tui.widgets.connections.cursor import ConnectionCursor
from integrator_tui.tui.widgets.connections.marks import GLYPHS, Mark, style_name
from integrator_tui.tui.widgets.connections.rows import ConnectionRows, GroupRow, ListRow
from integrator_tui.tui.widgets.drawing.component_ink import ink, paint
from integrator_tui.tui.widgets.drawing.scroll_thumb import thumb

_PAINTS_A_SECOND = 15
_MARK_WIDTH = 2


class ConnectionCanvas(Widget):
    """Draws the rows around a cursor, and repaints no more of them than changed."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    ConnectionCanvas {
        background: $surface; color: $foreground; width: 1fr; height: 1fr;
        & > .connection-canvas--cursor {
            color: $block-cursor-blurred-foreground; background: $block-cursor-blurred-background;
            text-style: $block-cursor-blurred-text-style;
        }
        &:focus > .connection-canvas--cursor {
            color: $block-cursor-foreground; background: $block-cursor-background;
            text-style: $block-cursor-text-style;
        }
        & > .connection-canvas--group { color: $text-muted; text-style: bold; }
        & > .connection-canvas--bar { color: $text-muted; }
        & > .connection-canvas--ok, & > .connection-canvas--unsupported { color: $text-muted; }
        &:ansi:blur > .connection-canvas--cursor { text-style: reverse; }
        &:ansi > .connection-canvas--ok, &:ansi > .connection-canvas--bar { text-style: dim; }
        & > .connection-canvas--problem, & > .connection-canvas--failed, & > .connection-canvas--seal-broken {
            color: $text-error; text-style: bold;
        }
        & > .connection-canvas--unsealed, & > .connection-canvas--locked { color: $text-warning; }
        & > .connection-canvas--testing { color: $text-accent; }
        & > .connection-canvas--passed { color: $text-success; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "connection-canvas--cursor",
        "connection-canvas--group",
        "connection-canvas--bar",
        *(f"connection-canvas--{style_name(mark)}" for mark in GLYPHS),
    }

    def __init__(self, entries: tuple[Entry, ...], *, id: str | None, classes: str | None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._rows = ConnectionRows(entries)
        self._cursor = ConnectionCursor(self._rows)
        self._marks: dict[str, Mark] = {}
        self._unpainted: set[str] = set()
        self._base = Style.null()

    def set_mark(self, file: str, mark: Mark | None) -> None:
        """Mark the row of `file`; None goes back to the mark of the entry's own state. O(1), painted at 15 Hz."""
        if self._marks.get(file) == mark:
            return
        if mark is None:
            del self._marks[file]
        else:
            self._marks[file] = mark
        if not self.is_attached:
            return
        if not self._unpainted:
            self.set_timer(1 / _PAINTS_A_SECOND, self._paint_marks)
        self._unpainted.add(file)

    def mark(self, entry: Entry) -> Mark:
        """Return the mark the row of `entry` bears."""
        return self._marks.get(entry.file, entry.state)

    def set_marks(self, marks: Mapping[str, Mark]) -> None:
        """Mark the rows of these files, and no others."""
        for file in [file for file in self._marks if file not in marks]:
            self.set_mark(file, None)
        for file, mark in marks.items():
            self.set_mark(file, mark)

    def repaint_cursor(self, before: int, scrolled: bool) -> None:
        """Draw the row the cursor left and the one it came to, or all of them where they scrolled."""
        if scrolled:
            self.refresh()
        else:
            rows = {before, self._cursor.at}
            self.refresh(*(Region(0, at - self._cursor.top, self.size.width, 1) for at in rows))

    def _shown(self) -> list[ListRow]:
        return self._rows.rows[self._cursor.top : self._cursor.top + self.size.height]

    def _paint_marks(self) -> None:
        files, self._unpainted = self._unpainted, set()
        x = self.size.width - _MARK_WIDTH - (len(self._rows) > self._cursor.height)
        marked = [y for y, row in enumerate(self._shown()) if isinstance(row, Entry) and row.file in files]
        if marked:
            self.refresh(*(Region(x, y, _MARK_WIDTH, 1) for y in marked))

    def render_lines(self, crop: Region) -> list[Strip]:
        # The same for every line of one paint, and asked of every ancestor.
        self._base = self.rich_style
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self._base
        if width <= _MARK_WIDTH:
            return Strip.blank(width, base)
        bar = thumb(self._cursor.top, len(self._rows), self.size.height)
        inner = width - (bar is not None)
        at = self._cursor.top + y
        segments = self._row(at, inner, base) if at < len(self._rows) else [Segment(" " * inner, base)]
        if bar is not None:
            segments.append(Segment("█" if y in bar else "│", base + self._style("bar")))
        return Strip(segments, width)

    def _row(self, at: int, width: int, base: Style) -> list[Segment]:
        row, selected = self._rows.rows[at], at == self._cursor.at
        style = base + self._style("cursor") if selected else base
        if isinstance(row, GroupRow):
            text = f"{'▾' if row.is_open else '▸'} {visible(row.group)}/ ({row.count})"
            return [Segment(_fit(text, width), style if selected else base + self._style("group"))]
        mark = self.mark(row)
        name = _fit(visible(row.name or row.file, limit=1000), max(0, width - _MARK_WIDTH))
        marked = style if selected else base + self._style(style_name(mark))
        return [Segment(name, style), Segment(f" {GLYPHS[mark]}", marked)]

    def _style(self, part: str) -> Style:
        name = f"connection-canvas--{part}"
        return paint(self, name) if part == "cursor" else ink(self, name)


def _fit(text: str, width: int) -> str:
    """Return `text` at exactly `width` cells: padded, or cut with an ellipsis."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""
