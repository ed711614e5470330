"""Which process wrote something down, and whether it still lives: its number, and when it began."""

from __future__ import annotations

import os
from functools import cache


@cache
def _mark_of(pid: int) -> str:
    return f"{pid}-{_began(pid)}"


def own_mark() -> str:
    """Return the mark of this process: letters of a file's name."""
    return _mark_of(os.getpid())


def lives(mark: str) -> bool:
    """Return whether the process of this mark still lives; a number that was given anew is another process."""
    number, _, began = mark.partition("-")
    if not number.isdecimal() or int(number) == 0:
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        # Somebody else's by now; the number alone says nothing.
        pass
    return _began(int(number)) == began


def _began(pid: int) -> str:
    """Return when a process began, in ticks since the machine started (proc(5)); 0 where nothing tells that."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[19].decode()
    except (OSError, IndexError):
        return "0"
