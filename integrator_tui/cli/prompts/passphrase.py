"""Passphrases, asked for on the terminal and never read from standard input.

Rules: they are asked for where standard input or standard error is a terminal, on the controlling one where
there is one, and are not shown while they are typed. Every command asks here: `ask` is handed to the vault,
which calls it where a protected identity file may be the one that helps.
"""

from __future__ import annotations

import contextlib
import os
import sys
import termios

from integrator_tui.errors import UsageError
from integrator_tui.model.secret import Secret
from integrator_tui.model.text import visible

_MAX_LENGTH = 4096


def ask(origin: str, wrong: int) -> Secret | None:
    """Ask for the passphrase of `origin` after so many wrong ones; None where there is no terminal."""
    again = "That passphrase is wrong. " if wrong else ""
    return _ask(f"{again}Passphrase for {visible(origin)}: ")


def ask_new() -> Secret:
    """Ask twice for a passphrase that is to be set.

    Raises:
        UsageError: There is no terminal, nothing was typed, or the two differ.
    """
    first = _ask("New passphrase: ")
    if first is None:
        raise UsageError("a passphrase is asked for on a terminal, and there is none", "run this on a terminal")
    if not first:
        raise UsageError("an empty passphrase protects nothing", "type one, or leave --passphrase out")
    if _ask("The same passphrase again: ") != first:
        raise UsageError("the two passphrases differ", "run the command again")
    return first


def _ask(prompt: str) -> Secret | None:
    terminal = _terminal()
    if terminal is None:
        return None
    try:
        before = termios.tcgetattr(terminal)
        silent = before[:]
        silent[3] &= ~termios.ECHO
        try:
            termios.tcsetattr(terminal, termios.TCSAFLUSH, silent)
            os.write(terminal, prompt.encode())
            typed = os.read(terminal, _MAX_LENGTH)
        finally:
            termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
            os.write(terminal, b"\n")
    except (OSError, termios.error):
        # The terminal went away.
        return None
    finally:
        os.close(terminal)
    # An end of file is nobody's answer.
    return Secret(typed.decode("utf-8", "surrogateescape").rstrip("\r\n")) if typed else None


def _terminal() -> int | None:
    """Return a descriptor of the terminal to ask on, None where there is none."""
    present = [stream for stream in (sys.stdin, sys.stderr) if stream.isatty()]
    if not present:
        return None
    with contextlib.suppress(OSError):
        return os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    with contextlib.suppress(OSError):
        return os.open(os.ttyname(present[0].fileno()), os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    return None
