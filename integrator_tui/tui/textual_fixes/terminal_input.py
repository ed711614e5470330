"""What a terminal sends, cut into pieces: text, keys, mouse reports, pastes. Nothing it sends is trusted.

A terminal sends more than keys: answers to what it was asked, by the program before this one too, and over a slow
link they come late and in parts. Sequences are framed as ECMA-48 section 5.4 (CSI) and 5.6 (strings) have them, and
taken whole however they are cut. Strings (OSC, DCS, APC, PM, SOS) are always answers, and end here; which of the
others is a key is not decided here. What begins a sequence that never ends is forgotten after a while, and types
nothing. Bytes that are no UTF-8 (RFC 3629) are dropped; in a paste U+FFFD stands in their place.

Escape alone is a key and the beginning of every sequence: it is a key where nothing follows for a moment. Where an
answer came just now, or the program began just now, that moment is longer, and if the rest of an answer comes after
it, the rest is recognised without its beginning.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Generator, Iterator
from typing import Final, Literal, NamedTuple

MOST_PASTED: Final = 2 << 20
"""Bytes of the largest paste that is taken."""
ESCAPE_SECONDS: Final = 0.1
"""How long nothing follows an Escape that is a key."""
ANSWERING_SECONDS: Final = 0.5
"""The same while answers are on their way."""
EXPECTING_SECONDS: Final = 2.0
"""How long more answers are expected, after the start and after each of them."""
UNFINISHED_SECONDS: Final = 5.0
"""How long the rest of a sequence is waited for."""
PASTE_SECONDS: Final = 10.0
"""How long the rest of a paste is waited for."""

_ESC: Final = 0x1B
_PASTE_BEGINS, _PASTE_ENDS = b"\x1b[200~", b"\x1b[201~"
_LONGEST_SEQUENCE: Final = 128
_X10_BYTES: Final = 3
"""A mouse report of X10 mode: `CSI M` and three bytes, which may be any."""

_STRINGS: Final = {
    ord("]"): re.compile(rb"[0-9lLI]"),
    ord("P"): re.compile(rb"[0-9>!$+=|{]"),
    ord("_"): re.compile(rb"G"),
    ord("^"): re.compile(rb"[ -~]"),
    ord("X"): re.compile(rb"[ -~]"),
}
"""What begins a string (OSC, DCS, APC, PM, SOS), and the byte that comes next where it is an answer."""
_STRING_ENDS: Final = re.compile(rb"[\x00-\x1f\x7f]")
_RXVT_SHIFTED: Final = re.compile(rb"\[[0-9]+")
_ANSWER: Final = re.compile(
    rb"\[[?>=][0-9;:]*[ -/]*[@-~]|\[[0-9]*;[0-9]*R|\[[0-9;]+[cn]|\[[0-9]+;[0-9]+\$y|\[([0-9]+|[0-9]+(;[0-9]*){2,})t"
    rb"|\[[23](;[0-9]+){6}x"
)
"""Answers among the sequences that begin with CSI: to DA, DSR, DECRQM, CPR, XTWINOPS, DECREQTPARM and the questions
for the flags of the keyboard. CPR is shift+F3 of some terminals, which nothing here is bound to."""

_STATUS: Final = b"[0n"
"""The answer to DSR 5 (ECMA-48 8.3.35): ready."""


class Typed(NamedTuple):
    """Characters, each of them a key."""

    text: str


class EscapeSequence(NamedTuple):
    """A whole escape sequence, or Escape alone. Of the answers only those of DECRQM and DSR 5 are told."""

    text: str


class Pasted(NamedTuple):
    """What stood between the marks of a paste."""

    text: str


class RefusedPaste(NamedTuple):
    """A paste of more than `MOST_PASTED` bytes, told as soon as that is known; the rest of it is dropped."""

    limit: int


Piece = Typed | EscapeSequence | Pasted | RefusedPaste
_State = Literal["ground", "escape", "alt", "csi", "x10", "linux", "ss3", "string", "string end", "paste"]


class TerminalInput:
    """Takes bytes as they come and gives the pieces; times are seconds of one monotonic clock."""

    def __init__(self, now: float, escape_seconds: float = ESCAPE_SECONDS) -> None:
        self._escape_seconds = escape_seconds
        self._state: _State = "ground"
        self._sequence = bytearray()
        self._decode = getincrementaldecoder("utf-8")("ignore").decode
        self._paste = bytearray()
        self._is_refused = False
        self._is_late = False
        self._since = now
        self._expecting_until = now + EXPECTING_SECONDS
        self._late_until = now

    @property
    def until(self) -> float | None:
        """The time at which `tick` has something to do, where nothing comes before; None where it has nothing."""
        return None if self._waits is None else self._since + self._waits

    @property
    def _waits(self) -> float | None:
        match self._state:
            case "ground":
                return None
            case "escape":
                expecting = self._since < self._expecting_until
                return max(self._escape_seconds, ANSWERING_SECONDS) if expecting else self._escape_seconds
            case "paste":
                return PASTE_SECONDS
        is_one_letter = self._is_late and len(self._sequence) == 1
        return ANSWERING_SECONDS if is_one_letter else UNFINISHED_SECONDS

    def tick(self, now: float) -> Iterator[Piece]:
        """Give up waiting for the rest of something, where it is time for that."""
        if self.until is None or now < self.until:
            return
        if self._state == "escape":
            self._late_until = now + EXPECTING_SECONDS
            self._state = "ground"
            yield EscapeSequence("\x1b")
        elif self._state == "paste":
            yield from self._end_of_paste(bytes(self._paste))
        else:
            yield from self._give_up()

    def feed(self, data: bytes, now: float) -> Iterator[Piece]:
        """Take bytes. How long they were on their way nobody knows: only `tick` gives up waiting."""
        self._since = now
        at = 0
        while at < len(data):
            if self._state == "ground":
                at = yield from self._ground(data, at)
            elif self._state == "paste":
                at = yield from self._take_paste(data, at)
            elif self._state == "string":
                at = yield from self._take_string(data, at)
            else:
                at = yield from self._step(data, at)

    # text

    def _ground(self, data: bytes, at: int) -> Generator[Piece, None, int]:
        if self._since < self._late_until and self._begins_late(data[at]):
            self._late_until = self._since
            return at + 1
        end = data.find(b"\x1b", at)
        if end < 0:
            end = len(data)
        if text := self._decode(data[at:end], end < len(data)):
            yield Typed(text)
        if end < len(data):
            self._state = "escape"
        return end + 1

    def _begins_late(self, byte: int) -> bool:
        """Take the second byte of a sequence whose Escape was taken for the key."""
        if byte != ord("[") and byte not in _STRINGS:
            return False
        self._begin("csi" if byte == ord("[") else "string", byte)
        self._is_late = True
        return True

    # sequences

    def _begin(self, state: _State, byte: int) -> None:
        self._state = state
        self._sequence[:] = bytes((byte,))

    def _step(self, data: bytes, at: int) -> Generator[Piece, None, int]:
        """Take one byte of a sequence, or none where that byte does not belong to it."""
        byte = data[at]
        match self._state:
            case "escape":
                yield from self._second(byte)
            case "alt" if byte >= 0x80:
                yield from self._alt(byte)
            case "string end":
                if byte == ord("\\"):
                    self._answered()
                else:
                    # The string is cut short, and its Escape begins something else.
                    self._forget()
                    self._state = "escape"
                    return at
            case "x10":
                self._sequence.append(byte)
                if len(self._sequence) == len(b"[M") + _X10_BYTES:
                    self._forget()
            case "linux" | "ss3" if 0x20 <= byte < 0x7F:
                self._sequence.append(byte)
                yield from self._whole()
            case "csi" if 0x20 <= byte < 0x7F:
                yield from self._csi(byte)
            case _:
                # A control character or text: the sequence ends unfinished, and that is a key of its own.
                yield from self._give_up()
                return at
        return at + 1

    def _second(self, byte: int) -> Iterator[Piece]:
        """The byte after an Escape."""
        if byte == _ESC:
            yield EscapeSequence("\x1b")
        elif byte == ord("["):
            self._begin("csi", byte)
        elif byte == ord("O"):
            self._begin("ss3", byte)
        elif byte in _STRINGS:
            self._begin("string", byte)
        elif byte < 0x80:
            self._begin("ground", byte)
            yield from self._whole()
        else:
            self._state = "alt"
            yield from self._alt(byte)

    def _alt(self, byte: int) -> Iterator[Piece]:
        """Alt and a character of several bytes."""
        if text := self._decode(bytes((byte,))):
            self._state = "ground"
            yield EscapeSequence(f"\x1b{text}")

    def _csi(self, byte: int) -> Iterator[Piece]:
        sequence = self._sequence
        if byte == ord("[") and sequence == b"[":
            self._state = "linux"
        elif byte == ord("M") and sequence == b"[" and not self._is_late:
            self._state = "x10"
        if len(sequence) < _LONGEST_SEQUENCE:
            sequence.append(byte)
        if self._state != "csi":
            return
        if byte >= 0x40 or (byte == ord("$") and _RXVT_SHIFTED.fullmatch(sequence[:-1])):
            yield from self._whole()

    def _whole(self) -> Iterator[Piece]:
        sequence, is_late = bytes(self._sequence), self._is_late
        self._forget()
        if sequence == _STATUS:
            # One comes with each frame: it says nothing about others, and Escape is not waited for longer.
            yield EscapeSequence("\x1b[0n")
        elif _ANSWER.fullmatch(sequence):
            self._answered()
            if sequence.endswith(b"$y"):
                yield EscapeSequence("\x1b" + sequence.decode("ascii"))
        elif is_late:
            yield Typed(sequence.decode("ascii"))
        elif sequence == _PASTE_BEGINS[1:]:
            self._state = "paste"
        elif len(sequence) < _LONGEST_SEQUENCE:
            yield EscapeSequence("\x1b" + sequence.decode("ascii"))

    # strings

    def _take_string(self, data: bytes, at: int) -> Generator[Piece, None, int]:
        introducer = self._sequence[0]
        if len(self._sequence) == 1 and not _STRINGS[introducer].match(data, at) and data[at] != _ESC:
            yield from self._give_up()
            return at
        found = _STRING_ENDS.search(data, at)
        end = found.start() if found else len(data)
        self._sequence += data[at : min(end, at + _LONGEST_SEQUENCE)]
        del self._sequence[_LONGEST_SEQUENCE:]
        if found is None:
            return end
        if data[end] == _ESC:
            self._state = "string end"
        elif data[end] == ord("\a"):
            self._answered()
        else:
            yield from self._give_up()
            return end
        return end + 1

    def _answered(self) -> None:
        self._forget()
        self._expecting_until = self._since + EXPECTING_SECONDS

    def _give_up(self) -> Iterator[Piece]:
        sequence, is_late = bytes(self._sequence), self._is_late
        self._forget()
        if is_late:
            # It was typed after an Escape, and only looked like the rest of an answer.
            yield Typed(sequence.decode("ascii", "ignore"))

    def _forget(self) -> None:
        self._decode(b"", True)
        self._sequence.clear()
        self._state, self._is_late = "ground", False

    # pastes

    def _take_paste(self, data: bytes, at: int) -> Generator[Piece, None, int]:
        paste = self._paste
        # The mark at the end may be cut as well.
        begin = max(0, len(paste) - len(_PASTE_ENDS) + 1)
        paste += data[at:]
        end = paste.find(_PASTE_ENDS, begin)
        if end >= 0:
            rest = len(paste) - end - len(_PASTE_ENDS)
            yield from self._end_of_paste(bytes(paste[:end]))
            return len(data) - rest
        if len(paste) > MOST_PASTED and not self._is_refused:
            self._is_refused = True
            yield RefusedPaste(MOST_PASTED)
        if self._is_refused:
            del paste[: -len(_PASTE_ENDS)]
        return len(data)

    def _end_of_paste(self, content: bytes) -> Iterator[Piece]:
        is_refused = self._is_refused
        self._paste.clear()
        self._state, self._is_refused = "ground", False
        # What the terminal answered meanwhile may stand in it.
        content = content.replace(b"\x1b" + _STATUS, b"")
        if len(content) > MOST_PASTED and not is_refused:
            yield RefusedPaste(MOST_PASTED)
        elif not is_refused:
            yield Pasted(content.decode("utf-8", "replace"))
