"""Bytes to and from one accepted connection, plain or through TLS.

TLS runs over memory buffers here, since asyncio's own TLS closes a failed handshake without the alert
that tells the client why. `gone` is set as soon as the client closed its side, so that an answer
without an end can stop.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from typing import Any

READ_SIZE = 64 * 1024
BUFFER_LIMIT = 256 * 1024
"""Bytes held back at most while looking for the end of a header block."""


class PlainHttpOnTls(Exception):
    """A client spoke HTTP without TLS on a TLS port."""


class WatchedReader(asyncio.StreamReader):
    """A stream reader that tells when the other side has nothing more to say."""

    def __init__(self, gone: asyncio.Event) -> None:
        super().__init__(limit=BUFFER_LIMIT)
        self._gone = gone

    def feed_eof(self) -> None:
        """Note the end of what the client sends."""
        super().feed_eof()
        self._gone.set()

    def set_exception(self, exc: Exception) -> None:
        """Note a connection that broke."""
        super().set_exception(exc)
        self._gone.set()


class Channel:
    """One accepted connection without TLS."""

    secure = False

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, gone: asyncio.Event) -> None:
        self.reader = reader
        self.gone = gone
        self._writer = writer

    def client_name(self) -> str | None:
        """The common name in the client's certificate: without TLS there is none."""
        return None

    async def write(self, data: bytes) -> None:
        """Send `data`, waiting while the client does not read; raises OSError once it is gone."""
        if self._writer.is_closing():
            raise ConnectionResetError("the client is gone")
        self._writer.write(data)
        await self._writer.drain()

    async def close(self) -> None:
        """End the connection in order, after all that was written."""
        self._writer.close()
        try:
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()
        finally:
            self._writer.transport.abort()

    def abort(self) -> None:
        """End the connection with a TCP reset."""
        connected: socket.socket = self._writer.get_extra_info("socket")
        with contextlib.suppress(OSError):
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


class SecureChannel(Channel):
    """One accepted connection with TLS, the server's side of it."""

    secure = True

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        gone: asyncio.Event,
        context: ssl.SSLContext,
    ) -> None:
        super().__init__(WatchedReader(gone), writer, gone)
        self._cipher_reader = reader
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._pump: asyncio.Task[None] | None = None

    def client_name(self) -> str | None:
        """The common name in the client's certificate, if it showed one."""
        shown: Any = self._tls.getpeercert() or {}
        names = [pair for part in shown.get("subject", ()) for pair in part]
        return next((value for key, value in names if key == "commonName"), None)

    async def handshake(self) -> None:
        """Run the handshake; a failing one still sends its alert.

        Raises `PlainHttpOnTls`, ssl.SSLError, or OSError where the client went away.
        """
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush()
                await self._receive()
                continue
            except ssl.SSLError as failure:
                await self._flush()
                if failure.reason == "HTTP_REQUEST":
                    raise PlainHttpOnTls from failure
                raise
            await self._flush()
            self._pump = asyncio.create_task(self._decrypt())
            return

    async def write(self, data: bytes) -> None:
        """Encrypt and send `data`; raises OSError once the client is gone."""
        self._tls.write(data)
        await self._flush()

    async def close(self) -> None:
        """Send close_notify and end the connection."""
        with contextlib.suppress(ssl.SSLError, OSError):
            self._tls.unwrap()
        with contextlib.suppress(OSError):
            await self._flush()
        await self._stop_pump()
        await super().close()

    async def cut(self) -> None:
        """End the connection without close_notify, so that the client cannot know whether all has come."""
        await self._stop_pump()
        await super().close()

    async def _stop_pump(self) -> None:
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.wait([self._pump])

    async def _flush(self) -> None:
        if self._outgoing.pending:
            await super().write(self._outgoing.read())

    async def _receive(self) -> None:
        data = await self._cipher_reader.read(READ_SIZE)
        if not data:
            raise ConnectionResetError("the client left during the handshake")
        self._incoming.write(data)

    async def _decrypt(self) -> None:
        try:
            while True:
                try:
                    plain = self._tls.read(READ_SIZE)
                except ssl.SSLWantReadError:
                    await self._receive()
                    continue
                if not plain:
                    break
                self.reader.feed_data(plain)
        except OSError:
            pass
        finally:
            self.reader.feed_eof()
