"""A second process: a forked copy of this one that works through a share of something and tells what it finds.

Rules: the copy writes nothing but its results, to a pipe, and ends when nobody reads them.
"""

from __future__ import annotations

import asyncio
import gc
import os
import select
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from io import BufferedWriter
from typing import Any, Final

from integrator_tui.workspace.batch.fork import end, forked
from integrator_tui.workspace.batch.frames import END, Frames, frame

_PIECE: Final = 1 << 16
_LOOK: Final = 0.5
"""Seconds of silence after which it is looked whether the copy goes on."""


class SecondProcess:
    """A forked copy that gives what `results` gives. Made before an event loop runs; stop it at the end.

    Whatever becomes of the copy, killed, stopped or broken, what it told is given and nothing is raised: `lost`
    then says that there was more. Raises OSError where there can be no copy.
    """

    def __init__(self, results: Callable[[], AsyncIterator[Any]]) -> None:
        self.lost = False
        self._frames = Frames()
        self._pipe, write = os.pipe()
        os.set_blocking(self._pipe, False)

        def work() -> None:
            os.close(self._pipe)
            with open(write, "wb") as out:
                asyncio.run(_write(results(), out))
                out.write(END)

        # What exists now is shared with the copy; counting through it would copy it.
        gc.freeze()
        try:
            self._pid = forked(work)
        except OSError:
            os.close(self._pipe)
            raise
        finally:
            os.close(write)

    def first(self) -> Any | None:
        """Wait for the first result and return it, None where the copy ended without one."""
        seen_stopped = False
        while not self.lost:
            for result in self._frames.complete():
                return result
            if select.select([self._pipe], [], [], _LOOK)[0]:
                self._take()
            else:
                seen_stopped = self._look(seen_stopped)
        return None

    async def rest(self) -> AsyncGenerator[Any, None]:
        """Give what the copy finds, as it finds it."""
        loop = asyncio.get_running_loop()
        arrived = asyncio.Event()
        loop.add_reader(self._pipe, arrived.set)
        seen_stopped = False
        try:
            while True:
                for result in self._frames.complete():
                    yield result
                if self._frames.ended or self.lost:
                    return
                try:
                    async with asyncio.timeout(_LOOK):
                        await arrived.wait()
                except TimeoutError:
                    seen_stopped = self._look(seen_stopped)
                else:
                    arrived.clear()
                    self._take()
        finally:
            loop.remove_reader(self._pipe)

    def stop(self) -> None:
        """End the copy, whatever it does, and wait for it."""
        os.close(self._pipe)
        end(self._pid)

    def _take(self) -> None:
        try:
            data = os.read(self._pipe, _PIECE)
        except BlockingIOError:
            # The loop tells again of what was read meanwhile.
            return
        self._frames.feed(data)
        self.lost = not data

    def _look(self, seen_stopped: bool) -> bool:
        """Look whether the copy is stopped, as nothing came of it for a while; seen so twice it is ended.

        Ctrl-Z stops and continues both processes, and one of them is the first.
        """
        stopped = os.waitid(os.P_PID, self._pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is not None
        if stopped and seen_stopped:
            # Its end of the pipe closes with it, and what stands in the pipe is read before.
            os.kill(self._pid, signal.SIGKILL)
        return stopped


async def _write(results: AsyncIterator[Any], out: BufferedWriter) -> None:
    async for result in results:
        out.write(frame(result))
        out.flush()
