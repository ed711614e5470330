"""Commands that are forked from the server of `fork_server`: started, waited for, and their pipes read."""

from __future__ import annotations

import atexit
import json
import os
import select
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from tests.cli import fork_server

CLOSED: Final = -100
"""In place of a descriptor: the stream is closed."""
_PART: Final = 1 << 16


class Forked:
    """A command that was started: of `subprocess.Popen` what is used of it here, with bytes in all pipes."""

    def __init__(
        self,
        arguments: Sequence[str],
        status: int,
        stdin: IO[bytes] | None,
        stdout: IO[bytes] | None,
        stderr: IO[bytes] | None,
    ) -> None:
        self.args: Final = list(arguments)
        self.stdin: Final = stdin
        self.stdout: Final = stdout
        self.stderr: Final = stderr
        self.returncode: int | None = None
        self._status = status
        # The first line is the process, the second how it ended.
        self._said = b""
        while b"\n" not in self._said:
            part = os.read(status, 64)
            assert part, "the server of forks has ended"
            self._said += part
        self.pid: Final = int(self._said.split(b"\n")[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        self.wait()

    def close(self) -> None:
        """Close the pipes."""
        for pipe in (self.stdin, self.stdout, self.stderr):
            if pipe is not None:
                pipe.close()

    def poll(self) -> int | None:
        """Return the exit code (negative: the signal that ended it), None while it runs."""
        self._look(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return the exit code.

        Raises subprocess.TimeoutExpired where it goes on.
        """
        self._look(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return self.returncode

    def _look(self, timeout: float | None) -> None:
        end = None if timeout is None else time.monotonic() + timeout
        while self.returncode is None:
            # A short command has ended by the time that its first line is read: both came at once then.
            if self._said.count(b"\n") == 2:
                os.close(self._status)
                self.returncode = os.waitstatus_to_exitcode(int(self._said.split(b"\n")[1]))
                return
            left = None if end is None else max(0.0, end - time.monotonic())
            if not select.select([self._status], [], [], left)[0]:
                return
            part = os.read(self._status, 64)
            assert part, "the server of forks has ended"
            self._said += part

    def send_signal(self, number: int) -> None:
        """Send a signal, where it has not ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it, where it has not ended."""
        self.send_signal(signal.SIGKILL)

    def communicate(self, stdin: bytes = b"", timeout: float | None = None) -> tuple[bytes, bytes]:
        """Write `stdin` and read the other pipes to their ends, wait, and return what was written to these.

        Raises subprocess.TimeoutExpired where that takes longer.
        """
        end = None if timeout is None else time.monotonic() + timeout
        written: dict[IO[bytes], list[bytes]] = {}
        with selectors.DefaultSelector() as selector:
            if self.stdin is not None and not self.stdin.closed:
                os.set_blocking(self.stdin.fileno(), False)
                selector.register(self.stdin, selectors.EVENT_WRITE)
            for pipe in (self.stdout, self.stderr):
                if pipe is not None and not pipe.closed:
                    written[pipe] = []
                    selector.register(pipe, selectors.EVENT_READ)
            rest = memoryview(stdin)
            while selector.get_map():
                ready = selector.select(None if end is None else max(0.0, end - time.monotonic()))
                if not ready:
                    raise subprocess.TimeoutExpired(self.args, timeout or 0)
                for key, _ in ready:
                    pipe = key.fileobj  # type: ignore[assignment]
                    assert pipe is not None
                    if pipe is self.stdin:
                        rest = _written(pipe, rest)
                        done = not rest
                    else:
                        part = os.read(key.fd, _PART)
                        written[pipe].append(part)
                        done = not part
                    if done:
                        selector.unregister(pipe)
                        pipe.close()
        self.wait(None if end is None else max(0.0, end - time.monotonic()))
        out, err = (b"".join(written.get(pipe, [])) if pipe else b"" for pipe in (self.stdout, self.stderr))
        return out, err


def _written(pipe: IO[bytes], data: memoryview) -> memoryview:
    """Write a part and return the rest: nothing where nobody reads any more."""
    try:
        return data[os.write(pipe.fileno(), data[:_PART]) :]
    except BrokenPipeError:
        return memoryview(b"")


class ForkServer:
    """The process that commands are forked from; started at the first one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None

    def start(
        self,
        arguments: Sequence[str],
        cwd: Path,
        environment: Mapping[str, str],
        streams: Sequence[int] = (subprocess.PIPE,) * 3,
        *,
        bound_by_modes: bool = False,
        terminal: bool = False,
    ) -> Forked:
        """Start a command; `streams` are its three: `subprocess.PIPE`, `subprocess.DEVNULL`, `CLOSED` or a
        descriptor.

        The modes of files bind root, too, where it is `bound_by_modes`; `terminal` has the one that is its standard
        error control it.
        """
        request = {
            "arguments": list(arguments),
            "cwd": str(cwd),
            "environment": dict(environment),
            "bound": bound_by_modes,
            "terminal": terminal,
            "closed": [number for number, stream in enumerate(streams) if stream == CLOSED],
        }
        status_read, status_write = os.pipe()
        theirs, opened = [], [status_write]
        ours: list[IO[bytes] | None] = []
        for number, stream in enumerate(streams):
            mine = None
            if stream == subprocess.PIPE:
                ends = os.pipe()
                mine, stream = (ends[1], ends[0]) if number == 0 else ends
                opened.append(stream)
            elif stream in (subprocess.DEVNULL, CLOSED):
                stream = os.open(os.devnull, os.O_RDWR)
                opened.append(stream)
            theirs.append(stream)
            ours.append(None if mine is None else os.fdopen(mine, "rb" if number else "wb", buffering=0))
        try:
            with self._lock:
                socket.send_fds(self._server(), [json.dumps(request).encode()], [*theirs, status_write])
        finally:
            for descriptor in opened:
                os.close(descriptor)
        return Forked(arguments, status_read, *ours)

    def run(
        self,
        arguments: Sequence[str],
        stdin: bytes,
        cwd: Path,
        environment: Mapping[str, str],
        timeout: float,
        instead: Mapping[int, int] | None = None,
        bound_by_modes: bool = False,
    ) -> tuple[int, bytes, bytes]:
        """Run a command to its end; return its exit code (negative: the signal that ended it) and what it wrote.

        `instead` has descriptors that take the place of its streams, or `CLOSED`.

        Raises subprocess.TimeoutExpired, after the command was killed.
        """
        streams = [(instead or {}).get(number, subprocess.PIPE) for number in range(3)]
        with self.start(arguments, cwd, environment, streams, bound_by_modes=bound_by_modes) as process:
            try:
                out, err = process.communicate(stdin, timeout)
            except BaseException:
                process.kill()
                raise
            return process.wait(), out, err

    def _server(self) -> socket.socket:
        if self._socket is None:
            self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                process = subprocess.Popen(
                    [sys.executable, str(fork_server.__file__), str(theirs.fileno())],
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
                )
            atexit.register(process.wait)
            atexit.register(self._socket.close)
        return self._socket
