"""A chunked body as its bytes come (RFC 9112 section 7.1).

Rules: a size is hexadecimal digits and nothing before them; after it may stand blanks, with which old servers fill
it up, and an extension, whose content says nothing to anybody and is passed over whatever it is. Between two chunks
are at most `MAX_LINE` bytes, in the trailer `MAX_TRAILER`; the fields of the trailer are checked for their form and
dropped (section 6.5.1). All that is complete is given at once: streams come in very small chunks.
"""

from __future__ import annotations

from typing import Final

from integrator_tui.model.pattern import pattern

MAX_LINE: Final = 16 * 1024
MAX_TRAILER: Final = 100 * 1024
MOST_SIZES: Final = 1024
"""Lines with a size that are remembered of one body."""

_SIZE: Final = rb"([0-9A-Fa-f]{1,16})[ \t]*+(?:;[^\r\n]*+)?"
_FIRST: Final = pattern(_SIZE + rb"\r\n")
_NEXT: Final = pattern(rb"\r?\n" + _SIZE + rb"\r\n")
_BEGIN: Final = rb"(?:[0-9A-Fa-f]{1,16}[ \t]*+(?:;[^\r\n]*+)?\r?)?"
_FIRST_BEGUN: Final = pattern(_BEGIN)
_NEXT_BEGUN: Final = pattern(rb"\r?(?:\n" + _BEGIN + rb")?")
_TRAILER_END: Final = pattern(rb"(?:\A|\n)\r?\n")
_TRAILER: Final = pattern(rb"(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]++:[^\0\r\n]*+\r?\n(?:[ \t][^\0\r\n]*+\r?\n)*+)*+\r?\n")


_LONG: Final = f"a line between chunks is longer than {MAX_LINE // 1024} KiB"


class Malformed(ValueError):
    """The body is not chunked as it should be; the message says where."""


class TrailerTooLarge(ValueError):
    """The trailer is longer than its bound."""


class Chunks:
    """One body. `feed` it until it has `ended`; `rest` is what came after its end."""

    def __init__(self) -> None:
        self.ended = False
        self.in_trailer = False
        self.rest = b""
        self._left = 0
        self._size, self._begun = _FIRST, _FIRST_BEGUN
        self._held = bytearray()
        self._in_extension = False
        self._sizes: dict[bytes, int] = {}

    def feed(self, data: bytes) -> list[bytes]:
        """Return the pieces of the body that came; raises Malformed and TrailerTooLarge."""
        pieces: list[bytes] = []
        if self.in_trailer:
            self._trailer(data)
            return pieces
        if self._held:
            if self._in_extension and b"\r" not in data and b"\n" not in data:
                # Said byte by byte, a long one would be looked through again for each of its bytes.
                if len(self._held) + len(data) > MAX_LINE:
                    raise Malformed(_LONG)
                self._held += data
                return pieces
            data = bytes(self._held) + data
            self._held.clear()
        at, end, left = 0, len(data), self._left
        while at < end:
            if left:
                piece = data[at : at + left]
                pieces.append(piece)
                at += len(piece)
                left -= len(piece)
                continue
            # Nearly all sizes were seen before, and a look into a table is quicker than a pattern.
            line = data[at : data.find(b"\n", at + 2) + 1]
            size = self._sizes.get(line)
            if size is None:
                match = self._size.match(data, at)
                if match is None:
                    self._hold(data[at:])
                    break
                line, size = match[0], int(match[1], 16)
                if len(line) > MAX_LINE:
                    raise Malformed(_LONG)
                self._remember(line, size)
            at += len(line)
            left = size
            if not left:
                self.in_trailer = True
                self._trailer(data[at:])
                break
        self._left = left
        return pieces

    def _remember(self, line: bytes, size: int) -> None:
        if self._size is _NEXT and len(self._sizes) < MOST_SIZES and len(line) < 32:
            self._sizes[line] = size
        self._size, self._begun = _NEXT, _NEXT_BEGUN

    def _hold(self, begin: bytes) -> None:
        """Keep the beginning of a size until the rest of it comes."""
        if len(begin) > MAX_LINE:
            raise Malformed(_LONG)
        if not self._begun.fullmatch(begin):
            longer = self._size is _NEXT and begin[:1] not in b"\r\n"
            raise Malformed("a chunk is longer than its size" if longer else "the size of a chunk is no number")
        self._held += begin
        self._in_extension = b";" in begin and not begin.endswith(b"\r")

    def _trailer(self, data: bytes) -> None:
        self._held += data
        found = _TRAILER_END.search(self._held, max(0, len(self._held) - len(data) - 2))
        if len(self._held) > MAX_TRAILER and (found is None or found.end() > MAX_TRAILER):
            raise TrailerTooLarge
        if found is None:
            return
        if not _TRAILER.fullmatch(self._held, 0, found.end()):
            raise Malformed("a line of its trailer is no header")
        self.rest = bytes(self._held[found.end() :])
        self.ended = True
