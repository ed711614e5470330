"""Waiting for what is of ours and not of the server: beside the loop, and out of the time of a whole.

Threads are ones that nobody waits for at the end.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeVar

T = TypeVar("T")

_AT_LEAST: Final = 0.001
"""Seconds."""


async def beside(call: Callable[[], T]) -> T:
    """Return what `call` gives in a thread of its own, or raise what it raises; on this thread where there can be
    no other. A cancelled wait leaves the thread to itself."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def tell(value: T | None, error: BaseException | None) -> None:
        if answer.done():
            return
        if error is None:
            answer.set_result(value)  # type: ignore[arg-type]
        else:
            answer.set_exception(error)

    def work() -> None:
        value, error = None, None
        try:
            value = call()
        except BaseException as raised:
            error = raised
        with suppress(RuntimeError):  # the loop may have ended meanwhile
            loop.call_soon_threadsafe(tell, value, error)

    try:
        threading.Thread(target=work, name="beside", daemon=True).start()
    except RuntimeError:
        return call()
    return await answer


class TimeLeft:
    """What is left of the time for a `whole`, in seconds, counted from now on; None where there is no limit."""

    def __init__(self, whole: float | None) -> None:
        self._until = None if whole is None else time.monotonic() + whole

    @property
    def seconds(self) -> float | None:
        """What is left, in seconds: never nothing, so that what is begun can tell that its time was over."""
        return None if self._until is None else max(_AT_LEAST, self._until - time.monotonic())
