"""Writing a log to a file that only its owner can read and that did not exist before."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def write_log(path: Path, lines: Iterable[str]) -> int:
    """Write `lines` as they came, UTF-8, each with a line feed, to a new file of mode 0600; return their number.

    Raises OSError, FileExistsError among them; a file that could not be finished is removed again.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o600)
    count = 0
    try:
        with open(descriptor, "w", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
            for line in lines:
                file.write(line + "\n")
                count += 1
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return count
