"""Deadline: the one moment by which a probe or a request as a whole has to be over."""

from __future__ import annotations

import asyncio

from integrator_tui.engine.failure import StageFailed, seconds


class Deadline:
    """The time that a probe or request as a whole may take, on the loop's clock; `seconds` None is no limit."""

    __slots__ = ("_seconds", "_until")

    def __init__(self, seconds: float | None = None) -> None:
        self._seconds = seconds
        self._until = None if seconds is None else asyncio.get_running_loop().time() + seconds

    @property
    def until(self) -> float | None:
        return self._until

    def within(self, limit: float) -> float:
        """Return the moment when `limit` seconds from now, or the deadline, end."""
        moment = asyncio.get_running_loop().time() + limit
        return moment if self._until is None else min(moment, self._until)

    def is_spent(self) -> bool:
        """Tell whether the time of the whole is over."""
        return self._until is not None and asyncio.get_running_loop().time() >= self._until

    def spent(self, kind: str) -> StageFailed:
        """Return the failure of what was under way when the time was over."""
        message = f"the time for the whole, {seconds(self._seconds or 0)}, was over"
        return StageFailed(
            kind, message, "raise --timeout, or see what was slow: a check tells the time of each stage"
        )
