"""Reading what a source holds: a variable, a regular file, the output of a command of the user's own.

Rules: a file is opened by its path with links resolved, and only where it still is a regular one; the placeholders
of a command are filled in after it was split. No message holds a value.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence

from integrator_tui.errors import LockedError
from integrator_tui.model.secret import Secret
from integrator_tui.model.sources import SourceReference
from integrator_tui.model.text import visible
from integrator_tui.workspace.sources.commands import MOST, SourceCommands


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


def of_command(found: SourceReference, arguments: Sequence[str], commands: SourceCommands) -> Secret:
    """Return what a command prints, less one final line break; `arguments` are its words as the settings have them.

    Raises LockedError as `commands` does, and where it prints nothing.
    """
    if any("{key}" in word for word in arguments) and not found.key:
        hint = f"write {found.kind}:{visible(found.path, limit=100)}#KEY"
        raise LockedError(f"the source {found.kind} wants a key, and none is named", hint)
    words = [_filled(word, found) for word in arguments]
    return _text(commands.output(found.kind, words), f"what the source {found.kind} printed")


def _filled(word: str, found: SourceReference) -> str:
    # In one pass: what is filled in is no template.
    pieces = []
    for piece in word.split("{path}"):
        pieces.append(piece.replace("{key}", found.key))
    return found.path.join(pieces)


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
