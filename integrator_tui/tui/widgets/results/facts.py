"""What the rows of a history say of an earlier result, in words: no drawing."""

from __future__ import annotations

from collections.abc import Sequence

from integrator_tui.model.history import HistoryEntry, status_of
from integrator_tui.model.moments import moment
from integrator_tui.model.stages import MARKS
from integrator_tui.model.text import CUT

EIGHTHS = "▁▂▃▄▅▆▇█"
"""Heights of a bar in a cell."""

_WHAT = {"check": "test", "run": "run", "request": "request"}


def what(entry: HistoryEntry) -> str:
    """Return what was tried: the test, a request with its path, or the name of an operation."""
    return entry.operation or f"{_WHAT[entry.kind]} {entry.request_path}".strip()


def what_in_short(entry: HistoryEntry) -> str:
    """Return the same for a narrow column: of a request the path alone, which names no operation."""
    return entry.request_path or what(entry)


def fact(entry: HistoryEntry) -> str:
    """Return the one fact that matters most: why it failed, else the status that came; then where it was seen
    from."""
    if entry.failure is not None:
        found = f"{entry.failure.stage}: {entry.failure.kind}" if entry.failure.stage else entry.failure.kind
    else:
        status = status_of(entry)
        found = "" if status is None else str(status)
    via = "" if entry.vantage == "local" else f"from {entry.vantage}"
    return "  ".join(part for part in (found, via) if part)


def milliseconds(value: float) -> str:
    """Return a time for people: ms below ten seconds, else seconds."""
    return f"{value:.1f} ms" if value < 10_000 else f"{value / 1000:.1f} s"


def height(value: float, most: float) -> str:
    """Return the bar of one cell for a value of at most `most`."""
    if most <= 0:
        return EIGHTHS[0]
    return EIGHTHS[min(len(EIGHTHS) - 1, int(max(0.0, value) / most * len(EIGHTHS)))]


def haystack(entry: HistoryEntry) -> str:
    """Return the text that a filter looks in, without case: what, outcome, failure, status, time, place, pin."""
    failure = (entry.failure.kind, entry.failure.stage or "", entry.failure.message) if entry.failure else ()
    words = (
        *(entry.kind, what(entry), entry.outcome, fact(entry), moment(entry.started_at), entry.vantage),
        *("pinned" if entry.pinned else "", MARKS[entry.outcome], entry.address or "", *failure),
    )
    return "\n".join(words).casefold()


def holding(entries: Sequence[HistoryEntry], text: str) -> tuple[HistoryEntry, ...]:
    """Return the entries that hold every word of `text`."""
    words = text.casefold().split()
    if not words:
        return tuple(entries)
    found = []
    for entry in entries:
        text = haystack(entry)
        if all(word in text for word in words):
            found.append(entry)
    return tuple(found)


def cut_in_middle(text: str, room: int) -> str:
    """Return a text of at most `room` characters: of a longer one its beginning and its end."""
    if len(text) <= room or room < 3:
        return text[:room]
    tail = (room - 1) // 2
    return f"{text[: room - 1 - tail]}{CUT}{text[-tail:]}"
