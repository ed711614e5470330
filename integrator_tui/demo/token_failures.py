"""Token endpoints that give no token, whatever the credentials."""

from __future__ import annotations

import json

from integrator_tui.demo.exchange import Exchange, Routes
from integrator_tui.demo.guards import RAW_TOKEN
from integrator_tui.demo.tokens import issue, refuse


async def error(exchange: Exchange) -> None:
    """Refuses with the error code in the path, such as `invalid_grant`.

    The status is 401 for invalid_client and 400 for any other, or `?status=`.
    """
    code = exchange.path.rpartition("/")[2]
    status = int(exchange.request.number("status", 401 if code == "invalid_client" else 400))
    await refuse(exchange, status, code, f"the demo server always says {code} here")


async def broken(exchange: Exchange) -> None:
    """500 with a page of HTML."""
    page = "<!doctype html><title>Oops</title><h1>Internal Server Error</h1>\n"
    await exchange.answer(500, page, content_type="text/html; charset=utf-8")


async def not_json(exchange: Exchange) -> None:
    """200 with a page of HTML, as a login form answers."""
    page = "<!doctype html><title>Sign in</title><form>Sign in, please</form>\n"
    await exchange.answer(200, page, content_type="text/html; charset=utf-8")


async def bad_json(exchange: Exchange) -> None:
    """200 with JSON that ends too early."""
    await exchange.answer(200, b'{"access_token": "demo-', content_type="application/json")


async def empty(exchange: Exchange) -> None:
    """200 and no byte of body."""
    await exchange.answer(200, b"", content_type="application/json")


async def huge(exchange: Exchange) -> None:
    """A good token in an answer of `?bytes=` (2,000,000)."""
    token, says = issue(exchange, 3600)
    filling = "." * int(exchange.request.number("bytes", 2_000_000))
    await exchange.answer(200, {"filling": filling, "access_token": token, "expires_in": int(says)})


async def silent(exchange: Exchange) -> None:
    """Takes the request and never answers."""
    await exchange.forever()


async def slow(exchange: Exchange) -> None:
    """A good token after `?ms=` (500)."""
    await exchange.pause(exchange.request.number("ms", 500))
    token, says = issue(exchange, 3600)
    await exchange.answer(200, {"access_token": token, "expires_in": int(says)})


async def useless(exchange: Exchange) -> None:
    """A token that nothing accepts, said to be good for an hour."""
    await exchange.answer(200, {"access_token": f"not-{RAW_TOKEN}", "expires_in": 3600})


async def event(exchange: Exchange) -> None:
    """A good token in the data of a server-sent event, after a comment; the stream then stays open."""
    token, says = issue(exchange, 3600)
    await exchange.start(200, [("Content-Type", "text/event-stream")])
    data = json.dumps({"access_token": token, "expires_in": int(says)})
    await exchange.send(f": a moment\n\nevent: token\ndata: {data}\n\n".encode())
    await exchange.forever()


ROUTES: Routes = {
    "/token/error/*": error,
    "/oauth/error/*": error,
    "/token/500": broken,
    "/token/not-json": not_json,
    "/token/bad-json": bad_json,
    "/token/empty": empty,
    "/token/huge": huge,
    "/token/silent": silent,
    "/token/slow": slow,
    "/token/useless": useless,
    "/token/event": event,
}
