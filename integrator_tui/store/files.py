"""Files: read whole, written whole or not at all (`atomic`).

Rules: only a regular file is opened, so that no FIFO or device can hang the program or notice that it was
looked at; a link to a regular file is followed, and written through, so that it stays a link; removing takes
the link alone. What is written is read back and verified before it gets the file's name. What changed since it
was read is not overwritten, and programs of ours wait for each other.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from integrator_tui import atomic
from integrator_tui.errors import ChangedOnDisk, InvalidFile, SaveError
from integrator_tui.model.revision import Revision

MAX_SIZE: Final = 1 << 20
"""Bytes that a file may hold."""

_PIECE: Final = 16 * 1024
_LOCK_SECONDS: Final = 5.0
_NOT_REGULAR: Final = "not a regular file"
_MOVE_AWAY: Final = "a connection is a regular file; move this one away"
_MAKE_ROOM: Final = "make room on that disk"


Stamp = tuple[int, int, int]
"""What tells that a file changed without reading it: time of change in nanoseconds, size and inode."""


def stamp(path: str) -> Stamp | None:
    """Return the stamp of a file, None where it cannot be looked at."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def is_fresh(path: str) -> bool:
    """Return whether a file was written within the last second, or was there a moment ago and is not."""
    found = stamp(path)
    return found is None or abs(time.time_ns() - found[0]) < 1_000_000_000


def read(path: Path | str) -> tuple[bytes, Revision]:
    """Return the content of a regular file and which version it is.

    Raises:
        InvalidFile: It is missing, no regular file, larger than MAX_SIZE, or cannot be read.
    """
    try:
        # Looked at before it is opened: opening a device can already do something.
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            # What keeps a folder from being looked into says more than that it is none of the files.
            os.scandir(path).close()
        if not stat.S_ISREG(mode):
            raise InvalidFile(f"{path}: {_NOT_REGULAR}", _MOVE_AWAY)
        # O_NONBLOCK: a FIFO that took its place meanwhile would wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise InvalidFile(f"{path}: {_NOT_REGULAR}", _MOVE_AWAY)
            data = _content(descriptor, MAX_SIZE + 1, status.st_size)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        # A list shows it too, so its hint cannot be to look there for the files that exist.
        dangling = isinstance(error, FileNotFoundError) and os.path.islink(path)
        hint = "a link to a file that is not there; remove it" if dangling else _hint(error)
        raise InvalidFile(f"{path}: {_reason(error)}", hint) from None
    if len(data) > MAX_SIZE:
        raise InvalidFile(f"{path}: larger than {MAX_SIZE >> 10} KiB", "a connection is a small file; is this one?")
    return data, _revision(data)


def _content(descriptor: int, most: int, size: int) -> bytes:
    """Read what there is, at most `most` bytes; a file object would set aside room for all of them first.

    `size` is what the file is said to have: where that came at once, it is not asked whether there is more.
    """
    first = os.read(descriptor, min(most, _PIECE))
    if len(first) == size:
        return first
    pieces = [first]
    most -= len(first)
    while most and (piece := os.read(descriptor, min(most, _PIECE))):
        pieces.append(piece)
        most -= len(piece)
    return b"".join(pieces)


def write(path: Path, data: bytes, expected: Revision, *, verify: Callable[[bytes], None]) -> Revision:
    """Replace the file at `path`, or make it where `expected` is the revision of no file; return its revision.

    `verify` is given what was written, read back, and raises where that is not what was meant. Folders that
    are missing are made, 0700. The owner of a file stays, where that is allowed.

    Raises:
        ChangedOnDisk: The file is not the `expected` version.
        SaveError: It cannot be written; what was there before is there still.
    """

    if len(data) > MAX_SIZE:
        hint = "a connection is a small file; keep large values elsewhere"
        raise SaveError(f"{path} would be larger than {MAX_SIZE >> 10} KiB, and could not be read again", hint)

    def settle(written: bytes) -> None:
        verify(written)
        _refuse_changed(path, expected)

    put = atomic.create if expected.digest is None else atomic.replace
    try:
        target = Path(os.path.realpath(path))
        atomic.make_folder(target.parent)
        with atomic.held(target.parent, _LOCK_SECONDS):
            _refuse_changed(path, expected)
            put(target, data, check=settle)
    except FileExistsError:
        raise ChangedOnDisk(f"{path} appeared while it was being saved", "choose another name") from None
    except (OSError, ValueError) as error:
        hint = "; ".join(filter(None, (_hint(error), "what was there before is there still")))
        raise SaveError(f"{path} cannot be written: {_reason(error)}", hint) from None
    return _revision(data)


def remove(path: Path, expected: Revision) -> None:
    """Remove a file, or a link to one; raise ChangedOnDisk where it is not the `expected` version, SaveError where
    it cannot be removed."""
    try:
        with atomic.held(path.parent, _LOCK_SECONDS):
            _refuse_changed(path, expected)
            atomic.remove(path)
    except (OSError, ValueError) as error:
        raise SaveError(f"{path} cannot be removed: {_reason(error)}", _hint(error)) from None


def move(path: Path, target: Path, expected: Revision) -> None:
    """Give a file another name and place, all else as it is; a link goes on leading where it leads.

    Raises:
        ChangedOnDisk: The file is not the `expected` version.
        SaveError: The new name is taken, or it cannot be moved; the file is where it was.
    """
    try:
        atomic.make_folder(target.parent)
        with atomic.held(path.parent, _LOCK_SECONDS):
            _refuse_changed(path, expected)
            link = os.readlink(path) if path.is_symlink() else ""
            if link and not os.path.isabs(link):
                atomic.make_link(target, os.path.relpath(path.parent / link, target.parent))
                atomic.remove(path)
            else:
                atomic.move(path, target)
    except FileExistsError:
        raise SaveError(f"{target} is there already", "choose another name, or move that file away") from None
    except (OSError, ValueError) as error:
        raise SaveError(f"{path} cannot be moved: {_reason(error)}", _hint(error)) from None


def _revision(data: bytes) -> Revision:
    # It brings all of OpenSSL, which whoever only looks at stamps has no use for.
    import hashlib

    return Revision(hashlib.sha256(data).hexdigest())


def _refuse_changed(path: Path, expected: Revision) -> None:
    found = Revision(None)
    if os.path.lexists(path):
        try:
            _, found = read(path)
        except InvalidFile as error:
            raise ChangedOnDisk(f"{error.message}, where a file is to be written", error.hint) from None
    if found.digest != expected.digest:
        what = "was removed" if found.digest is None else "changed" if expected.digest else "appeared"
        raise ChangedOnDisk(f"{path} {what} since it was read", "look at both versions, then choose one")


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, OSError):
        return (error.strerror or str(error)).lower()
    return "no file can have this name"


def _hint(error: OSError | ValueError) -> str:
    hints = {
        errno.ENOENT: "see integrator-tui list for the files there are",
        errno.EACCES: "give yourself the right to it",
        errno.EPERM: "give yourself the right to it",
        errno.EROFS: "make that file system writable, or copy the workspace to one that is",
        errno.ENOSPC: _MAKE_ROOM,
        errno.EDQUOT: _MAKE_ROOM,
        errno.ELOOP: "a link that leads to itself; remove it",
        errno.ENXIO: _MOVE_AWAY,
    }
    return hints.get(error.errno or 0, "") if isinstance(error, OSError) else ""
