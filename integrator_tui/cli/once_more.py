"""Reading once more: a file that changes under a command that showed it to nobody is judged anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from integrator_tui.errors import ChangedOnDisk

T = TypeVar("T")


def once_more(command: Callable[[], T]) -> T:
    """Return what `command` gives, which reads a file; where that changed under it, what it gives another time."""
    try:
        return command()
    except ChangedOnDisk:
        return command()
