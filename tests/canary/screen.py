"""A terminal that a command in this process writes to, and all that was written to it."""

from __future__ import annotations

import os
import pty
import threading
from types import TracebackType
from typing import Self


class Screen:
    """Give `out` to the command as its standard output; when it is left, `shown` is what came."""

    def __init__(self) -> None:
        self._master, slave = pty.openpty()
        self.out = open(slave, "w")  # noqa: SIM115 - closed in __exit__
        self.shown = b""
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.out.close()
        self._thread.join()
        os.close(self._master)

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:
                # Linux's end of file on a pseudo-terminal.
                return
            self.shown += data
