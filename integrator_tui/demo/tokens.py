"""Token endpoints for HTTP Bearer Token: where the credentials stand, what the answer looks like, how it fails.

Everywhere the client is `demo-client` with the secret `demo-secret` (or user and password, or
X-Api-User and X-Api-Key, of the same values). Three query parameters bend every token that is given
out: `?expires_in=` what the answer says (3600), `?lifetime=` how long it is really good (the same),
`?uses=` for how many requests (without end). A lifetime below expires_in makes a token that is refused
while its owner still trusts it.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from integrator_tui.demo.exchange import Exchange, Route, Routes
from integrator_tui.demo.guards import same

CLIENT_ID = "demo-client"
CLIENT_SECRET = "demo-secret"

_ID_NAMES = ("client_id", "user", "username", "x-api-user")
_SECRET_NAMES = ("client_secret", "password", "api_key", "x-api-key")

_PLACES: dict[str, Callable[[Exchange], Mapping[str, Any]]] = {
    "form": lambda exchange: dict(exchange.request.form()),
    "json": lambda exchange: exchange.request.json(),
    "multipart": lambda exchange: dict(exchange.request.multipart()),
    "params": lambda exchange: dict(exchange.request.query),
    "headers": lambda exchange: {name.lower(): value for name, value in exchange.request.headers},
}

NO_STORE = [("Cache-Control", "no-store"), ("Pragma", "no-cache")]
"""What RFC 6749 section 5.1 asks of every answer with a token in it."""

Shape = Callable[[str, float], tuple[Any, list[tuple[str, str]]]]
"""The answer's body and extra header fields, of the token and the seconds it is said to be good."""


def known(exchange: Exchange, places: tuple[str, ...] = tuple(_PLACES)) -> bool:
    """Whether the credentials stand, and are right, in one of these places of the request."""
    return any(_match(_PLACES[place](exchange)) for place in places)


def _match(values: Mapping[str, Any]) -> bool:
    client = next((str(values[name]) for name in _ID_NAMES if name in values), "")
    secret = next((str(values[name]) for name in _SECRET_NAMES if name in values), "")
    return same(client, CLIENT_ID) and same(secret, CLIENT_SECRET)


async def refuse(exchange: Exchange, status: int, error: str, description: str) -> None:
    """Answer an error in the words of RFC 6749 section 5.2."""
    exchange.room.refuse()
    challenge = [("WWW-Authenticate", 'Basic realm="demo"')] if status == 401 else []
    await exchange.answer(status, {"error": error, "error_description": description}, [*NO_STORE, *challenge])


def issue(exchange: Exchange, expires_in: float) -> tuple[str, float]:
    """A new token of the room and the seconds it says it is good, both bent by the query."""
    says = exchange.request.number("expires_in", expires_in)
    lifetime = exchange.request.number("lifetime", says or 60)
    return exchange.room.issue(exchange.path, lifetime, exchange.request.number("uses", math.inf)), says


def giving(shape: Shape, *places: str, expires_in: float = 3600, doc: str) -> Route:
    """A route that gives out a token in that shape to credentials that stand in one of `places`."""

    async def route(exchange: Exchange) -> None:
        if not known(exchange, places or tuple(_PLACES)):
            await refuse(exchange, 401, "invalid_client", "client_id or client_secret is wrong or missing")
            return
        body, headers = shape(*issue(exchange, expires_in))
        await exchange.answer(200, body, [*NO_STORE, *headers])

    route.__doc__ = doc
    return route


def _plain(token: str, seconds: float) -> tuple[Any, list[tuple[str, str]]]:
    return {"access_token": token, "token_type": "Bearer", "expires_in": _whole(seconds)}, []


def _nested(token: str, seconds: float) -> tuple[Any, list[tuple[str, str]]]:
    return {"data": {"session": {"token": token}}, "meta": {"ttl": _whole(seconds)}}, []


