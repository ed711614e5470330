"""What kinds of terminals know, besides what every terminal with a cursor does.

Taken for granted is what ECMA-48 and the VT100 have: CUP, CUU, CUD, CUF, CUB, EL, DECSTBM, SGR, LF and RI at the
margins. REP is never used: mosh and screen drop it, whatever their TERM says. Names are those of terminfo; a
terminal that is not known here gets what a VT100 has, and only loses bytes by it.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class TerminalKind(NamedTuple):
    """Erasing leaves the background that is set (bce); ECH; SU; codes that end one attribute of SGR (22 to 29)."""

    erases_in_colour: bool = False
    erases_characters: bool = False
    scrolls_many: bool = False
    ends_attributes: bool = False


PLAIN: Final = TerminalKind()
_XTERM: Final = TerminalKind(True, True, True, True)
_KINDS: Final = {
    "xterm": _XTERM,
    **dict.fromkeys(
        ("rxvt", "alacritty", "foot", "konsole", "vte", "gnome", "putty", "wezterm", "ghostty"), _XTERM
    ),
    "linux": TerminalKind(True, True, False, True),
    "tmux": TerminalKind(False, False, True, True),
    "screen": TerminalKind(False, False, True, True),
}


def kind_of(term: str) -> TerminalKind:
    """Return what a terminal knows by its `TERM`, as in `xterm-256color` or `screen.xterm-256color`."""
    return _KINDS.get(term.partition("-")[0].partition(".")[0], PLAIN)
