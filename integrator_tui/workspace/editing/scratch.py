"""A folder for a text with secrets that another program is to edit: in memory where there is a place for that.

Rules: it is 0700 and what is in it 0600; it lies on a file system that is kept in memory (tmpfs(5)) where this user
has one, else where the system keeps what is temporary, which is told. When it goes, everything that the editor left
there goes too, overwritten first. A process of its own waits for the end of this one and does the same where this
one was killed: nothing in plain text stays behind.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from integrator_tui.errors import SaveError, UsageError

MAX_BYTES: Final = 16 << 20
"""Bytes of a text that is taken back."""

_PREFIX: Final = "integrator-tui-edit-"
_MEMORY: Final = frozenset({"tmpfs", "ramfs"})
_SHARED: Final = Path("/dev/shm")
_PIECE: Final = 1 << 16

_WATCH: Final = """
import os, shutil, sys
sys.stdin.buffer.read()
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        path = os.path.join(folder, name)
        try:
            if os.path.isfile(path) and not os.path.islink(path):
                with open(path, "r+b") as file:
                    file.write(bytes(os.path.getsize(path)))
        except OSError:
            pass
shutil.rmtree(sys.argv[1], ignore_errors=True)
"""
"""What is run beside: it waits until nobody holds the other end of its standard input."""


@dataclass(frozen=True, slots=True)
class ScratchFolder:
    """A folder for one text; `in_memory` says whether nothing in it reaches a disk."""

    path: Path
    in_memory: bool

    def write(self, name: str, text: str) -> Path:
        """Write the text to a new file of 0600 and return its path; raises SaveError."""
        path = self.path / name
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with open(descriptor, "wb") as file:
                file.write(text.encode())
        except OSError as error:
            raise SaveError(f"{path} cannot be written: {_reason(error)}", "free some space") from None
        return path

    def read(self, path: Path) -> str:
        """Return what the editor left under the name of the text. Raises UsageError where that is no text."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            with open(descriptor, "rb") as file:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise UsageError("the editor left no file behind", "nothing was changed")
                data = file.read(MAX_BYTES + 1)
        except FileNotFoundError:
            raise UsageError("the editor removed the file", "nothing was changed") from None
        except OSError as error:
            raise UsageError(
                f"what the editor wrote cannot be read: {_reason(error)}", "nothing was changed"
            ) from None
        if len(data) > MAX_BYTES:
            raise UsageError(f"the editor wrote more than {MAX_BYTES >> 20} MiB", "nothing was changed")
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise UsageError("what the editor wrote is not UTF-8", "set it to UTF-8; nothing was changed") from None


@contextlib.contextmanager
def scratch(runtime: Path | None) -> Iterator[ScratchFolder]:
    """Make the folder, and take it away afterwards with all that is in it; `runtime` is tried first.

    Raises SaveError where none can be made.
    """
    folder = _made(runtime)
    watching = _watched(folder.path)
    try:
        yield folder
    finally:
        _wipe(folder)
        if watching is not None:
            assert watching.stdin is not None
            with contextlib.suppress(OSError):
                watching.stdin.close()
            watching.wait()


def is_in_memory(path: Path) -> bool:
    """Return whether a folder lies on a file system that is kept in memory: what proc(5), mountinfo, says of it."""
    place = os.path.realpath(path)
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
            mounts = [line.split(" ") for line in file]
    except OSError:
        return False
    found, kind = "", ""
    for fields in mounts:
        point = re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), fields[4])
        inside = place == point or place.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(found):
            found, kind = point, fields[fields.index("-") + 1]
    return kind in _MEMORY


def _made(runtime: Path | None) -> ScratchFolder:
    temporary = Path(tempfile.gettempdir())
    for place in (runtime, _SHARED, temporary):
        if place is not None and is_in_memory(place):
            with contextlib.suppress(OSError):
                return ScratchFolder(Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place)), in_memory=True)
    try:
        return ScratchFolder(Path(tempfile.mkdtemp(prefix=_PREFIX)), in_memory=False)
    except OSError as error:
        hint = "make the folder for temporary files writable, or set TMPDIR"
        raise SaveError(f"there is no place for a text to be edited: {_reason(error)}", hint) from None


def _watched(folder: Path) -> subprocess.Popen[bytes] | None:
    """Start what removes the folder where this process ends before it did; None where nothing can be started."""
    try:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _WATCH, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            start_new_session=True,
        )
    except (OSError, TypeError):  # there may be no name for this program
        return None


def _wipe(folder: ScratchFolder) -> None:
    for place, _, names in os.walk(folder.path):
        for name in names:
            with contextlib.suppress(OSError):
                _overwrite(Path(place) / name, synced=not folder.in_memory)
    shutil.rmtree(folder.path, ignore_errors=True)


def _overwrite(path: Path, *, synced: bool) -> None:
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        for start in range(0, status.st_size, _PIECE):
            os.write(descriptor, bytes(min(_PIECE, status.st_size - start)))
        if synced:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
