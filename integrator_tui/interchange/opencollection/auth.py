"""Methods of OpenCollection in the words of all formats.

Rules: `inherit` takes the method of the folder above that has one, else that of the collection; a request that says
nothing has none, as Bruno has it.
"""

from __future__ import annotations

from typing import Final

from integrator_tui.interchange.collections.requests import ForeignAuth
from integrator_tui.interchange.documents.source import SourceNode
from integrator_tui.interchange.opencollection.values import text_of
from integrator_tui.model.text import visible

NONE: Final = ForeignAuth("none")
_GRANTS: Final = {
    "client_credentials": "client_credentials",
    "resource_owner_password_credentials": "password_credentials",
}


def method(node: SourceNode, above: ForeignAuth, *, absent: ForeignAuth) -> ForeignAuth:
    """Return the method that `auth` of a request, folder or collection says; `absent` where it says nothing."""
    auth = node.child("auth")
    if auth.value == "inherit":
        return above
    kind = auth.text("type")
    match kind:
        case "":
            return absent
        case "none":
            return NONE
        case "basic":
            return ForeignAuth("basic", {name: _text(auth, name) for name in ("username", "password")})
        case "bearer":
            return ForeignAuth("bearer", {"token": _text(auth, "token")})
        case "apikey":
            if not _text(auth, "key"):
                return NONE
            place = "query" if _text(auth, "placement") == "query" else "header"
            return ForeignAuth("apikey", {"name": _text(auth, "key"), "value": _text(auth, "value"), "in": place})
        case "oauth2":
            return _oauth2(auth)
    return ForeignAuth(visible(kind, limit=40))


def _oauth2(auth: SourceNode) -> ForeignAuth:
    credentials, owner = auth.child("credentials"), auth.child("resourceOwner")
    placement = auth.child("tokenConfig").child("placement")
    further = auth.child("additionalParameters").child("accessTokenRequest")
    listed = further.value if isinstance(further.value, list) else []
    extra = tuple(
        (text_of(each.get("name")), text_of(each.get("value")))
        for each in listed
        if isinstance(each, dict) and text_of(each.get("name")) and each.get("placement", "body") == "body"
    )
    written = _text(credentials, "placement")
    return ForeignAuth(
        "oauth2",
        {
            "grant": _GRANTS.get(_text(auth, "flow"), _text(auth, "flow")),
            "url": _text(auth, "accessTokenUrl"),
            "client_id": _text(credentials, "clientId"),
            "client_secret": _text(credentials, "clientSecret"),
            "client_auth": "basic_auth" if written == "basic_auth_header" else "www_form_urlencoded",
            "scope": _text(auth, "scope"),
            "username": _text(owner, "username"),
            "password": _text(owner, "password"),
            # What stands at `header` is the prefix that Bruno puts before the token.
            "prefix": _text(placement, "header") or "Bearer",
            "in": "query" if _text(placement, "query") else "header",
        },
        extra,
    )


def _text(node: SourceNode, key: str) -> str:
    return text_of(node.child(key).value)
