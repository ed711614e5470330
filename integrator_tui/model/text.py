"""Foreign text made visible: whatever comes from a server or a file is text, never a command to the terminal.

Control characters become their symbols (U+2400 and on), bidirectional overrides and invisible format
characters become U+FFFD, so that no byte of a stranger moves the cursor, recolours the screen or hides.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

CUT: Final = "…"
"""What stands where a text was cut."""

_HIDDEN: Final = (
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)


_BLANKS: Final = frozenset(
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u2800\u3000"
)


@cache
def _hidden() -> re.Pattern[str]:
    # Compiled when the first text needs it, which many commands never meet.
    return re.compile(_HIDDEN)


def _symbol(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "\N{REPLACEMENT CHARACTER}"


def is_hidden(char: str) -> bool:
    """Return whether a character is none that anybody sees: a control or format character, an odd blank."""
    return char in _BLANKS or _hidden().match(char) is not None


def counted(count: int, noun: str) -> str:
    """Return how many of something there are, in words: `1 line`, `2,009 lines`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def visible(text: str, *, keep: str = "", limit: int | None = None) -> str:
    """Return `text` with every character that a terminal could act on replaced by a visible symbol.

    `keep` names control characters to leave as they are (a line break where the caller draws lines);
    text longer than `limit` characters is cut and marked with an ellipsis.
    """
    if limit is not None and len(text) > limit:
        text = text[:limit] + CUT
    if text.isascii() and text.isprintable():
        return text
    if not keep:
        return _hidden().sub(_symbol, text)
    return _hidden().sub(lambda match: match[0] if match[0] in keep else _symbol(match), text)
