"""How requests prove themselves: security schemes as methods, with the secrets that have to be given.

Rules: of the ways that a document offers the first that can be gone whole is taken; in one that asks for several
schemes at once the first is the method, and keys beside it are headers or parameters with a secret of their own. A
flow of OAuth 2.0 that needs a person is no client credentials.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from integrator_tui.interchange.documents.source import DocumentReport, SourceNode
from integrator_tui.interchange.openapi.document import References, joined
from integrator_tui.model.connection import (
    WELL_KNOWN_SECRETS,
    ApiKeyAuth,
    AuthMethod,
    BasicAuth,
    NoAuth,
    OAuth2Auth,
    Pairs,
    RawBearerTokenAuth,
)
from integrator_tui.model.text import visible

_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_]+")
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")


class Proof(NamedTuple):
    """What requests of one connection have in common: the method, headers and parameters with further keys, and
    the secrets that have to be given."""

    auth: AuthMethod = NoAuth()
    headers: Pairs = ()
    params: Pairs = ()
    secrets: tuple[str, ...] = ()


@dataclass(slots=True)
class _Made:
    """A way that is being put together."""

    auth: AuthMethod | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    params: list[tuple[str, str]] = field(default_factory=list)
    secrets: dict[str, None] = field(default_factory=dict)
    scopes: tuple[str, ...] = ()


class Security:
    """Finds the method of an operation."""

    def __init__(self, references: References, report: DocumentReport, variables: Mapping[str, str]) -> None:
        self._references = references
        self._report = report
        self._variables = variables
        root = references.root
        self._is_old = "swagger" in root.names()
        self._schemes = (
            references.get(root, "securityDefinitions")
            if self._is_old
            else references.get(root, "components", "securitySchemes")
        )

    def of(self, operation: SourceNode, origin: str) -> tuple[Proof, tuple[str, ...]]:
        """Return the proof that an operation asks for, and the scopes that it names."""
        holder = operation if isinstance(operation.child("security").value, list) else self._references.root
        asked = holder.child("security")
        ways = [way for way in self._references.items(asked) if way.value]
        if not ways:
            return Proof(), ()
        why: list[str] = []
        for way in ways:
            made = self._way(way, origin, why)
            if made is not None:
                if len(ways) > 1 or len(list(self._references.items(asked))) > 1:
                    names = " and ".join(visible(key, limit=40) for key in way.names())
                    self._report.say(f"of several ways to prove oneself {names} is used", asked)
                proof = Proof(made.auth or NoAuth(), tuple(made.headers), tuple(made.params), tuple(made.secrets))
                return proof, made.scopes
        for reason in dict.fromkeys(why):
            self._report.say(f"left out: {reason}; requests are sent without it", asked)
        return Proof(), ()

    def _way(self, way: SourceNode, origin: str, why: list[str]) -> _Made | None:
        """Return all schemes of one way together, None where one of them cannot be used, which `why` then tells."""
        made = _Made()
        for name in way.names():
            scheme = self._references.get(self._schemes, name)
            scopes = tuple(way.texts(name))
            reason = self._add(made, name, scheme, scopes, origin)
            if reason:
                why.append(f"the security scheme {visible(name, limit=60)} {reason}")
                return None
        return made

    def _add(self, made: _Made, name: str, scheme: SourceNode, scopes: tuple[str, ...], origin: str) -> str:
        """Put a scheme to the others; return why that is not possible, empty where it is."""
        if not isinstance(scheme.value, dict):
            return "is not described"
        kind = scheme.text("type").lower()
        if kind == "apikey":
            return self._key(made, name, scheme)
        auth = self._method(kind, scheme, scopes, origin)
        if isinstance(auth, str):
            return auth
        if made.auth is not None:
            if not isinstance(made.auth, ApiKeyAuth) or isinstance(auth, ApiKeyAuth):
                return "stands beside another one, and a connection has one method"
            # A key finds room beside a method, a method beside a key does not.
            self._beside(made, made.auth.name, made.auth.place, made.auth.name)
            made.secrets.pop("api_key", None)
        made.auth = auth
        if isinstance(auth, OAuth2Auth):
            made.scopes = scopes
        made.secrets[WELL_KNOWN_SECRETS[auth.type]] = None
        return ""

    def _method(self, kind: str, scheme: SourceNode, scopes: tuple[str, ...], origin: str) -> AuthMethod | str:
        word = scheme.text("scheme").lower()
        if kind == "basic" or (kind == "http" and word == "basic"):
            return BasicAuth(username=self._variables.get("username", "{{username}}"))
        if kind == "http" and word == "bearer":
            return RawBearerTokenAuth()
        if kind == "http":
            return f"is HTTP {visible(scheme.text('scheme'), limit=30)}, which there is not here"
        if kind == "oauth2":
            return self._oauth2(scheme, origin)
        if kind == "mutualtls":
            return "is a client certificate: name it with options.client_cert_file"
        if kind == "openidconnect":
            return "is OpenID Connect, which needs a person: a token of it goes into Raw Bearer Token"
        return f"is of the type {visible(scheme.text('type'), limit=30) or '(none)'}, which is not known"

    def _oauth2(self, scheme: SourceNode, origin: str) -> AuthMethod | str:
        flow = scheme
        if self._is_old:
            if scheme.text("flow") != "application":
                return _NEEDS_A_PERSON
        else:
            flow = self._references.get(scheme, "flows", "clientCredentials")
            if not isinstance(flow.value, dict):
                return _NEEDS_A_PERSON
        url = joined(f"{origin}/", flow.text("tokenUrl").strip())
        if not flow.text("tokenUrl") or not url.lower().startswith(("http://", "https://")) or "{" in url:
            return "has no token address that could be used"
        return OAuth2Auth(access_token_url=url, client_id=self._variables.get("client_id", "{{client_id}}"))

    def _key(self, made: _Made, name: str, scheme: SourceNode) -> str:
        key, place = scheme.text("name"), scheme.text("in").lower()
        if place not in ("header", "query", "cookie") or not key:
            return "does not say where its key is sent"
        if place != "query" and not _TOKEN.match(key):
            return "has a name that no header can have"
        if made.auth is None and place != "cookie":
            made.auth = ApiKeyAuth.model_validate({"in": place, "name": key})
            made.secrets["api_key"] = None
            return ""
        self._beside(made, key, place, name)
        return ""

    def _beside(self, made: _Made, key: str, place: str, wanted: str) -> None:
        name = _NOT_IN_A_NAME.sub("_", wanted).strip("_").lower() or "key"
        if name in made.secrets or name in WELL_KNOWN_SECRETS.values():
            name = f"{name}_2"
        made.secrets[name] = None
        value = f"{{{{{name}}}}}"
        if place == "query":
            made.params.append((key, value))
        elif place == "cookie":
            at = next((n for n, (header, _) in enumerate(made.headers) if header == "Cookie"), None)
            before = f"{made.headers.pop(at)[1]}; " if at is not None else ""
            made.headers.append(("Cookie", f"{before}{key}={value}"))
        else:
            made.headers.append((key, value))


_NEEDS_A_PERSON: Final = "is OAuth 2.0 with a flow that needs a person: a token of it goes into Raw Bearer Token"
