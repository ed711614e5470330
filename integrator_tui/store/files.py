"""Files: read whole, written whole or not at all.

Rules: only a regular file is opened, so that no FIFO or device can hang the program or notice that it was
looked at; a link to a regular file is followed, and written through, so that it stays a link; removing takes
the link alone. A file is replaced by renaming a finished copy over it, in its own directory, after the copy
was read back and verified; it is 0600, as is what a killed process leaves, whose name begins with a dot and
ends in `.tmp`. What changed since it was read is not overwritten, and programs of ours wait for each other.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from integrator_tui.errors import ChangedOnDisk, InvalidFile, SaveError
from integrator_tui.model.entry import Revision

MAX_SIZE: Final = 1 << 20
"""Bytes that a file may hold."""

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700

_PIECE: Final = 16 * 1024
_LOCK_SECONDS: Final = 5.0
_NOT_REGULAR: Final = "not a regular file"
_MOVE_AWAY: Final = "a connection is a regular file; move this one away"
_NO_LINKS: Final = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


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
    try:
        target = Path(os.path.realpath(path))
        temporary = target.parent / f".{target.name[:50]}.{secrets.token_hex(6)}.tmp"
        make_folder(target.parent)
        with _locked(target.parent):
            _refuse_changed(path, expected)
            try:
                _write_new(temporary, data, target)
                verify(temporary.read_bytes())
                _refuse_changed(path, expected)
                if expected.digest is None:
                    _appear(temporary, target)
                else:
                    os.rename(temporary, target)
            finally:
                with contextlib.suppress(FileNotFoundError):
                    temporary.unlink()
            _sync_folder(target.parent)
    except FileExistsError:
        raise ChangedOnDisk(f"{path} appeared while it was being saved", "choose another name") from None
    except (OSError, ValueError) as error:
        raise SaveError(
            f"{path} cannot be written: {_reason(error)}", "what was there before is there still"
        ) from None
    return _revision(data)


def remove(path: Path, expected: Revision) -> None:
    """Remove a file, or a link to one; raise ChangedOnDisk where it is not the `expected` version, SaveError where
    it cannot be removed."""
    try:
        with _locked(path.parent):
            _refuse_changed(path, expected)
            path.unlink()
            _sync_folder(path.parent)
    except (OSError, ValueError) as error:
        raise SaveError(f"{path} cannot be removed: {_reason(error)}", _hint(error)) from None


def make_folder(path: Path) -> None:
    """Make a folder and those above it that are missing, each 0700; raises OSError."""
    if path.is_dir():
        return
    make_folder(path.parent)
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=FOLDER_MODE)


def _revision(data: bytes) -> Revision:
    return Revision(hashlib.sha256(data).hexdigest())


def _refuse_changed(path: Path, expected: Revision) -> None:
    found = Revision(None)
    if os.path.lexists(path):
        try:
            _, found = read(path)
        except InvalidFile as error:
            raise ChangedOnDisk(f"{error.message}, where a file is to be written", error.hint) from None
    if found != expected:
        what = "was removed" if found.digest is None else "changed" if expected.digest else "appeared"
        raise ChangedOnDisk(f"{path} {what} since it was read", "look at both versions, then choose one")


def _write_new(path: Path, data: bytes, like: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, FILE_MODE)
    with open(descriptor, "wb") as file:
        # The mode given to open is narrowed by the umask, which may take even the owner's bits.
        os.fchmod(descriptor, FILE_MODE)
        with contextlib.suppress(OSError):
            status = os.stat(like)
            if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(descriptor, status.st_uid, status.st_gid)
        file.write(data)
        file.flush()
        os.fsync(descriptor)


def _appear(temporary: Path, target: Path) -> None:
    """Give a finished file its name, which nobody may have taken meanwhile."""
    try:
        # A link fails where a file appeared; a rename would replace it.
        os.link(temporary, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.rename(temporary, target)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder, so that two saves do not both find the file unchanged; advisory, and not everywhere."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    deadline = time.monotonic() + _LOCK_SECONDS
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    hint = "try again; another program may be saving there"
                    raise SaveError(f"{folder} is held by another program", hint) from None
                time.sleep(0.01)
            except OSError:
                # Some network file systems have no locks.
                break
        yield
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    """Have the new name reach the disk. The file stands there already, whatever goes wrong here."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, OSError):
        return (error.strerror or str(error)).lower()
    return "no file can have this name"


def _hint(error: OSError | ValueError) -> str:
    hints = {
        errno.ENOENT: "see integrator-tui list for the files there are",
        errno.EACCES: "give yourself the right to it",
        errno.ELOOP: "a link that leads to itself; remove it",
        errno.ENXIO: _MOVE_AWAY,
    }
    return hints.get(error.errno or 0, "") if isinstance(error, OSError) else ""
