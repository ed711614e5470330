"""The columns of the table: what each of them says of a row, and how wide they are."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

from integrator_tui.model.last_result import duration_text
from integrator_tui.model.moments import age
from integrator_tui.tui.widgets.connections.cells import short
from integrator_tui.tui.widgets.connections.facts import RowFacts
from integrator_tui.tui.widgets.connections.marks import GLYPHS, WORDS

WIDE: Final = 110
"""Cells from which on the columns have their whole words."""

_EIGHTHS: Final = " ▏▎▍▌▋▊▉█"
_SLOWEST_MS: Final = 10_000
_FEW_DAYS: Final = 14
_FEW_MINUTES: Final = 5


class Column(NamedTuple):
    """A column: its heading in a narrow and in a wide table, its cells, and what it says, with a tone (empty: the
    row's own)."""

    heading: tuple[str, str]
    width: tuple[int, int]
    say: Callable[[RowFacts, datetime, int], tuple[str, str]]
    is_number: bool = False


def _state(facts: RowFacts, now: datetime, width: int) -> tuple[str, str]:
    mark = facts.mark
    return f"{GLYPHS[mark]} {WORDS[mark]}", mark


def _stage(facts: RowFacts, now: datetime, width: int) -> tuple[str, str]:
    result = facts.result
    if result is None or result.outcome == "passed":
        return "", ""
    return (result.cause if len(result.cause) <= width else short(result.cause)), ""


def _latency(facts: RowFacts, now: datetime, width: int) -> tuple[str, str]:
    if facts.result is None or facts.result.outcome == "error":
        return "", ""
    return f"{duration_text(facts.result.duration_ms):>5} {bar(facts.result.duration_ms, width - 6)}", ""


def bar(milliseconds: float, width: int) -> str:
    """Return a bar of at most `width` cells: of a millisecond nothing, of ten seconds all, in tenfold steps."""
    share = min(1.0, max(0.0, math.log10(max(1.0, milliseconds)) / math.log10(_SLOWEST_MS)))
    eighths = round(share * width * 8)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def _status(facts: RowFacts, now: datetime, width: int) -> tuple[str, str]:
    status = facts.result.status if facts.result else None
    return ("" if status is None else str(status)), ""


def _days(facts: RowFacts, now: datetime, width: int) -> tuple[str, str]:
    days = facts.result.certificate_days(now) if facts.result else None
    return ("" if days is None else f"{days}d"), ("unsealed" if days is not None and days < _FEW_DAYS else "")


def _minutes(facts: RowFacts, now: datetime, width: int) -> tuple[str, str]:
    minutes = facts.result.token_minutes(now) if facts.result else None
    told = "" if minutes is None else f"{minutes}m" if minutes < 100_000 else "99999m"
    return told, ("unsealed" if minutes is not None and minutes < _FEW_MINUTES else "")


def _worked(facts: RowFacts, now: datetime, width: int) -> tuple[str, str]:
    if facts.record.worked is None:
        return ("never" if facts.result is not None else ""), ""
    return age(facts.record.worked, now), ""


def _failing(facts: RowFacts, now: datetime, width: int) -> tuple[str, str]:
    since = facts.record.failing_since
    return ("" if since is None else age(since, now)), ("" if since is None else "failed")


COLUMNS: Final = (
    Column(("state", "state"), (9, 14), _state),
    Column(("stage", "failed stage"), (9, 12), _stage),
    Column(("latency", "latency"), (10, 16), _latency),
    Column(("http", "status"), (4, 6), _status, is_number=True),
    Column(("cert", "certificate"), (5, 11), _days, is_number=True),
    Column(("token", "token"), (6, 7), _minutes, is_number=True),
    Column(("worked", "worked last"), (6, 11), _worked, is_number=True),
    Column(("failing", "failing since"), (7, 13), _failing, is_number=True),
)


def widths(width: int) -> list[int]:
    """Return the cells of each column in a table of `width` cells; as many columns as leave the name a fifth."""
    wide = width >= WIDE
    found: list[int] = []
    for column in COLUMNS:
        if sum(found) + len(found) + column.width[wide] + 1 > width - max(10, width // 6):
            break
        found.append(column.width[wide])
    return found
