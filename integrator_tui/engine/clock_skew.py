"""ClockSkew: whether this machine's clock agrees with what servers say in their Date header (RFC 9110 6.6.1).

Rules: it is only noticed, and told where a certificate or a token looks expired or not yet valid.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Final

from integrator_tui.engine import http_types as httpx

WORTH_TELLING: Final = 60.0
"""Seconds of difference that are told."""

_UNITS: Final = ((86400, "day"), (3600, "hour"), (60, "minute"))


class ClockSkew:
    """The last Date header seen, beside this machine's time at that moment (seconds since the epoch)."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self._seen: tuple[str, float] | None = None

    def notice(self, response: httpx.Response) -> None:
        """Remember what `response` says the time is."""
        date = response.headers.get("date")
        if date:
            self._seen = (date, self.now())

    def skew(self) -> float:
        """Return how many seconds this machine is ahead of the last server that told; 0 where none did."""
        if self._seen is None:
            return 0.0
        try:
            return self._seen[1] - parsedate_to_datetime(self._seen[0]).timestamp()
        except (ValueError, OverflowError):
            return 0.0

    def word(self) -> str:
        """Return what to say of this machine's clock; empty where it is right or nobody said."""
        skew = self.skew()
        if abs(skew) < WORTH_TELLING:
            return ""
        size, unit = next((s, u) for s, u in _UNITS if abs(skew) >= s)
        count = round(abs(skew) / size)
        return (
            f"this machine's clock is about {count} {unit}{'s' if count > 1 else ''} "
            f"{'ahead of' if skew > 0 else 'behind'} what a server said: set it right first (NTP)"
        )
