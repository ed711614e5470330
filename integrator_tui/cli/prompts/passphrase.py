"""Passphrases, asked for on the terminal and never read from standard input.

Rules: what opens a file raises PassphraseNeeded, and here alone a command asks and tries again, so that nobody is
asked where no file needs it. They are asked for where standard input or standard error is a terminal, on the
controlling one where there is one, and are not shown while they are typed.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from integrator_tui.cli.output.output import Console
from integrator_tui.errors import IntegratorError, PassphraseNeeded, UsageError, WrongPassphrase
from integrator_tui.model.secret import Secret
from integrator_tui.model.text import visible

if TYPE_CHECKING:
    from integrator_tui.workspace import Workspace

MAX_ATTEMPTS: Final = 5
"""Wrong passphrases that are taken before nobody is asked again."""

_MAX_LENGTH = 4096

P = ParamSpec("P")
T = TypeVar("T")


class Passphrases:
    """Asks for the passphrases of identity files, for one command on `workspace`: each once, and nobody again after
    no answer or MAX_ATTEMPTS wrong ones."""

    def __init__(self, workspace: Workspace, output: Console) -> None:
        self._workspace = workspace
        self._output = output
        self._given_up = False

    def unlocked(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `call` gives, called again after each passphrase that it needed.

        Raises whatever `call` raises; PassphraseNeeded where none was given.
        """
        while True:
            try:
                return call(*args, **kwargs)
            except PassphraseNeeded as needed:
                if not self.opened((needed,)):
                    raise

    def ahead(self, require: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Ask before a run over many files, where `require` raises PassphraseNeeded; what stays locked is told by
        the run."""
        with contextlib.suppress(PassphraseNeeded):
            self.unlocked(require, *args, **kwargs)

    def as_far_as_given(self, call: Callable[[bool], T]) -> T:
        """Return what `call` gives, which is told whether files that need a passphrase may stay locked: only where
        none was given."""
        try:
            return self.unlocked(call, False)
        except PassphraseNeeded:
            return call(True)

    def opened(self, errors: Iterable[IntegratorError]) -> bool:
        """Ask where one of `errors` is that a passphrase is needed, and return whether one opened an identity file:
        then it is worth trying again."""
        if self._given_up or not any(isinstance(error, PassphraseNeeded) for error in errors):
            return False
        self._given_up = not self._asked()
        return not self._given_up

    def _asked(self) -> bool:
        keys = self._workspace.keys
        if not (waiting := keys.waiting()):
            return False
        question = f"Passphrase for {visible(waiting[0])}: "
        for wrong in range(MAX_ATTEMPTS):
            passphrase = asked_silently(f"That passphrase is wrong. {question}" if wrong else question)
            if passphrase is None:
                return False
            with contextlib.suppress(WrongPassphrase):
                keys.unlock(passphrase)
                return True
        self._output.warning(f"{MAX_ATTEMPTS} wrong passphrases for {waiting[0]}: run the command again")
        return False


def ask_new() -> Secret:
    """Ask twice for a passphrase that is to be set.

    Raises:
        UsageError: There is no terminal, nothing was typed, or the two differ.
    """
    first = asked_silently("New passphrase: ")
    if first is None:
        raise UsageError("a passphrase is asked for on a terminal, and there is none", "run this on a terminal")
    if not first:
        raise UsageError("an empty passphrase protects nothing", "type one, or leave --passphrase out")
    if asked_silently("The same passphrase again: ") != first:
        raise UsageError("the two passphrases differ", "run the command again")
    return first


def asked_silently(prompt: str) -> Secret | None:
    """Ask on the terminal, where nothing that is typed is shown; return None where there is none, or no answer.

    Raises UsageError for a line that the terminal cut.
    """
    terminal = _terminal()
    if terminal is None:
        return None
    import termios

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
    if len(typed) >= _MAX_LENGTH:
        # A longer line is cut to this, its end kept.
        raise UsageError("a terminal takes no line of 4095 characters or more", "give it on standard input")
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
