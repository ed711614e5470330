"""An OAuth 2.0 token endpoint for client credentials (RFC 6749 section 4.4) that takes nothing on trust.

Each client has one way to prove itself, and any other way is refused:

    demo-header       demo-header-secret     HTTP Basic only
    demo-body         demo-body-secret       in the form body only
    we:ird+id         p@ss w+rd%&=:é         HTTP Basic, form-urlencoded first (section 2.3.1)
    demo-public       no secret              either way, with an empty or absent secret

Scopes are read, write and orders; what was granted is echoed. `?expires_in=`, `?lifetime=` and `?uses=`
bend the token as they do below `/token`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from urllib.parse import unquote_plus

from integrator_tui.demo.exchange import Exchange, Routes
from integrator_tui.demo.guards import same
from integrator_tui.demo.tokens import NO_STORE, issue, refuse

SCOPES = frozenset({"read", "write", "orders"})


@dataclass(frozen=True)
class Client:
    """A registered client: its secret, and whether that may stand in the header and in the body."""

    secret: str
    header: bool
    body: bool


CLIENTS: dict[str, Client] = {
    "demo-header": Client("demo-header-secret", header=True, body=False),
    "demo-body": Client("demo-body-secret", header=False, body=True),
    "we:ird+id": Client("p@ss w+rd%&=:é", header=True, body=False),
    "demo-public": Client("", header=True, body=True),
}


class Refused(Exception):
    """A request that gets no token: an error code of RFC 6749 section 5.2, its status and a description."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


async def token(exchange: Exchange) -> None:
    """A token for client credentials, with the granted `scope`."""
    await _grant(exchange, says_expiry=True)


async def no_expiry(exchange: Exchange) -> None:
    """The same, without `expires_in` in the answer."""
    await _grant(exchange, says_expiry=False)


async def _grant(exchange: Exchange, *, says_expiry: bool) -> None:
    try:
        form = _form(exchange)
        _authenticate(exchange, form)
        scope = _scope(form)
    except Refused as refusal:
        await refuse(exchange, refusal.status, refusal.error, refusal.description)
        return
    value, says = issue(exchange, 3600)
    body = {"access_token": value, "token_type": "Bearer"}
    await exchange.answer(
        200,
        body | ({"expires_in": int(says)} if says_expiry else {}) | ({"scope": scope} if scope else {}),
        NO_STORE,
    )


def _form(exchange: Exchange) -> dict[str, str]:
    request = exchange.request
    if request.method != "POST":
        raise Refused("invalid_request", "a token is asked for with POST", 405)
    if request.content_type() != "application/x-www-form-urlencoded":
        raise Refused("invalid_request", "the body is not application/x-www-form-urlencoded")
    if {"client_id", "client_secret"} & dict(request.query).keys():
        raise Refused("invalid_request", "credentials may not stand in the address")
    pairs = request.form()
    if twice := [name for name, times in Counter(name for name, _ in pairs).items() if times > 1]:
        raise Refused("invalid_request", f"{twice[0]} stands twice")
    form = dict(pairs)
    if "grant_type" not in form:
        raise Refused("invalid_request", "grant_type is missing")
    if form["grant_type"] != "client_credentials":
        raise Refused("unsupported_grant_type", "only client_credentials is supported")
    return form


def _authenticate(exchange: Exchange, form: dict[str, str]) -> None:
    basic = exchange.request.basic()
    if basic and "client_secret" in form:
        raise Refused("invalid_request", "two ways of client authentication at once")
    if basic:
        client_id, secret = unquote_plus(basic[0]), unquote_plus(basic[1])
        client = CLIENTS.get(client_id)
        allowed = client is not None and client.header
    else:
        client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
        client = CLIENTS.get(client_id)
        allowed = client is not None and client.body
    if client is None:
        raise Refused("invalid_client", "no such client", 401)
    if not allowed:
        where = "the Authorization header" if client.header else "the body"
        raise Refused("invalid_client", f"this client authenticates in {where}", 401)
    if not same(secret, client.secret):
        raise Refused("invalid_client", "the client secret is wrong", 401)


def _scope(form: dict[str, str]) -> str:
    asked = form.get("scope", "").split()
    if unknown := [scope for scope in asked if scope not in SCOPES]:
        raise Refused("invalid_scope", f"the scopes are {', '.join(sorted(SCOPES))}, not {unknown[0]}")
    return " ".join(asked)


ROUTES: Routes = {"/oauth/token": token, "/oauth/no-expiry": no_expiry}
