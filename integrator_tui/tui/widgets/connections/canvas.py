"""The rows as drawn: the name first, the mark and the last result at the right edge, a scroll bar where it is
needed.

As a table each row has columns, and a heading stands above them. Only what is in sight is laid out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.reactive import var
from textual.strip import Strip
from textual.widget import Widget

from integrator_tui.model.entry import Entry
from integrator_tui.model.opening import Opening
from integrator_tui.model.text import visible
from integrator_tui.tui.textual_fixes.spared_drawing import PartsWhenDrawn
from integrator_tui.tui.widgets.connections.cells import fit, result_text
from integrator_tui.tui.widgets.connections.columns import COLUMNS, WIDE, widths
from integrator_tui.tui.widgets.connections.cursor import ConnectionCursor
from integrator_tui.tui.widgets.connections.facts import RowFacts
from integrator_tui.tui.widgets.connections.marks import GLYPHS, MARKED, style_name
from integrator_tui.tui.widgets.connections.rows import ConnectionRows, GroupRow, ListRow, OperationLine
from integrator_tui.tui.widgets.drawing.component_ink import ink, paint
from integrator_tui.tui.widgets.drawing.scroll_thumb import thumb

_PAINTS_A_SECOND = 15
_NAME_AT_LEAST = 8
"""Cells of a name that a result leaves it."""
_LONGEST = 1000


class ConnectionCanvas(PartsWhenDrawn, Widget):
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
        & > .connection-canvas--group, & > .connection-canvas--heading {
            color: $text-muted; text-style: bold;
        }
        & > .connection-canvas--bar, & > .connection-canvas--aside { color: $text-muted; }
        & > .connection-canvas--ok, & > .connection-canvas--unsupported { color: $text-muted; }
        &:ansi:blur > .connection-canvas--cursor { text-style: reverse; }
        &:ansi > .connection-canvas--ok, &:ansi > .connection-canvas--bar { text-style: dim; }
        &:ansi > .connection-canvas--aside { text-style: dim; }
        & > .connection-canvas--problem, & > .connection-canvas--failed, & > .connection-canvas--seal-broken {
            color: $text-error; text-style: bold;
        }
        & > .connection-canvas--unsealed, & > .connection-canvas--locked { color: $text-warning; }
        & > .connection-canvas--testing, & > .connection-canvas--marked { color: $text-accent; }
        & > .connection-canvas--passed { color: $text-success; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"connection-canvas--{part}" for part in ("cursor", "group", "bar", "aside", "heading", "marked")),
        *(f"connection-canvas--{style_name(mark)}" for mark in GLYPHS),
    }

    note: var[str] = var("", init=False)
    """What is said in the place of the rows where there are none."""
    as_table: var[bool] = var(False, init=False)

    def __init__(self, entries: tuple[Entry, ...], *, id: str | None, classes: str | None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._rows = ConnectionRows(entries)
        self._cursor = ConnectionCursor(self._rows)
        self._facts: dict[str, RowFacts] = {}
        self._marked: set[str] = set()
        self._unpainted: set[str] = set()
        self._base = Style.null()
        self._styles: dict[str, Style] = {}
        self._now = datetime.now(UTC)

    def facts(self, entry: Entry) -> RowFacts:
        """Return what is known of an entry."""
        return self._facts.get(entry.file) or RowFacts(entry.state)

    def expect(self, opening: Opening) -> None:
        """Show how many rows there will be, of which the entries that are there are the first."""
        self._rows.expect(opening)

    def set_facts(self, file: str, facts: RowFacts) -> None:
        """Take what is known of the entry of `file`. O(1), painted at 15 Hz."""
        if self._facts.get(file) == facts:
            return
        self._facts[file] = facts
        if not self.is_attached:
            return
        if not self._unpainted:
            self.set_timer(1 / _PAINTS_A_SECOND, self._paint_facts)
        self._unpainted.add(file)

    def set_all_facts(self, facts: Mapping[str, RowFacts]) -> None:
        """Take what is known of these files, and of no others."""
        self._facts = dict(facts)
        self.refresh()

    def watch_note(self) -> None:
        self.refresh()

    def repaint_cursor(self, before: int, scrolled: bool) -> None:
        """Draw the row the cursor left and the one it came to, or all of them where they scrolled."""
        if scrolled:
            self.refresh()
        else:
            self._repaint({before, self._cursor.at})

    def _repaint(self, rows: set[int]) -> None:
        tops = (at - self._cursor.top + self._head for at in rows)
        regions = [Region(0, y, self.size.width, 1) for y in tops if self._head <= y < self.size.height]
        if regions:
            self.refresh(*regions)

    @property
    def _head(self) -> int:
        """Rows above the first connection: the heading of the table."""
        return 1 if self.as_table else 0

    def _shown(self) -> list[ListRow]:
        return self._rows.rows[self._cursor.top : self._cursor.top + self._cursor.height]

    def _paint_facts(self) -> None:
        files, self._unpainted = self._unpainted, set()
        shown = enumerate(self._shown(), self._cursor.top)
        self._repaint({at for at, row in shown if isinstance(row, Entry) and row.file in files})

    def render_lines(self, crop: Region) -> list[Strip]:
        # The same for every line of one paint, and asked of every ancestor.
        self._base, self._styles = self.rich_style, {}
        self._now = datetime.now(UTC)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self._base
        if not len(self._rows):
            return Strip(self._note_line(y, width, base), width)
        if width < 3:
            return Strip.blank(width, base)
        bar = thumb(self._cursor.top, len(self._rows) + self._rows.beyond, self._cursor.height)
        # A table's last column does not touch the bar.
        inner = width - (bar is not None) * (1 + self._head)
        at = self._cursor.top + y - self._head
        if y < self._head:
            segments = self._heading(inner, base)
        else:
            segments = self._row(at, inner, base) if at < len(self._rows) else [Segment(" " * inner, base)]
        if bar is not None:
            is_thumb = y - self._head in bar
            sign = "█" if is_thumb else "│"
            segments.append(Segment(" " * self._head + sign, base + self._style("bar")))
        return Strip(segments, width)

    def _note_line(self, y: int, width: int, base: Style) -> list[Segment]:
        from integrator_tui.tui.widgets.sheet import wrapped

        lines = wrapped(visible(self.note), max(8, width - 1)) if self.note else []
        text = lines[y] if y < len(lines) else ""
        return [Segment(fit(text, width), base + self._style("aside"))]

    def _row(self, at: int, width: int, base: Style) -> list[Segment]:
        row, selected = self._rows.rows[at], at == self._cursor.at
        style = base + self._style("cursor") if selected else base
        if isinstance(row, GroupRow):
            text = f"{'▾' if row.is_open else '▸'} {visible(row.group)}/ ({row.size:,})"
            return [Segment(fit(text, width), style if selected else base + self._style("group"))]
        if isinstance(row, OperationLine):
            return self._operation(row, width, style, selected=selected)
        if self.as_table:
            return self._table_row(row, width, style, selected=selected)
        return self._side_row(row, width, style, selected=selected)

    def _operation(self, row: OperationLine, width: int, style: Style, *, selected: bool) -> list[Segment]:
        operation = row.operation
        name = f"  {visible(operation.name or operation.path, limit=_LONGEST)}"
        right = f" {'! ' if operation.is_stopped else ''}{visible(operation.method, limit=10)}"
        room = width - cell_len(right)
        if room < _NAME_AT_LEAST:
            return [Segment(fit(name, width), style)]
        part = "problem" if operation.is_stopped else "aside"
        return [Segment(fit(name, room), style), Segment(right, style if selected else style + self._style(part))]

    def _side_row(self, row: Entry, width: int, style: Style, *, selected: bool) -> list[Segment]:
        facts = self.facts(row)
        glyph, result = GLYPHS[facts.mark], facts.result
        said = f" {result_text(result, self._now)}" if result is not None and not facts.is_testing else ""
        sign = f"{MARKED} " if row.file in self._marked else ""
        if width - len(sign) - len(said) - 2 < _NAME_AT_LEAST:
            said = ""
        if width - len(sign) - 2 < 1:
            sign = ""
        name = fit(visible(row.name or row.file, limit=_LONGEST), max(0, width - len(sign) - len(said) - 2))
        toned = style if selected else style + self._style(style_name(facts.mark))
        aside = toned if selected or facts.is_current else style + self._style("aside")
        marked = style if selected else style + self._style("marked")
        segments = [Segment(name, style), Segment(f" {sign}", marked), Segment(glyph, toned)]
        return [*segments, Segment(said, aside)] if said else segments

    def _heading(self, width: int, base: Style) -> list[Segment]:
        style = base + self._style("heading")
        cells = widths(width)
        wide = width >= WIDE
        texts = [
            column.heading[wide].rjust(size) if column.is_number else column.heading[wide].ljust(size)
            for column, size in zip(COLUMNS, cells, strict=False)
        ]
        text = " ".join(["", *texts])
        return [Segment(fit("name", width - len(text)) + text, style)]

    def _table_row(self, row: Entry, width: int, style: Style, *, selected: bool) -> list[Segment]:
        facts, cells = self.facts(row), widths(width)
        sign = f" {MARKED}" if row.file in self._marked else ""
        room = width - sum(cells) - len(cells) - len(sign)
        segments = [Segment(fit(visible(row.name or row.file, limit=_LONGEST), max(0, room)), style)]
        segments.append(Segment(sign, style if selected else style + self._style("marked")))
        for column, size in zip(COLUMNS, cells, strict=False):
            text, part = column.say(facts, self._now, size)
            text = text.rjust(size) if column.is_number else text
            toned = style if selected else self._toned(style, part or ("" if facts.is_current else "aside"))
            segments.append(Segment(f" {fit(text, size)}", toned))
        return segments

    def _toned(self, style: Style, part: str) -> Style:
        return style + self._style(part.replace("_", "-")) if part else style

    def _style(self, part: str) -> Style:
        found = self._styles.get(part)
        if found is None:
            name = f"connection-canvas--{part}"
            found = self._styles[part] = paint(self, name) if part == "cursor" else ink(self, name)
        return found
