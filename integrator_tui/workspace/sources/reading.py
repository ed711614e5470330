"""Reading what a source holds: a variable, a regular file, the output of a command of the user's own.

Rules: a file is opened by its path with links resolved, and only where it still is a regular one; a command is an
argument list that no shell sees, its placeholders are filled in after it was split, it reads nothing, and what it
says of errors is dropped, for that could hold the secret. No message holds a value.
"""

from __future__ import annotations

import os
import selectors
import signal
import stat
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from integrator_tui.errors import LockedError
from integrator_tui.model.secret import Secret
from integrator_tui.model.sources import SourceReference
from integrator_tui.model.text import visible

MOST: Final = 64 * 1024
"""Bytes that a source may hold."""

COMMAND_TIMEOUT: Final = 10.0
"""Seconds that a command gets."""


def of_variable(found: SourceReference, variables: Mapping[str, str]) -> Secret:
    """Return the value of a variable; raises LockedError where it is not set, or empty."""
    value = variables.get(found.rest)
    if not value:
        what = "is not set" if value is None else "is empty"
        raise LockedError(f"the variable {found.rest} {what}", f"set {found.rest} where this program runs")
    if len(value) > MOST:
        raise LockedError(f"the variable {found.rest} holds more than 64 KiB", "a secret is shorter")
    return Secret(value)


def of_file(found: SourceReference, real: str) -> Secret:
    """Return what a file holds, less one final line break; `real` is its path with links resolved.

    Raises LockedError where it cannot be read, is empty, or is no regular file of at most 64 KiB.
    """
    shown = visible(found.rest, limit=200)
    try:
        descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NOCTTY)
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise LockedError(f"{shown} is no regular file", "name the file that holds the secret")
            data = file.read(MOST + 1)
    except (OSError, ValueError) as error:
        reason = _reason(error, "no file can have this name")
        hint = "put the secret there, or correct secrets_from"
        raise LockedError(f"{shown} cannot be read: {reason}", hint) from None
    return _text(data, shown)


def of_command(found: SourceReference, arguments: Sequence[str], variables: Mapping[str, str]) -> Secret:
    """Return what a command prints, less one final line break; `arguments` are its words as the settings have them.

    Raises LockedError where it fails, prints nothing or more than 64 KiB, or takes more than 10 seconds.
    """
    if any("{key}" in word for word in arguments) and not found.key:
        hint = f"write {found.kind}:{visible(found.path, limit=100)}#KEY"
        raise LockedError(f"the source {found.kind} wants a key, and none is named", hint)
    words = [_filled(word, found) for word in arguments]
    return _text(_printed(found.kind, words, variables), f"what the source {found.kind} printed")


def _filled(word: str, found: SourceReference) -> str:
    # In one pass: what is filled in is no template.
    pieces = []
    for piece in word.split("{path}"):
        pieces.append(piece.replace("{key}", found.key))
    return found.path.join(pieces)


def _printed(name: str, words: Sequence[str], variables: Mapping[str, str]) -> bytes:
    deadline = time.monotonic() + COMMAND_TIMEOUT
    try:
        process = subprocess.Popen(
            words,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError, IndexError) as error:
        hint = f"correct {name} below sources in your settings.yaml"
        raise LockedError(f"the source {name} cannot be run: {_reason(error, 'it is no command')}", hint) from None
    try:
        data = _output(process, deadline)
        if data is not None and len(data) <= MOST:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
    finally:
        ended = process.poll()
        # Its children hold its output open, and would go on.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
    by_hand = "run it by hand to see why"
    if data is not None and len(data) > MOST:
        raise LockedError(f"the source {name} printed more than 64 KiB", by_hand)
    if data is None or ended is None:
        raise LockedError(f"the source {name} did not end within {COMMAND_TIMEOUT:.0f} s", by_hand)
    if ended:
        raise LockedError(f"the source {name} ended with exit code {ended}", by_hand)
    return data


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


def _reason(error: Exception, otherwise: str) -> str:
    return (error.strerror or str(error)).lower() if isinstance(error, OSError) else otherwise


def _text(data: bytes, what: str) -> Secret:
    if len(data) > MOST:
        raise LockedError(f"{what} holds more than 64 KiB", "a secret is shorter")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise LockedError(f"{what} is no text in UTF-8", "a secret is text") from None
    text = text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text
    if not text:
        raise LockedError(f"{what} is empty", "put the secret there")
    return Secret(text)
