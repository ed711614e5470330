"""Files and folders that only their owner can read: 0600 in folders of 0700.

They are read only where nobody else can read them, and written whole or not at all (`atomic`).
"""

from __future__ import annotations

import json
import os
import select
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from integrator_tui import atomic
from integrator_tui.errors import ExposedKeyFile, InvalidFile

MAX_SIZE: Final = 1 << 20

_LOOK: Final = 0.1
"""Seconds between two looks whether a pipe is still waited for."""

PIPE_TIMEOUT: Final = 60.0
"""Seconds that whoever writes a pipe gets; somebody may have to type a passphrase for it."""


def read(path: Path, most: int = MAX_SIZE) -> bytes:
    """Return the content of a regular file of at most `most` bytes that no other user can read.

    Raises FileNotFoundError where there is none, ExposedKeyFile with the command that mends it, InvalidFile for
    anything else in the way.
    """
    try:
        # Without blocking, so that a FIFO in the place of a file is told from one.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFoundError(path) from None
    except OSError as error:
        raise InvalidFile(f"{path}: {error.strerror}", "make it a file that you can read") from None
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise InvalidFile(f"{path} is not a regular file", "move it away")
        if mode & 0o077:
            raise ExposedKeyFile(f"others than you can read {path}", f"run: chmod 600 {_quoted(path)}")
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(most + 1)
    finally:
        os.close(descriptor)
    if len(data) > most:
        raise InvalidFile(f"{path} is larger than {most >> 20} MiB", "see whether it is the file that is meant")
    return data


def read_json(path: Path, most: int = MAX_SIZE) -> Any:
    """Return the value that stands in a file as JSON, None where none does; raises as `read` does."""
    data = read(path, most)
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def is_pipe(path: Path) -> bool:
    """Return whether a path leads to a pipe, as a shell's `<(command)` and a piped `/dev/stdin` do."""
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)
    except OSError:
        return False


def read_pipe(path: Path, is_unwanted: Callable[[], bool] = bool) -> bytes:
    """Return what a pipe that no other user can read gives until its end; it gives it once.

    Raises what `read` raises, and InvalidFile where its end does not come within PIPE_TIMEOUT seconds, or before
    `is_unwanted` says that nobody waits for it any more.
    """
    late = InvalidFile(
        f"{path}: what writes there did not end within {PIPE_TIMEOUT:.0f} s", "see what it waits for"
    )
    deadline = time.monotonic() + PIPE_TIMEOUT
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise InvalidFile(f"{path}: {error.strerror}", "make it one that you can read") from None
    data, seen = b"", select.poll()
    try:
        if os.fstat(descriptor).st_mode & 0o077:
            raise ExposedKeyFile(f"others than you can read {path}", f"run: chmod 600 {_quoted(path)}")
        seen.register(descriptor, select.POLLIN)
        while len(data) <= MAX_SIZE:
            # Waited for first: without a writer yet, reading would give the end at once.
            while not seen.poll(_LOOK * 1000):
                if time.monotonic() >= deadline or is_unwanted():
                    raise late
            piece = os.read(descriptor, 1 << 16)
            if not piece:
                return data
            data += piece
    finally:
        os.close(descriptor)
    raise InvalidFile(f"{path} gives more than 1 MiB", "see whether it is what is meant")


def create(path: Path, data: bytes) -> None:
    """Write a new file, and the folders that are missing; raise FileExistsError where there is one of that name,
    OSError where it cannot be."""
    atomic.make_folder(path.parent)
    atomic.create(path, data)


def replace(path: Path, data: bytes, *, synced: bool = True) -> None:
    """Write a file over the one that may stand there, and the folders that are missing; raise OSError where it
    cannot be. What can be done without is not `synced` to the disk."""
    atomic.make_folder(path.parent)
    atomic.replace(path, data, synced=synced)


def _quoted(path: Path) -> str:
    # Imported where a message needs it: the path is meant to be pasted into a shell.
    from shlex import quote

    return quote(str(path))
