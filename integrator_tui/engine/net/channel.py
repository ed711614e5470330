"""A channel carries bytes over one live connection: a socket, or TLS over another channel.

Rules: reading is asked for (`recv`), never pushed, so that a consumer that stops reading stops the
sender; at most `READ_SIZE` bytes are held for it. A peer that is always ready does not keep the event
loop to itself: time limits, other connections and the screen get their turn. Closing is immediate and
may be done twice. A task that is cancelled while it waits leaves nothing registered with the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Final, Protocol

READ_SIZE: Final = 65536
"""Bytes asked of the socket at once."""
TURN: Final = 4
"""Reads in a row that did not have to wait, after which others get their turn."""


class Channel(Protocol):
    """Bytes over one connection.

    `torn` says that it ended without being told so, where it could have been: a cut looks like the end then.
    `is_secured` says that it could: nobody on the way can end it unnoticed.
    """

    @property
    def torn(self) -> bool: ...

    @property
    def is_secured(self) -> bool: ...

    async def recv(self) -> bytes:
        """Return the next bytes, empty at the end; raises OSError (a reset)."""

    async def send(self, data: bytes) -> None:
        """Write all of `data`; raises OSError."""

    def send_now(self, data: bytes) -> None:
        """Write what goes without waiting, for a farewell nobody waits for."""

    def recv_now(self) -> bytes | None:
        """Return bytes that are there already, empty at the end, None where there are none."""

    def idle(self) -> bool:
        """Return whether the connection is open and silent, without waiting."""

    def close(self) -> None:
        """Close now; may be called again."""


async def writable(sock: socket.socket) -> None:
    """Wait until `sock` takes more bytes, or its connection is made or has failed."""
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    fd = sock.fileno()
    loop.add_writer(fd, _wake, ready)
    try:
        await ready
    finally:
        loop.remove_writer(fd)


def _wake(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


class SocketChannel:
    """A connected, non-blocking stream socket, owned from here on by one task of one event loop."""

    torn = False
    is_secured = False

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Future[None] | None = None
        self._watched = False
        self._at_once = 0

    async def recv(self) -> bytes:
        """Return the next bytes, empty at the end; raises OSError (a reset, or closed by another task)."""
        if self._at_once >= TURN:
            self._at_once = 0
            await asyncio.sleep(0)
        while True:
            try:
                self._at_once += 1
                return self._sock.recv(READ_SIZE)
            except BlockingIOError:
                self._at_once = 0
                await self._readable()

    async def _readable(self) -> None:
        self._waiting = self._loop.create_future()
        if not self._watched:
            self._loop.add_reader(self._sock.fileno(), self._arrived)
            self._watched = True
        try:
            await self._waiting
        finally:
            self._waiting = None

    def _arrived(self) -> None:
        """Wake who waits. The watch is kept between reads, and ended when something comes unasked."""
        if self._waiting is None:
            self._unwatch()
        elif not self._waiting.done():
            self._waiting.set_result(None)

    def _unwatch(self) -> None:
        if self._watched:
            self._watched = False
            self._loop.remove_reader(self._sock.fileno())

    async def send(self, data: bytes) -> None:
        """Write all of `data`; raises OSError."""
        view = memoryview(data)
        while view:
            try:
                view = view[self._sock.send(view) :]
            except BlockingIOError:
                await writable(self._sock)
            else:
                if view:
                    await asyncio.sleep(0)

    def send_now(self, data: bytes) -> None:
        """Write what the socket takes without waiting, for a farewell nobody waits for."""
        with contextlib.suppress(OSError):
            self._sock.send(data)

    def recv_now(self) -> bytes | None:
        """Return bytes that are there already, empty at the end, None where there are none."""
        try:
            return self._sock.recv(READ_SIZE)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def idle(self) -> bool:
        """Return whether the connection is open and silent, without waiting."""
        try:
            self._sock.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False  # its end, or bytes nobody asked for

    def close(self) -> None:
        """Close now, and wake who waits; may be called again."""
        if self._sock.fileno() >= 0:
            self._unwatch()
            self._sock.close()
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
