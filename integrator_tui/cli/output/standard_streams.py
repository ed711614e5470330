"""The standard streams as the caller left them: closed, full, or in an encoding that lacks a character.

Rules: a stream that was closed takes no file's place; one that cannot be written tells nothing, and only what is
lost of standard output is an error; what was closed is not taken for empty.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from typing import Final

ENCODING_ERRORS: Final = "json_escape"
"""How a character is written that the locale's encoding lacks."""


class _Forgiving(io.FileIO):
    """A file that takes everything, also what it cannot write."""

    def write(self, data: object) -> int:
        """Write `data`, or drop it where it cannot be written; return its length."""
        length = memoryview(data).nbytes  # type: ignore[arg-type]
        try:
            written = super().write(data)  # type: ignore[arg-type]
        except OSError:
            return length
        return length if written is None else written


def set_up() -> None:
    """Make the three streams ones that can be used; call it once, before a file is opened."""
    _open_what_is_closed()
    codecs.register_error(ENCODING_ERRORS, _json_escape)
    sys.stdout.reconfigure(errors=ENCODING_ERRORS)  # type: ignore[union-attr]
    sys.stderr = _forgiving(sys.stderr.fileno(), sys.stderr.encoding)


def _forgiving(descriptor: int, encoding: str) -> io.TextIOWrapper:
    raw = _Forgiving(descriptor, "w", closefd=False)
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding, ENCODING_ERRORS, line_buffering=True)


def _open_what_is_closed() -> None:
    """Give a standard stream that the caller closed to the null device, before a file takes its number.

    What is read of standard input is then an error, and never taken for an empty one.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDWR if number else os.O_WRONLY)
            setattr(sys, name, open(number, "w" if number else "r"))  # noqa: SIM115 - for as long as the process


def _json_escape(error: UnicodeError) -> tuple[str, int]:
    """Write what the locale's encoding lacks as JSON does, in UTF-16 (RFC 8259 section 7): it may stand in JSON."""
    assert isinstance(error, UnicodeEncodeError)
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)), error.end
