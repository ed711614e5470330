"""Where the thumb of a one-column scroll bar stands, for widgets that keep their own scroll position."""

from __future__ import annotations

from typing import NamedTuple


class Thumb(NamedTuple):
    """The cells of the bar that are filled: `size` of them from `start` on, counted from the top."""

    start: int
    size: int

    def __contains__(self, y: object) -> bool:
        return isinstance(y, int) and self.start <= y < self.start + self.size


def thumb(top: int, total: int, height: int) -> Thumb | None:
    """Return the thumb for `height` of `total` rows shown from row `top` on; None where all of them fit.

    It touches an end of the bar only where an end of the rows is in sight.
    """
    if total <= height or height < 1:
        return None
    size = max(1, height * height // total)
    room, last = height - size, total - height
    if top <= 0 or room == 0:
        return Thumb(0, size)
    if top >= last:
        return Thumb(room, size)
    inner = max(1, room - 1)
    return Thumb(min(max(round(room * top / last), min(1, room)), inner), size)


def top_at(y: int, total: int, height: int) -> int:
    """Return the first row to show when cell `y` of the bar was clicked."""
    return max(0, total - height) * max(0, min(y, height - 1)) // max(1, height - 1)
