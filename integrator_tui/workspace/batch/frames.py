"""Frames: values between a process and a forked copy of it, each pickled, with its length before it.

Nobody else ever holds the other end, so that what is read here was written by the same program.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any, Final

_LENGTH: Final = 4

END: Final = bytes(_LENGTH)
"""The frame that says that no other follows."""


def frame(value: Any) -> bytes:
    """Return a value as a frame."""
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return len(data).to_bytes(_LENGTH, "big") + data


class Frames:
    """Values taken out of a stream of bytes; `ended` tells whether their end was said."""

    def __init__(self) -> None:
        self.ended = False
        self._data = b""
        self._taken = 0

    def feed(self, data: bytes) -> None:
        """Add what has come."""
        self._data = self._data[self._taken :] + data
        self._taken = 0

    def complete(self) -> Iterator[Any]:
        """Give, and take out, what has come as a whole."""
        return map(pickle.loads, self.pieces())

    def pieces(self) -> Iterator[memoryview]:
        """Give the same as it was pickled."""
        while len(self._data) - self._taken >= _LENGTH and not self.ended:
            start = self._taken + _LENGTH
            end = start + int.from_bytes(self._data[self._taken : start], "big")
            if len(self._data) < end:
                return
            self._taken = end
            if start == end:
                self.ended = True
            else:
                yield memoryview(self._data)[start:end]
