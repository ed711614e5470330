"""The user's editor as a process: it has the terminal until it ends.

Rules: its command is split as a shell would split it, and no shell is run. ctrl+c is the editor's. What it did to
the line discipline of the terminal is undone when it ends, however it ends.
"""

from __future__ import annotations

import contextlib
import shlex
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Final

from integrator_tui.errors import UsageError
from integrator_tui.starting import end, started, waited

DEFAULT: Final = "vi"
"""What is started where no editor is named: POSIX has it everywhere."""

_PLUS: Final = frozenset(
    "vi vim nvim vis elvis nvi ex emacs emacsclient zile mg nano pico rnano micro kak joe jed ne mcedit".split()
)
"""Editors that take a line as `+LINE FILE`."""
_COLON: Final = frozenset({"hx", "helix", "subl", "zed", "code", "codium", "code-insiders", "cursor", "lapce"})
"""Editors that take it as `FILE:LINE`."""
_GOTO: Final = frozenset({"code", "codium", "code-insiders", "cursor"})
"""Those of them that want `--goto` before."""

_END_SECONDS: Final = 2.0
"""Seconds that an editor has to end in when this process has to."""


def editor_command(command: str, path: Path, line: int | None = None) -> list[str]:
    """Return the words that open a file in an editor, at a line counted from 1 where the editor is known.

    Raises UsageError where the command cannot be read.
    """
    try:
        words = shlex.split(command or DEFAULT)
    except ValueError as error:
        raise UsageError(
            f"the editor's command cannot be read: {error}", "mend the quotes in VISUAL or EDITOR"
        ) from None
    if not words:
        raise UsageError("the editor's command is blank", "set VISUAL or EDITOR to a program, as in EDITOR=vim")
    name = PurePath(words[0]).name
    if line is None or line < 2:
        return [*words, str(path)]
    if name in _PLUS:
        return [*words, f"+{line}", str(path)]
    if name in _COLON:
        return [*words, *(("--goto",) if name in _GOTO else ()), f"{path}:{line}"]
    return [*words, str(path)]


def run_editor(words: list[str]) -> None:
    """Run an editor on the terminal until it ends.

    Raises:
        UsageError: It cannot be started, was killed, or ended with another exit code than 0.
    """
    name = words[0]
    with _terminal_kept(), _deaf():
        process: subprocess.Popen[bytes] | None = None
        try:
            process = started(lambda: subprocess.Popen(words))
            code = waited(process)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            hint = "set VISUAL or EDITOR to a program, as in EDITOR=vim; nothing was changed"
            raise UsageError(f"the editor {name} cannot be started: {reason}", hint) from None
        except BaseException:
            # An editor without this process would go on with a file that is gone.
            if process is not None:
                end(process, _END_SECONDS)
            raise
    if code < 0:
        raise UsageError(f"the editor {name} was killed by {_signal(-code)}", "nothing was changed")
    if code > 0:
        raise UsageError(f"the editor {name} failed with exit code {code}", "nothing was changed")


def _signal(number: int) -> str:
    with contextlib.suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"


@contextlib.contextmanager
def _terminal_kept() -> Iterator[None]:
    """Give the terminal its line discipline back, which an editor that was killed leaves as it needed it."""
    descriptor, before = -1, None
    with contextlib.suppress(OSError, ValueError, termios.error):
        descriptor = sys.__stdin__.fileno() if sys.__stdin__ is not None else 0
        before = termios.tcgetattr(descriptor)
    try:
        yield
    finally:
        if before is not None:
            # In the background the terminal would stop whoever changes it.
            with contextlib.suppress(OSError, termios.error), _without(signal.SIGTTOU):
                termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


@contextlib.contextmanager
def _without(number: signal.Signals) -> Iterator[None]:
    before = signal.signal(number, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(number, before)


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """Leave ctrl+c and ctrl+\\ to the editor: it has the terminal. A handler is not inherited; ignoring is."""
    wakeup = signal.set_wakeup_fd(-1)
    numbers = (signal.SIGINT, signal.SIGQUIT)
    before = [signal.signal(number, lambda *_: None) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
        signal.set_wakeup_fd(wakeup)
