"""Headers: those of a connection beside those of a request, and such as stand several times.

A file holds a header that stands several times once, with a list of values.
"""

from __future__ import annotations

from collections.abc import Iterator

from integrator_tui.model.connection import (
    ApiKeyAuth,
    BasicAuth,
    Connection,
    FormBody,
    HttpBearerTokenAuth,
    MultipartBody,
    OAuth2Auth,
    Pairs,
    RawBearerTokenAuth,
    Request,
)


def credentials_header(connection: Connection) -> str:
    """Return the template of the header that the method fills, empty where it fills none."""
    match connection.auth:
        case RawBearerTokenAuth(header=header) | HttpBearerTokenAuth(header=header):
            return header
        case BasicAuth() | OAuth2Auth():
            return "Authorization"
        case ApiKeyAuth(name=name) if connection.auth.place == "header":
            return name
    return ""


def inherited_headers(connection: Connection, request: Request) -> Pairs:
    """Return the headers of the connection that are sent with a request besides its own.

    A header that the request has itself, or that the method fills, is not taken from there, however its name is
    written; nor is a Content-Type where the body says which it is.
    """
    if not connection.headers:
        return ()
    own = {name.lower() for name, _ in request.headers} | {credentials_header(connection).lower()}
    if isinstance(request.body, FormBody | MultipartBody):
        own.add("content-type")
    return tuple((name, value) for name, value in connection.headers if name and name.lower() not in own)


def overruled_headers(connection: Connection) -> Iterator[str]:
    """Yield the names of headers of the connection that are never sent: the method fills them."""
    filled = credentials_header(connection).lower()
    yield from dict.fromkeys(name for name, _ in connection.headers if name and name.lower() == filled)


def grouped(headers: Pairs) -> Pairs:
    """Return headers with those of one name next to each other, where the first of them stands.

    Order counts among equal names alone (RFC 9110 section 5.3).
    """
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name, []).append(value)
    return tuple((name, value) for name, listed in values.items() for value in listed)


def with_grouped_headers(connection: Connection) -> Connection:
    """Return the connection as a file can say it: each header name of a request in one place."""
    update: dict[str, object] = {}
    if connection.headers != grouped(connection.headers):
        update["headers"] = grouped(connection.headers)
    operations = tuple(
        operation.model_copy(update={"headers": grouped(operation.headers)}) for operation in connection.operations
    )
    if operations != connection.operations:
        update["operations"] = operations
    auth = connection.auth
    if isinstance(auth, HttpBearerTokenAuth) and auth.request.headers != grouped(auth.request.headers):
        request = auth.request.model_copy(update={"headers": grouped(auth.request.headers)})
        update["auth"] = auth.model_copy(update={"request": request})
    elif isinstance(auth, OAuth2Auth) and auth.params != grouped(auth.params):
        update["auth"] = auth.model_copy(update={"params": grouped(auth.params)})
    return connection.model_copy(update=update) if update else connection
