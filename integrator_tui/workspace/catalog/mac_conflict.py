"""The one conflict that two branches make in every encrypted file, where git left its markers.

Rules: a conflict whose lines are lastmodified and mac alone says nothing that is worth a decision: the MAC is
made anew over the values that stand, where every one of them opens. Any other conflict is for a person.
"""

from __future__ import annotations

import re
from typing import Final

MESSAGE: Final = "git left a conflict in lastmodified and mac"
HINT: Final = "run: integrator-tui seal, which makes the MAC anew"

_CONFLICT: Final = re.compile(
    r"^<{7}[^\n]*\n(?P<ours>(?:(?![<|=>]{7})[^\n]*\n)*)"
    r"(?:\|{7}[^\n]*\n(?P<base>(?:(?![<|=>]{7})[^\n]*\n)*))?"
    r"={7}\r?\n(?P<theirs>(?:(?![<|=>]{7})[^\n]*\n)*)>{7}[^\n]*\n",
    re.MULTILINE,
)
_ANY_CONFLICT: Final = re.compile(
    r"^<{7,}[^\n]*\n(?P<ours>(?:(?![<|=>]{7})[^\n]*\n)*)(?:\|{7,}[^\n]*\n(?:(?![<|=>]{7})[^\n]*\n)*)?"
    r"={7,}\r?\n(?P<theirs>(?:(?![<|=>]{7})[^\n]*\n)*)>{7,}[^\n]*(?:\n|\Z)",
    re.MULTILINE,
)
_RENEWED: Final = re.compile(r"(?:[ \t]+(?:lastmodified|mac):[^\n]*\n)*")


def sides(text: str) -> tuple[str, ...]:
    """Return a text as each side of its conflicts has it, alone where it has none.

    In a common version that git made itself, markers are longer than in a file (merge.c: two more for each depth).
    """
    found = _ANY_CONFLICT.search(text)
    if not found:
        return (text,)
    return tuple(_ANY_CONFLICT.sub(rf"\g<{side}>", text) for side in ("ours", "theirs"))


def without_mac_conflicts(text: str) -> str | None:
    """Return a text with our side of its conflicts in lastmodified and mac; None where it has none, or others."""
    found = list(_CONFLICT.finditer(text))
    if not found or any(not _RENEWED.fullmatch(side or "") for match in found for side in match.groups()):
        return None
    resolved = _CONFLICT.sub(lambda match: match["ours"], text)
    return None if re.search(r"^[<|>]{7}", resolved, re.MULTILINE) else resolved
