"""Spool: what was added last, appended to one file by any number of processes.

Rules: a write is one call that begins and ends with a line end, under a lock that is held for no longer; it is
there whole or not at all, and what a killed writer leaves is no line. Who moves the lines into the database first
gives the file a name of its own, so that nobody appends to it any more; it goes when they are there. Nothing here
is waited for.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import time
from pathlib import Path
from typing import Final

NEW: Final = "new.ndjson"
_TAKEN: Final = "taken-"
_MOST_TAKEN: Final = 32
"""Files that could not be moved into the database, as where its disk is full, that are kept."""

_MOST_READ: Final = 64 << 20
_LOCK_SECONDS: Final = 0.25
_PAUSE_SECONDS: Final = 0.005


class Spool:
    """The spool in a folder of 0700, which is made when something is added."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._new = folder / NEW

    def append(self, lines: list[bytes]) -> int:
        """Add lines and return how many bytes lie there now; raises OSError where that is not possible."""
        data = b"\n" + b"\n".join(lines) + b"\n"
        descriptor = self._opened()
        try:
            size = os.fstat(descriptor).st_size
            written = os.write(descriptor, data)
            if written < len(data):
                # The disk is full: half of a line helps nobody.
                os.ftruncate(descriptor, size)
                raise OSError("not all of it could be written")
            return size + written
        finally:
            os.close(descriptor)

    def take(self) -> None:
        """Set aside what was added, under a name of its own; raises OSError."""
        try:
            descriptor = os.open(self._new, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return
        try:
            _lock(descriptor)
            if os.fstat(descriptor).st_size and _is(descriptor, self._new):
                name = f"{_TAKEN}{time.time_ns():020}-{os.urandom(4).hex()}.ndjson"
                os.rename(self._new, self._folder / name)
        finally:
            os.close(descriptor)
        for path in self.taken()[:-_MOST_TAKEN]:
            path.unlink(missing_ok=True)

    def taken(self) -> list[Path]:
        """Return what was set aside, oldest first."""
        with contextlib.suppress(FileNotFoundError):
            names = sorted(name for name in os.listdir(self._folder) if name.startswith(_TAKEN))
            return [self._folder / name for name in names]
        return []

    def waiting(self) -> list[Path]:
        """Return every file with lines that may not be in the database, oldest first."""
        return [*self.taken(), *([self._new] if self._new.exists() else [])]

    def _opened(self) -> int:
        make_folder(self._folder)
        deadline = time.monotonic() + _LOCK_SECONDS
        while True:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
            descriptor = os.open(self._new, flags, 0o600)
            try:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise OSError("not a regular file")
                _lock(descriptor)
                if _is(descriptor, self._new) or time.monotonic() > deadline:
                    return descriptor
            except BaseException:
                os.close(descriptor)
                raise
            # Somebody took it meanwhile.
            os.close(descriptor)


def read(path: Path) -> bytes:
    """Return what lies in a file of the spool; nothing where it is gone."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return b""
    with open(descriptor, "rb") as file:
        return file.read(_MOST_READ) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""


def make_folder(path: Path) -> None:
    """Make a folder and those above it that are missing, each 0700; raises OSError."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)


def _is(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _lock(descriptor: int) -> None:
    """Hold a file against others of ours, for a moment; where that does not come, go on: it is only history."""
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                return
            time.sleep(_PAUSE_SECONDS)
        except OSError:
            # Some network file systems have no locks.
            return
