"""What Integrator cannot say of a connection: each with the field and the way round.

Source: the OpenAPI document of Integrator 6.1, whose schemas allow no further keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from integrator_tui.interchange.exported import Refusal
from integrator_tui.interchange.kinetic.auth import USERNAME_INPUT
from integrator_tui.model.connection import (
    ApiKeyAuth,
    BasicAuth,
    Connection,
    HttpBearerTokenAuth,
    OAuth2Auth,
    Operation,
    Pairs,
    Passing,
    RawBearerTokenAuth,
    Request,
)

_METHODS: Final = ("GET", "POST", "PUT", "DELETE", "PATCH")
_OUTPUT_NAME: Final = re.compile(r"[A-Za-z0-9_-]+[A-Za-z0-9\s_-]*\Z")
_AS_HEADER: Final = "send it as a header of each operation, whose value is {{name}} of a secret"


def refusals(connection: Connection) -> Iterator[Refusal]:
    """Yield what keeps a connection from being exported."""
    for field, message, way in (*_connection(connection), *_auth(connection), *_operations(connection)):
        yield Refusal(f"{connection.name}: {field}: {message}", way)


def _connection(connection: Connection) -> Iterator[tuple[str, str, str]]:
    if connection.headers:
        yield "headers", "Integrator has no headers of a connection", "put them under headers: of each operation"
    if connection.test != Passing():
        yield "test", "Integrator cannot say what passes", "take test: out; check --status and --expect say it here"
    if connection.ca_cert_file:
        yield "ca_cert_file", "Integrator has no files", "write the certificate itself under ca_cert:"
    if connection.options.client_cert_file:
        yield (
            "options.client_cert_file",
            "Integrator has no client certificates",
            "let a gateway of yours present it",
        )
    if connection.options.unix_socket:
        yield "options.unix_socket", "Integrator reaches no unix socket", "let a gateway of yours listen for it"
    if connection.options.via:
        yield "options.via", "Integrator goes over no other host", "run its agent there"
    if not connection.options.verify:
        yield "options.verify", "Integrator always verifies", "trust the server's authority with ca_cert:"
    if "{{" in connection.test_path:
        yield "test_path", "Integrator fills no template in it", "write the path itself"


def _auth(connection: Connection) -> Iterator[tuple[str, str, str]]:
    auth = connection.auth
    if isinstance(auth, ApiKeyAuth):
        where = "query" if auth.place == "query" else "header"
        way = _AS_HEADER if where == "header" else "send it as a parameter of each operation: {{name}} of a secret"
        yield f"auth.in: {where}", "Integrator has no API keys as a method", way
    if isinstance(auth, (RawBearerTokenAuth, HttpBearerTokenAuth)):
        if not auth.prefix:
            yield "auth.prefix", "Integrator sends no token without a prefix", _AS_HEADER
        if "{{" in auth.prefix + auth.header:
            yield "auth.prefix", "Integrator fills no template in header and prefix", "write the text itself"
    if isinstance(auth, OAuth2Auth):
        yield from _oauth2(auth)
    if isinstance(auth, BasicAuth) and "{{" in auth.username and auth.username != USERNAME_INPUT:
        yield "auth.username", "Integrator fills no template in it", "write the name itself"
    if isinstance(auth, HttpBearerTokenAuth):
        if auth.request.accept != Request().accept:
            way = "ask an address that answers 2xx"
            yield "auth.request.accept", "Integrator reads the token from 2xx answers alone", way
        for key, message, way in _request(auth.request):
            yield f"auth.request.{key}", message, way


def _oauth2(auth: OAuth2Auth) -> Iterator[tuple[str, str, str]]:
    if auth.params:
        way = "use type: http_bearer_token, whose request carries any parameter"
        yield "auth.params", "Integrator sends no further parameters of a token request", way
    for key in ("access_token_url", "client_id", "scope"):
        if "{{" in getattr(auth, key):
            yield f"auth.{key}", "Integrator fills no template in it", "write the value itself"


def _operations(connection: Connection) -> Iterator[tuple[str, str, str]]:
    for number, operation in enumerate(connection.operations):
        for key, message, way in (*_request(operation), *_outputs(operation)):
            yield f"operations.{number}.{key} ({operation.name})", message, way


def _request(request: Request) -> Iterator[tuple[str, str, str]]:
    if request.method not in _METHODS:
        yield "method", f"Integrator has no {request.method}", "describe it with GET, or leave the operation out"
    if _twice(request.params):
        yield "params", "Integrator sends each name once", "put the parameters into the path"


def _outputs(operation: Operation) -> Iterator[tuple[str, str, str]]:
    names = [output.name for output in operation.outputs]
    names += [name for output in operation.outputs for name, _ in output.children]
    for name in names:
        if not _OUTPUT_NAME.match(name):
            way = "letters, digits, blanks, _ and - alone"
            yield f"outputs.{name}", "Integrator takes no such name", way


def _twice(pairs: Pairs) -> bool:
    return len({name for name, _ in pairs}) < len(pairs)
