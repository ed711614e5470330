"""Every path of the server in one table, and the choice of the one that answers."""

from __future__ import annotations

from urllib.parse import urlsplit

from integrator_tui.demo import answers, broken, guards, oauth, redirects, streams, token_failures, tokens
from integrator_tui.demo.certificates import LOOPBACK
from integrator_tui.demo.exchange import Exchange, Route, Routes


def find(path: str) -> Route | None:
    """The route for exactly that path, else the nearest `/*` above it."""
    if path in ROUTES:
        return ROUTES[path]
    above = path
    while above:
        above = above.rpartition("/")[0]
        if f"{above}/*" in ROUTES:
            return ROUTES[f"{above}/*"]
    return None


async def respond(exchange: Exchange) -> None:
    """Answer one request by its path, 404 where no route has it."""
    route = find(exchange.path)
    if route is None:
        await exchange.answer(404, {"error": "not_found", "path": exchange.path})
    else:
        await route(exchange)


async def index(exchange: Exchange) -> None:
    """Every path with what it does, as JSON."""
    await exchange.answer(200, {path: about(route) for path, route in ROUTES.items()})


def about(route: Route) -> str:
    """What a route says of itself, in one line."""
    return " ".join((route.__doc__ or "").split())


async def list_ports(exchange: Exchange) -> None:
    """The origin of every port, by its name, as JSON."""
    await exchange.answer(200, dict(exchange.addresses.origins))


async def stats(exchange: Exchange) -> None:
    """What the room saw: requests, tokens, connections, the last request. Not itself counted."""
    await _tell(exchange)


async def reset(exchange: Exchange) -> None:
    """Forgets all that the room saw, its tokens too."""
    exchange.room.reset()
    await _tell(exchange)


async def _tell(exchange: Exchange) -> None:
    # A web page can reach loopback under a name of its own (DNS rebinding), and must not read what others sent.
    host = urlsplit(f"//{exchange.request.header('host')}").hostname
    if host in LOOPBACK:
        await exchange.answer(200, exchange.room.stats())
    else:
        await exchange.answer(421, {"error": "stats are told to loopback names only"})


UNCOUNTED: Routes = {"/stats": stats, "/stats/reset": reset}
"""Routes that look at a room without leaving a trace in it."""

ROUTES: Routes = {
    "/": index,
    "/ports": list_ports,
    **answers.ROUTES,
    **guards.routes(respond),
    **tokens.ROUTES,
    **token_failures.ROUTES,
    **oauth.ROUTES,
    **redirects.ROUTES,
    **streams.ROUTES,
    **broken.ROUTES,
    **UNCOUNTED,
}
