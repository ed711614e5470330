"""A channel carries bytes over one live connection: a socket, or TLS over another channel.

Rules: reading is asked for (`recv`), never pushed, so that a consumer that stops reading stops the
sender; at most `READ_SIZE` bytes are held for it. Closing is immediate and may be done twice. A task
that is cancelled while it waits leaves nothing registered with the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Final, Protocol

READ_SIZE: Final = 65536
"""Bytes asked of the socket at once."""


class Channel(Protocol):
    """Bytes over one connection."""

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


async def readable(sock: socket.socket) -> None:
    """Wait until `sock` has something to read, its end or its error included."""
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    fd = sock.fileno()
    loop.add_reader(fd, _wake, ready)
    try:
        await ready
    finally:
        loop.remove_reader(fd)


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
    """A connected, non-blocking stream socket, owned from here on."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    async def recv(self) -> bytes:
        """Return the next bytes, empty at the end; raises OSError (a reset)."""
        while True:
            try:
                return self._sock.recv(READ_SIZE)
            except BlockingIOError:
                await readable(self._sock)

    async def send(self, data: bytes) -> None:
        """Write all of `data`; raises OSError."""
        view = memoryview(data)
        while view:
            try:
                view = view[self._sock.send(view) :]
            except BlockingIOError:
                await writable(self._sock)

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
        """Close now; may be called again."""
        self._sock.close()
