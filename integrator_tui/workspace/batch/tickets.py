"""Tickets: numbers that two processes take, each number once, by whoever is ready for another.

Rules: a pipe holds them, which gives what one read asks for to one reader (pipe(7)). What does not fit into it is
left to whoever would have offered it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Final

_SIZE: Final = 4


class Tickets:
    """Make it before the fork, and fill it once after it, on either side. Iterating takes what is there."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def fill(self, numbers: Sequence[int]) -> Sequence[int]:
        """Offer these numbers, in their order, each below 2^32; return those that there was no room for."""
        offered = 0
        try:
            while offered < len(numbers):
                os.write(self._write, numbers[offered].to_bytes(_SIZE, "big"))
                offered += 1
        except BlockingIOError:
            pass
        return numbers[offered:]

    def __iter__(self) -> Iterator[int]:
        while True:
            try:
                ticket = os.read(self._read, _SIZE)
            except BlockingIOError:
                return
            yield int.from_bytes(ticket, "big")

    def close(self) -> None:
        """Let go of the pipe; may be called again."""
        for end in (self._read, self._write):
            if end >= 0:
                os.close(end)
        self._read = self._write = -1
