"""Parameters: the names that templates ask for, and who answers them.

Rules: a name that a secret of the connection has takes the secret; any other is a parameter, asked for by
the interface or given on the command line. Only what a purpose uses counts: a test never asks for what an
operation needs, nor an operation that brings its own credentials for those of the method. Names,
descriptions, tags, expressions, certificates and paths of files are no templates, nor are the names of pairs.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Literal, NamedTuple

from integrator_tui.model.connection import (
    WELL_KNOWN_SECRETS,
    BasicAuth,
    Connection,
    FormBody,
    HttpBearerTokenAuth,
    MultipartBody,
    OAuth2Auth,
    Operation,
    Pairs,
    RawBearerTokenAuth,
    RawBody,
    Request,
)
from integrator_tui.model.template import parse

Purpose = Literal["test", "token"] | Operation
"""What a connection is used for: its test, its token alone, or one of its operations."""

CLIENT_CERT_PASSPHRASE = "client_cert_passphrase"
"""The secret that opens the key in `client_cert_file`."""


class Names(NamedTuple):
    """The names that templates hold, and those of them that some template needs outside its own section."""

    used: tuple[str, ...]
    needed: tuple[str, ...]


def names(connection: Connection, purpose: Purpose) -> Names:
    """Return the names in the templates of this purpose, in the order of their appearance."""
    parsed = [parse(text) for _, text in templates(connection, purpose) if "{{" in text]
    used = dict.fromkeys(name for template in parsed for name in template.names)
    return Names(tuple(used), tuple(dict.fromkeys(name for template in parsed for name in template.required)))


def names_used(connection: Connection, purpose: Purpose) -> tuple[str, ...]:
    """Return every name that the templates of this purpose hold, in the order of their appearance."""
    return names(connection, purpose).used


def parameters(connection: Connection, purpose: Purpose) -> tuple[str, ...]:
    """Return the names to ask for: those used that no secret of the connection has, optional ones included."""
    return tuple(name for name in names_used(connection, purpose) if name not in connection.secrets)


def required(connection: Connection, purpose: Purpose) -> tuple[str, ...]:
    """Return the parameters that must be given: those that some template needs outside its own section."""
    return tuple(name for name in names(connection, purpose).needed if name not in connection.secrets)


def missing(connection: Connection, purpose: Purpose, given: Container[str]) -> tuple[str, ...]:
    """Return the required parameters that are not in `given`."""
    return tuple(name for name in required(connection, purpose) if name not in given)


def secrets_used(connection: Connection, purpose: Purpose) -> tuple[str, ...]:
    """Return the connection's secrets that this purpose may send: in templates, by the method, for the key."""
    by_name = {WELL_KNOWN_SECRETS.get(connection.auth.type, ""), *names_used(connection, purpose)}
    if connection.options.client_cert_file:
        by_name.add(CLIENT_CERT_PASSPHRASE)
    return tuple(name for name in connection.secrets if name in by_name)


def templates(connection: Connection, purpose: Purpose) -> Iterator[tuple[str, str]]:
    """Yield the dotted field and the text of every template that this purpose uses."""
    if connection.options.proxy:
        yield "options.proxy", connection.options.proxy
    if not brings_credentials(connection, purpose):
        yield from _auth(connection, token_alone=purpose == "token")
    if purpose == "token":
        return
    yield "base_url", connection.base_url
    if isinstance(purpose, Operation):
        yield from request_templates(purpose, operation_field(connection, purpose))
    else:
        yield "test_path", connection.test_path


def brings_credentials(connection: Connection, purpose: Purpose) -> bool:
    """Whether an operation writes the header of the method itself, so that nothing of the method is used.

    Where a template names that header, only rendering tells.
    """
    header = credentials_header(connection)
    return isinstance(purpose, Operation) and any(name.lower() == header.lower() for name, _ in purpose.headers)


def credentials_header(connection: Connection) -> str:
    """Return the template of the header that the method fills, empty where it fills none."""
    match connection.auth:
        case RawBearerTokenAuth(header=header) | HttpBearerTokenAuth(header=header):
            return header
        case BasicAuth() | OAuth2Auth():
            return "Authorization"
    return ""


def operation_field(connection: Connection, operation: Operation) -> str:
    """Return `operations.0` for the first one, `operation` for one that is not part of the connection."""
    places = (index for index, own in enumerate(connection.operations) if own == operation)
    return f"operations.{index}" if (index := next(places, None)) is not None else "operation"


def request_templates(request: Request, field: str) -> Iterator[tuple[str, str]]:
    """Yield the dotted field and the text of every template of a described request."""
    yield f"{field}.path", request.path
    yield from _pairs(request.params, f"{field}.params")
    yield from _pairs(request.headers, f"{field}.headers")
    match request.body:
        case FormBody(form=form):
            yield from _pairs(form, f"{field}.body.form")
        case RawBody(raw=raw):
            yield f"{field}.body.raw", raw
        case MultipartBody(multipart=parts):
            for index, part in enumerate(parts):
                for key in ("name", "content", "content_type", "file_name"):
                    if text := getattr(part, key):
                        yield f"{field}.body.multipart.{index}.{key}", text


def _pairs(pairs: Pairs, field: str) -> Iterator[tuple[str, str]]:
    for name, value in pairs:
        yield f"{field}.{name}", value


def _auth(connection: Connection, *, token_alone: bool) -> Iterator[tuple[str, str]]:
    auth = connection.auth
    match auth:
        case BasicAuth():
            yield "auth.username", auth.username
        case RawBearerTokenAuth() | HttpBearerTokenAuth() if not token_alone:
            yield "auth.header", auth.header
            yield "auth.prefix", auth.prefix
    match auth:
        case HttpBearerTokenAuth():
            if auth.token_connection:
                yield "auth.token_connection.base_url", auth.token_connection.base_url
            elif token_alone:
                yield "base_url", connection.base_url
            yield from request_templates(auth.request, "auth.request")
        case OAuth2Auth():
            yield "auth.access_token_url", auth.access_token_url
            yield "auth.client_id", auth.client_id
            yield "auth.scope", auth.scope
