"""Parsers of streams: bytes as they come in, whole items out, memory bounded whatever the server sends.

Rules: server-sent events are read as the WHATWG says (HTML 9.2.5 and 9.2.6): UTF-8, one BOM skipped, lines
end in LF, CR or CRLF, an event ends at an empty line, an unfinished one at the end of the body is dropped.
Anything else is lines with the same ends, and an unfinished last line counts. A line, or the data of an
event, longer than the limit is delivered cut, with the number of characters left out. Undecodable bytes
become U+FFFD; nothing else is changed here: who shows text makes it visible.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from integrator_tui.engine.body.decoding import is_event_stream
from integrator_tui.model.stream import Event, StreamLine

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

LIMIT: Final = 1 << 20
"""Bytes of a line, and of the data of an event, that are kept."""

_BOM: Final = b"\xef\xbb\xbf"
_CONTINUATION: Final = bytes(range(0x80, 0xC0))
_RETRY: Final = re.compile(r"[0-9]{1,15}\Z", re.ASCII)
_CHARSETS: Final = re.compile(
    r"utf-?16(?:-?[lb]e)?|iso-?8859-\d+|latin-?1|windows-125\d|cp125\d|koi8-[ru]|big5|gbk|gb2312|gb18030"
    r"|euc-(?:jp|kr)|shift[_-]jis"
)


def parser_for(content_type: str) -> EventParser | LineParser:
    """Return the parser for an answer of that Content-Type; an unknown charset is read as UTF-8."""
    if is_event_stream(content_type):
        return EventParser()
    match = re.search(r";\s*charset\s*=\s*\"?([^\s;\"]+)", content_type, re.IGNORECASE)
    return LineParser(match[1] if match else "utf-8")


class LineParser:
    """Lines of text, NDJSON included, one Line each without its end."""

    def __init__(self, charset: str = "utf-8", limit: int = LIMIT) -> None:
        self._ends = _Ends()
        self._lines = _Lines(limit)
        self._decoder = _decoder(charset)

    def feed(self, chunk: bytes) -> tuple[StreamLine, ...]:
        """Return the lines that `chunk` completes."""
        return self._made(*self._lines.feed(self._ends.feed(self._utf8(chunk))))

    def close(self) -> tuple[StreamLine, ...]:
        """Return the last line where it has no end: nothing more will come."""
        lines, cuts = self._lines.feed(self._ends.feed(self._utf8(b"", final=True)))
        rest, rest_cuts = self._lines.close()
        return self._made(lines, cuts) + self._made(rest, rest_cuts)

    def _utf8(self, chunk: bytes, *, final: bool = False) -> bytes:
        return self._decoder.decode(chunk, final).encode() if self._decoder else chunk

    @staticmethod
    def _made(lines: list[str], cuts: dict[int, int]) -> tuple[StreamLine, ...]:
        if cuts:
            return tuple(StreamLine(text, cuts.get(index, 0)) for index, text in enumerate(lines))
        return tuple(map(StreamLine, lines))


class EventParser:
    """Server-sent events. `retry` is the reconnection time last asked for, in milliseconds."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._ends = _Ends()
        self._lines = _Lines(limit)
        self._limit = limit
        self._between = False  # whether all that came so far ended with an empty line
        self._id = ""
        self.retry: int | None = None
        self._reset()

    def feed(self, chunk: bytes) -> tuple[Event, ...]:
        """Return the events that `chunk` completes."""
        chunk = self._ends.feed(chunk)
        events: list[Event] = []
        for start in range(0, len(chunk), self._limit):
            self._feed(chunk[start : start + self._limit], events)
        return tuple(events)

    def _feed(self, chunk: bytes, events: list[Event]) -> None:
        """Take events that lie whole in `chunk`, too short to be cut, at once, and the rest line by line."""
        first = 0 if self._between else chunk.find(b"\n\n") + 2
        last = chunk.rfind(b"\n\n") + 2
        if last == 1:
            first = last = len(chunk)
        self._by_lines(chunk[:first], events)
        if last > first:
            self._whole(chunk[first : last - 2].decode("utf-8", "replace"), events)
        self._by_lines(chunk[last:], events)
        self._between = chunk.endswith(b"\n\n")

    def _whole(self, text: str, events: list[Event]) -> None:
        """Take text that begins and ends with an event, less the end of its last line."""
        # Imported where a stream needs it: a test of one event does not.
        from integrator_tui.engine.body import sse_runs

        if run := sse_runs.taken(text, self._id):
            events += run
            self._id = run[-1].id
            return
        for block in text.split("\n\n"):
            for line in block.split("\n"):
                self._line(line, 0, events)
            self._dispatch(events)

    def _by_lines(self, chunk: bytes, events: list[Event]) -> None:
        lines, cuts = self._lines.feed(chunk)
        for index, line in enumerate(lines):
            self._line(line, cuts.get(index, 0), events)

    def _line(self, line: str, cut: int, events: list[Event]) -> None:
        if not line:
            self._dispatch(events)
        elif line.startswith("data:"):
            self._append(line[6:] if line.startswith("data: ") else line[5:], cut)
        else:
            self._field(line, cut)

    def close(self) -> tuple[Event, ...]:
        """Return nothing: an event that has not ended when the body ends is dropped."""
        self._reset()
        return ()

    def _reset(self) -> None:
        self._data: list[str] = []
        self._size = self._cut = 0
        self._type = ""
        self._own_retry: int | None = None

    def _dispatch(self, events: list[Event]) -> None:
        if self._data:
            data = self._data[0] if len(self._data) == 1 else "\n".join(self._data)
            events.append(Event(self._type or "message", data, self._id, self._own_retry, self._cut))
        elif not self._type and self._own_retry is None:
            return
        self._reset()

    def _append(self, value: str, cut: int) -> None:
        room = self._limit - self._size
        if len(value) >= room:
            cut += len(value) - room if room > 0 else len(value) + 1
            value = value[: max(room, 0)]
        if room > 0:
            self._data.append(value)
        self._size += len(value) + 1
        self._cut += cut

    def _field(self, line: str, cut: int) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._type = value
        elif name == "id":
            self._id = value if "\0" not in value else self._id
        elif name == "data":
            self._append(value, cut)
        elif name == "retry" and _RETRY.match(value):
            self.retry = self._own_retry = int(value)


