"""Reading: a block that waits for a server, and ends when its answer is late."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from integrator_tui.engine.exchange.exchange import Exchange


class Reading:
    """A block that ends at a moment of the event loop's clock; then the answer is late (StageFailed)."""

    __slots__ = ("_exchange", "_timeout")

    def __init__(self, exchange: Exchange, deadline: float) -> None:
        self._exchange = exchange
        self._timeout = asyncio.timeout_at(deadline)

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._timeout.__aexit__(kind, error, trace)
        except TimeoutError:
            raise self._exchange.late("the answer") from None
        if isinstance(error, TimeoutError):
            raise self._exchange.late("the answer") from None
