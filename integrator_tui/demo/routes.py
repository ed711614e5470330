"""Every path of the server in one table, and the choice of the one that answers."""

from __future__ import annotations

from integrator_tui.demo import answers, guards, streams, tokens
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


async def stats(exchange: Exchange) -> None:
    """what the room saw: requests, tokens, connections, the last request; `?port=` for a port's connections"""
    await exchange.answer(200, exchange.room.stats())


async def reset(exchange: Exchange) -> None:
    """forgets all that the room saw, its tokens too"""
    exchange.room.reset()
    await exchange.answer(200, exchange.room.stats())


UNCOUNTED: Routes = {"/stats": stats, "/stats/reset": reset}
"""Routes that look at a room without leaving a trace in it."""

ROUTES: Routes = {
    **answers.ROUTES,
    **guards.routes(respond),
    **tokens.ROUTES,
    **streams.ROUTES,
    **UNCOUNTED,
}
