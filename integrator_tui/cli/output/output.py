"""Where output goes: data to standard output, everything else to standard error.

Rules: off a terminal a command that succeeds writes nothing to standard error but warnings, a line each. What
cannot be told there changes neither the result nor the exit code; data that cannot be written is an error. Foreign
text is made visible before it reaches a terminal. Colours only where the stream is a terminal that
wants them: not with NO_COLOR (no-color.org) and not with TERM=dumb.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from errno import EBADF
from io import TextIOWrapper
from typing import Any, TextIO

from integrator_tui.errors import IntegratorError, SaveError
from integrator_tui.model.text import visible

STYLES = {"passed": "32", "failed": "31", "error": "31", "skipped": "2", "warning": "33", "dim": "2", "bold": "1"}
STDOUT = "standard output"
ENCODING_ERRORS = "json_escape"
"""How a character is written that the encoding of a standard stream lacks: as JSON does."""


def _indented(value: Any, margin: str, encoded: Callable[[Any], str]) -> str:
    """Return a JSON value as `json.dumps` does with an indent of two, in a fraction of the time: that writes
    indented text in Python, piece by piece."""
    inner = f"{margin}  "
    if isinstance(value, dict) and value:
        items = [f"{inner}{encoded(key)}: {_indented(item, inner, encoded)}" for key, item in value.items()]
        return f"{{{','.join(items)}{margin}}}"
    if isinstance(value, list | tuple) and value:
        items = [f"{inner}{_indented(item, inner, encoded)}" for item in value]
        return f"[{','.join(items)}{margin}]"
    return encoded(value)


def wants_colour(stream: TextIO, variables: Mapping[str, str]) -> bool:
    """Return whether escape sequences may be written to `stream`."""
    return stream.isatty() and "NO_COLOR" not in variables and variables.get("TERM", "dumb") != "dumb"


@contextmanager
def writing(name: str) -> Iterator[None]:
    """Raise SaveError for what cannot be written to `name`, but for a pipe that nobody reads any more."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.errno == EBADF and name == STDOUT:
            hint = "send it to a file, to another program or to /dev/null"
            raise SaveError(f"{name} cannot be written: it is closed", hint) from None
        hint = "name a file in a folder you may write to, or free some space"
        raise SaveError(f"{name} cannot be written: {error.strerror or error}", hint) from None


class Console:
    """Standard output and standard error of one command."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.out = sys.stdout
        self.err = sys.stderr
        self.colour = wants_colour(self.out, variables)
        self.progress_wanted = wants_colour(self.err, variables)

    def styled(self, text: str, style: str) -> str:
        """Return `text` in a style of STYLES where standard output takes colours, else as it is."""
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if self.colour else text

    def line(self, text: str = "") -> None:
        """Write one line of human output; the caller has made foreign text visible."""
        with writing(STDOUT):
            self.out.write(text + "\n")

    def json(self, value: Any) -> None:
        """Write a JSON value and a line end."""
        from json import JSONEncoder

        self.in_utf_8(ENCODING_ERRORS)
        self.line(_indented(value, "\n", JSONEncoder(ensure_ascii=False).encode))

    @property
    def descriptor(self) -> int | None:
        """The descriptor of standard output, None where it only leads into memory."""
        try:
            return self.out.fileno()
        except OSError:
            return None

    def in_utf_8(self, errors: str = "replace") -> None:
        """Write standard output in UTF-8 whatever the locale says, as the format that goes there is defined: JSON
        (RFC 8259 section 8.1), a textfile of Prometheus, XML that says so."""
        if isinstance(self.out, TextIOWrapper):
            self.out.reconfigure(encoding="utf-8", errors=errors)

    def flush(self) -> None:
        with writing(STDOUT):
            self.out.flush()

    def note(self, text: str) -> None:
        """Tell the user something that is not data: of a question, or of what failed."""
        self._tell(visible(text, keep="\n") + "\n")

    def aside(self, text: str) -> None:
        """Tell whoever sits at a terminal what a script has in the exit code: that all went well, and how."""
        if self.err.isatty():
            self.note(text)

    def warning(self, text: str) -> None:
        """Tell what a command that succeeds has to say all the same, in one line."""
        self._tell(f"warning: {visible(text)}\n")

    def ask(self, question: str, answers: str = "[y/N] ") -> None:
        """Write a question on the terminal, which may be that of standard output alone, and stay behind it."""
        with suppress(OSError):
            stream = self.out if self.out.isatty() and not self.err.isatty() else self.err
            stream.write(f"{question} {answers}")
            stream.flush()

    def redraw(self, text: str = "") -> None:
        """Write over the line that was redrawn last on standard error, a terminal."""
        self._tell(f"\r\x1b[K{text}")

    def progress(self, done: int, total: int) -> None:
        """Show how far a long command is, where standard error is a terminal; the line is rewritten in place."""
        if self.progress_wanted and total > 1 and not self.out.isatty():
            self.redraw(f"{done} of {total}")

    def progress_done(self) -> None:
        """Take the progress line away."""
        if self.progress_wanted and not self.out.isatty():
            self.redraw()

    def error(self, error: IntegratorError) -> int:
        """Write an error as its two lines, and return the exit code that it means."""
        self._tell(f"error: {visible(error.message)}\n")
        if error.hint:
            self._tell(f"hint: {visible(error.hint)}\n")
        return error.exit_code

    def broke_off(self, error: BaseException) -> int | None:
        """Tell an interrupt or an error of this program and return its exit code, None where the process does
        so."""
        return None

    def _tell(self, text: str) -> None:
        with suppress(OSError):
            self.err.write(text)
            self.err.flush()
