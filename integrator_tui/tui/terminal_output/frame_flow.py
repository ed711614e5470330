"""When a frame may be sent: one is on its way at a time, so that a slow line never shows what is long past.

A terminal is asked for its status with each frame (DSR 5, ECMA-48 8.3.35) and answers when it has drawn it. Nothing
depends on the answer: until the first one comes frames are sent as they are made, one that is late is waited for
only so long, and where several are missing the terminal is not waited for any more, but asked again now and then.

What a key causes does not wait for the answer to what happened by itself, and is bounded only by the bytes that are
on their way. What happens by itself also keeps to a pace in bytes a second, which no reader notices.
"""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

PATIENCE_SECONDS: Final = 1.0
"""How long an answer is waited for."""
_MOST_MISSING: Final = 3
"""Answers that are missing one after the other until the terminal is not waited for."""
_ASK_AGAIN_SECONDS: Final = 10.0
_MOST_ON_THE_WAY: Final = 8000
"""Bytes without an answer that what a key causes is added to."""
_BYTES_A_SECOND: Final = 30_000
_AT_ONCE: Final = 12_000
"""Bytes that may come at once after a silence."""
ASK: Final = "\x1b[5n"


class _Sent(NamedTuple):
    at: float
    size: int


class FrameFlow:
    """Counts frames and answers; times are seconds of one monotonic clock."""

    def __init__(self, now: float) -> None:
        self._on_the_way: deque[_Sent] = deque()
        self._has_answered = False
        self._missing = 0
        self._asked_at = now - _ASK_AGAIN_SECONDS
        self._budget, self._counted_at = float(_AT_ONCE), now

    def begin(self, now: float) -> None:
        """Begin with a terminal that nothing is known of."""
        self.__init__(now)  # type: ignore[misc]

    @property
    def asks(self) -> bool:
        """Whether the terminal is one that answers, as far as is known."""
        return self._missing < _MOST_MISSING

    def wait(self, now: float, *, is_urgent: bool) -> float:
        """Return in how many seconds the next frame may be sent, at once where that is 0 or less."""
        self._give_up(now)
        wait = 0.0
        if self._has_answered and self._on_the_way:
            size = sum(sent.size for sent in self._on_the_way)
            if not is_urgent or size > _MOST_ON_THE_WAY:
                wait = self._on_the_way[0].at + PATIENCE_SECONDS - now
        if not is_urgent:
            self._count(now)
            wait = max(wait, -self._budget / _BYTES_A_SECOND)
        return wait

    def sent(self, size: int, now: float) -> str:
        """Note that a frame of `size` bytes is sent; return what is sent behind it."""
        self._count(now)
        self._budget -= size
        if not self.asks and now - self._asked_at < _ASK_AGAIN_SECONDS:
            return ""
        self._asked_at = now
        if self.asks:
            self._on_the_way.append(_Sent(now, size))
        return ASK

    def answered(self, now: float) -> bool:
        """Take an answer; return whether a frame was on its way. One that nobody asked for counts for nothing."""
        self._missing = 0
        self._has_answered = True
        if not self._on_the_way:
            return False
        self._on_the_way.popleft()
        return True

    def _give_up(self, now: float) -> None:
        """Forget the frames whose answer does not come."""
        if not self._on_the_way or now - self._on_the_way[0].at < PATIENCE_SECONDS:
            return
        self._missing += 1
        self._on_the_way.clear()
        if not self.asks:
            self._has_answered = False

    def _count(self, now: float) -> None:
        self._budget = min(_AT_ONCE, self._budget + (now - self._counted_at) * _BYTES_A_SECOND)
        self._counted_at = now
