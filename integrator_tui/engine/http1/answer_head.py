"""The head of an answer before it is parsed: what every client passes over is taken out of it (RFC 9112 section 5).

Rules: a header line whose name is no token is left out, as curl does, and told. One that may be a malformed
Content-Length or Transfer-Encoding is refused, for two readers could see two ends of the body in it (section 6.3);
so is what curl refuses too: a NUL, a line without a colon, white space before the first header. A Content-Length
that is said several times counts once where all say the same number (RFC 9110 section 8.6).
"""

from __future__ import annotations

import re
from typing import Final

from integrator_tui.engine.failure import quote
from integrator_tui.engine.oddity import MOST, note
from integrator_tui.model.pattern import pattern

_END: Final = pattern(rb"\n\r?\n")
"""Where a head ends; a single LF ends a line too (RFC 9112 section 2.2)."""

MAX_DIGITS: Final = 20

_TOKEN: Final = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
_FIELD: Final = pattern(_TOKEN + rb":[^\r\n]*+\r?\n(?:[ \t][^\r\n]*+\r?\n)*+")
_SOUND: Final = pattern(rb"[\r\n]*+[^\r\n]*+\r?\n(?:" + _TOKEN + rb":[^\r\n]*+\r?\n)*+\r?\n")
_LINE: Final = pattern(rb"[^\n]*+\n")
_CALLS_ITSELF_2: Final = pattern(rb"[\r\n]*+HTTP/2\.0 ")
_BARE_CR: Final = pattern(rb"\r(?!\n)")
_FOLD: Final = pattern(rb"\n[ \t]")
_LENGTHS: Final = pattern(rb"\ncontent-length[ \t]*:([^\n]*)", re.IGNORECASE)
_NOT_IN_A_NAME: Final = pattern(rb"[^a-z]+")
_FRAMING: Final = frozenset({b"contentlength", b"transferencoding"})


class Unsafe(ValueError):
    """The head cannot be read in one way alone; the message says why."""


class HeadBuffer:
    """Holds what came of a head until it is whole; who feeds it bounds it."""

    def __init__(self) -> None:
        self._held = bytearray()

    def take(self, data: bytes) -> tuple[bytes | None, bytes]:
        """Return the head that `data` completes and what follows it, None and nothing where it completes none.

        Empty lines before an answer are passed over.
        """
        seen = max(len(self._held) - 2, 0)
        self._held += data
        lead = len(self._held) - len(self._held.lstrip(b"\r\n"))
        end = _END.search(self._held, max(seen, lead))
        if end is None:
            return None, b""
        head, rest = bytes(self._held[: end.end()]), bytes(self._held[end.end() :])
        self._held.clear()
        return head, rest


def mended(head: bytes, notes: list[str]) -> bytes:
    """Return a head, up to its empty line, as the parser may see it; tell `notes` what is odd about it.

    Raises Unsafe.
    """
    if b"\0" in head:
        raise Unsafe("a header line holds a NUL")
    if head.count(b"\n") != head.count(b"\r\n"):
        note(notes, "its lines end in a line feed alone")
    if _CALLS_ITSELF_2.match(head):
        note(notes, "it calls itself HTTP/2.0 and is written as HTTP/1.1")
        head = head.replace(b"HTTP/2.0", b"HTTP/1.1", 1)
    lengths = _LENGTHS.findall(head)
    said_once = not lengths or (len(lengths) == 1 and b"," not in lengths[0])
    if said_once and _SOUND.fullmatch(head):
        return head
    first, *fields = _fields(head)
    kept = [field for field in fields if _is_field(field, notes)]
    if not said_once:
        kept = _one_length(kept, notes)
    return b"".join([first, *kept, b"\r\n"])


def _fields(head: bytes) -> list[bytes]:
    """The status line and the header lines, each with those it goes on in (RFC 9112 section 5.2)."""
    first, *lines, _ = _LINE.findall(head.lstrip(b"\r\n"))
    fields: list[bytes] = [first]
    for line in lines:
        if not line.startswith((b" ", b"\t")):
            fields.append(line)
        elif len(fields) == 1:
            raise Unsafe("white space stands before its first header")
        else:
            fields[-1] += line
    return fields


def _is_field(line: bytes, notes: list[str]) -> bool:
    """Tell whether a line is a header, and note it where it is passed over; raises Unsafe."""
    if _FIELD.fullmatch(line):
        if _FOLD.search(line):
            note(notes, "a header goes on in a second line")
        return True
    name, colon, _ = line.partition(b":")
    if not colon:
        raise Unsafe(f"a header line has no colon: {_told(line)}")
    if _BARE_CR.search(line):
        raise Unsafe(f"a carriage return stands in a header line: {_told(line)}")
    if _NOT_IN_A_NAME.sub(b"", name.lower()) in _FRAMING:
        raise Unsafe(f"the header line that tells its length is malformed: {_told(line)}")
    if len(notes) < MOST:
        note(notes, f"the header line {_told(line)} was passed over: that is no name of a header")
    return False


def _told(line: bytes) -> str:
    return f"'{quote(line.strip(), 80)}'"


def _one_length(fields: list[bytes], notes: list[str]) -> list[bytes]:
    """Return the header lines with one Content-Length in place of several; raises Unsafe where they differ."""
    lengths = [field for field in fields if field[:15].lower() == b"content-length:"]
    values = {value.strip() for field in lengths for value in field[15:].split(b",")}
    if not all(value.isdigit() and len(value) <= MAX_DIGITS for value in values):
        raise Unsafe("its Content-Length is no number")
    if len({int(value) for value in values}) != 1:
        raise Unsafe("its Content-Length is said twice, and differently")
    note(notes, "its Content-Length is said twice, alike")
    others = [field for field in fields if field not in lengths]
    return [*others, b"Content-Length: %d\r\n" % int(values.pop())]


_SAID_ONCE: Final = (b"content-type", b"location")


def once(headers: list[tuple[bytes, bytes]], notes: list[str]) -> list[tuple[bytes, bytes]]:
    """Return header lines without repetitions of those that are no lists, and that would be read as one joined by
    commas (RFC 9110 section 5.3); tell `notes`. Where they differ all are kept."""
    for wanted in _SAID_ONCE:
        found = [line for line in headers if line[0].lower() == wanted]
        if len(found) > 1 and len({value for _, value in found}) == 1:
            note(notes, f"its {wanted.decode().title()} is said twice, alike")
            headers = [line for line in headers if line is found[0] or line not in found]
    return headers
