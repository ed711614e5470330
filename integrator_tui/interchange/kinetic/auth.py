"""The methods of authentication of an export."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from integrator_tui.errors import UsageError
from integrator_tui.interchange.kinetic.operations import request_of
from integrator_tui.interchange.kinetic.secrets import SecretsFound
from integrator_tui.interchange.kinetic.values import is_set, object_of, text_of
from integrator_tui.model import fields
from integrator_tui.model.connection import (
    BasicAuth,
    Frozen,
    HttpBearerTokenAuth,
    NoAuth,
    OAuth2Auth,
    RawBearerTokenAuth,
    Request,
    TokenConnection,
)
from integrator_tui.model.text import visible

Told = Callable[[str], None]

USERNAME_INPUT: Final = "{{username}}"
"""What stands for a user's name that is not known: a parameter, which is asked for."""

METHOD_NAMES: Final = {
    "basic": "basic",
    "raw_bearer_token": "raw_bearer_token",
    "http_bearer_token": "http_bearer_token",
    "client_credentials": "oauth2",
}
"""Integrator's words for methods, and ours."""


def auth_of(values: Mapping[str, Any], place: str, secrets: SecretsFound, told: Told) -> tuple[Any, str]:
    """Return the method of authentication, whose secret is kept, and the kind of the body of a token request that
    is empty. Raises UsageError where it is not known."""
    if not values:
        return NoAuth(), ""
    kind = text_of(values, "authType", place)
    if kind not in METHOD_NAMES:
        what = visible(kind, limit=60) or "a method without authType"
        hint = f"Integrator 6.1 has {', '.join(METHOD_NAMES)}; save the connection there once more, then export it"
        raise UsageError(f"{place}: {what} is not known", hint)
    if kind == "http_bearer_token":
        return _http_bearer(values, place, secrets, told)
    found: Frozen = _METHODS[kind](values, place, secrets, told)
    return found, ""


def _basic(values: Mapping[str, Any], place: str, secrets: SecretsFound, told: Told) -> Frozen:
    username = text_of(values, "username", place)
    secrets.keep("password", text_of(values, "password", place))
    if not is_set(username):
        username = USERNAME_INPUT
    return BasicAuth(username=username)


def _raw_bearer(values: Mapping[str, Any], place: str, secrets: SecretsFound, told: Told) -> Frozen:
    secrets.keep("token", text_of(values, "token", place))
    return RawBearerTokenAuth(**_header(values, place))


def _http_bearer(values: Mapping[str, Any], place: str, secrets: SecretsFound, told: Told) -> tuple[Frozen, str]:
    token = object_of(values, "token", place)
    at = f"{place}.token"
    request, empty = request_of(object_of(token, "operation", at), f"{at}.operation", secrets, told)
    other = object_of(token, "connection", at)
    url, ca = text_of(other, "baseUrl", f"{at}.connection"), text_of(other, "caCert", f"{at}.connection")
    found = HttpBearerTokenAuth(
        **_header(values, place),
        request=Request(**request),
        token_output=text_of(token, "tokenOutput", at),
        expiration_output=text_of(token, "expirationOutput", at),
        # Where a script took the address out, none is known: the secrets go nowhere until somebody writes one.
        token_connection=TokenConnection(base_url=url if is_set(url) else "", ca_cert=ca or None)
        if url or ca
        else None,
    )
    return found, empty


def _client_credentials(values: Mapping[str, Any], place: str, secrets: SecretsFound, told: Told) -> Frozen:
    secrets.keep("client_secret", text_of(values, "clientSecret", place))
    url = text_of(values, "tokenUrl", place)
    client_auth = text_of(values, "clientAuth", place) or fields.CLIENT_AUTH
    if client_auth not in fields.CLIENT_AUTHS:
        hint = f"one of {', '.join(fields.CLIENT_AUTHS)}"
        raise UsageError(f"{place}.clientAuth: {visible(client_auth, limit=60)} is not known", hint)
    return OAuth2Auth.model_validate(
        {
            "access_token_url": url if is_set(url) else "",
            "client_id": text_of(values, "clientId", place),
            "client_auth": client_auth,
            "scope": text_of(values, "scope", place),
            "ca_cert": text_of(values, "caCert", place) or None,
        }
    )


def _header(values: Mapping[str, Any], place: str) -> dict[str, str]:
    return {
        "header": text_of(values, "header", place) or fields.TOKEN_HEADER,
        "prefix": text_of(values, "prefix", place) or fields.TOKEN_PREFIX,
    }


_METHODS: Final = {
    "basic": _basic,
    "raw_bearer_token": _raw_bearer,
    "client_credentials": _client_credentials,
}
