"""A long text in the user's pager: the terminal is its, and comes back when it ends.

No shell is involved: `$PAGER` is split as a shell would split it, and gets the text on its standard input.
"""

from __future__ import annotations

import os
import select
import shlex
import signal
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from textual.app import App

from integrator_tui.errors import UsageError
from integrator_tui.starting import LOOK_SECONDS, end, started, waited
from integrator_tui.tui.flows.programs.lent_terminal import lend

DEFAULT: Final = "less"

_END_SECONDS: Final = 1.0
"""Seconds that a pager gets to leave the terminal as it was."""
_PIECE: Final = 1 << 13
"""Bytes that are written at once."""


def show_in_pager(app: App[Any], command: str, lines: Iterable[str]) -> None:
    """Give the terminal to the pager until it ends; raises UsageError where it cannot be started.

    Lines are made while it reads them, and no more of them than it wants.
    """
    try:
        arguments = shlex.split(command) or [DEFAULT]
    except ValueError as error:
        raise UsageError(f"$PAGER cannot be read: {error}", "mend its quotes") from None

    def read() -> None:
        with _deaf():
            feed(arguments, lines)

    try:
        lend(app, read, hint="S saves the body to a file")
    except OSError as error:
        raise UsageError(
            f"the pager {arguments[0]} cannot be started: {error.strerror}",
            "set PAGER to a program, as in PAGER=less",
        ) from None


def feed(arguments: list[str], lines: Iterable[str]) -> None:
    """Run a program with these lines on its standard input until it ends; raises OSError where it cannot start."""
    pager = started(lambda: subprocess.Popen(arguments, stdin=subprocess.PIPE, bufsize=0))
    try:
        assert pager.stdin is not None
        with pager.stdin as pipe, suppress(BrokenPipeError):
            # Who has read enough leaves.
            _write(pipe.fileno(), lines)
        waited(pager)
    except BaseException:
        # Without this program it would go on with a terminal that is somebody else's.
        end(pager, _END_SECONDS)
        raise


def _write(pipe: int, lines: Iterable[str]) -> None:
    os.set_blocking(pipe, False)
    has_room = select.poll()
    has_room.register(pipe, select.POLLOUT)
    for piece in _pieces(lines):
        rest = memoryview(piece)
        while rest:
            if has_room.poll(LOOK_SECONDS * 1000):
                with suppress(BlockingIOError):
                    rest = rest[os.write(pipe, rest[:_PIECE]) :]


def _pieces(lines: Iterable[str]) -> Iterator[bytes]:
    """Give the lines as bytes, several at once where they are short."""
    piece = bytearray()
    for line in lines:
        piece += f"{line}\n".encode("utf-8", "replace")
        if len(piece) >= _PIECE:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)


@contextmanager
def _deaf() -> Iterator[None]:
    """Leave ctrl+c to the pager, which has the terminal."""
    wakeup = signal.set_wakeup_fd(-1)
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        signal.set_wakeup_fd(wakeup)
