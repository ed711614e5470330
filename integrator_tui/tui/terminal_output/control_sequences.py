"""The control sequences that may be sent besides frames: those that Textual and this program mean to send."""

from __future__ import annotations

import re
from typing import Final

_ALLOWED: Final = re.compile(
    r"\x1b\[\?[0-9;]+(?:[hl]|\$p)"  # modes of the terminal, and the questions for them (DECSET, DECRQM)
    r"|\x1b\[[<>=][0-9;]*u"  # the keyboard's protocol
    r"|\x07"
    r"|\x1b\]52;c;[A-Za-z0-9+/=]*\x07"  # the clipboard
    r"|\x1b\]22;[a-z-]*\x07"  # the shape of the mouse pointer
    r"|\x1b\[[mr]"  # attributes and margins as they were
)


def allowed(data: str) -> str:
    """Return of what is to be sent the sequences that are known."""
    return "".join(_ALLOWED.findall(data))
