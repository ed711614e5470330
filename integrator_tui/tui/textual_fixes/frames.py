"""Textual's frames as pieces with their places. Serves Textual 8.2.8.

It makes text with escape sequences of them, and whole regions of the screen each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual._context import visible_screen_stack
from textual.screen import Screen
from textual.strip import Strip

Piece = tuple[int, int, Strip]
"""A strip, and the column and the row of its first cell."""


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
