"""A second process: a forked copy of this one that works through a share of something and tells what it finds.

Rules: the copy writes nothing but its results, to a pipe, and ends when nobody reads them.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from io import BufferedWriter
from typing import Any, Final

from integrator_tui.workspace.batch.fork import end, forked
from integrator_tui.workspace.batch.frames import END, Frames, frame

_PIECE: Final = 1 << 16


class SecondProcess:
    """A forked copy that gives what `results` gives. Made before an event loop runs; stop it at the end."""

    def __init__(self, results: Callable[[], AsyncIterator[Any]]) -> None:
        self._pipe, write = os.pipe()
        self._frames = Frames()

        def work() -> None:
            os.close(self._pipe)
            with open(write, "wb") as out:
                asyncio.run(_write(results(), out))
                out.write(END)

        # What exists now is shared with the copy; counting through it would copy it.
        gc.freeze()
        self._pid = forked(work)
        os.close(write)

    def first(self) -> Any:
        """Wait for the first result and return it. Raises RuntimeError where the copy ended without one."""
        while True:
            for result in self._frames.complete():
                return result
            self._take(os.read(self._pipe, _PIECE))

    async def rest(self) -> AsyncGenerator[Any, None]:
        """Give what the copy finds, as it finds it. Raises RuntimeError where it ended before its time."""
        loop = asyncio.get_running_loop()
        arrived = asyncio.Event()
        loop.add_reader(self._pipe, arrived.set)
        try:
            while True:
                for result in self._frames.complete():
                    yield result
                if self._frames.ended:
                    return
                await arrived.wait()
                arrived.clear()
                self._take(os.read(self._pipe, _PIECE))
        finally:
            loop.remove_reader(self._pipe)

    def stop(self) -> None:
        """End the copy, whatever it does, and wait for it."""
        os.close(self._pipe)
        end(self._pid)

    def _take(self, data: bytes) -> None:
        if not data:
            raise RuntimeError("the second process ended before its share did")
        self._frames.feed(data)


async def _write(results: AsyncIterator[Any], out: BufferedWriter) -> None:
    async for result in results:
        out.write(frame(result))
        out.flush()