class _Ends:
    """Makes every line end LF, whatever it was and however it was cut."""

    def __init__(self) -> None:
        self._after_cr = False

    def feed(self, chunk: bytes) -> bytes:
        if not chunk:
            return chunk
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self._after_cr = chunk.endswith(b"\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in chunk else chunk


class _Lines:
    """Cuts bytes into lines of decoded text. Given with them: how many characters each cut line lost, by index."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open = bytearray()
        self._left_out = 0
        self._at_start = True

    def feed(self, chunk: bytes) -> tuple[list[str], dict[int, int]]:
        if len(chunk) > self._limit:
            return self._feed_slices(chunk)
        if not chunk:
            return [], {}
        first = chunk.find(b"\n")
        if first < 0:
            self._add(chunk)
            return [], {}
        last = chunk.rfind(b"\n")
        self._add(chunk[:first])
        text, cut = self._finished()
        lines = [text]
        if last > first:
            lines += chunk[first + 1 : last].decode("utf-8", "replace").split("\n")
        self._add(chunk[last + 1 :])
        return lines, {0: cut} if cut else {}

    def close(self) -> tuple[list[str], dict[int, int]]:
        if not self._open:
            return [], {}
        text, cut = self._finished()
        return [text], {0: cut} if cut else {}

    def _feed_slices(self, chunk: bytes) -> tuple[list[str], dict[int, int]]:
        lines: list[str] = []
        cuts: dict[int, int] = {}
        for start in range(0, len(chunk), self._limit):
            more, more_cuts = self.feed(chunk[start : start + self._limit])
            cuts |= {len(lines) + index: cut for index, cut in more_cuts.items()}
            lines += more
        return lines, cuts

    def _add(self, piece: bytes) -> None:
        room = self._limit - len(self._open)
        self._open += piece[:room]
        self._left_out += len(piece[room:].translate(None, _CONTINUATION))

    def _finished(self) -> tuple[str, int]:
        data, cut = bytes(self._open), self._left_out
        self._open.clear()
        self._left_out = 0
        if self._at_start:
            self._at_start = False
            data = data.removeprefix(_BOM)
        if cut:
            whole = _without_broken_end(data)
            return whole.decode("utf-8", "replace"), cut + (len(whole) < len(data))
        return data.decode("utf-8", "replace"), 0


def _without_broken_end(data: bytes) -> bytes:
    """`data` less a last character whose bytes are not all there."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte >= 0xC0:
            needed = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return data[:-back] if needed > back else data
        if byte < 0x80:
            break
    return data


class _Utf16(codecs.BufferedIncrementalDecoder):
    """UTF-16 in the order that its byte order mark says, little-endian without one, as browsers read it
    (WHATWG Encoding 4.2); Python's own raises where there is none."""

    _decode: Callable[[Buffer, str, bool], tuple[str, int]] | None = None

    def _buffer_decode(self, input: Buffer, errors: str, final: bool) -> tuple[str, int]:  # noqa: A002
        if self._decode is None:
            begin = bytes(input)[:2]
            if len(begin) < 2 and not final:
                return "", 0
            big = begin == codecs.BOM_UTF16_BE
            self._decode = codecs.utf_16_be_decode if big else codecs.utf_16_le_decode
        return self._decode(input, errors, final)


def _decoder(charset: str) -> codecs.IncrementalDecoder | None:
    """A decoder for a charset that is neither UTF-8 nor part of it; None for any that is, or is not known."""
    name = charset.lower()
    if not _CHARSETS.fullmatch(name):
        return None
    if name in {"utf-16", "utf16"}:
        return _Utf16("replace")
    try:
        return codecs.getincrementaldecoder(name)("replace")
    except LookupError:
        return None
