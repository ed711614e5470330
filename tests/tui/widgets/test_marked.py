"""Rows with matches of a search: marked where they are, and drawn at once however many there are."""

from __future__ import annotations

import re
from time import thread_time

import pytest
from rich.style import Style
from textual.strip import Strip

from integrator_tui.tui.widgets.answer.ink import draw as draw_body
from integrator_tui.tui.widgets.answer.pieces import Piece
from integrator_tui.tui.widgets.log.ink import draw as draw_log
from integrator_tui.tui.widgets.log.layout import LogRow
from integrator_tui.tui.widgets.log.line_store import LineKind

MARK = Style(reverse=True)


def style(part: str) -> Style:
    return MARK if part == "match" else Style(bold=True)


def body_row(text: str, pattern: str, *, left: int = 0, width: int = 20) -> Strip:
    pieces = [Piece(text[:3], "key"), Piece(text[3:])]
    return draw_body(pieces, left=left, width=width, base=Style(), style=style, pattern=re.compile(pattern))


def log_row(text: str, pattern: str, *, left: int = 0, width: int = 20) -> Strip:
    row = LogRow(0, text, LineKind.EVENT)
    return draw_log(
        row, left=left, width=width, base=Style(), style=style, is_current=False, pattern=re.compile(pattern)
    )


def marks(strip: Strip) -> str:
    """Return `^` for each marked character of a row, and `.` for the others."""
    return "".join(
        ("^" if segment.style and segment.style.reverse else ".") * len(segment.text) for segment in strip
    )


@pytest.mark.parametrize("row", [body_row, log_row])
@pytest.mark.parametrize(
    ("text", "pattern", "left", "seen", "shown"),
    [
        ("abcabcabc", "bc", 0, "abcabcabc           ", ".^^.^^.^^..........."),
        ("abcdef", "cd", 0, "abcdef              ", "..^^................"),
        ("abcabcabc", "bc", 4, "bcabc               ", "^^.^^..............."),
        ("0123456789" * 4, "8901", 0, "0123456789012345678›", "........^^^^......^."),
        ("漢字漢字", "字", 0, "漢字漢字            ", ".^.^............"),
        ("abc", "x*", 0, "abc                 ", "...................."),
    ],
)
def test_matches_are_marked_where_they_stand(
    row: object, text: str, pattern: str, left: int, seen: str, shown: str
) -> None:
    assert callable(row)
    strip = row(text, pattern, left=left)
    assert strip.text == seen
    assert marks(strip) == shown


@pytest.mark.parametrize("row", [body_row, log_row])
@pytest.mark.parametrize("letter", ["y", "ü"])
def test_a_row_with_a_match_a_letter_is_drawn_at_once(row: object, letter: str) -> None:
    assert callable(row)
    began = thread_time()
    for _ in range(20):
        row(letter * 8192, letter, width=120)
    assert thread_time() - began < 2
