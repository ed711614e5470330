"""The standard streams as the caller left them: closed, full, or in an encoding that lacks a character.

Rules: a stream that was closed takes no file's place; one that cannot be written tells nothing, and only what is
lost of standard output is an error, where it is closed too; what was closed is not taken for empty.
"""

from __future__ import annotations

import codecs
import io
import os
import sys

from integrator_tui.cli.output.output import ENCODING_ERRORS


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
    sys.stdout = _whole(sys.stdout)  # type: ignore[arg-type]
    sys.stderr = _forgiving(sys.stderr.fileno(), sys.stderr.encoding)


def _whole(stream: io.TextIOWrapper) -> io.TextIOWrapper:
    """Return a stream that writes the rest of what was taken in part, or raises.

    With PYTHONUNBUFFERED, as in most images of Python, no buffer does so: a disk that is full after the
    first part, or a reader who leaves then, would go unnoticed.
    """
    if isinstance(stream.buffer, io.RawIOBase):
        raw = io.FileIO(stream.fileno(), "w", closefd=False)
        buffered = io.BufferedWriter(raw)
        return io.TextIOWrapper(buffered, stream.encoding, ENCODING_ERRORS, line_buffering=raw.isatty())
    stream.reconfigure(errors=ENCODING_ERRORS)
    return stream


def _forgiving(descriptor: int, encoding: str) -> io.TextIOWrapper:
    raw = _Forgiving(descriptor, "w", closefd=False)
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding, ENCODING_ERRORS, line_buffering=True)


def _open_what_is_closed() -> None:
    """Give a standard stream that the caller closed to the null device, before a file takes its number.

    The device is opened the wrong way round: what is read of standard input is an error, never taken for an empty
    one, and so is what is written to standard output. Standard error forgives that.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDONLY if number else os.O_WRONLY)
            setattr(sys, name, open(number, "w" if number else "r"))  # noqa: SIM115 - for as long as the process


def _json_escape(error: UnicodeError) -> tuple[str, int]:
    """Write what the locale's encoding lacks as JSON does, in UTF-16 (RFC 8259 section 7): it may stand in JSON."""
    assert isinstance(error, UnicodeEncodeError)
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)), error.end


codecs.register_error(ENCODING_ERRORS, _json_escape)
