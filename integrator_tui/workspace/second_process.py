"""A second process for many checks, where there is a second core: half of them run in a copy of this one.

Rules: only checks that need no secret and fetch no token run there, so that a token is fetched once for all
and nothing secret leaves this process. The copy is forked before any event loop or thread exists, writes
nothing but its results, to a pipe, and ends when nobody reads them.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from io import BufferedWriter
from typing import Final, Never

from integrator_tui.model.probe import ProbeReport
from integrator_tui.workspace.checks import Check

WORTH_IT: Final = 200
"""Checks from which on a second process is quicker than none."""

_LENGTH: Final = 4

Numbered = tuple[int, ProbeReport]
"""A check's place in the list, and its report."""


def movable(checks: Sequence[Check], cores: int) -> tuple[int, ...]:
    """Return the places of the checks that a second process should run; none where it would not pay."""
    if cores < 2 or len(checks) < WORTH_IT:
        return ()
    free = [place for place, check in enumerate(checks) if _needs_nothing(check)]
    # No more than half of all: the others run here meanwhile.
    wanted = min(len(free), len(checks) // 2)
    return tuple(free[-wanted:]) if wanted >= WORTH_IT // 2 else ()


def _needs_nothing(check: Check) -> bool:
    connection = check.connection
    return connection is not None and not connection.secrets and connection.auth.type in ("none", "basic")


class SecondProcess:
    """A forked copy that works through the checks at `places`. Made before an event loop runs."""

    def __init__(self, places: tuple[int, ...], results: Callable[[], AsyncIterator[Numbered]]) -> None:
        self.places = places
        self._pipe, write = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._pipe)
            _work(results, write)
        os.close(write)

    async def reports(self) -> AsyncGenerator[Numbered, None]:
        """Give what the copy finds, as it finds it. Raises RuntimeError where it ended before its time."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        pipe = os.fdopen(self._pipe, "rb", buffering=0)
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
        try:
            while size := int.from_bytes(await reader.readexactly(_LENGTH), "big"):
                # From our own copy: nobody else holds the other end of the pipe.
                yield pickle.loads(await reader.readexactly(size))
        except asyncio.IncompleteReadError:
            raise RuntimeError("the second process ended before its checks did") from None
        finally:
            transport.close()

    def stop(self) -> None:
        """End the copy, whatever it does, and wait for it."""
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)


def _work(results: Callable[[], AsyncIterator[Numbered]], pipe: int) -> Never:
    """Write every result to `pipe`, then an empty one, and end."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with open(pipe, "wb") as out:
            asyncio.run(_write(results(), out))
            out.write(bytes(_LENGTH))
        code = 0
    except BrokenPipeError:
        pass
    finally:
        # Never back into the caller's code, whose output and files belong to the other process.
        os._exit(code)


async def _write(results: AsyncIterator[Numbered], out: BufferedWriter) -> None:
    async for result in results:
        data = pickle.dumps(result)
        out.write(len(data).to_bytes(_LENGTH, "big") + data)
        out.flush()


async def merged(*sources: AsyncIterator[Numbered]) -> AsyncGenerator[Numbered, None]:
    """Give the results of all sources as they come."""
    waiting: dict[asyncio.Task[Numbered], AsyncIterator[Numbered]] = {}

    def ask(source: AsyncIterator[Numbered]) -> None:
        waiting[asyncio.ensure_future(anext(source))] = source

    for source in sources:
        ask(source)
    try:
        while waiting:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                source = waiting.pop(task)
                try:
                    result = task.result()
                except StopAsyncIteration:
                    continue
                ask(source)
                yield result
    finally:
        for task in waiting:
            task.cancel()
        if waiting:
            await asyncio.wait(waiting)
