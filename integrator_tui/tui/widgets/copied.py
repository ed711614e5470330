"""What is said after a copy. Whether it arrives is the terminal's business: OSC 52 has no answer."""

from __future__ import annotations

from typing import Final

COPIED: Final = "copied, if your terminal allows"
MOST_COPIED: Final = 1 << 20
"""Characters that are copied at most: terminals refuse more."""


def copied(what: str) -> str:
    """Return the notice that this was copied."""
    return f"{what} {COPIED}"
