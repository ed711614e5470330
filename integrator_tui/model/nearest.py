"""Nearest: which known name somebody meant who wrote another one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from integrator_tui.model.text import visible

_LONGEST: Final = 120
"""Characters up to which names are compared: a mistyped one is short, and comparing takes the square of it."""
_SHOWN: Final = 60
_LISTED: Final = 8


def nearest(given: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like `given`, None where none is. Case and blanks do not count."""
    wanted = given.strip().casefold()
    if not wanted or len(wanted) > _LONGEST:
        return None
    folded: dict[str, str] = {}
    for name in known:
        if len(name) <= _LONGEST:
            folded.setdefault(name.strip().casefold(), name)
    if wanted in folded:
        return folded[wanted]
    # Needed where something was mistyped.
    from difflib import get_close_matches

    close = get_close_matches(wanted, folded, 1, 0.6)
    if close:
        return folded[close[0]]
    begun = [name for key, name in folded.items() if len(wanted) > 2 and key.startswith(wanted)]
    return begun[0] if len(begun) == 1 else None


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """Return the question for the hint line, empty where no known name is like `given`."""
    near = nearest(given, known)
    return "" if near is None else f"did you mean {visible(near, limit=_SHOWN)}?"


def listed(names: Iterable[str]) -> str:
    """Return some names for a hint, as many as fit, and how many more there are."""
    found = tuple(dict.fromkeys(names))
    shown = ", ".join(visible(name, limit=_SHOWN) for name in found[:_LISTED])
    return f"{shown} and {len(found) - _LISTED} more" if len(found) > _LISTED else shown
