"""Moments for people: when something was, and how long ago."""

from __future__ import annotations

from datetime import UTC, datetime


def age(then: datetime, now: datetime) -> str:
    """Return how long ago something was: `now`, or whole seconds, minutes, hours or days."""
    seconds = int((now - then).total_seconds())
    if seconds < 1:
        return "now"
    for limit, unit, size in ((60, "s", 1), (3600, "m", 60), (86400, "h", 3600)):
        if seconds < limit:
            return f"{seconds // size}{unit}"
    return f"{seconds // 86400}d"


def moment(then: datetime) -> str:
    """Return a time for people: UTC, to the second."""
    return f"{then.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"


def clock(then: datetime) -> str:
    """Return the time of day of something of this session: UTC as in every list, to the second."""
    return f"{then.astimezone(UTC):%H:%M:%S}Z"