def _list(token: str, seconds: float) -> tuple[Any, list[tuple[str, str]]]:
    return [{"kind": "refresh", "value": "none"}, {"kind": "access", "value": token, "ttl": _whole(seconds)}], []


def _text_expiry(token: str, seconds: float) -> tuple[Any, list[tuple[str, str]]]:
    return {"access_token": token, "expires_in": str(_whole(seconds))}, []


def _date(token: str, seconds: float) -> tuple[Any, list[tuple[str, str]]]:
    end = datetime.now(UTC) + timedelta(seconds=seconds)
    return {"access_token": token, "expires_at": end.isoformat(timespec="seconds")}, []


def _bad_expiry(token: str, seconds: float) -> tuple[Any, list[tuple[str, str]]]:
    return {"access_token": token, "expires_in": "soon"}, []


def _missing(token: str, seconds: float) -> tuple[Any, list[tuple[str, str]]]:
    return {"token_type": "Bearer", "expires_in": _whole(seconds)}, []


def _number(token: str, seconds: float) -> tuple[Any, list[tuple[str, str]]]:
    return {"access_token": 42, "expires_in": _whole(seconds)}, []


def _line_break(token: str, seconds: float) -> tuple[Any, list[tuple[str, str]]]:
    return {"access_token": f"{token}\r\nX-Injected: yes", "expires_in": _whole(seconds)}, []


def _bare(token: str, seconds: float) -> tuple[Any, list[tuple[str, str]]]:
    return token, [("X-Expires-In", str(_whole(seconds)))]


def _header(token: str, seconds: float) -> tuple[Any, list[tuple[str, str]]]:
    return {"status": "signed in"}, [("X-Auth-Token", token), ("X-Expires-In", str(_whole(seconds)))]


def _jwt(token: str, seconds: float) -> tuple[Any, list[tuple[str, str]]]:
    def part(value: Mapping[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    now = int(datetime.now(UTC).timestamp())
    claims = {"sub": CLIENT_ID, "iat": now, "exp": now + _whole(seconds)}
    return {"access_token": token, "id_token": f"{part({'alg': 'none'})}.{part(claims)}.", "name": "Zoë"}, []


def _whole(seconds: float) -> int | float:
    return int(seconds) if seconds == int(seconds) else seconds


ROUTES: Routes = {
    "/token": giving(_plain, doc="`access_token` and `expires_in`, for credentials anywhere in the request."),
    "/token/form": giving(_plain, "form", doc="… in a form body only."),
    "/token/json": giving(_plain, "json", doc="… in a JSON body only."),
    "/token/multipart": giving(_plain, "multipart", doc="… in a multipart body only."),
    "/token/params": giving(_plain, "params", doc="… in the query only."),
    "/token/headers": giving(_plain, "headers", doc="… in X-Api-User and X-Api-Key only."),
    "/token/short": giving(_plain, expires_in=2, doc="A token that lives two seconds."),
    "/token/once": giving(_plain, expires_in=0, doc="`expires_in` 0: to be used once."),
    "/token/nested": giving(_nested, doc="`body.data.session.token` and `body.meta.ttl`."),
    "/token/list": giving(_list, doc="A list; the token is the `value` of the element of kind access."),
    "/token/text-expiry": giving(_text_expiry, doc="`expires_in` as a numeric string."),
    "/token/date": giving(_date, doc="`expires_at`, an absolute date."),
    "/token/bad-expiry": giving(_bad_expiry, doc="`expires_in` is `soon`."),
    "/token/missing": giving(_missing, doc="200 without a token."),
    "/token/number": giving(_number, doc="`access_token` is the number 42."),
    "/token/line-break": giving(_line_break, doc="A token with a line break in it."),
    "/token/bare": giving(_bare, doc="The bare token as text, its seconds in X-Expires-In."),
    "/token/header": giving(_header, doc="The token in the header X-Auth-Token."),
    "/token/jwt": giving(_jwt, doc="Its expiry in the `exp` claim of `id_token`."),
}
