"""The input of a terminal past Textual 8.2.8's own parser, which trusts what a terminal sends.

That one ends the interface at the first byte that is no UTF-8 and at a key code past Unicode; what it does not know
it types, letter by letter, and so runs the answers that a terminal gives to another program as keys; and it takes a
second for two hundred thousand pasted characters. Here bytes become pieces in `terminal_input`, and a piece becomes
a message by Textual's tables of keys and its reading of mouse reports, where it is in them, and else nothing.
"""

from __future__ import annotations

import os
import re
import select
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from threading import Event
from time import monotonic
from typing import Final

from textual import constants, events
from textual._xterm_parser import FOCUSIN, FOCUSOUT, XTermParser
from textual.keys import Keys
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

from integrator_tui.tui.textual_fixes.terminal_input import (
    EscapeSequence,
    Pasted,
    Piece,
    RefusedPaste,
    TerminalInput,
    Typed,
)

_READ_BYTES: Final = 4096
_GLANCE_SECONDS: Final = 0.1
"""The longest time between two looks at whether it is over."""
_SYNCHRONIZED_OUTPUT: Final = re.compile(r"\x1b\[\?2026;[1-4]\$y")
_SIDE_MARGINS: Final = frozenset({"\x1b[?69;1$y", "\x1b[?69;2$y"})
"""Answers that say that margins at the sides can be set (DECRQM, DECLRMM)."""
_MOUSE: Final = re.compile(r"\x1b\[<[0-9]{1,4};[0-9]{1,5};[0-9]{1,5}[Mm]")
_FOCUS: Final[dict[str, type[Message]]] = {FOCUSIN: events.AppFocus, FOCUSOUT: events.AppBlur}
_READY: Final = "\x1b[0n"


class PasteRefused(Message):
    """A paste was larger than `limit` bytes, and nothing of it was taken."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


class StatusReported(Message):
    """The terminal answered that it is ready: it has drawn what was sent before the question."""


class SideMarginsReported(Message):
    """The terminal answered that it knows margins at the sides."""


class Keyboard:
    """Makes messages of pieces."""

    def __init__(self) -> None:
        self._parser = XTermParser()

    def messages(self, piece: Piece) -> Iterator[Message]:
        """Return what a piece means, which may be nothing."""
        match piece:
            case Typed(text):
                for character in text:
                    yield from self._keys(character)
            case EscapeSequence(text):
                yield from self._sequence(text)
            case Pasted(text):
                yield events.Paste(text.replace("\x00", ""))
            case RefusedPaste(limit):
                yield PasteRefused(limit)

    def _sequence(self, text: str) -> Iterator[Message]:
        if text in _FOCUS:
            yield _FOCUS[text]()
        elif text == _READY:
            yield StatusReported()
        elif _MOUSE.fullmatch(text):
            report = self._parser.parse_mouse_code(text)
            if report is not None:
                yield report
        elif _SYNCHRONIZED_OUTPUT.fullmatch(text):
            yield TerminalSupportsSynchronizedOutput()
        elif text in _SIDE_MARGINS:
            yield SideMarginsReported()
        else:
            yield from self._keys(text)

    def _keys(self, text: str) -> Iterable[events.Key]:
        """Return the keys of a character or a sequence."""
        if "\x80" <= text <= "\x9f":
            # A control character of eight bits is no key of a terminal that sends UTF-8.
            return []
        try:
            keys = list(self._parser._sequence_to_key_events(text))
            if not keys and len(text) == 2:
                keys = list(self._parser._sequence_to_key_events(text[1], alt=True))
        except (ValueError, OverflowError):
            # A code past Unicode, or a number with a part (of the kind of event) that was not asked for.
            return []
        return [key for key in keys if key.key != Keys.Ignore and _is_text(key)]


def _is_text(key: events.Key) -> bool:
    """Whether a key can be written down: the halves of surrogate pairs cannot (Unicode 3.2, D75)."""
    with suppress(UnicodeEncodeError):
        return bool(f"{key.key}{key.character or ''}".encode())
    return False


def read_keyboard(file: int, is_over: Event, take: Callable[[Message], None], is_full: Callable[[], bool]) -> None:
    """Read the terminal `file` and hand on what it sends, until it is over or the terminal is gone.

    While `is_full` says that what was taken waits still, nothing is read: then the terminal waits.
    Raises EOFError where the terminal is gone.
    """
    keyboard, terminal = Keyboard(), TerminalInput(monotonic(), constants.ESCAPE_DELAY)
    while not is_over.is_set():
        if is_full():
            is_over.wait(_GLANCE_SECONDS / 10)
            continue
        now = monotonic()
        until = min(now + _GLANCE_SECONDS, terminal.until or now + _GLANCE_SECONDS)
        # Not poll, which knows no terminals on macOS; a moment longer, so that it is time then.
        is_there, _, _ = select.select([file], [], [], max(0.0, until - now) + 0.001)
        pieces = terminal.feed(_read(file), monotonic()) if is_there else terminal.tick(monotonic())
        for piece in pieces:
            for message in keyboard.messages(piece):
                take(message)


def _read(file: int) -> bytes:
    try:
        data = os.read(file, _READ_BYTES)
    except OSError:
        data = b""
    if not data:
        raise EOFError
    return data
