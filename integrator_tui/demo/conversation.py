"""The requests of one connection, each answered in its room until one side has had enough."""

from __future__ import annotations

import asyncio
import contextlib

from integrator_tui.demo import messages
from integrator_tui.demo.channel import Channel
from integrator_tui.demo.exchange import Addresses, Exchange
from integrator_tui.demo.messages import BadRequest, Request
from integrator_tui.demo.room import Room
from integrator_tui.demo.routes import UNCOUNTED, respond


class Site:
    """The rooms of the server, and the conversations that happen in them."""

    def __init__(self, addresses: Addresses) -> None:
        self.addresses = addresses
        self._rooms: dict[str, Room] = {}

    def room(self, name: str = "") -> Room:
        """The room of that name, made on first use."""
        return self._rooms.setdefault(name, Room(name))

    async def converse(self, channel: Channel, port: str) -> None:
        """Answer request after request; the caller closes the channel afterwards."""
        rooms: set[Room] = set()

        async def go_on() -> None:
            await channel.write(b"HTTP/1.1 100 Continue\r\n\r\n")

        try:
            keep = True
            while keep:
                request = await messages.read(channel.reader, go_on)
                if request is None:
                    return
                keep = await self._answer(channel, port, request, rooms)
        except BadRequest as problem:
            await _reject(channel, str(problem))
        finally:
            for room in rooms:
                room.disconnect()

    async def _answer(self, channel: Channel, port: str, request: Request, rooms: set[Room]) -> bool:
        room, path = self._place(request)
        if room not in rooms and path not in UNCOUNTED:
            rooms.add(room)
            room.connect()
        if path not in UNCOUNTED:
            room.saw(request, path)
        exchange = Exchange(request, path, port, room, self.addresses, channel, keep=request.keeps_connection())
        if not await _while_there(exchange):
            room.abandon()
            return False
        return exchange.keep

    def _place(self, request: Request) -> tuple[Room, str]:
        path = request.path
        if path.startswith("/in/"):
            name, slash, rest = path.removeprefix("/in/").partition("/")
            return self.room(name), slash + rest or "/"
        return self.room(), path


async def _while_there(exchange: Exchange) -> bool:
    """Answer, but stop when the client goes away; whether the answer came to its end."""
    answering = asyncio.ensure_future(respond(exchange))
    leaving = asyncio.ensure_future(exchange.channel.gone.wait())
    try:
        await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not answering.done():
            return False
        await answering
        return True
    except OSError:
        return False
    finally:
        for task in (answering, leaving):
            task.cancel()
        await asyncio.gather(answering, leaving, return_exceptions=True)


async def _reject(channel: Channel, why: str) -> None:
    body = f"{why}\n".encode()
    head = (
        b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    )
    with contextlib.suppress(OSError):
        await channel.write(head % len(body) + body)
