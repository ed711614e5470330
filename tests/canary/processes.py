"""What others on the machine can read of a process and its children while they run: arguments and environment."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_PAUSE = 0.004


def children(parent: int) -> Iterator[int]:
    """Yield all processes below one, its threads' children too."""
    for child in _of(parent):
        yield child
        yield from children(child)


def _of(parent: int) -> list[int]:
    found: list[int] = []
    # It may end while it is looked at, and its threads one by one.
    with suppress(OSError):
        for thread in os.listdir(f"/proc/{parent}/task"):
            with suppress(OSError):
                found += map(int, Path(f"/proc/{parent}/task/{thread}/children").read_text().split())
    return found


class Watch:
    """Reads /proc of every process below `parent`, over and over, until it is left."""

    def __init__(self, parent: int) -> None:
        self._parent = parent
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.arguments: set[bytes] = set()
        self.environments: set[bytes] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._done.wait(_PAUSE):
            for child in children(self._parent):
                for name, seen in (("cmdline", self.arguments), ("environ", self.environments)):
                    try:
                        seen.add(Path(f"/proc/{child}/{name}").read_bytes())
                    except OSError:
                        # It ended meanwhile, or lets nobody look into it.
                        continue
