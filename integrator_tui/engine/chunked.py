"""Chunked bodies (RFC 9112 section 7.1), taken apart as they come.

Rules: strict, for what is lenient here is read in two ways by two parties: a size is 1 to 16 hexadecimal
digits, every line ends with CR LF, extensions and trailer fields are passed over within a bound. All that
one network read completes is given at once, because streams come in very small chunks.
"""

from __future__ import annotations

import re
from typing import Final

MAX_LINE: Final = 16 * 1024
"""Bytes of a chunk's size line with its extensions, or of one trailer field."""
MAX_TRAILER: Final = 100 * 1024
"""Bytes of all trailer fields."""

_DIGITS: Final = b"0123456789ABCDEFabcdef"
_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n\0]*)?")


class ChunkError(ValueError):
    """The body is not chunked as it should be; the message says how, in a few words."""


def _whole_chunks(data: bytes, at: int, pieces: list[bytes]) -> int:
    """Take the chunks that are there as a whole and plain, and return where the first other begins."""
    while True:
        end = data.find(b"\r\n", at, at + 18)
        digits = data[at:end]
        if end <= at or digits.translate(None, _DIGITS):
            return at
        stop = end + 2 + int(digits, 16)
        if stop == end + 2 or data[stop : stop + 2] != b"\r\n":
            return at
        pieces.append(data[end + 2 : stop])
        at = stop + 2


class ChunkDecoder:
    """Takes the chunks apart. `ended` says that the last one was seen, `rest` what came after it."""

    def __init__(self) -> None:
        self.ended = False
        self.rest = b""
        self._left = 0  # of the present chunk
        self._line_end_due = False
        self._in_trailer = False
        self._trailer = 0

    def feed(self, data: bytes) -> bytes:
        """Return the content that `data` completes; raises ChunkError."""
        data = self.rest + data if self.rest else data
        pieces: list[bytes] = []
        at = 0
        while not self.ended:
            if not (self._left or self._line_end_due or self._in_trailer):
                at = _whole_chunks(data, at, pieces)
            if self._left:
                piece = data[at : at + self._left]
                pieces.append(piece)
                at += len(piece)
                self._left -= len(piece)
                if self._left:
                    break
                self._line_end_due = True
            end = data.find(b"\n", at, at + MAX_LINE)
            if end < 0:
                if len(data) - at >= MAX_LINE:
                    raise ChunkError(f"a line between chunks is longer than {MAX_LINE // 1024} KiB")
                self._check_line_end(data[at : at + 1])
                break
            self._line(data[at : end + 1])
            at = end + 1
        self.rest = data[at:]
        return b"".join(pieces)

    def _line(self, line: bytes) -> None:
        if not line.endswith(b"\r\n"):
            raise ChunkError("a line between chunks does not end with CR LF")
        if self._line_end_due:
            self._check_line_end(line)
            if line != b"\r\n":
                raise ChunkError("a chunk is longer than it says")
            self._line_end_due = False
        elif self._in_trailer:
            self._trailer += len(line)
            if self._trailer > MAX_TRAILER:
                raise ChunkError(f"its trailer is larger than {MAX_TRAILER // 1024} KiB")
            self.ended = line == b"\r\n"
        else:
            match = _SIZE.fullmatch(line, 0, len(line) - 2)
            if match is None:
                raise ChunkError("a chunk does not begin with its size")
            self._left = int(match[1], 16)
            self._in_trailer = self._left == 0

    def _check_line_end(self, begin: bytes) -> None:
        """Tell content beyond a chunk's end at once, instead of looking for a line end in it."""
        if self._line_end_due and begin[:1] not in (b"", b"\r"):
            raise ChunkError("a chunk is longer than it says")
