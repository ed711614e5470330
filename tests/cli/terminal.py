"""A command on a terminal of its own, with somebody who reads and types."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from collections.abc import Mapping
from types import TracebackType

from tests.cli.shell import Shell

PATIENCE = 60.0


class Terminal:
    """Runs `integrator-tui` with standard input and standard error, and where `out` is None standard output too, on
    a pseudo-terminal that controls it; `stdin` given to it is not the terminal."""

    def __init__(
        self,
        shell: Shell,
        *arguments: str,
        stdin: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._master, slave = pty.openpty()
        self.shown = ""
        self._process = shell.start(
            *arguments,
            stdin=subprocess.PIPE if stdin is not None else slave,
            stdout=slave,
            stderr=slave,
            environment={"TERM": "xterm-256color", **(environment or {})},
            terminal=True,
        )
        os.close(slave)
        if stdin is not None:
            assert self._process.stdin
            self._process.stdin.write(stdin.encode())
            self._process.stdin.close()

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._master)

    def expect(self, text: str) -> None:
        """Read until `text` was shown."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.shown:
            assert time.monotonic() < deadline, self.shown
            assert self._read(deadline), f"{text!r} was not shown in {self.shown!r}"

    def type(self, line: str) -> None:
        """Type a line; what was shown before does not count any more."""
        self.shown = ""
        os.write(self._master, f"{line}\n".encode())

    def finish(self) -> int:
        """Read to the end and return the exit code."""
        deadline = time.monotonic() + PATIENCE
        while self._read(deadline):
            pass
        return self._process.wait(timeout=PATIENCE)

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], max(0.0, deadline - time.monotonic()))
        try:
            data = os.read(self._master, 4096) if ready else b""
        except OSError:
            # Linux's end of file on a pseudo-terminal.
            data = b""
        self.shown += data.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(data)
