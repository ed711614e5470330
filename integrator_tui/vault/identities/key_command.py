"""The key command (`$SOPS_AGE_KEY_CMD`): a program that prints identities, asked for those of one recipient.

Rules: it is split as a shell would and run without one, as sops does, on this terminal, where it may ask for
a touch or a passphrase. What it printed counts once it has ended, whoever keeps its output open, and once a whole
identity stands there and nothing more comes. Whoever waits for it can be told to stop.
"""

from __future__ import annotations

import errno
import os
import selectors
import shlex
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from integrator_tui.errors import InvalidFile
from integrator_tui.starting import GivenUp, Stoppable
from integrator_tui.vault import private_file

COMMAND_TIMEOUT: Final = 60.0
"""Seconds that the command gets; somebody may have to type a passphrase into it."""

NAME: Final = "SOPS_AGE_KEY_CMD"

_SETTLED: Final = 1.0
"""Seconds of silence behind a whole identity after which no other is waited for."""

_LOOK: Final = 0.1
"""Seconds between two looks whether the command has ended, or nobody waits for it any more."""

_SHORT: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM})
"""What lacks for a moment: descriptors, processes, memory."""


class Abandoned(InvalidFile):
    """Nobody waits for the command any more."""


class KeyCommand:
    """The command `text`, run in `environment`, by one thread at a time."""

    def __init__(self, text: str, environment: Mapping[str, str]) -> None:
        self._text = text
        self._environment = environment
        self._program = Stoppable()

    def abandon(self) -> None:
        """Stop the command that runs, in whatever thread, and start no other."""
        # Now, not when its thread looks again: that may have ended with the process by then.
        self._program.abandon()

    def is_abandoned(self) -> bool:
        """Return whether nobody waits any more."""
        return self._program.is_abandoned

    def run(self, recipient: str) -> bytes:
        """Return what the command prints, asked for the identity of `recipient` (empty: any).

        Raises Abandoned after `abandon`, InvalidFile where the command fails, does not end in time, prints nothing,
        or more than an identity file may hold.
        """
        deadline = time.monotonic() + COMMAND_TIMEOUT
        process = self._started(recipient, deadline)
        try:
            printed, ended = self._printed(process, deadline)
        finally:
            # What has ended stays as it is.
            self._program.end(process)
        if ended and process.returncode:
            raise InvalidFile(f"{NAME} ended with exit code {process.returncode}", "run it by hand to see why")
        if not printed.strip():
            raise InvalidFile(f"{NAME} printed nothing", "it has to print the identity, as age-keygen writes it")
        return printed

    def _started(self, recipient: str, deadline: float) -> subprocess.Popen[bytes]:
        environment = {**self._environment, "SOPS_AGE_RECIPIENT": recipient}

        def start() -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                shlex.split(self._text),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )

        while True:
            try:
                return self._program.start(start)
            except GivenUp:
                raise _abandoned() from None
            except OSError as error:
                if error.errno in _SHORT and time.monotonic() < deadline:
                    time.sleep(_LOOK)
                    continue
                reason = (error.strerror or str(error)).lower()
                raise InvalidFile(f"{NAME} cannot be run: {reason}", self._mend()) from None
            except (ValueError, IndexError):
                raise InvalidFile(f"{NAME} cannot be run: it is no command", self._mend()) from None

    def _mend(self) -> str:
        if "AGE-SECRET-KEY-" in self._text.upper():
            return "the key itself goes into SOPS_AGE_KEY"
        return "it is split as a shell would, and run without one; the path of a key file is SOPS_AGE_KEY_FILE"

    def _go_on(self) -> None:
        if self._program.is_abandoned:
            raise _abandoned()

    def _printed(self, process: subprocess.Popen[bytes], deadline: float) -> tuple[bytes, bool]:
        """Return what counts of what a process prints, and whether it has ended; no more is held than may be."""
        assert process.stdout is not None
        printed, last, is_open = b"", time.monotonic(), True
        with selectors.DefaultSelector() as selector:
            os.set_blocking(process.stdout.fileno(), False)
            selector.register(process.stdout, selectors.EVENT_READ)
            while True:
                self._go_on()
                ended = process.poll() is not None
                while is_open and (chunk := _available(process.stdout.fileno())) is not None:
                    is_open = bool(chunk)
                    printed, last = printed + chunk, time.monotonic()
                    if len(printed) > private_file.MAX_SIZE:
                        raise InvalidFile(f"{NAME} printed more than 1 MiB")
                now = time.monotonic()
                if ended or (_is_whole(printed) and now - last >= _SETTLED):
                    return printed, ended
                if now >= deadline:
                    raise InvalidFile(
                        f"{NAME} did not end within {COMMAND_TIMEOUT:.0f} s", "run it by hand to see why"
                    )
                if is_open:
                    selector.select(min(_LOOK, deadline - now))
                else:
                    with suppress(subprocess.TimeoutExpired):
                        process.wait(min(_LOOK, deadline - now))


def _abandoned() -> Abandoned:
    return Abandoned(f"{NAME} is not waited for any more")


def _available(descriptor: int) -> bytes | None:
    """Return what can be read at once, empty at the end, None where nothing has come."""
    try:
        return os.read(descriptor, 1 << 16)
    except BlockingIOError:
        return None


def _is_whole(printed: bytes) -> bool:
    """Return whether what was printed ends with a line that is an identity."""
    return printed.endswith(b"\n") and printed.rstrip().rpartition(b"\n")[2].upper().startswith(b"AGE-SECRET-KEY-")
