"""Headers that stand several times, as a file holds them: once, with a list of values."""

from __future__ import annotations

from integrator_tui.model.connection import Connection, HttpBearerTokenAuth, Pairs


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
    operations = tuple(
        operation.model_copy(update={"headers": grouped(operation.headers)}) for operation in connection.operations
    )
    if operations != connection.operations:
        update["operations"] = operations
    auth = connection.auth
    if isinstance(auth, HttpBearerTokenAuth) and auth.request.headers != grouped(auth.request.headers):
        request = auth.request.model_copy(update={"headers": grouped(auth.request.headers)})
        update["auth"] = auth.model_copy(update={"request": request})
    return connection.model_copy(update=update) if update else connection
