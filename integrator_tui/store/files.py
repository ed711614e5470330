"""Files: read whole, written whole or not at all.

Rules: only a regular file is opened, so that no FIFO or device can hang the program; a link to one is
followed, and written through. A file is replaced by renaming a finished copy over it, in its own directory,
after the copy was read back and verified; it is 0600, as is what a killed process leaves, whose name begins
with a dot and ends in `.tmp`. What changed since it was read is not overwritten.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

from integrator_tui.errors import ChangedOnDisk, InvalidFile, SaveError
from integrator_tui.model.entry import Revision

MAX_SIZE: Final = 1 << 20
"""Bytes that a file may hold."""

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700


def read(path: Path, *, limit: int = MAX_SIZE) -> tuple[bytes, Revision]:
    """Return the content of a regular file and which version it is.

    Raises:
        InvalidFile: It is missing, no regular file, larger than `limit` bytes, or cannot be read.
    """
    try:
        # O_NONBLOCK: opening a FIFO without it waits for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise InvalidFile(f"{path}: {_reason(error)}", _hint(error)) from None
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise InvalidFile(f"{path}: not a regular file", "a connection is a regular file; move this one away")
        try:
            data = file.read(limit + 1)
        except OSError as error:
            raise InvalidFile(f"{path}: {_reason(error)}") from None
    if len(data) > limit:
        raise InvalidFile(f"{path}: larger than {limit >> 10} KiB", "a connection is a small file; is this one?")
    return data, Revision(hashlib.sha256(data).hexdigest())


def write(path: Path, data: bytes, expected: Revision, *, verify: Callable[[bytes], None]) -> Revision:
    """Replace the file at `path`, or make it where `expected` is the revision of no file.

    `verify` is given what was written, read back, and raises where that is not what was meant.

    Raises:
        ChangedOnDisk: The file is not the `expected` version.
        SaveError: It cannot be written; what was there before is there still.
    """
    target = Path(os.path.realpath(path))
    try:
        target.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        temporary = target.parent / f".{target.name}.{secrets.token_hex(6)}.tmp"
        try:
            _write_new(temporary, data)
            verify(temporary.read_bytes())
            _refuse_changed(path, expected)
            if expected.digest is None:
                # A link fails where a file appeared meanwhile; a rename would replace it.
                os.link(temporary, target)
                temporary.unlink()
            else:
                os.rename(temporary, target)
        finally:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()
        _sync_folder(target.parent)
    except FileExistsError:
        raise ChangedOnDisk(f"{path} appeared while it was being saved", "choose another name") from None
    except OSError as error:
        raise SaveError(f"{path} cannot be written: {_reason(error)}", "nothing was changed") from None
    return Revision(hashlib.sha256(data).hexdigest())


def remove(path: Path, expected: Revision) -> None:
    """Remove a file; raise ChangedOnDisk where it is not the `expected` version, SaveError where it cannot be."""
    _refuse_changed(path, expected)
    try:
        path.unlink()
        _sync_folder(path.parent)
    except OSError as error:
        raise SaveError(f"{path} cannot be removed: {_reason(error)}") from None


def _refuse_changed(path: Path, expected: Revision) -> None:
    try:
        _, found = read(path)
    except InvalidFile:
        found = Revision(None)
    if found != expected:
        raise ChangedOnDisk(f"{path} changed since it was read", "look at both versions, then choose one")


def _write_new(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, FILE_MODE)
    with open(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _hint(error: OSError) -> str:
    return {
        errno.ENOENT: "see integrator-tui list for the files there are",
        errno.EACCES: "give yourself the right to read it",
        errno.ELOOP: "a link that leads to itself; remove it",
        errno.ENXIO: "a connection is a regular file; move this one away",
    }.get(error.errno or 0, "")
