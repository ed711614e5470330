"""Commands that print a secret: an argument list without a shell, in a process group of its own.

Rules: a command reads nothing, and what it says of errors is dropped, for that could hold the secret. It gets its
time and no more; then, and where nobody waits for it any more, its group is killed: its children hold its output
open, and would go on. One runs at a time, in whatever thread. No message holds a value.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from integrator_tui.errors import LockedError
from integrator_tui.starting import GivenUp, Stoppable

MOST: Final = 64 * 1024
"""Bytes that a source may hold."""

COMMAND_TIMEOUT: Final = 10.0
"""Seconds that a command gets."""

_LOOK: Final = 0.02
"""Seconds between two looks whether a command that printed all has ended."""

_BY_HAND: Final = "run it by hand to see why"
_AGAIN: Final = "start this program again, and raise --timeout where there is one"


class SourceCommands:
    """Runs commands in the environment `variables`."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._program = Stoppable(_kill)

    def abandon(self) -> None:
        """Stop the command that runs, in whatever thread, and start no other."""
        self._program.abandon()

    def stop(self) -> None:
        """Stop the command that runs, in whatever thread; its outcome is then that it was stopped."""
        self._program.stop()

    def output(self, name: str, words: Sequence[str]) -> bytes:
        """Return what the command of the source `name` prints, at most a little over MOST bytes.

        Raises LockedError where it cannot be run, fails, prints more, takes more than COMMAND_TIMEOUT s, or is
        stopped.
        """
        deadline = time.monotonic() + COMMAND_TIMEOUT
        process = self._started(name, words)
        ended = False
        try:
            data = _output(process, deadline)
            if data is not None and len(data) <= MOST:
                ended = _ends(process, deadline)
        finally:
            code = self._program.end(process)
        if self._program.was_stopped:
            raise LockedError(f"the source {name} was stopped: nobody waited for it any more", _AGAIN)
        if data is not None and len(data) > MOST:
            raise LockedError(f"the source {name} printed more than 64 KiB", _BY_HAND)
        if data is None or not ended:
            raise LockedError(f"the source {name} did not end within {COMMAND_TIMEOUT:.0f} s", _BY_HAND)
        if code:
            raise LockedError(f"the source {name} ended with exit code {code}", _BY_HAND)
        return data

    def _started(self, name: str, words: Sequence[str]) -> subprocess.Popen[bytes]:
        def start() -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                words,
                env=dict(self._variables),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

        try:
            return self._program.start(start)
        except GivenUp:
            raise LockedError(f"the source {name} was not run: the program ends", _AGAIN) from None
        except (OSError, ValueError, IndexError) as error:
            reason = (error.strerror or str(error)).lower() if isinstance(error, OSError) else "it is no command"
            hint = f"correct {name} below sources in your settings.yaml"
            raise LockedError(f"the source {name} cannot be run: {reason}", hint) from None


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the group of a process that was not waited for yet, so that its number is still its own."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _ends(process: subprocess.Popen[bytes], deadline: float) -> bool:
    """Return whether a process ends in time; its number stays its own."""
    while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if time.monotonic() >= deadline:
            return False
        time.sleep(_LOOK)
    return True


def _output(process: subprocess.Popen[bytes], deadline: float) -> bytes | None:
    """Return what a process prints, up to a little over the bound; None where its output does not end in time."""
    assert process.stdout is not None
    descriptor, printed = process.stdout.fileno(), b""
    os.set_blocking(descriptor, False)
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if not selector.select(left):
                continue
            piece = os.read(descriptor, 1 << 14)
            if not piece:
                return printed
            printed += piece
            if len(printed) > MOST:
                return printed
    return None
