"""The line at the foot of a screen: its keys and what they do, as many as fit, in the order of the table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from integrator_tui.tui.widgets.drawing.ink import inks

Keys = tuple[tuple[str, str], ...]
"""Keys and the words they stand for."""


class KeyBar(Widget):
    """One row. The keys of `last` keep their place at the right; of `keys` those that fit are shown."""

    def __init__(self, keys: Sequence[tuple[str, str]] = (), last: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__()
        self._keys: Keys = tuple(keys)
        self._last: Keys = tuple(last)

    def show(self, keys: Sequence[tuple[str, str]]) -> None:
        """Show these keys."""
        if tuple(keys) != self._keys:
            self._keys = tuple(keys)
            self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 1

    def render_line(self, y: int) -> Strip:
        base, ink, width = self.rich_style, inks(self.app), self.size.width
        last_width = sum(_width(key) for key in self._last)
        segments: list[Segment] = []
        used = 0

        def add(key: tuple[str, str]) -> None:
            nonlocal used
            segments.append(Segment(f" {key[0]}", base + ink.accent))
            segments.append(Segment(f" {key[1]} ", base + ink.text))
            used += _width(key)

        for key in self._keys:
            if used + _width(key) + last_width > width:
                break
            add(key)
        segments.append(Segment(" " * max(0, width - used - last_width), base))
        for key in self._last:
            add(key)
        return Strip(segments).crop(0, width)


def _width(key: tuple[str, str]) -> int:
    return cell_len(key[0]) + cell_len(key[1]) + 3
