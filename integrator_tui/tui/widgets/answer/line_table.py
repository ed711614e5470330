"""Where the lines of a laid-out body begin, how deep they stand, and which of them belong together.

Eight bytes a line and sixteen a container, whatever the body holds: a body of 5 MB may have two million lines. A
scanner fills the table from the beginning; what is there already can be shown meanwhile. A line has at most
`LONGEST` bytes: what is longer goes on in continued lines.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Final

LONGEST: Final = 4096
"""Bytes of one line, at most; a longer one is continued."""
CLOSED_AT_ONCE: Final = 1 << 14
"""Containers without an end that are given one before others get their turn."""

CLOSES: Final = 1
CONTINUES: Final = 2
STEP: Final = 4
"""A level is `STEP` times the depth, and `CLOSES` or `CONTINUES` more for a line that is no value of its own."""


class LineTable:
    """Lines by number, and containers in the order of the lines that open them.

    Container number n spans the lines `openers[n]` to `closers[n]` (0 while its end is not known yet) and has
    `counts[n]` values directly in it.
    """

    def __init__(self) -> None:
        self.starts = array("I")
        self.levels = array("I")
        self.openers = array("I")
        self.closers = array("I")
        self.counts = array("I")
        self.container_levels = array("I")
        self.end = 0
        """Where the last line ends."""
        self.text_from: int | None = None
        """The first line that is not laid out, since what stands there is not of the format."""
        self.is_complete = False

    def __len__(self) -> int:
        return len(self.starts)

    def span(self, line: int) -> tuple[int, int]:
        """Return where the bytes of a line begin and end."""
        start = self.starts[line]
        end = self.starts[line + 1] if line + 1 < len(self.starts) else self.end
        # What follows a line of the longest is blank.
        return start, min(end, start + LONGEST + 4)

    def depth(self, line: int) -> int:
        """Return how many containers a line stands in."""
        return self.levels[line] // STEP

    def line_at(self, place: int) -> int:
        """Return the line that holds the byte at `place`."""
        return max(0, bisect_right(self.starts, place) - 1)

    def is_continued(self, line: int) -> bool:
        """Whether a line continues the one above it."""
        return bool(self.levels[line] & CONTINUES)

    def closes(self, line: int) -> bool:
        """Whether a line closes a container."""
        return bool(self.levels[line] & CLOSES)

    def head(self, line: int) -> int:
        """Return the line that this one continues, itself where it continues none."""
        while line and self.is_continued(line):
            line -= 1
        return line

    def tail(self, line: int) -> int:
        """Return the last line that continues this one, itself where none does."""
        while line + 1 < len(self) and self.is_continued(line + 1):
            line += 1
        return line

    def container_at(self, line: int) -> int | None:
        """Return the container that a line opens, None where it opens none."""
        at = bisect_left(self.openers, line)
        return at if at < len(self.openers) and self.openers[at] == line else None

    def containers_around(self, line: int) -> Iterator[int]:
        """Give the containers that a line lies in or closes, the innermost first."""
        at, level = bisect_left(self.openers, line), self.depth(line) * STEP
        if not self.closes(line):
            level -= STEP
        while level >= 0:
            at = self._last_of(level, at)
            yield at
            level -= STEP

    def _last_of(self, level: int, end: int) -> int:
        """Return the last container at `level` before number `end`; siblings are passed over many at a time."""
        size = 16
        while True:
            begin = max(0, end - size)
            found = self.container_levels[begin:end][::-1]
            try:
                return end - 1 - found.index(level)
            except ValueError:
                assert begin, "every level but the first lies in another"
                end, size = begin, min(size * 8, 1 << 16)

    # filling

    def add(self, start: int, end: int, level: int, data: bytes) -> None:
        """Add a line, and those that continue it where it is longer than one may be."""
        self.starts.append(start)
        self.levels.append(level)
        self.end = end
        at = start + LONGEST
        while at < end:
            at = character_start(data, at)
            self.starts.append(at)
            self.levels.append(level & ~CLOSES | CONTINUES)
            at += LONGEST

    def open(self, line: int) -> int:
        """Say that a line opens a container, and return its number."""
        self.openers.append(line)
        self.closers.append(0)
        self.counts.append(0)
        self.container_levels.append(self.levels[line])
        return len(self.openers) - 1

    def finish(self) -> Iterator[None]:
        """Say that there are no more lines: what is still open ends with the last laid-out one."""
        last = (len(self) if self.text_from is None else self.text_from) - 1
        for begin in range(0, len(self.closers), CLOSED_AT_ONCE):
            for at, closer in enumerate(self.closers[begin : begin + CLOSED_AT_ONCE], begin):
                if not closer:
                    self.closers[at] = max(last, self.openers[at])
            yield
        self.is_complete = True


def character_start(data: bytes, place: int) -> int:
    """Return where the character of UTF-8 begins that the byte at `place` belongs to."""
    for back in range(4):
        if place >= len(data) or data[place - back] & 0xC0 != 0x80:
            return place - back
    return place
