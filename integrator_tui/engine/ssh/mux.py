"""OpenSSH's multiplexing protocol, version 4, as far as a stdio forward needs it (PROTOCOL.mux of OpenSSH).

Rules: a message is its length and its content, numbers are big-endian. The request is followed by two descriptors,
one message each: what the master reads for the target, and what it writes of it. The channel lives as long as the
control connection that asked for it.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import struct
from typing import Final

from integrator_tui.engine.net.happy_eyeballs import connect_to_unix

HELLO: Final = 0x00000001
NEW_STDIO_FORWARD: Final = 0x10000008
PERMISSION_DENIED: Final = 0x80000002
FAILURE: Final = 0x80000003
SESSION_OPENED: Final = 0x80000006
VERSION: Final = 4

_LARGEST: Final = 1 << 16
"""Bytes of an answer at most."""

_GREETING_SECONDS: Final = 2.0
"""How long a master gets to greet."""


class MuxError(Exception):
    """The master refused, or does not speak this protocol; the words are its own."""


def message(kind: int, *fields: int | bytes) -> bytes:
    """Return a message of numbers and strings."""
    content = struct.pack(">I", kind)
    for field in fields:
        content += struct.pack(">I", field if isinstance(field, int) else len(field))
        content += b"" if isinstance(field, int) else field
    return struct.pack(">I", len(content)) + content


class Forward:
    """A channel that was asked for: the control connection, and a socket for each direction. Close it."""

    def __init__(self, control: socket.socket) -> None:
        """Take over a connection to the master's control socket."""
        self.control = control
        self.to_target: socket.socket | None = None
        self.of_target: socket.socket | None = None

    @classmethod
    async def over(cls, path: str) -> Forward:
        """Connect to the master's control socket; raises OSError."""
        return cls(await connect_to_unix(path))

    def ask(self, host: str, port: int) -> None:
        """Ask for a channel to `host` and `port`, which are the far end's names; raises OSError."""
        self.to_target, read = socket.socketpair()
        try:
            self.of_target, write = socket.socketpair()
            try:
                request = message(NEW_STDIO_FORWARD, 0, b"", host.encode("utf-8", "surrogateescape"), port)
                # A new socket has room for all of it.
                self.control.sendall(message(HELLO, VERSION) + request)
                for end in (read, write):
                    socket.send_fds(self.control, [b"\0"], [end.fileno()])
            finally:
                write.close()
        finally:
            read.close()
        for sock in (self.to_target, self.of_target):
            sock.setblocking(False)

    async def opened(self) -> None:
        """Wait until the channel is open; raises MuxError with the master's words, OSError where it is gone."""
        if (kind := (await self._answer())[0]) != HELLO:
            raise MuxError(f"the control socket answers with {kind:#x}")
        kind, content = await self._answer()
        if kind == SESSION_OPENED:
            return
        if kind in (FAILURE, PERMISSION_DENIED):
            raise MuxError(_string(content[4:]))
        raise MuxError(f"the control socket answers with {kind:#x}")

    def close(self) -> None:
        """Close what is open, and with it the channel; may be called again."""
        for sock in (self.control, self.to_target, self.of_target):
            if sock is not None:
                sock.close()

    async def _answer(self) -> tuple[int, bytes]:
        size = int.from_bytes(await self._read(4), "big")
        if not 4 <= size <= _LARGEST:
            raise MuxError(f"the control socket answers with {size} bytes")
        content = await self._read(size)
        return int.from_bytes(content[:4], "big"), content[4:]

    async def _read(self, size: int) -> bytes:
        loop, data = asyncio.get_running_loop(), b""
        while len(data) < size:
            piece = await loop.sock_recv(self.control, size - len(data))
            if not piece:
                raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))
            data += piece
        return data


async def is_served(path: str) -> bool:
    """Tell whether a master answers at its control socket."""
    try:
        async with asyncio.timeout(_GREETING_SECONDS):
            forward = await Forward.over(path)
            try:
                forward.control.sendall(message(HELLO, VERSION))
                return (await forward._answer())[0] == HELLO
            finally:
                forward.close()
    except (OSError, MuxError):  # TimeoutError is an OSError
        return False


def _string(content: bytes) -> str:
    size = int.from_bytes(content[:4], "big")
    return content[4 : 4 + size].decode("utf-8", "replace")
