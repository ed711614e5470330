"""Writing a log to a file that only its owner can read and that did not exist before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from integrator_tui import atomic


def write_log(path: Path, lines: Iterable[str]) -> int:
    """Write `lines` as they came, UTF-8, each with a line feed, to a new file of mode 0600; return their number.

    Raises OSError, FileExistsError among them, and ValueError for a name that no file can have: nothing is written.
    """
    count = 0

    def encoded() -> Iterator[bytes]:
        nonlocal count
        for line in lines:
            count += 1
            yield f"{line}\n".encode(errors="surrogatepass")

    atomic.create(path, encoded())
    return count
