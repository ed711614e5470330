"""This machine's clock beside what servers say."""

from __future__ import annotations

import pytest

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.clock_skew import ClockSkew

NOON = 1_767_268_800.0  # 2026-01-01 12:00:00 UTC


def seen(date: str | None, now: float = NOON) -> ClockSkew:
    clock = ClockSkew(lambda: now)
    clock.notice(httpx.Response(200, headers={"Date": date} if date else {}))
    return clock


@pytest.mark.parametrize(
    ("date", "word"),
    [
        ("Thu, 01 Jan 2026 12:00:30 GMT", ""),
        ("Thu, 01 Jan 2026 11:50:00 GMT", "10 minutes ahead of"),
        ("Thu, 01 Jan 2026 13:00:00 GMT", "1 hour behind"),
        ("Sat, 31 Jan 2026 12:00:00 GMT", "30 days behind"),
    ],
)
def test_a_difference_worth_telling_is_told(date: str, word: str) -> None:
    said = seen(date).word()
    assert bool(said) is bool(word)
    assert word in said


@pytest.mark.parametrize(
    "date", [None, "", "yesterday", "Thu, 99 Jan 2026 12:00:00 GMT", "Thu, 01 Jan 0001 00:00:00 +9999"]
)
def test_what_is_no_date_says_nothing(date: str | None) -> None:
    assert seen(date).word() == ""
