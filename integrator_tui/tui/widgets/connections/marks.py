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

MARKED: Final = "●"
"""Stands in the row of a connection that Space marked."""

MEANINGS: Final[dict[str, str]] = {
    GLYPHS["passed"]: "passed its last test: how long that took, and how long ago it was",
    GLYPHS["failed"]: "failed its last test: at which stage, and how long ago",
    GLYPHS["ok"]: "not tested as it is now; what stands behind is of an earlier version of the file",
    GLYPHS["testing"]: "is being tested, or waits for its turn",
    GLYPHS["problem"]: "has a problem: its detail says which, and in which line",
    GLYPHS["unsealed"]: "a secret stands in plain text in its file",
    GLYPHS["locked"]: "no identity here opens its secrets",
    GLYPHS["seal_broken"]: "its seal is broken: the file was changed since its secrets were sealed",
    GLYPHS["unsupported"]: "of another type, and cannot be opened here",
    MARKED: "marked: Test, Move and Delete take all that are",
}
"""What each mark means, for F1."""

WORDS: Final[dict[Mark, str]] = {
    "ok": "",
    "problem": "problem",
    "unsealed": "plain secret",
    "locked": "locked",
    "seal_broken": "broken seal",
    "unsupported": "unsupported",
    "testing": "testing",
    "passed": "passed",
    "failed": "failed",
}
"""What a table says beside the mark."""


def style_name(mark: Mark) -> str:
    """Return the name of the component class suffix that colours `mark`."""
    return mark.replace("_", "-")
