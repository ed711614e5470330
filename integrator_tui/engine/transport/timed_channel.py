"""TimedChannel: another channel whose reads and writes end with httpx's timeouts.

Rules: a bound is for one read, or for one piece written, never for a whole answer or request: what moves, however
large, is not late.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from integrator_tui.engine.failure import seconds
from integrator_tui.engine.http_types import ReadTimeout, WriteTimeout
from integrator_tui.engine.net.channel import Channel

PIECE: Final = 65536
"""Bytes that one bound of a write is for; TLS holds as many at a time."""


class TimedChannel:
    """Times the channel below it. `read` and `write` are bounds in seconds, None for none; set them at any time."""

    def __init__(self, lower: Channel) -> None:
        self._lower = lower
        self.read: float | None = None
        self.write: float | None = None

    @property
    def torn(self) -> bool:
        return self._lower.torn

    @property
    def is_secured(self) -> bool:
        return self._lower.is_secured

    async def recv(self) -> bytes:
        """Return the next bytes, empty at the end; raises ReadTimeout, and OSError as the channel below does."""
        async with _bound(self.read, ReadTimeout, "the server sent nothing for"):
            return await self._lower.recv()

    async def send(self, data: bytes) -> None:
        """Write all of `data`; raises WriteTimeout, and OSError as the channel below does."""
        for start in range(0, len(data), PIECE):
            piece = data if len(data) <= PIECE else data[start : start + PIECE]
            async with _bound(self.write, WriteTimeout, "the server took nothing for"):
                await self._lower.send(piece)

    def send_now(self, data: bytes) -> None:
        """Write what goes without waiting."""
        self._lower.send_now(data)

    def recv_now(self) -> bytes | None:
        """Return bytes that are there already, empty at the end, None where there are none."""
        return self._lower.recv_now()

    def idle(self) -> bool:
        """Return whether the connection is open and silent, without waiting."""
        return self._lower.idle()

    def close(self) -> None:
        """Close now; may be called again."""
        self._lower.close()


@asynccontextmanager
async def _bound(limit: float | None, late: type[ReadTimeout | WriteTimeout], what: str) -> AsyncIterator[None]:
    """End what is inside after `limit` seconds; a time-out of the operating system's own stays an OSError."""
    scope = asyncio.timeout(limit)
    try:
        async with scope:
            yield
    except TimeoutError as error:
        if limit is None or not scope.expired():
            raise
        raise late(f"{what} {seconds(limit)}") from error
