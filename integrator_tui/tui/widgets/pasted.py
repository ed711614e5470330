"""What is pasted: its line ends as files have them, and how much of it a field takes."""

from __future__ import annotations

from typing import Final

LONGEST_LINE: Final = 200_000
"""Characters of the longest text that is pasted into one line."""


def with_line_feeds(text: str) -> str:
    """Return `text` with LF for its line ends: terminals send CR for them, or CR LF as it stood."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def refusal(count: int) -> str:
    """Say that a paste of `count` characters is too long for one line."""
    return f"Nothing was pasted: {count:,} characters, and this field takes {LONGEST_LINE:,}"
