"""A real terminal for a real process: a pty on one side, a terminal emulator reading it on the other.

Waiting reads what the process writes until the screen shows what is waited for; nothing sleeps.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyte

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "backspace": "\x7f",
    "space": " ",
    "f1": "\x1bOP",
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abcdefghijklmnopqrstuvwxyz"},
}


class _Screen(pyte.Screen):
    """A screen that knows SU, which pyte does not."""

    def scroll_up(self, count: int = 1) -> None:
        """Move the rows between the margins up; the cursor stays."""
        margins = self.margins or pyte.screens.Margins(0, self.lines - 1)
        before, self.cursor.y = self.cursor.y, margins.bottom
        for _ in range(count or 1):
            self.index()
        self.cursor.y = before


class _Stream(pyte.ByteStream):
    csi = {**pyte.ByteStream.csi, "S": "scroll_up"}  # noqa: RUF012
    events = pyte.ByteStream.events | {"scroll_up"}


class Terminal:
    """Runs `command` on a pty of `columns` x `rows`; use it as a context manager."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        directory: Path,
        columns: int = 80,
        rows: int = 24,
        answers_status: bool = True,
    ) -> None:
        self.answers_status = answers_status
        self.columns, self.rows = columns, rows
        self._screen = _Screen(columns, rows)
        self._stream = _Stream(self._screen)
        self.recording = bytearray()
        self._rest = b""
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            for number in (signal.SIGINT, signal.SIGQUIT):
                # A shell has what it runs in the background ignore them.
                signal.signal(number, signal.SIG_DFL)
            os.chdir(directory)
            os.execvpe(command[0], list(command), dict(environment))
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._code: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._master)

    # --- what is on the screen ---

    @property
    def lines(self) -> list[str]:
        """The rows of the screen, without the spaces at their ends."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def row(self, text: str) -> str:
        """Return the first row that holds `text`."""
        return next(line for line in self.lines if text in line)

    # --- waiting ---

    def _read(self, deadline: float) -> bool:
        """Feed what the process writes next; return False at its end or at the deadline."""
        ready, _, _ = select.select([self._master], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return False
        try:
            came = os.read(self._master, 1 << 16)
        except OSError:
            return False
        self.recording += came
        data = self._rest + came
        # A read may end within a sequence.
        cut = match.start() if (match := _BEGUN.search(data)) else len(data)
        data, self._rest = data[:cut], data[cut:]
        self._answer(data)
        self._stream.feed(_readable(data))
        return bool(came)

    def _answer(self, data: bytes) -> None:
        """Answer what a terminal answers: that it is ready, where the cursor is, and what it is."""
        if self.answers_status:
            os.write(self._master, b"\x1b[0n" * data.count(b"\x1b[5n"))
        if b"\x1b[6n" in data:
            os.write(self._master, b"\x1b[1;1R")
        if b"\x1b[c" in data:
            os.write(self._master, b"\x1b[?62;22c")

    def until(self, *texts: str, seconds: float = 60.0) -> Self:
        """Wait until every one of `texts` is on the screen."""
        deadline = time.monotonic() + seconds
        while not all(text in self.text for text in texts):
            if not self._read(deadline):
                missing = [text for text in texts if text not in self.text]
                raise AssertionError(f"{missing} did not appear; the screen shows:\n{self.text}")
        return self

    def settle(self, quiet: float = 0.2) -> Self:
        """Read until the process has written nothing for `quiet` seconds."""
        while self._read(time.monotonic() + quiet):
            pass
        return self

    def until_gone(self, text: str, seconds: float = 60.0) -> Self:
        """Wait until `text` is on the screen no more."""
        deadline = time.monotonic() + seconds
        while text in self.text:
            if not self._read(deadline):
                raise AssertionError(f"{text!r} stayed; the screen shows:\n{self.text}")
        return self

    def until_row(self, pattern: str, seconds: float = 60.0) -> str:
        """Wait until a row matches the regular expression, and return it."""
        deadline = time.monotonic() + seconds
        while True:
            found = next((line for line in self.lines if re.search(pattern, line)), None)
            if found is not None:
                return found
            if not self._read(deadline):
                raise AssertionError(f"no row matches {pattern!r}; the screen shows:\n{self.text}")

    def exit_code(self, seconds: float = 60.0) -> int:
        """Read to the end of the process and return its exit code."""
        deadline = time.monotonic() + seconds
        while self._read(deadline):
            pass
        if self._code is not None:
            return self._code
        if time.monotonic() >= deadline:
            raise AssertionError(f"the process goes on; the screen shows:\n{self.text}")
        _, status = os.waitpid(self.pid, 0)
        self._code = os.waitstatus_to_exitcode(status)
        return self._code

    def until_full(self, least: int, seconds: float = 60.0) -> Self:
        """Read nothing until so many bytes wait to be read."""
        deadline = time.monotonic() + seconds
        waiting = 0
        while waiting < least:
            assert time.monotonic() < deadline, f"only {waiting} bytes came"
            select.select([], [], [], 0.02)
            (waiting,) = struct.unpack("i", fcntl.ioctl(self._master, termios.FIONREAD, b"    "))
        return self

    def until_stuck(self, seconds: float = 60.0) -> Self:
        """Read nothing until the process, which has much to write, takes no processor time any more."""
        deadline = time.monotonic() + seconds
        before, now = -1, self._ticks()
        while before != now:
            assert time.monotonic() < deadline, "the process still finds room for what it writes"
            select.select([], [], [], 0.3)
            before, now = now, self._ticks()
        return self

    def _ticks(self) -> int:
        """The processor time of all threads (proc(5), utime and stime)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    def end(self, seconds: float = 2.0) -> int:
        """Wait for the process to end, reading nothing of what it writes, and return its exit code."""
        watched = os.pidfd_open(self.pid)
        ended, _, _ = select.select([watched], [], [], seconds)
        os.close(watched)
        if not ended:
            raise AssertionError(f"the process goes on; the screen shows:\n{self.text}")
        _, status = os.waitpid(self.pid, 0)
        self._code = os.waitstatus_to_exitcode(status)
        return self._code

    def hang_up(self) -> None:
        """Take the terminal away, as a lost connection does."""
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, self._master)
        os.close(null)

    # --- typing ---

    def press(self, *keys: str) -> Self:
        """Press keys by their names, or single characters."""
        for key in keys:
            os.write(self._master, KEYS.get(key, key).encode())
        return self

    def type(self, text: str) -> Self:
        """Type a text."""
        os.write(self._master, text.encode())
        return self

    def garble(self) -> Self:
        """Have something else stand everywhere, as after another program used the terminal."""
        self._stream.feed(b"\x1b[r\x1b[m" + b"#\r\n" * 100)
        return self

    def resize(self, columns: int, rows: int) -> Self:
        """Say that the terminal has another size."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        return self

    def send(self, data: bytes) -> Self:
        """Send bytes as the terminal's own, reading what the process writes meanwhile."""
        os.set_blocking(self._master, False)
        while data:
            readable, writable, _ = select.select([self._master], [self._master], [], 20.0)
            if readable and not self._read(time.monotonic()):
                raise AssertionError(f"the process ended; the screen shows:\n{self.text}")
            if writable:
                data = data[os.write(self._master, data[:256]) :]
        os.set_blocking(self._master, True)
        return self

    @property
    def has_ended(self) -> bool:
        """Whether the process has ended; its exit code is kept."""
        if self._code is None and (ended := os.waitpid(self.pid, os.WNOHANG))[0]:
            self._code = os.waitstatus_to_exitcode(ended[1])
        return self._code is not None

    def modes(self) -> list[Any]:
        """The line discipline of the terminal as the process left it."""
        return termios.tcgetattr(self._master)


# pyte knows no colon parameters, no keyboard protocol and no synchronised output, and prints what it does not know.
_BEGUN = re.compile(rb"\x1b(?:\[[<>=?]?[0-9;:]*\$?)?\Z")
_UNKNOWN = re.compile(rb"\x1b\[[<>=?][0-9;]*\$?[a-zA-Z]|\x1b\[[0-9;]*:[0-9;:]*m|\x1b\[[0-9;]*\$p")
_MODES = re.compile(rb"\x1b\[\?(?:25|7|1049)[hl]")


def _readable(data: bytes) -> bytes:
    return _UNKNOWN.sub(lambda match: match[0] if _MODES.fullmatch(match[0]) else b"", data)
