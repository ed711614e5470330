"""Redirects of every status, within the origin and out of it (RFC 9110 section 15.4)."""

from __future__ import annotations

from urllib.parse import urlsplit

from integrator_tui.demo.exchange import Exchange, Routes
from integrator_tui.demo.messages import BadRequest
from integrator_tui.demo.ports import PORTS

STATUSES = frozenset({300, 301, 302, 303, 304, 307, 308})


async def redirect(exchange: Exchange) -> None:
    """The redirect status in the path, to `?to=` (`/health`) of this origin.

    `?port=http_other` sends to another port, and so to another origin; `?host=localhost` to the same
    port under another name.
    """
    request = exchange.request
    code = exchange.path.removeprefix("/redirect/")
    if not code.isdecimal() or int(code) not in STATUSES:
        await exchange.answer(404, {"error": "not a redirect status"})
        return
    port, host = request.text("port", exchange.port), request.text("host")
    if port not in PORTS:
        raise BadRequest("no such port")
    target = exchange.room.prefix + request.text("to", "/health")
    if port != exchange.port or host:
        origin = urlsplit(exchange.addresses[port])
        target = f"{origin.scheme}://{host or origin.hostname}:{origin.port}{target}"
    await _send(exchange, int(code), target)


async def loop(exchange: Exchange) -> None:
    """A redirect between `/redirect/loop` and `/redirect/loop/back`, without end."""
    back = exchange.path.endswith("/back")
    await _send(exchange, 302, f"{exchange.room.prefix}/redirect/loop{'' if back else '/back'}")


async def many(exchange: Exchange) -> None:
    """`?times=` (12) redirects one after the other, then `/health`."""
    left = int(exchange.request.number("times", 12))
    onward = f"/redirect/many?times={left - 1}" if left > 1 else "/health"
    await _send(exchange, 302, exchange.room.prefix + onward)


async def nowhere(exchange: Exchange) -> None:
    """302 without a Location."""
    await exchange.answer(302)


async def relative(exchange: Exchange) -> None:
    """302 to `../health`, relative to this path."""
    await _send(exchange, 302, "../health")


async def elsewhere(exchange: Exchange) -> None:
    """302 to an address that is not HTTP: `file:///etc/hostname`."""
    await _send(exchange, 302, "file:///etc/hostname")


async def _send(exchange: Exchange, status: int, location: str) -> None:
    await exchange.answer(status, {"location": location}, [("Location", location)])


ROUTES: Routes = {
    "/redirect/*": redirect,
    "/redirect/loop": loop,
    "/redirect/loop/back": loop,
    "/redirect/many": many,
    "/redirect/nowhere": nowhere,
    "/redirect/relative": relative,
    "/redirect/elsewhere": elsewhere,
}
