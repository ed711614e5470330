"""Vantages: the hosts that are looked from, one connection to each, shared by all who look from there.

Rules: who needs a connection that is being made waits for it, and its failure is the failure of all who waited. A
host that could not be reached, or let nobody in, is not tried again for a while: a thousand checks are one login.
"""

from __future__ import annotations

import asyncio
import time
from typing import Final

from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.ssh import said
from integrator_tui.engine.ssh.channel import VantageChannel
from integrator_tui.engine.ssh.command import SshSettings
from integrator_tui.engine.ssh.control_connection import ControlConnection

START_SECONDS: Final = 10.0
"""Seconds that a start gets at least: a login may lead over other hosts, or wait for a key to be touched."""

AGAIN_SECONDS: Final = 0.9
"""How long a failed start is remembered: shorter than the wait before a try after a failure, and long enough for
all checks that wait to learn of it."""


class Vantages:
    """The ways of one engine. It belongs to one event loop; close it."""

    def __init__(self, settings: SshSettings) -> None:
        self._settings = settings
        self._starting: dict[str, asyncio.Task[ControlConnection]] = {}
        self._failed: dict[str, tuple[float, StageFailed]] = {}

    def is_open(self, host: str) -> bool:
        """Whether there is a connection to a host now."""
        task = self._starting.get(host)
        return task is not None and task.done() and not task.exception() and task.result().is_open

    def forgive(self, host: str) -> None:
        """Forget that a host could not be reached: whoever asks again by hand means it."""
        self._failed.pop(host, None)

    async def ready(self, host: str, timeout: float) -> None:
        """Wait until there is a connection to a host; raises StageFailed. `timeout` bounds ssh's own connect."""
        await self._connection(host, timeout)

    async def open(self, via: str, host: str, port: int, timeout: float) -> VantageChannel:
        """Return a channel from `via` to a target within `timeout` seconds; raises StageFailed."""
        return await (await self._connection(via, timeout)).open(host, port, timeout)

    async def is_answering(self, host: str) -> bool:
        """Tell whether a host that may be silent still says a word."""
        if not self.is_open(host):
            return False
        return await self._starting[host].result().is_answering()

    async def aclose(self) -> None:
        """End every connection."""
        tasks = tuple(self._starting.values())
        self._starting.clear()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        open_ones = [task.result() for task in tasks if not task.cancelled() and not task.exception()]
        if open_ones:
            await asyncio.wait([asyncio.create_task(connection.aclose()) for connection in open_ones])

    async def _connection(self, host: str, timeout: float) -> ControlConnection:
        task = self._starting.get(host)
        if task is None or (task.done() and not self.is_open(host)):
            # Who tries again, tries indeed.
            if (known := self._failed.get(host)) and time.monotonic() < known[0]:
                raise _again(known[1])
            self._failed.pop(host, None)
            task = self._starting[host] = asyncio.create_task(self._started(host, timeout, task))
        # Who stops waiting leaves it to the others.
        done, _ = await asyncio.wait([task], timeout=max(timeout, START_SECONDS))
        if not done:
            raise said.start_timeout(host, max(timeout, START_SECONDS))
        if task.cancelled():
            raise said.not_answering(host)
        if (failed := task.exception()) is not None:
            raise _again(failed) if isinstance(failed, StageFailed) else failed
        return task.result()

    async def _started(
        self, host: str, timeout: float, before: asyncio.Task[ControlConnection] | None
    ) -> ControlConnection:
        if before is not None and not before.exception():
            await before.result().aclose()
        connection = ControlConnection(self._settings, host)
        try:
            await connection.start(timeout, max(timeout, START_SECONDS))
        except StageFailed as failed:
            self._failed[host] = (time.monotonic() + AGAIN_SECONDS, failed)
            raise
        return connection


def _again(failed: StageFailed) -> StageFailed:
    """Return the same failure for another check."""
    return StageFailed(failed.kind, failed.message, failed.hint, detail=failed.detail)
