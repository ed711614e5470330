"""Textual's frames as pieces with their places. Serves Textual 8.2.8.

It makes text with escape sequences of them, and whole regions of the screen each time. Nor does it look for what a
frame leaves as it is before it renders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from textual._compositor import ChopsUpdate, Compositor, CompositorUpdate, LayoutUpdate
from textual._context import visible_screen_stack
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip

Piece = tuple[int, int, Strip]
"""A strip, and the column and the row of its first cell."""


class NearCompositor(Compositor):
    """A compositor that renders the widgets in the rows that are painted, and no others.

    Textual's asks every widget of the same scrolled container for all its rows, however small what changed is: a
    letter in one field renders the whole form again, and what did not change is thrown away.
    """

    _is_painted: Callable[[int], bool] | None = None
    """Whether this row of the screen is painted now; None outside of painting."""

    def _render_chops(self, crop: Region, is_rendered_line: Callable[[int], bool]) -> Sequence[Mapping[int, Strip]]:
        self._is_painted = is_rendered_line
        try:
            return super()._render_chops(crop, is_rendered_line)
        finally:
            self._is_painted = None

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        is_painted = self._is_painted
        if crop is None or is_painted is None:
            yield from super()._get_renders(crop)
            return
        for widget, (region, clip) in self.visible_widgets.items():
            if not crop.overlaps(clip):
                continue
            shown = region.intersection(clip)
            rows = [y for y in shown.line_range if is_painted(y)]
            if not rows or not shown.width:
                continue
            # All columns: where a row is cut depends on them. Of its rows, those from the first to the last.
            part = Region(shown.x, rows[0], shown.width, rows[-1] + 1 - rows[0])
            yield region, part, widget.render_lines(part.translate(-region.offset))


def can_place(update: object) -> bool:
    """Whether an update is one of those that have a place on the screen."""
    return isinstance(update, LayoutUpdate | ChopsUpdate)


def is_part(update: object) -> bool:
    """Whether an update leaves parts of the screen as they are."""
    return isinstance(update, ChopsUpdate)


def whole(screen: Screen[Any]) -> LayoutUpdate:
    """Return all of a screen, with those that are seen behind it."""
    visible_screen_stack.set(screen.app._background_screens)
    return screen._compositor.render_full_update()


def placed(update: CompositorUpdate) -> Iterator[Piece]:
    """Return what an update writes, and where."""
    return _of_layout(update) if isinstance(update, LayoutUpdate) else _of_chops(update)  # type: ignore[arg-type]


def _of_layout(update: LayoutUpdate) -> Iterator[Piece]:
    for y, strips in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in strips:
            yield x, y, strip
            x += strip.cell_length


def _of_chops(update: ChopsUpdate) -> Iterator[Piece]:
    for y, first, end in update.spans:
        for stop, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is None or x > end or stop <= first:
                continue
            is_inside = end > x >= first and stop <= end
            yield x, y, strip if is_inside else strip.crop(0, min(stop, end) - x)
