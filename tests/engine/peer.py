"""A real HTTP server on loopback whose every answer a test writes, and which keeps what it was asked."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Asked:
    """One request as it came; header names in lower case. `connection` counts from 1."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass
class Talk:
    """One connection: what a handler may do beside returning an answer."""

    writer: asyncio.StreamWriter
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()


Handler = Callable[[Asked, Talk], Awaitable[bytes | None]]


class Peer:
    """Listens while its context is open. A handler returns an answer, or None to have the connection closed."""

    def __init__(self, handler: Handler, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.port = port
        self.asked: list[Asked] = []
        self.connections = 0
        self.open = 0
        self.arrived = asyncio.Event()
        """Set when the first request has come."""
        self.gone = asyncio.Event()
        """Set when a client has closed a connection."""
        self._handler = handler
        self._tls = tls
        self._talks: set[asyncio.Task[None]] = set()
        self._last: object = None
        self._settled = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        self.scheme = "https" if self._tls else "http"
        self.url = f"{self.scheme}://127.0.0.1:{self.port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        if self._tls is None:
            await self._settle()
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        await self._server.wait_closed()

    async def _settle(self) -> None:
        """Have every connection begin that was made and closed without a word: one of our own comes after it."""
        with socket.socket() as last:
            last.setblocking(False)
            last.bind(("127.0.0.1", 0))
            self._last = last.getsockname()
            await asyncio.get_running_loop().sock_connect(last, ("127.0.0.1", self.port))
            await self._settled.wait()

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if writer.get_extra_info("peername") == self._last:
            self._settled.set()
            writer.close()
            return
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        self.connections += 1
        self.open += 1
        talk = Talk(writer)
        try:
            await self._serve(reader, talk, self.connections)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.open -= 1
            self._talks.discard(task)
            self.gone.set()
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, talk: Talk, connection: int) -> None:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.rstrip("\r\n").split("\r\n")
            method, path, _ = first.split(" ", 2)
            headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            asked = Asked(method, path, headers, body, connection)
            self.asked.append(asked)
            self.arrived.set()
            handling = asyncio.ensure_future(self._handler(asked, talk))
            leaving = asyncio.ensure_future(reader.read(1))
            try:
                await asyncio.wait({handling, leaving}, return_when=asyncio.FIRST_COMPLETED)
                if not handling.done():
                    self.gone.set()
                    talk.gone.set()
                    return
                answer = handling.result()
            finally:
                handling.cancel()
                leaving.cancel()
                await asyncio.gather(handling, leaving, return_exceptions=True)
            if answer is None:
                return
            await talk.send(answer)


def reply(status: int, body: bytes | str = b"", *headers: str, reason: str = "Whatever") -> bytes:
    """Return a whole answer."""
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} {reason}", f"Content-Length: {len(data)}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + data


def routes(table: dict[str, bytes | Callable[[Asked], bytes]]) -> Handler:
    """Answer by path without its query; 404 elsewhere."""

    async def handler(asked: Asked, talk: Talk) -> bytes:
        found = table.get(asked.path.partition("?")[0], reply(404))
        return found if isinstance(found, bytes) else found(asked)

    return handler
