"""The marks a connection's row can bear: what was read of its file, or how its last test ended.

Each is told by its glyph alone, the colour only helps. All glyphs are one cell wide.
"""

from __future__ import annotations

from typing import Final, Literal

Mark = Literal["ok", "problem", "unsealed", "locked", "seal_broken", "unsupported", "testing", "passed", "failed"]

GLYPHS: Final[dict[Mark, str]] = {
    "ok": "·",
    "problem": "!",
    "unsealed": "○",
    "locked": "■",
    "seal_broken": "≠",
    "unsupported": "×",
    "testing": "…",
    "passed": "✓",
    "failed": "✗",
}


def style_name(mark: Mark) -> str:
    """Return the name of the component class suffix that colours `mark`."""
    return mark.replace("_", "-")
