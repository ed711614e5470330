"""A regular file that others wrote, read within a bound: nobody waits for a FIFO, and no device is opened."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from integrator_tui.errors import InvalidFile


def read_regular(path: str | Path, most: int, *, follow: bool = True) -> bytes:
    """Return what a file of at most `most` bytes holds; where it is not to `follow`, no link is opened.

    Raises InvalidFile, whose message begins with "it".
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    try:
        with open(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise InvalidFile("it is no regular file", "move it away")
            data = file.read(most + 1)
    except OSError as error:
        raise InvalidFile(f"it cannot be read: {(error.strerror or str(error)).lower()}", "see its modes") from None
    if len(data) > most:
        size = f"{most >> 20} MiB" if most >= 1 << 20 else f"{most:,} bytes"
        raise InvalidFile(f"it holds more than {size}", "give it in parts")
    return data
