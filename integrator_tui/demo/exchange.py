"""One request and the answer to it, as the routes see them.

A route answers whole with `answer`, or piece by piece with `start`, `send` and `finish`, or writes
bytes of its own making with `raw` where the answer is meant to be wrong.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from integrator_tui.demo.channel import Channel
from integrator_tui.demo.messages import Request
from integrator_tui.demo.room import Room

Fields = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Addresses:
    """Where the server answers: an origin (`https://127.0.0.1:41234`) for every port, by the port's name.

    `ca_file` holds the certificate of the authority that signed the server's own.
    """

    ca_file: Path
    origins: Mapping[str, str]

    def __getitem__(self, port: str) -> str:
        return self.origins[port]

    @property
    def http(self) -> str:
        """The origin without TLS."""
        return self.origins["http"]

    @property
    def https(self) -> str:
        """The origin with TLS, its certificate signed by the server's authority."""
        return self.origins["https"]


@dataclass
class Exchange:
    """One request, the room it happens in, and the way to answer.

    `path` is the request's path without the room's prefix and without what a guard has taken off.
    `keep` says whether the connection may carry another request afterwards.
    """

    request: Request
    path: str
    port: str
    room: Room
    addresses: Addresses
    channel: Channel
    user: str = ""
    keep: bool = True
    chunked: bool = False

    def admit(self, user: str, rest: str) -> None:
        """Note that `user` was let in, and what of the path is left to answer."""
        self.user, self.path = user, rest

    def url(self, path: str, port: str | None = None) -> str:
        """The address of a path of this room, at this or another port."""
        return f"{self.addresses[port or self.port]}{self.room.prefix}{path}"

    async def answer(
        self, status: int, body: Any = b"", headers: Fields = (), content_type: str | None = None
    ) -> None:
        """A whole answer: bytes and text as they are, anything else as JSON."""
        if isinstance(body, bytes):
            data, kind = body, content_type or "application/octet-stream"
        elif isinstance(body, str):
            data, kind = body.encode(), content_type or "text/plain; charset=utf-8"
        else:
            data, kind = json.dumps(body, ensure_ascii=False).encode(), content_type or "application/json"
        fields = [("Content-Type", kind), *headers]
        if status >= 200 and status not in (204, 304):
            fields.append(("Content-Length", str(len(data))))
        head = self._head(status, fields)
        silent = self.request.method == "HEAD" or status in (204, 304) or status < 200
        await self.channel.write(head if silent else head + data)

    async def start(self, status: int, headers: Fields = (), *, chunked: bool = True) -> None:
        """The head of an answer whose body follows in pieces, chunked or until the connection ends."""
        self.chunked = chunked
        self.keep = self.keep and chunked
        framing = [("Transfer-Encoding", "chunked")] if chunked else []
        await self.channel.write(self._head(status, [*headers, *framing]))

    async def send(self, data: bytes) -> None:
        """A piece of the body, as one chunk where the answer is chunked."""
        if not data or self.request.method == "HEAD":
            return
        await self.channel.write(b"%x\r\n%s\r\n" % (len(data), data) if self.chunked else data)

    async def finish(self) -> None:
        """The end of a body that came in pieces."""
        if self.chunked and self.request.method != "HEAD":
            await self.channel.write(b"0\r\n\r\n")

    async def raw(self, data: bytes) -> None:
        """Bytes as they are; nothing can follow them on this connection."""
        self.keep = False
        await self.channel.write(data)

    async def pause(self, milliseconds: float) -> None:
        """Wait on purpose; ends early, with the exchange, when the client goes away."""
        await asyncio.sleep(milliseconds / 1000)

    async def forever(self) -> None:
        """Say nothing more; ends, with the exchange, when the client goes away."""
        await asyncio.Event().wait()

    def _head(self, status: int, fields: Fields) -> bytes:
        try:
            reason = HTTPStatus(status).phrase
        except ValueError:
            reason = "Unnamed"
        connection = [] if self.keep else [("Connection", "close")]
        lines = [f"HTTP/1.1 {status} {reason}"]
        for name, value in [*fields, *connection]:
            lines.append(f"{name}: {value}".replace("\r", " ").replace("\n", " "))
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


Route = Callable[[Exchange], Awaitable[None]]

Routes = dict[str, Route]
"""Routes by path; one that ends in `/*` takes everything below."""
