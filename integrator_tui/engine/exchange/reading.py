"""Reading: a block that waits for a server, and ends when its answer is late."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType

from integrator_tui.engine.failure import StageFailed


class Reading:
    """A block that ends at a moment of the event loop's clock; then `late` makes what is raised, and `judged` has
    the last word on it: what was silent may not be the server."""

    __slots__ = ("_judged", "_late", "_timeout")

    def __init__(
        self,
        late: Callable[[str], StageFailed],
        deadline: float,
        judged: Callable[[StageFailed], Awaitable[StageFailed]],
    ) -> None:
        self._late = late
        self._judged = judged
        self._timeout = asyncio.timeout_at(deadline)

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._timeout.__aexit__(kind, error, trace)
        except TimeoutError:
            raise await self._judged(self._late("the answer")) from None
        if isinstance(error, TimeoutError):
            raise await self._judged(self._late("the answer")) from None
