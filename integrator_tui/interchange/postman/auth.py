"""Methods of Postman in the words of all formats.

Rules: null at a collection is no method, at a folder or request it takes the one above; `noauth` is no method
anywhere. An API key without a place is sent in a header.
"""

from __future__ import annotations

from typing import Any, Final

from integrator_tui.interchange.collections.requests import ForeignAuth, Texts
from integrator_tui.interchange.documents.source import SourceNode
from integrator_tui.interchange.documents.values import text_of
from integrator_tui.interchange.postman.values import parameters

NONE: Final = ForeignAuth("none")


def method(node: SourceNode, above: ForeignAuth) -> ForeignAuth:
    """Return the method of a collection, folder or request; `above` is that of what it lies in."""
    auth = node.child("auth")
    kind = auth.text("type")
    if not isinstance(auth.value, dict) or not kind:
        return above
    said = {key: value for key, value in parameters(auth, kind).items() if not isinstance(value, list | dict)}
    texts = {key: text_of(value) for key, value in said.items()}
    match kind:
        case "noauth":
            return NONE
        case "basic":
            return ForeignAuth("basic", {name: texts.get(name, "") for name in ("username", "password")})
        case "bearer":
            return ForeignAuth("bearer", {"token": texts.get("token", "")})
        case "apikey":
            if not texts.get("key"):
                return NONE
            place = "query" if texts.get("in") == "query" else "header"
            return ForeignAuth("apikey", {"name": texts["key"], "value": texts.get("value", ""), "in": place})
        case "oauth2":
            return _oauth2(texts, parameters(auth, kind))
    return ForeignAuth(kind)


def _oauth2(texts: dict[str, str], said: dict[str, Any]) -> ForeignAuth:
    grant = texts.get("grant_type") or ("" if texts.get("accessToken") else "authorization_code")
    return ForeignAuth(
        "oauth2",
        {
            "grant": grant,
            "url": texts.get("accessTokenUrl", ""),
            "client_id": texts.get("clientId", ""),
            "client_secret": texts.get("clientSecret", ""),
            "client_auth": "www_form_urlencoded" if texts.get("client_authentication") == "body" else "basic_auth",
            "scope": texts.get("scope", ""),
            "username": texts.get("username", ""),
            "password": texts.get("password", ""),
            "token": texts.get("accessToken", ""),
            "prefix": texts.get("headerPrefix", "Bearer"),
            "in": "query" if texts.get("addTokenTo") == "queryParams" else "header",
        },
        _further(texts, said),
    )


def _further(texts: dict[str, str], said: dict[str, Any]) -> Texts:
    """Return further parameters of the token request, and those that have a field of their own."""
    found = [(name, texts[name]) for name in ("audience", "resource") if texts.get(name)]
    listed = said.get("tokenRequestParams")
    for each in listed if isinstance(listed, list) else ():
        if not isinstance(each, dict) or each.get("enabled") is False:
            continue
        name = text_of(each.get("key"))
        if name and each.get("send_as", "request_body") == "request_body":
            found.append((name, text_of(each.get("value"))))
    return tuple(found)
