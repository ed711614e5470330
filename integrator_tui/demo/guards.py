"""Paths behind a door: `/basic/REST`, `/bearer/REST`, `/raw/REST`, `/key/REST` answer REST to who is let in.

`?header=` and `?prefix=` name another token header and prefix than `Authorization` and `Bearer`; with
an empty prefix the header holds the bare token. A refusal carries the challenge of RFC 9110 section
11.6.1, and RFC 6750 section 3 for bearer tokens.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from integrator_tui.demo.exchange import Exchange, Route, Routes

USERNAME = "demo"
PASSWORD = "demo-password"
RAW_TOKEN = "demo-raw-token"
API_KEY = "demo-api-key"


def same(given: str, wanted: str) -> bool:
    """Whether two texts are equal, in a time that does not tell where they differ."""
    return secrets.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def presented_token(exchange: Exchange) -> str | None:
    """The token in the token header, or None where header or prefix are missing."""
    request = exchange.request
    value = request.header(request.text("header", "Authorization"))
    prefix = request.text("prefix", "Bearer")
    if not prefix:
        return value or None
    scheme, _, token = value.partition(" ")
    return token if scheme.lower() == prefix.lower() and token else None


def routes(answer: Route) -> Routes:
    """The guarded paths; `answer` is called for the rest of a path once its client is let in."""

    async def basic(exchange: Exchange) -> None:
        """HTTP Basic: user `demo`, password `demo-password`; `?password=` asks for another, an empty one too."""
        given = exchange.request.basic()
        wanted = exchange.request.text("password", PASSWORD)
        if given and same(given[0], USERNAME) and same(given[1], wanted):
            exchange.admit(given[0], _rest(exchange))
            await answer(exchange)
        else:
            await refuse(exchange, 'Basic realm="demo", charset="UTF-8"')

    def bearer(good: Callable[[Exchange, str], bool]) -> Route:
        async def guarded(exchange: Exchange) -> None:
            token = presented_token(exchange)
            if token is not None and good(exchange, token):
                exchange.admit("bearer", _rest(exchange))
                await answer(exchange)
            else:
                await refuse(exchange, 'Bearer realm="demo"' + (', error="invalid_token"' if token else ""))

        return guarded

    issued = bearer(lambda exchange, token: exchange.room.admit(token))
    issued.__doc__ = "A token that a token path of the same room gave out and that is still good."
    raw = bearer(lambda exchange, token: same(token, RAW_TOKEN))
    raw.__doc__ = "The token `demo-raw-token`, made and kept elsewhere."

    async def key(exchange: Exchange) -> None:
        """The key `demo-api-key`, in the header X-Api-Key or in the query parameter `api_key`."""
        given = exchange.request.header("X-Api-Key") or exchange.request.text("api_key", "")
        if same(given, API_KEY):
            exchange.admit("key", _rest(exchange))
            await answer(exchange)
        else:
            await refuse(exchange, 'ApiKey realm="demo"')

    guards = {"/basic": basic, "/bearer": issued, "/raw": raw, "/key": key}
    return {**guards, **{f"{path}/*": route for path, route in guards.items()}, **REFUSALS}


async def refuse(exchange: Exchange, challenge: str) -> None:
    """Answer 401 with a challenge."""
    exchange.room.refuse()
    await exchange.answer(401, {"error": "unauthorized"}, [("WWW-Authenticate", challenge)])


async def never(exchange: Exchange) -> None:
    """Always 401, whatever is sent."""
    await refuse(exchange, 'Bearer realm="demo", error="invalid_token"')


async def forbidden(exchange: Exchange) -> None:
    """Always 403: known, but not allowed."""
    await exchange.answer(403, {"error": "forbidden"})


async def revoke(exchange: Exchange) -> None:
    """Makes every token of the room worthless, so that the next use of one is refused."""
    await exchange.answer(200, {"revoked": exchange.room.revoke()})


REFUSALS: Routes = {"/never": never, "/forbidden": forbidden, "/revoke": revoke}


def _rest(exchange: Exchange) -> str:
    _, _, rest = exchange.path.removeprefix("/").partition("/")
    return f"/{rest}" if rest else "/health"
