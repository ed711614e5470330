"""The rows of a body on the screen: only what is in sight is decoded and drawn.

A body is laid out in slices of a few milliseconds, the rows that are there already being on the screen; between two
slices keys have their turn. The widget has no virtual size; its last column is its own scroll bar, its
first two hold the signs of folds.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from integrator_tui.tui.widgets.answer.document import AnswerDocument, LinesView
from integrator_tui.tui.widgets.answer.ink import draw
from integrator_tui.tui.widgets.answer.pieces import PARTS
from integrator_tui.tui.widgets.answer.window import BodyWindow, ScreenRow
from integrator_tui.tui.widgets.drawing.component_ink import ink, paint
from integrator_tui.tui.widgets.drawing.scroll_thumb import Thumb

SLICE = 0.005
"""Seconds of laying out or searching before keys have their turn."""
REST = 0.001
GUTTER = 2


class _Drawn(NamedTuple):
    row: ScreenRow
    sign: str
    is_current: bool


class BodyCanvas(Widget):
    """Shows a document; `show` gives it another one."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    BodyCanvas {
        background: $surface; color: $foreground; width: 1fr; height: 1fr;
        & > .body-canvas--mark, & > .body-canvas--note, & > .body-canvas--comment,
        & > .body-canvas--bar { color: $text-muted; }
        & > .body-canvas--key, & > .body-canvas--tag { color: $text-accent; }
        & > .body-canvas--string { color: $text-success; }
        & > .body-canvas--number, & > .body-canvas--word, & > .body-canvas--more { color: $text-warning; }
        & > .body-canvas--match { color: $background; background: $text-warning; }
        &:ansi > .body-canvas--match { color: ansi_black; background: ansi_yellow; }
        & > .body-canvas--cursor { background: $block-cursor-blurred-background; }
        &:focus > .body-canvas--cursor { background: $block-hover-background; }
        &:ansi > .body-canvas--mark, &:ansi > .body-canvas--note, &:ansi > .body-canvas--comment,
        &:ansi > .body-canvas--bar { text-style: dim; }
        &:ansi > .body-canvas--cursor, &:ansi:focus > .body-canvas--cursor {
            background: ansi_default; text-style: bold;
        }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"body-canvas--{part}" for part in (*PARTS, "bar", "more", "match", "cursor")
    }

    @dataclass
    class Moved(Message):
        """Another row is current, or more of the body was laid out."""

    def __init__(self, document: AnswerDocument, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.document = document
        self.window = BodyWindow(document.view)
        self._pattern: re.Pattern[str] | None = None
        self._drawn: list[_Drawn | None] = []
        self._thumb: Thumb | None = None
        self._left_drawn = 0
        self._fitted = Size(0, 0)

    def on_mount(self) -> None:
        self.lay_out()

    def show(self, document: AnswerDocument) -> None:
        """Show another document from its beginning."""
        self.document = document
        self.window.set_view(document.view)
        self.lay_out()

    def lay_out(self) -> None:
        """Lay the view in use out, in slices, and show its rows meanwhile."""
        self.run_worker(self._lay_out(), group="layout", exclusive=True)

    async def _lay_out(self) -> None:
        view = self.document.view
        is_complete = view.advance(SLICE)
        self.repaint()
        while not is_complete:
            await asyncio.sleep(REST)
            is_complete = view.advance(SLICE)
            if is_complete or self.window.at_end or None in self._drawn:
                self.repaint()
        self.post_message(self.Moved())

    def highlight(self, pattern: re.Pattern[str] | None) -> None:
        """Mark what matches, or nothing."""
        self._pattern = pattern
        self.refresh()

    def repaint(self) -> None:
        """Draw the rows that are not on the screen yet as they are now."""
        before, thumb_before, left = self._drawn, self._thumb, self.window.left
        self._load()
        self.post_message(self.Moved())
        changed = [y for y, (old, new) in enumerate(zip(before, self._drawn, strict=False)) if old != new]
        if len(before) != len(self._drawn) or len(changed) * 2 > len(before) or left != self._left_drawn:
            self._left_drawn = left
            self.refresh()
            return
        regions = [Region(0, y, self.size.width, 1) for y in changed]
        if self._thumb != thumb_before:
            regions.append(Region(self.size.width - 1, 0, 1, self.size.height))
        if regions:
            self.refresh(*regions)

    def on_resize(self, event: events.Resize) -> None:
        self._load()
        # What was painted while the new size was being told has the old rows.
        self.refresh()

    def _load(self) -> None:
        if self._fitted != self.size:
            self._fitted = self.size
            self.window.resize(self.size.width - 1 - GUTTER, self.size.height)
        rows = self.window.rows()
        self._drawn = [_Drawn(row, self._sign(row), row.row == self.window.cursor) for row in rows]
        self._drawn += [None] * (self.size.height - len(rows))
        self._thumb = self.window.bar()

    def _sign(self, row: ScreenRow) -> str:
        view = self.document.view
        if not row.is_first or not isinstance(view, LinesView):
            return ""
        container = view.table.container_at(view.folds.line(row.row))
        return "" if container is None else "▸" if view.folds.is_folded(container) else "▾"

    def render_line(self, y: int) -> Strip:
        if self._fitted != self.size:
            self._load()
        width, base = self.size.width, self.rich_style
        drawn = self._drawn[y] if y < len(self._drawn) else None
        if drawn is None or width < 8:
            strip = Strip.blank(max(0, width - 1), base)
        else:
            inner = base + self._current if drawn.is_current else base
            sign = f"{'▌' if drawn.is_current else ' '}{drawn.sign or ' '}"
            gutter = Segment(sign, inner + self._style("mark"))
            strip = draw(
                drawn.row.pieces,
                left=self.window.left,
                width=width - 1 - GUTTER,
                base=inner,
                style=self._style,
                pattern=self._pattern,
            )
            strip = Strip([gutter, *strip], width - 1)
        bar = " " if self._thumb is None else "█" if y in self._thumb else "│"
        return Strip([*strip, Segment(bar, base + self._style("bar"))], width)

    @property
    def _current(self) -> Style:
        style = paint(self, "body-canvas--cursor")
        return Style(bgcolor=style.bgcolor, bold=style.bold)

    def _style(self, part: str) -> Style:
        name = f"body-canvas--{part}"
        return paint(self, name) if part == "match" else ink(self, name)
