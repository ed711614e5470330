"""Authentication methods: what each adds to a request, and the request that its token is asked for with.

Rules: every secret that is put into one is told to the redactor at once. A connection without authentication needs
nothing of this.

Sources: RFC 7617 (Basic), RFC 6750 section 2.1 (Bearer), RFC 6749 section 4.4 (OAuth 2.0, client credentials).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from integrator_tui.engine.auth.credentials import (
    Credentials,
    HeaderCredentials,
    NoCredentials,
    QueryCredentials,
    TokenCredentials,
    basic,
    bearer,
)
from integrator_tui.engine.dial.route import Route
from integrator_tui.engine.request.render import Values, render
from integrator_tui.errors import RequestFailed
from integrator_tui.model.connection import (
    ApiKeyAuth,
    AuthMethod,
    BasicAuth,
    HttpBearerTokenAuth,
    OAuth2Auth,
    RawBearerTokenAuth,
    Request,
)
from integrator_tui.model.encoding import EncodingContext, percent
from integrator_tui.model.redact import SHORTEST, Redactor
from integrator_tui.model.request_rules import header_name_problems
from integrator_tui.model.secret import Secret
from integrator_tui.model.template import parse

if TYPE_CHECKING:
    from integrator_tui.engine.auth.token_request import TokenRequest


def credentials(auth: AuthMethod, filled: Values, redactor: Redactor) -> Credentials:
    """Return what a method adds to a request; each secret in it is told to the redactor.

    Raises RequestFailed where what fills a template makes it wrong.
    """
    match auth:
        case BasicAuth():
            user, password = filled.text(auth.username), filled.own.get("password", "")
            if ":" in user:
                raise RequestFailed(
                    "Username would hold a colon (RFC 7617)", "look at the value it is filled in with"
                )
            redactor.add_basic(user, password)
            return HeaderCredentials(auth.type, "Authorization", Secret(basic(user, password)))
        case RawBearerTokenAuth():
            token = parse("{{token}}").render(filled.own, EncodingContext.HEADER)
            # A parameter may have given it.
            redactor.add(token)
            value = bearer(filled.text(auth.prefix, EncodingContext.HEADER), token)
            return HeaderCredentials(auth.type, _header(auth.header, filled), Secret(value))
        case ApiKeyAuth():
            return _api_key(auth, filled, redactor)
        case HttpBearerTokenAuth():
            prefix = filled.text(auth.prefix, EncodingContext.HEADER)
            return TokenCredentials(auth.type, _header(auth.header, filled), prefix)
        case OAuth2Auth():
            return TokenCredentials(auth.type, "Authorization", "Bearer")
        case _:
            return NoCredentials()


def own_ca(auth: HttpBearerTokenAuth | OAuth2Auth) -> str | None:
    """Return the CA certificates (PEM) for the server of the token alone; None where it has none of its own."""
    if isinstance(auth, OAuth2Auth):
        return auth.ca_cert
    return auth.token_connection.ca_cert if auth.token_connection else None


def token_request(
    auth: HttpBearerTokenAuth | OAuth2Auth, base_url: str, filled: Values, redactor: Redactor
) -> TokenRequest:
    """Return the request that a token is asked for with; `base_url` is the connection's own."""
    if isinstance(auth, OAuth2Auth):
        return _oauth(auth, filled, redactor)
    from integrator_tui.engine.auth.token_request import DescribedRequest

    place = auth.token_connection
    return DescribedRequest(
        render(auth.request, place.base_url if place else base_url, filled),
        auth.token_output,
        auth.expiration_output,
        auth.request.follow_redirect,
        auth.request.stream_response,
        auth.request.accept,
    )


def _oauth(auth: OAuth2Auth, filled: Values, redactor: Redactor) -> TokenRequest:
    from integrator_tui.engine.auth.token_request import client_credentials

    url = render(Request(method="POST"), auth.access_token_url, filled).url
    client_id, plain = filled.text(auth.client_id), filled.own.get("client_secret")
    if plain:
        redactor.add_basic(client_id, plain)
    secret = Secret(plain) if plain is not None else None
    more = tuple((name, filled.text(value)) for name, value in auth.params)
    holds_secret = filled.hold_secret(*(value for _, value in auth.params))
    scope = filled.text(auth.scope)
    return client_credentials(str(url), client_id, secret, auth.client_auth, scope, more, holds_secret=holds_secret)


def token_identity(request: TokenRequest, route: Route) -> tuple[bytes, ...]:
    """Return what makes two token requests the same one: where they go, whom they trust, and what they say."""
    trust = route.trust
    phrase = trust.client_key_passphrase
    parts: Iterable[str] = (
        route.server,
        str(trust.verify),
        *trust.ca_pems,
        "",
        trust.client_cert or "",
        phrase.reveal() if phrase else "",
    )
    return (*(part.encode("utf-8", "surrogatepass") for part in parts), *request.identity())


def _api_key(auth: ApiKeyAuth, filled: Values, redactor: Redactor) -> Credentials:
    key = filled.own["api_key"]
    # A parameter may have given it.
    redactor.add(key)
    if auth.place == "header":
        value = parse("{{api_key}}").render(filled.own, EncodingContext.HEADER)
        return HeaderCredentials(auth.type, _header(auth.name, filled, "Key Name"), Secret(value))
    name = filled.text(auth.name)
    if len(key) < SHORTEST:
        # By itself it is too short to be found in an address.
        redactor.add(f"{percent(name)}={percent(key)}")
    return QueryCredentials(auth.type, name, Secret(key))


def _header(name: str, filled: Values, label: str = "Token Header") -> str:
    rendered = filled.text(name, EncodingContext.HEADER)
    if any(header_name_problems(rendered, "")):
        raise RequestFailed(f"{label} would be no header name", "look at the value it is filled in with")
    return rendered
