"""The rules of the authentication methods: what each needs, and what it cannot be.

Sources: RFC 7617 (Basic), RFC 6749 sections 2.3.1 and 4.4 (OAuth 2.0), RFC 9110 section 5.1 (names of headers).
"""

from __future__ import annotations

from collections.abc import Iterator

from integrator_tui.model import url
from integrator_tui.model.connection import (
    ApiKeyAuth,
    BasicAuth,
    Connection,
    HttpBearerTokenAuth,
    OAuth2Auth,
    RawBearerTokenAuth,
)
from integrator_tui.model.fields import field
from integrator_tui.model.problem import Problem
from integrator_tui.model.request_rules import header_name_problems, one_line, request_problems
from integrator_tui.model.statuses import status_problems
from integrator_tui.model.template import parse


def auth_problems(connection: Connection) -> Iterator[Problem]:
    """Yield what is wrong with how a connection proves itself."""
    auth = connection.auth
    match auth:
        case BasicAuth():
            yield from _basic(auth)
        case RawBearerTokenAuth():
            yield from _token_header(auth)
        case HttpBearerTokenAuth():
            yield from _token_header(auth)
            yield from _token_request(auth)
        case OAuth2Auth():
            yield from required_url(auth.access_token_url, "auth.access_token_url", "Access Token URL")
            if not auth.client_id:
                yield Problem("auth.client_id", "Client ID is required", "the id that the service gave you")
            yield from _token_parameters(auth)
        case ApiKeyAuth():
            yield from _api_key(auth)


def _token_parameters(auth: OAuth2Auth) -> Iterator[Problem]:
    sent = {"grant_type"} | ({"scope"} if auth.scope else set())
    if auth.client_auth == "www_form_urlencoded":
        sent |= {"client_id", "client_secret"}
    for name in dict.fromkeys(name for name, _ in auth.params):
        if not name:
            yield Problem("auth.params", "a parameter has a value but no name", "give it a name")
        elif name in sent:
            hint = "remove it; HTTP Bearer Token can send any form"
            yield Problem(f"auth.params.{name}", f"OAuth 2.0 sends {name} by itself", hint)


def _api_key(auth: ApiKeyAuth) -> Iterator[Problem]:
    label = field("auth.name").label
    if not auth.name.strip():
        yield Problem("auth.name", f"{label} is required", "as the service calls it, for example X-Api-Key")
    elif auth.place == "header":
        yield from header_name_problems(parse(auth.name).masked("x"), "auth.name")
    else:
        yield from one_line(auth.name, "auth.name", label)


def _basic(auth: BasicAuth) -> Iterator[Problem]:
    if not auth.username:
        yield Problem("auth.username", "Username is required", "the password is the secret named password")
    if ":" in parse(auth.username).masked("x"):
        yield Problem("auth.username", "Username cannot hold a colon (RFC 7617)", "put the password into secrets")
    yield from one_line(auth.username, "auth.username", "Username")


def _token_header(auth: RawBearerTokenAuth | HttpBearerTokenAuth) -> Iterator[Problem]:
    if not auth.header:
        yield Problem("auth.header", "Token Header is required", "usually Authorization")
    else:
        yield from header_name_problems(parse(auth.header).masked("x"), "auth.header")
    yield from one_line(auth.prefix, "auth.prefix", "Token Prefix")


def _token_request(auth: HttpBearerTokenAuth) -> Iterator[Problem]:
    if not auth.request.path.strip():
        yield Problem("auth.request.path", "Request Path is required", "for example /oauth/token")
    yield from request_problems(auth.request, "auth.request")
    yield from status_problems(auth.request.accept, "auth.request.accept")
    if auth.request.follow_redirect and any(status.startswith("3") for status in auth.request.accept):
        message = "a redirect is followed, so its answer is read only where it names no address"
        yield Problem("auth.request.accept", message, "turn off follow_redirect to read it", severity="warning")
    if not auth.token_output.strip():
        yield Problem("auth.token_output", "Token is required", "for example body['access_token']")
    if not auth.expiration_output.strip():
        yield Problem("auth.expiration_output", "Expiration is required", "for example body['expires_in']")
    if auth.token_connection:
        yield from required_url(auth.token_connection.base_url, "auth.token_connection.base_url", "Token Base URL")


def required_url(text: str, field: str, label: str) -> Iterator[Problem]:
    """Yield what is wrong with an address that cannot be left out; `label` is what it is called on the page."""
    if not text.strip():
        yield Problem(field, f"{label} is required", "for example https://api.example.com")
    else:
        yield from url.problems(text, field)
