"""OutputFile: the file of `check --output`, written whole or not at all.

Rules: a finished copy beside it takes its place, so that whoever reads it (a collector of metrics) never meets
half of one; a link is followed. The copy's name has another suffix. Results hold no secret and have the modes of
the umask; what holds an answer is the owner's alone. What is no regular file (a terminal, a pipe) is written as
it is.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from integrator_tui.cli.output.output import writing
from integrator_tui.errors import SaveError

OPEN: Final = 0o666
PRIVATE: Final = 0o600


class OutputFile:
    """A file named `name`, relative to `current`. Raises SaveError where it could not be written."""

    def __init__(self, name: str, current: Path, mode: int = OPEN) -> None:
        self.name = name or "the file of --output"
        self._mode = mode
        with writing(self.name):
            self._path = os.path.realpath(os.path.join(current, name))
            folder = name.endswith("/") or os.path.isdir(self._path)
            self._replaced = not os.path.lexists(self._path) or stat.S_ISREG(os.stat(self._path).st_mode)
        self._folder = os.path.dirname(self._path)
        if not name or folder:
            raise SaveError(f"{self.name} is a folder" if name else "the name of --output is empty", "name a file")
        if self._replaced and not os.access(self._folder, os.W_OK | os.X_OK):
            there = os.path.isdir(self._folder)
            what = "you may not write to its folder" if there else "there is no such folder"
            raise SaveError(f"{self.name} cannot be written: {what}", "name a file in a folder you may write to")

    def replace(self, lines: Iterable[str]) -> None:
        """Write these lines, UTF-8; raises SaveError, and what was there before is still there."""
        data = "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")
        with writing(self.name):
            if not self._replaced:
                with open(self._path, "wb") as stream:
                    stream.write(data)
                return
            copy = os.path.join(self._folder, f".integrator-tui.{os.urandom(6).hex()}.tmp")
            try:
                self._write(copy, data)
                os.rename(copy, self._path)
            except BaseException:
                with suppress(OSError):
                    os.unlink(copy)
                raise
            self._sync_folder()

    def _write(self, copy: str, data: bytes) -> None:
        descriptor = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, self._mode)
        with open(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(descriptor)

    def _sync_folder(self) -> None:
        # Some file systems cannot; the file is whole there all the same.
        with suppress(OSError):
            descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
