"""Standard input, which can be read once: who asks for it again gets the same, anybody else an error.

A command that judges a changed file anew asks again, and what two options read would be empty for the second.
"""

from __future__ import annotations

import sys
from typing import Final, TextIO

from integrator_tui.errors import UsageError

_taken: Final[list[tuple[TextIO, str, bytes]]] = []


def taken(what: str, limit: int = -1) -> bytes:
    """Return what stands on standard input, at most `limit` bytes; `what` names the option that is given it.

    Raises OSError where it cannot be read, UsageError where another option has it.
    """
    for stream, holder, data in _taken:
        if stream is sys.stdin:
            if holder == what:
                return data
            hint = "give one of them, and the other in a file"
            raise UsageError(f"{holder} and {what} cannot both be read from standard input", hint)
    data = sys.stdin.buffer.read(limit)
    _taken[:] = [(sys.stdin, what, data)]
    return data
