"""Values of secrets: asked for on the terminal, else read from standard input, and never taken from an argument."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

from integrator_tui.cli.prompts.passphrase import asked_silently
from integrator_tui.errors import UsageError
from integrator_tui.model.nearest import did_you_mean
from integrator_tui.model.secret import Secret
from integrator_tui.model.text import visible

LIMIT: Final = 1 << 20
"""Bytes of a secret that are read."""

_SHOWN: Final = 60


def secret_values(names: Sequence[str], known: Sequence[str] = ()) -> dict[str, Secret]:
    """Return a value for each name; `known` are those that the connection has.

    Raises UsageError where a name can be none, where one has no value, and where standard input is to hold several.
    """
    for name in names:
        if not name or ":" in name or name == "_seal":
            raise UsageError(
                f"{visible(name, limit=_SHOWN) or 'an empty text'} cannot be the name of a secret",
                did_you_mean(name.replace(":", ""), known) or "name it as in the file, as in --secret password",
            )
        if names.count(name) > 1:
            raise UsageError(f"--secret {visible(name, limit=_SHOWN)} is given twice", "give each name once")
    if sys.stdin.isatty():
        return {name: _asked(name) for name in names}
    if len(names) > 1:
        given = " and ".join(visible(name, limit=_SHOWN) for name in names[:2])
        raise UsageError(f"{given} cannot both be read from standard input", "give one --secret at a time")
    return {name: _read(name) for name in names}


def _asked(name: str) -> Secret:
    value = asked_silently(f"Value of {visible(name, limit=_SHOWN)}: ")
    if not value:
        raise UsageError(f"nothing was typed for {visible(name, limit=_SHOWN)}", "nothing was changed")
    return value


def _read(name: str) -> Secret:
    """Return what stands on standard input, less one final line break."""
    what = visible(name, limit=_SHOWN)
    try:
        data = sys.stdin.buffer.read(LIMIT + 1)
    except OSError as error:
        raise UsageError(
            f"{what}: standard input cannot be read: {error.strerror}", "write the value to it"
        ) from None
    if len(data) > LIMIT:
        raise UsageError(f"{what}: standard input holds more than {LIMIT >> 20} MiB", "a secret is shorter")
    if not data:
        raise UsageError(f"{what}: standard input is empty", "write the value to it, or run this on a terminal")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise UsageError(
            f"{what}: standard input is not UTF-8", "encode it first, as base64 for instance"
        ) from None
    return Secret(text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text)
