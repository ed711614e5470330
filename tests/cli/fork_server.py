"""Commands in processes of their own that need not import anything: forked from one that has imported it all.

A command under test costs a tenth of a second of imports, and hundreds are run. What is forked is a process like
any other: its own streams, folder, environment, signals, rights and exit code. What depends on how a Python starts
(`PYTHON…` variables, another locale) runs as a program of its own instead: `Shell.run` chooses. Who asks for them
is in `forked`.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import select
import socket
import sys
import termios
import time
from collections.abc import Iterator, Sequence
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
                    statuses = [status for _, status in running.values()]
                    _command(json.loads(data), descriptors, [own, *running, *statuses])
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
    if request["terminal"]:
        os.setsid()
        fcntl.ioctl(2, termios.TIOCSCTTY, 0)
    for number in request["closed"]:
        os.close(number)
    if request["bound"]:
        _bind_by_modes()
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    sys.argv = ["integrator-tui", *request["arguments"]]
    # As a Python makes them at its start, in C.UTF-8 (`sys.stdin` of the manual), for as long as the process.
    given, _, handler = os.environ.get("PYTHONIOENCODING", "").partition(":")
    encoding, errors = given or "utf-8", handler or ("strict" if given else "surrogateescape")
    sys.stdin = _stream(0, encoding, errors)
    sys.stdout = _stream(1, encoding, errors)
    sys.stderr = _stream(2, encoding, "backslashreplace")
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr  # type: ignore[misc]
    from integrator_tui.__main__ import entry

    entry()


def _stream(number: int, encoding: str, errors: str) -> Any:
    """Return what a Python has as this standard stream: none where it is closed."""
    try:
        os.fstat(number)
    except OSError:
        return None
    mode, buffering = ("w" if number else "r"), (1 if number == 2 else -1)
    return os.fdopen(number, mode, buffering, encoding=encoding, errors=errors, closefd=False)


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


def _build_what_waits() -> None:
    """Build once what a program that starts leaves for its first use, and every fork would build again."""
    from integrator_tui.cli.parsers import whole_parser
    from integrator_tui.model import hinted_field, pattern, text
    from integrator_tui.model.connection import Frozen

    for each in gc.get_objects():
        if type(each) is pattern._Waiting:
            each._compiled  # noqa: B018
    models = [Frozen]
    while models:
        model = models.pop()
        model.model_rebuild()
        models += model.__subclasses__()
    hinted_field._names()
    text._hidden()
    # The expressions of argparse itself.
    whole_parser().parse_args(["list", "--json"])


if __name__ == "__main__":
    import importlib

    # A command switches plugins off before it imports pydantic.
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    del sys.path[0]
    for name in (*_program(), *_OTHERS):
        importlib.import_module(name)
    _build_what_waits()
    # No machine fails while these run: nobody waits for a disk.
    os.fsync = os.fstat  # type: ignore[assignment]
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as requests:
        _serve(requests)
