"""What a stream has brought so far, in numbers. The caller gives the time: seconds of a monotonic clock."""

from __future__ import annotations

from collections import deque
from typing import Literal

State = Literal["waiting", "streaming", "paused", "closed", "failed"]

_RATE_SECONDS = 5.0
_SLOT_SECONDS = 0.5


class StreamTally:
    """Counts items and bytes, and knows how many items a second came lately."""

    def __init__(self) -> None:
        self.state: State = "waiting"
        self.noun = "events"
        self._opened_at = 0.0
        self._begin()

    def _begin(self) -> None:
        self.items = 0
        self.bytes = 0
        self.cut = 0
        self._last_at: float | None = None
        self._closed_at: float | None = None
        self._slots: deque[tuple[float, int]] = deque()

    def open(self, now: float, noun: str) -> None:
        """Begin at zero; `noun` is what the items are called."""
        self._begin()
        self.state, self.noun, self._opened_at = "streaming", noun, now

    def add(self, now: float, items: int, size: int, cut: int = 0) -> None:
        """Count one read of `items` in `size` bytes, of which `cut` characters were left out."""
        self.items += items
        self.bytes += size
        self.cut += cut
        self._last_at = now
        if self._slots and now - self._slots[-1][0] < _SLOT_SECONDS:
            self._slots[-1] = (self._slots[-1][0], self._slots[-1][1] + items)
        else:
            self._slots.append((now, items))
        self._forget(now)

    def close(self, now: float, *, failed: bool) -> None:
        """Stop the clocks."""
        self.state, self._closed_at = "failed" if failed else "closed", now

    def rate(self, now: float) -> float:
        """Return the items a second over the last five seconds, after the end those over the whole time."""
        if self._closed_at is not None:
            return self.items / max(1.0, self._closed_at - self._opened_at)
        self._forget(now)
        span = min(_RATE_SECONDS, max(1.0, now - self._opened_at))
        return sum(count for _, count in self._slots) / span

    def since_last(self, now: float) -> float | None:
        """Return the seconds since something came; None where nothing ever did and after the end."""
        if self._last_at is None or self._closed_at is not None:
            return None
        return max(0.0, now - self._last_at)

    def _forget(self, now: float) -> None:
        while self._slots and now - self._slots[0][0] > _RATE_SECONDS:
            self._slots.popleft()


def tally_line(tally: StreamTally, now: float, *, dropped: int, following: bool, width: int) -> str:
    """Return the counters as one line; what matters least is left out first where `width` cells are too few."""
    since = tally.since_last(now)
    parts = [
        (0, tally.state),
        (1, _counted(tally.items, tally.noun)),
        (5, _size(tally.bytes)),
        (6, f"{tally.rate(now):,.0f}/s" if tally.rate(now) >= 10 else f"{tally.rate(now):.1f}/s"),
        (4, "" if since is None else f"last {_duration(since)} ago"),
        (2, f"{dropped:,} dropped" if dropped else ""),
        (7, f"{_counted(tally.cut, 'characters')} cut" if tally.cut else ""),
        (3, "" if following else "scrolled"),
    ]
    parts = [part for part in parts if part[1]]
    while len(parts) > 1 and len(" · ".join(text for _, text in parts)) > width:
        parts.remove(max(parts))
    return " · ".join(text for _, text in parts)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun.removesuffix('s') if count == 1 else noun}"


def _size(count: int) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{count} B"


def _duration(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"
