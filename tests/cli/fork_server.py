"""Commands in processes of their own that need not import anything: forked from one that has imported it all.

A command under test costs a tenth of a second of imports, and hundreds are run. What is forked is a process like
any other: its own streams, folder, environment, signals, rights and exit code. What depends on how a Python starts
(`PYTHON…` variables, another locale) runs as a program of its own instead: `Shell.run` chooses.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

_NO_COMMANDS: Final = ("integrator_tui.tui", "integrator_tui.demo", "integrator_tui.__main__")
"""Rooms that no forked command enters."""
_OTHERS: Final = (
    "_strptime",
    "ctypes",
    "cryptography.hazmat.backends.openssl.backend",
    "cryptography.hazmat.primitives.asymmetric.x25519",
    "cryptography.hazmat.primitives.ciphers.aead",
    "cryptography.x509",
    "encodings.idna",
    "encodings.utf_8_sig",
)
"""What commands import of others by themselves, only when they need it."""
_DAC_OVERRIDE, _DAC_READ_SEARCH = 1, 2
_CAPABILITIES_VERSION: Final = 0x20080522
_DROP_FROM_BOUNDING_SET: Final = 24
"""Numbers of capabilities(7), capset(2) and prctl(2)."""


class ForkServer:
    """The process that commands are forked from; started at the first one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None

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

        `instead` has descriptors that take the place of its streams 1 and 2; the modes of files bind root, too,
        where it is `bound_by_modes`.

        Raises subprocess.TimeoutExpired, after the command was killed.
        """
        streams = [os.pipe() for _ in range(3)]
        status_read, status_write = os.pipe()
        theirs = [streams[0][0], streams[1][1], streams[2][1], status_write]
        for number, descriptor in (instead or {}).items():
            os.dup2(descriptor, theirs[number])
        try:
            request = {
                "arguments": list(arguments),
                "cwd": str(cwd),
                "environment": dict(environment),
                "bound": bound_by_modes,
            }
            with self._lock:
                socket.send_fds(self._server(), [json.dumps(request).encode()], theirs)
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        written: dict[int, bytes] = {}
        workers = [
            threading.Thread(target=_feed, args=(streams[0][1], stdin)),
            *(threading.Thread(target=_drain, args=(streams[n][0], written, n)) for n in (1, 2)),
        ]
        for worker in workers:
            worker.start()
        try:
            code = _wait(status_read, arguments, timeout)
        finally:
            os.close(status_read)
            for worker in workers:
                worker.join()
        return code, written[1], written[2]

    def _server(self) -> socket.socket:
        if self._socket is None:
            self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                process = subprocess.Popen(
                    [sys.executable, __file__, str(theirs.fileno())],
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
                )
            atexit.register(process.wait)
            atexit.register(self._socket.close)
        return self._socket


def _feed(descriptor: int, data: bytes) -> None:
    with os.fdopen(descriptor, "wb", buffering=0) as pipe:
        try:
            while data:
                data = data[pipe.write(data) :]
        except BrokenPipeError:
            pass


def _drain(descriptor: int, written: dict[int, bytes], number: int) -> None:
    with os.fdopen(descriptor, "rb") as pipe:
        written[number] = pipe.read()


def _wait(status: int, arguments: Sequence[str], timeout: float) -> int:
    """The first line of `status` is the process, the second how it ended."""
    end = time.monotonic() + timeout
    said = b""
    while True:
        ready, _, _ = select.select([status], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            os.kill(int(said.split(b"\n")[0]), signal.SIGKILL)
            raise subprocess.TimeoutExpired(list(arguments), timeout)
        part = os.read(status, 64)
        if not part:
            return os.waitstatus_to_exitcode(int(said.split(b"\n")[1]))
        said += part


# the other side


def _serve(requests: socket.socket) -> None:
    running: dict[int, tuple[int, int]] = {}
    own = requests.fileno()
    while True:
        ready, _, _ = select.select([own, *running], [], [])
        for each in ready:
            if each == own:
                data, descriptors, _, _ = socket.recv_fds(requests, 1 << 20, 4)
                if not data:
                    os._exit(0)
                pid = os.fork()
                if not pid:
                    _command(json.loads(data), descriptors, [own, *running])
                os.write(descriptors[3], b"%d\n" % pid)
                running[os.pidfd_open(pid)] = (pid, descriptors[3])
                for descriptor in descriptors[:3]:
                    os.close(descriptor)
            else:
                pid, status = running.pop(each)
                ended = os.waitpid(pid, 0)[1]
                # Who waited too long does not wait any more.
                with suppress(BrokenPipeError):
                    os.write(status, b"%d\n" % ended)
                os.close(status)
                os.close(each)


def _command(request: Any, descriptors: Sequence[int], others: Sequence[int]) -> None:
    """Become the command: its streams, folder and environment, and the very `entry` of the program."""
    for number, descriptor in enumerate(descriptors[:3]):
        os.dup2(descriptor, number)
    for descriptor in (*descriptors, *others):
        os.close(descriptor)
    if request["bound"]:
        _bind_by_modes()
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    sys.argv = ["integrator-tui", *request["arguments"]]
    # As a Python makes them at its start, in C.UTF-8 (`sys.stdin` of the manual), for as long as the process.
    sys.stdin = os.fdopen(0, encoding="utf-8", errors="surrogateescape", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)
    from integrator_tui.__main__ import entry

    entry()


def _bind_by_modes() -> None:
    """Give up what root may read and write whatever the modes are, here and in all that is started: capset(2)."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION, 0)
    # Effective, permitted and inheritable ones: the first 32, then the others.
    sets = (ctypes.c_uint32 * 6)()
    failed = libc.capget(header, sets)
    for capability in (_DAC_OVERRIDE, _DAC_READ_SEARCH):
        failed |= libc.prctl(_DROP_FROM_BOUNDING_SET, capability, 0, 0, 0)
        for index in range(3):
            sets[index] &= ~(1 << capability)
    if failed or libc.capset(header, sets):
        os.write(2, b"the capabilities of root cannot be given up\n")
        os._exit(99)


def _program() -> Iterator[str]:
    """Yield every module that a command may import, in whatever room."""
    package = Path(__file__).parents[2] / "integrator_tui"
    for path in sorted(package.rglob("*.py")):
        name = ".".join(path.relative_to(package.parent).with_suffix("").parts).removesuffix(".__init__")
        if not name.startswith(_NO_COMMANDS):
            yield name


if __name__ == "__main__":
    import gc
    import importlib

    # A command switches plugins off before it imports pydantic.
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    del sys.path[0]
    for name in (*_program(), *_OTHERS):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as requests:
        _serve(requests)
