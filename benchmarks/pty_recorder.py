"""A program in a pseudo-terminal: keys go in, and the time is taken until what they cause is written out.

The terminal answers when it is asked for its status (DSR 5), as every one does.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import struct
import termios
from collections.abc import Mapping, Sequence
from pty import fork
from time import perf_counter

_STATUS, _READY = b"\x1b[5n", b"\x1b[0n"
_SIDE_MARGINS = b"\x1b[?69$p"


class PtyRecorder:
    """Runs `argv` on a terminal that takes everything at once; `received` counts the bytes it took."""

    def __init__(
        self, argv: Sequence[str], environment: Mapping[str, str], columns: int = 120, rows: int = 40
    ) -> None:
        self.received = 0
        self._unread = self._asking = b""
        self.ended = False
        self._process, self._terminal = fork()
        if self._process == 0:
            os.execvpe(argv[0], list(argv), {"TERM": "xterm-256color", "COLORTERM": "truecolor", **environment})
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    @property
    def process(self) -> int:
        """The identifier of the program's process."""
        return self._process

    @property
    def fileno(self) -> int:
        """The side of the terminal that its user has."""
        return self._terminal

    def press(self, keys: bytes) -> float:
        """Write `keys`; return the time of the clock they were written at, in seconds."""
        at = perf_counter()
        os.write(self._terminal, keys)
        return at

    def write_all(self, data: bytes) -> float:
        """Write as much as `data` is, reading what comes meanwhile; return the time at which that began."""
        at = perf_counter()
        os.set_blocking(self._terminal, False)
        while data and not self.ended:
            readable, writable, _ = select.select([self._terminal], [self._terminal], [], 1)
            if readable:
                self._unread += self._read(0)
            if writable:
                data = data[os.write(self._terminal, data[: 1 << 16]) :]
        os.set_blocking(self._terminal, True)
        return at

    def seconds_until(self, mark: bytes, since: float, limit: float) -> float:
        """Read until a piece of output holds `mark`; return the seconds since then, `limit` where it never came."""
        carried, self._unread = self._unread, b""
        if mark in carried:
            return perf_counter() - since
        while (left := since + limit - perf_counter()) > 0:
            piece = self._read(left)
            if mark in carried + piece:
                return perf_counter() - since
            if self.ended:
                break
            carried = piece[-len(mark) :]
        return limit

    def last_byte(self, since: float, limit: float, quiet: float) -> float:
        """Read until nothing comes for `quiet` seconds; return the seconds from then until the last byte came."""
        last = since
        while not self.ended and perf_counter() - since < limit:
            if self._read(quiet):
                last = perf_counter()
            elif perf_counter() - last >= quiet:
                break
        return last - since

    def drain(self, seconds: float) -> None:
        """Read what comes for so long."""
        until = perf_counter() + seconds
        while not self.ended and (left := until - perf_counter()) > 0:
            self._read(left)

    def kill(self) -> None:
        """End the program as it is."""
        os.kill(self._process, signal.SIGKILL)
        self.close()

    def close(self) -> None:
        """Wait until the program has ended."""
        while not self.ended:
            self._read(1)
        os.close(self._terminal)
        os.waitpid(self._process, 0)

    def _read(self, seconds: float) -> bytes:
        ready, _, _ = select.select([self._terminal], [], [], seconds)
        if not ready:
            return b""
        try:
            piece = os.read(self._terminal, 1 << 16)
        except OSError:  # Linux ends a terminal whose other side is gone with EIO
            piece = b""
        self.ended = not piece
        self.received += len(piece)
        asked = (self._asking + piece).count(_STATUS)
        self._asking = piece[-len(_STATUS) + 1 :]
        if asked and not self.ended:
            os.write(self._terminal, _READY * asked)
        if _SIDE_MARGINS in piece:
            # As xterm answers, whose name this terminal has.
            os.write(self._terminal, b"\x1b[?69;2$y")
        return piece
