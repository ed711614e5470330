"""Lines of a log in bounded memory: appended at the end, read anywhere, forgotten from the front.

The newest lines stand as they came; each time `BLOCK` bytes of them have gathered they become one zlib block
with the number of its first line. Nothing is on disk, since an answer may hold secrets. When the blocks and
what it takes to keep them outgrow `max_bytes` the oldest are dropped and their lines counted. Lines keep their
numbers: the first ever appended is 0, whatever was dropped since.

A line is stored as UTF-8 behind one byte for its kind, none for a plain one. The bytes of kinds never occur in
UTF-8, so no text can pass for one. A line longer than `LONGEST` characters is stored as several, of which all
but the first are of the kind CONTINUED; `texts` joins them again.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from enum import IntEnum
from itertools import chain
from typing import Final, NamedTuple

BLOCK: Final = 1 << 17
_LEVEL: Final = 4
"""Of zlib: a tenth less memory than with 1, for half a microsecond a line; 5 is too slow for
110,000 lines a second."""
LONGEST: Final = 1 << 13
DEFAULT_MAX_BYTES: Final = 48 << 20
_BLOCK_OVERHEAD: Final = 128
_CACHED_BLOCKS: Final = 2


class LineKind(IntEnum):
    """What a line is; the value of all but PLAIN is the byte that stands before it."""

    PLAIN = 0
    CONTINUED = 0xFF
    EVENT = 0xFE
    MORE = 0xFD
    NOTE = 0xFC
    FAILURE = 0xFB


class StoredLine(NamedTuple):
    """A line as it came, control characters and all."""

    text: str
    kind: LineKind


class Chunk(NamedTuple):
    """The lines `first` to before `end` that are stored together, as their bytes between line breaks."""

    first: int
    end: int
    raw: bytes


class LineStore:
    """Append-only lines; `oldest` is the number of the first that is still here, `end` that of the next one."""

    def __init__(self, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self.clear()

    def clear(self) -> None:
        """Forget everything and begin again at line 0."""
        self._blocks: list[bytes] = []
        self._firsts: list[int] = []
        self._tail: list[bytes] = []
        self._tail_first = 0
        self._tail_bytes = 0
        self._sealed_bytes = 0
        self._split: dict[int, list[bytes]] = {}

    @property
    def end(self) -> int:
        """The number of lines ever appended."""
        return self._tail_first + len(self._tail)

    @property
    def oldest(self) -> int:
        """The number of the oldest line that was not dropped, which is how many were."""
        return self._firsts[0] if self._firsts else self._tail_first

    def append(self, text: str, kind: LineKind = LineKind.PLAIN) -> None:
        """Append `text`, which becomes one line, or more where it holds line breaks or is very long."""
        if len(text) <= LONGEST and "\n" not in text:
            self._put(text, kind)
            return
        for line in text.split("\n"):
            self._put(line[:LONGEST], kind)
            for at in range(LONGEST, len(line), LONGEST):
                self._put(line[at : at + LONGEST], LineKind.CONTINUED)

    def get(self, start: int, count: int) -> list[StoredLine]:
        """Return up to `count` lines from line `start` on, in O(blocks touched); dropped ones are passed over."""
        at, end = max(start, self.oldest), min(start + count, self.end)
        lines: list[StoredLine] = []
        while at < end:
            if at >= self._tail_first:
                found: Sequence[bytes] = self._tail[at - self._tail_first : end - self._tail_first]
            else:
                first, block = self._block(at)
                found = block[at - first : end - first]
            lines.extend(map(_decoded, found))
            at += len(found)
        return lines

    def chunk(self, line: int) -> Chunk:
        """Return the chunk that holds line number `line`, which must be here."""
        if line >= self._tail_first:
            return Chunk(self._tail_first, self.end, b"\n".join(self._tail))
        at = bisect_right(self._firsts, line) - 1
        end = self._firsts[at + 1] if at + 1 < len(self._firsts) else self._tail_first
        return Chunk(self._firsts[at], end, zlib.decompress(self._blocks[at]))

    def texts(self) -> Iterator[str]:
        """Return an iterator of all lines that are here now, long ones whole again.

        It may be consumed in another thread while lines are appended or dropped.
        """
        return _whole_lines(tuple(self._blocks), tuple(self._tail))

    def _block(self, line: int) -> tuple[int, list[bytes]]:
        at = bisect_right(self._firsts, line) - 1
        first = self._firsts[at]
        if first not in self._split:
            if len(self._split) >= _CACHED_BLOCKS:
                del self._split[next(iter(self._split))]
            self._split[first] = zlib.decompress(self._blocks[at]).split(b"\n")
        return first, self._split[first]

    def _put(self, text: str, kind: LineKind) -> None:
        line = text.encode("utf-8", "surrogatepass")
        self._tail.append(bytes((kind,)) + line if kind else line)
        self._tail_bytes += len(line) + 2
        if self._tail_bytes >= BLOCK:
            self._seal()

    def _seal(self) -> None:
        block = zlib.compress(b"\n".join(self._tail), _LEVEL)
        self._blocks.append(block)
        self._firsts.append(self._tail_first)
        self._sealed_bytes += len(block) + _BLOCK_OVERHEAD
        self._tail_first += len(self._tail)
        self._tail, self._tail_bytes = [], 0
        surplus = 0
        while self._sealed_bytes > self._max_bytes and surplus < len(self._blocks):
            self._sealed_bytes -= len(self._blocks[surplus]) + _BLOCK_OVERHEAD
            self._split.pop(self._firsts[surplus], None)
            surplus += 1
        del self._blocks[:surplus], self._firsts[:surplus]


def _decoded(line: bytes) -> StoredLine:
    kind = LineKind(line[0]) if line and line[0] >= LineKind.FAILURE else LineKind.PLAIN
    return StoredLine((line[1:] if kind else line).decode("utf-8", "surrogatepass"), kind)


def _whole_lines(blocks: tuple[bytes, ...], tail: tuple[bytes, ...]) -> Iterator[str]:
    sealed = (line for block in blocks for line in zlib.decompress(block).split(b"\n"))
    whole: list[str] = []
    for line in map(_decoded, chain(sealed, tail)):
        if whole and line.kind is not LineKind.CONTINUED:
            yield "".join(whole)
            whole = []
        whole.append(line.text)
    if whole:
        yield "".join(whole)
