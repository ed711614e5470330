"""Tries: a request that got no answer, 429 or 5xx is made again after 1, 2, 4 … seconds; the last try counts.

Rules: a method that may do something twice is sent again only where nothing of it was sent yet. What will not mend
by itself is not tried again: refused credentials, which would lock an account, and what could not be made at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from integrator_tui.errors import RequestFailed

SAFE_TWICE: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
"""Methods that may be sent again (RFC 9110 section 9.2.2)."""

_BEFORE: Final = frozenset({"resolve", "connect", "tls"})
"""Stages in which nothing of a request was sent yet."""

_FINAL: Final = frozenset({"", "credentials_rejected", "forbidden"})


class Tries:
    """Counts the tries of one request within `timeout` seconds; each tells `told` why there is another."""

    def __init__(self, method: str, retries: int, timeout: float | None, told: Callable[[str], None]) -> None:
        self._safe = method.upper() in SAFE_TWICE
        self._left = retries
        self._until = None if timeout is None else time.monotonic() + timeout
        self._wait = 1.0
        self._told = told

    @property
    def seconds(self) -> float | None:
        """What is left of the time for all tries."""
        return None if self._until is None else max(0.001, self._until - time.monotonic())

    def answered(self, status: int) -> bool:
        """Return whether an answer of this status is not the last."""
        return self._safe and (status == 429 or status >= 500) and self._may_wait()

    def failed(self, error: RequestFailed) -> bool:
        """Return whether a request without an answer is made again."""
        return error.kind not in _FINAL and (self._safe or error.stage in _BEFORE) and self._may_wait()

    async def wait(self, why: str) -> None:
        """Wait for the next try, longer each time."""
        import asyncio

        self._told(f"{why}: again in {self._wait:.0f} s")
        await asyncio.sleep(self._wait)
        self._left -= 1
        self._wait *= 2

    def _may_wait(self) -> bool:
        left = self.seconds
        return self._left > 0 and (left is None or left > self._wait)
