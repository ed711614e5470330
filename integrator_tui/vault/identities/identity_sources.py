"""Where identities are looked for, and what was found there: plain values, and the key command that prints some."""

from __future__ import annotations

import os
import selectors
import shlex
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from integrator_tui.errors import InvalidFile
from integrator_tui.model.secret import Secret
from integrator_tui.vault import private_file

COMMAND_TIMEOUT: Final = 60.0
"""Seconds that the key command gets; somebody may have to type a passphrase into it."""

LENT: Final = "lent for this session"
"""The origin of an identity that is in no place of sops."""

PROTECTED: Final = "protected by a passphrase"
"""The problem with a source that waits for its passphrase."""

MAX_ATTEMPTS: Final = 5
"""How many wrong passphrases are taken before nobody is asked again."""

AskPassphrase = Callable[[str, int], Secret | None]
"""Asks for the passphrase of an origin after so many wrong ones; None where there is nobody to ask."""


@dataclass(frozen=True, slots=True)
class IdentitySources:
    """The places where identities are looked for, as the command line found them; `lent` is one for this session
    alone. `environment` is what the key command is given. `ask` is called where a file that waits for its
    passphrase may be the one that helps; without it, `unlock` is the one way."""

    key: Secret | None = None
    key_file: Path | None = None
    key_command: str | None = field(default=None, repr=False)
    keys_file: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    lent: Secret | None = None
    ask: AskPassphrase | None = None


@dataclass(frozen=True, slots=True)
class FoundIdentity:
    """An identity and where it came from, or with an empty `recipient` a source and the `problem` with it."""

    recipient: str
    origin: str
    problem: str = ""
    hint: str = ""


def run_key_command(sources: IdentitySources, recipient: str) -> bytes:
    """Return what the key command prints, asked for the identity of `recipient` (empty: any); raise InvalidFile
    where it fails, or prints more than an identity file may hold."""
    environment = {**sources.environment, "SOPS_AGE_RECIPIENT": recipient}
    deadline = time.monotonic() + COMMAND_TIMEOUT
    try:
        with subprocess.Popen(
            shlex.split(sources.key_command or ""),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                printed = _printed(process, deadline)
                process.wait(deadline - time.monotonic())
            except BaseException:
                process.kill()
                raise
    except subprocess.TimeoutExpired:
        raise InvalidFile(f"SOPS_AGE_KEY_CMD did not end within {COMMAND_TIMEOUT:.0f} s") from None
    except (OSError, ValueError, IndexError):
        raise InvalidFile(
            "SOPS_AGE_KEY_CMD cannot be run", "it is split as a shell would, and run without one"
        ) from None
    if process.returncode:
        raise InvalidFile(f"SOPS_AGE_KEY_CMD ended with exit code {process.returncode}")
    return printed


def _printed(process: subprocess.Popen[bytes], deadline: float) -> bytes:
    """Return what a process prints until it closes its output; no more than may be is ever held."""
    assert process.stdout is not None
    printed = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while selector.select(max(0.0, deadline - time.monotonic())):
            chunk = os.read(process.stdout.fileno(), 1 << 16)
            printed += chunk
            if not chunk:
                return printed
            if len(printed) > private_file.MAX_SIZE:
                raise InvalidFile("SOPS_AGE_KEY_CMD printed more than 1 MiB")
    raise subprocess.TimeoutExpired(process.args, COMMAND_TIMEOUT)
