"""ConnectionPool: how many connections a transport has at once, and which of them wait for another request.

Rules: whoever talks holds a place, in the order of asking; open connections, idle ones included, are never more
than there are places. An idle one is used again by its origin alone, the latest first, as long as it is open and
not older than its time; the oldest makes room where another origin needs it. Limits are httpx's.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from integrator_tui.engine.failure import seconds
from integrator_tui.engine.http1.connection import Http1Connection
from integrator_tui.engine.http_types import Limits, PoolTimeout
from integrator_tui.engine.origin import Origin
from integrator_tui.engine.transport.timed_channel import TimedChannel


@dataclass(eq=False, slots=True)
class PooledConnection:
    """An open connection to `origin`; `idle_since` is a moment of the loop's clock."""

    origin: Origin
    wire: Http1Connection
    times: TimedChannel
    idle_since: float = 0.0


class ConnectionPool:
    """The places and the idle connections of one transport, on one event loop."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        most = limits.max_connections
        self._places = None if most is None else asyncio.Semaphore(most)
        self._taken = 0
        self._busy: set[PooledConnection] = set()
        self._idle: list[PooledConnection] = []

    async def enter(self, timeout: float | None) -> None:
        """Take a place, waiting at most `timeout` seconds for one; raises PoolTimeout. Give it back by `leave`."""
        if self._places is not None:
            scope = asyncio.timeout(timeout)
            try:
                async with scope:
                    await self._places.acquire()
            except TimeoutError as error:
                if timeout is None or not scope.expired():
                    raise
                most = f"all {self._limits.max_connections} connections stayed busy for {seconds(timeout)}"
                raise PoolTimeout(most) from error
        self._taken += 1

    def leave(self, connection: PooledConnection | None) -> None:
        """Give a place back, and the connection with it: kept where it can be used again, closed elsewhere."""
        if connection is not None:
            self._busy.discard(connection)
            if connection.wire.reusable:
                connection.idle_since = asyncio.get_running_loop().time()
                self._idle.append(connection)
            else:
                connection.wire.close()
        self._taken -= 1
        if self._places is not None:
            self._places.release()
        self._close_more_than(self._limits.max_keepalive_connections)

    def take(self, origin: Origin) -> PooledConnection | None:
        """Return an idle connection to `origin`, None where one has to be dialled, for which there is room then."""
        self._close_expired()
        for connection in reversed(self._idle):
            if connection.origin == origin:
                self._idle.remove(connection)
                if connection.wire.reusable:
                    self._busy.add(connection)
                    return connection
                connection.wire.close()
        if self._limits.max_connections is not None:
            self._close_more_than(self._limits.max_connections - self._taken)
        return None

    def add(self, connection: PooledConnection) -> None:
        """Know of a connection that was dialled."""
        self._busy.add(connection)

    def drop(self, connection: PooledConnection) -> None:
        """Close a connection and know of it no more; its place stays taken."""
        self._busy.discard(connection)
        connection.wire.close()

    def close(self) -> None:
        """Close every connection, busy ones too."""
        for connection in (*self._busy, *self._idle):
            connection.wire.close()
        self._busy.clear()
        self._idle.clear()

    def _close_expired(self) -> None:
        expiry = self._limits.keepalive_expiry
        if expiry is None or not self._idle:
            return
        now = asyncio.get_running_loop().time()
        while self._idle and now - self._idle[0].idle_since >= expiry:
            self._idle.pop(0).wire.close()

    def _close_more_than(self, most: int | None) -> None:
        while most is not None and len(self._idle) > max(most, 0):
            self._idle.pop(0).wire.close()
