"""How a request proves itself, as flows without I/O.

Rules: a flow is a generator that yields what it needs next and receives it: an `httpx.Request` to send, for
which it receives the `httpx.Response`; `WantToken`, for which it receives a `Grant`. It returns the final
response. What sends, dials, waits and times is the caller's business, so a flow is tested as a sequence.

Sources: RFC 7617 (Basic), RFC 6750 section 2.1 (a bearer token in a header), RFC 9110 section 11 (401).
"""

from __future__ import annotations

import base64
from collections.abc import Generator
from typing import TYPE_CHECKING, Final

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.request.address import with_query_pair
from integrator_tui.engine.request.secret_parts import secret_parts
from integrator_tui.model.encoding import octets
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.secret import Secret

if TYPE_CHECKING:
    from integrator_tui.engine.token import Token

UNAUTHORIZED: Final = 401


class WantToken(NamedTuple):
    """A token is needed; `refused` is the one that the server just answered 401 to, if any."""

    refused: Token | None = None


class Grant(NamedTuple):
    """A token handed out; `shared` where it came from the cache or another probe fetched it."""

    token: Token
    shared: bool = False


Step = httpx.Request | WantToken
StepResult = httpx.Response | Grant
Flow = Generator[Step, StepResult, httpx.Response]


class NoCredentials(NamedTuple):
    """Nothing is added to the request."""

    method: str = "none"

    @property
    def header(self) -> str | None:
        return None

    @property
    def identity(self) -> tuple[bytes, ...]:
        """What makes two credentials the same, empty where there are none, or where a token is what proves."""
        return ()

    def flow(self, request: httpx.Request) -> Flow:
        return _response((yield request))


class HeaderCredentials(NamedTuple):
    """A header whose value is known beforehand: Basic, or a raw bearer token."""

    method: str
    header: str
    value: Secret

    @property
    def identity(self) -> tuple[bytes, ...]:
        """As of `NoCredentials`."""
        return (octets(self.header.lower()), octets(self.value.reveal()))

    def flow(self, request: httpx.Request) -> Flow:
        return _response((yield with_header(request, self.header, self.value.reveal())))


class QueryCredentials(NamedTuple):
    """A parameter of the query whose value is known beforehand: an API key."""

    method: str
    name: str
    value: Secret

    @property
    def header(self) -> str | None:
        return None

    @property
    def identity(self) -> tuple[bytes, ...]:
        """As of `NoCredentials`."""
        return (b"?", octets(self.name), octets(self.value.reveal()))

    def flow(self, request: httpx.Request) -> Flow:
        return _response((yield with_parameter(request, self.name, self.value)))


class TokenCredentials(NamedTuple):
    """A header that holds a token which has to be obtained.

    A token that others share may have gone stale unseen, so its refusal is answered with one new token,
    once; a token obtained for this very request and refused is not asked for again.
    """

    method: str
    header: str
    prefix: str

    @property
    def identity(self) -> tuple[bytes, ...]:
        """As of `NoCredentials`."""
        return ()

    def flow(self, request: httpx.Request) -> Flow:
        grant = _grant((yield WantToken()))
        response = _response((yield self._with(request, grant.token)))
        if response.status_code == UNAUTHORIZED and grant.shared:
            grant = _grant((yield WantToken(refused=grant.token)))
            response = _response((yield self._with(request, grant.token)))
        return response

    def _with(self, request: httpx.Request, token: Token) -> httpx.Request:
        return with_header(request, self.header, bearer(self.prefix, token.value.reveal()))


def doubled_prefix(credentials: Credentials, grant: Grant | None) -> str:
    """Return the prefix that stands twice before a token, which brought its own; empty where none does."""
    match credentials:
        case TokenCredentials(prefix=prefix) if grant is not None:
            value = grant.token.value.reveal()
        case HeaderCredentials():
            # Of a stored token's own text no more is known than the usual word.
            prefix, _, value = credentials.value.reveal().partition(" ")
            prefix = prefix if prefix.lower() == "bearer" else ""
        case _:
            return ""
    return prefix if prefix and value.lower().startswith(f"{prefix.lower()} ") else ""


Credentials = NoCredentials | HeaderCredentials | QueryCredentials | TokenCredentials


def with_header(request: httpx.Request, name: str, value: str) -> httpx.Request:
    """Return `request` with a header that holds a secret, in place of any of that name."""
    raw = name.encode("ascii")
    kept = [(key, held) for key, held in request.headers.raw if key.lower() != raw.lower()]
    kept.append((raw, value.encode("utf-8", "surrogateescape")))
    marks = secret_parts(request).with_header(name)
    return httpx.Request(
        request.method, request.url, headers=kept, content=request.content, extensions=marks.extension()
    )


def with_parameter(request: httpx.Request, name: str, value: Secret) -> httpx.Request:
    """Return `request` with a query parameter that holds a secret, behind those that it has."""
    marks = secret_parts(request)._replace(parameter=(name, value))
    url = with_query_pair(request.url, name, value.reveal())
    return httpx.Request(
        request.method,
        url,
        headers=request.headers.raw,
        content=request.content,
        extensions=marks.extension(),
    )


def basic(username: str, password: str) -> str:
    """Return the Basic header value for a user and a password in UTF-8 (RFC 7617 section 2.1)."""
    pair = f"{username}:{password}".encode("utf-8", "surrogateescape")
    return "Basic " + base64.b64encode(pair).decode("ascii")


def bearer(prefix: str, token: str) -> str:
    """Return the header value for a token; an empty prefix gives the bare token."""
    return f"{prefix} {token}" if prefix else token


def _response(answer: StepResult) -> httpx.Response:
    assert isinstance(answer, httpx.Response), "a request is answered with a response"
    return answer


def _grant(answer: StepResult) -> Grant:
    assert isinstance(answer, Grant), "a wanted token is answered with a grant"
    return answer
