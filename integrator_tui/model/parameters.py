"""Parameters: the names that templates ask for, and who answers them.

Rules: a name that a declared secret of the connection has takes the secret; any other is a parameter, asked for
by the interface or given on the command line. The method's own secret (`password` of Basic Auth) is no declared
one: it goes where the method puts it and fills no template. Only what a purpose uses counts: a test never asks
for what an operation needs, nor an operation that brings its own credentials for those of the method. An input
of an operation is optional where it is a whole query parameter, which is left out when it is empty, or stands in
its own section. Names, descriptions, tags, expressions, certificates and paths of files are no templates, nor are
the names of pairs.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import Final, Literal

from integrator_tui.model.connection import (
    NEEDED_SECRETS,
    WELL_KNOWN_SECRETS,
    ApiKeyAuth,
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
from integrator_tui.model.headers import credentials_header, inherited_headers
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.template import parse

Purpose = Literal["test", "token"] | Operation
"""What a connection is used for: its test, its token alone, or one of its operations."""

CLIENT_CERT_PASSPHRASE = "client_cert_passphrase"
"""The secret that opens the key in `client_cert_file`."""


class Names(NamedTuple):
    """The names that templates hold, and those of them that some template needs."""

    used: tuple[str, ...]
    needed: tuple[str, ...]


class Input(NamedTuple):
    """A parameter of a purpose. `where` are the parts that it fills: path, query, header, body, base_url, auth or
    proxy; `fields` the dotted keys of the file that name it."""

    name: str
    required: bool
    where: tuple[str, ...]
    fields: tuple[str, ...]


def names(connection: Connection, purpose: Purpose) -> Names:
    """Return the names in the templates of this purpose, in the order of their appearance."""
    used: dict[str, None] = {}
    needed: dict[str, None] = {}
    optional = _optional_field(connection, purpose)
    for field, text in templates(connection, purpose):
        if "{{" in text:
            template = parse(text)
            used |= dict.fromkeys(template.names)
            if not (template.is_one_value and field.startswith(optional)):
                needed |= dict.fromkeys(template.required)
    return Names(tuple(used), tuple(needed))


def _optional_field(connection: Connection, purpose: Purpose) -> tuple[str, ...]:
    """The beginnings of the fields in which one whole value may be left out."""
    if not isinstance(purpose, Operation) or purpose.include_empty_params:
        return ()
    return (f"{operation_field(connection, purpose)}.params.",)


def inputs(connection: Connection, purpose: Purpose) -> tuple[Input, ...]:
    """Return the parameters of this purpose with where they stand, in the order of their appearance."""
    declared = declared_secrets(connection)
    optional = _optional_field(connection, purpose)
    found: dict[str, list[str]] = {}
    needed: set[str] = set()
    # In one pass: a list of thousands of operations asks for those of each.
    for field, text in templates(connection, purpose):
        if "{{" in text:
            template = parse(text)
            for name in template.names:
                found.setdefault(name, []).append(field)
            if not (template.is_one_value and field.startswith(optional)):
                needed.update(template.required)
    return tuple(
        Input(name, name in needed, tuple(dict.fromkeys(map(_part, fields))), tuple(fields))
        for name, fields in found.items()
        if name not in declared
    )


def places(connection: Connection, purpose: Purpose, wanted: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return for each wanted name the dotted fields whose templates hold it."""
    found: dict[str, list[str]] = {name: [] for name in wanted}
    for field, text in templates(connection, purpose):
        for name in parse(text).names if "{{" in text else ():
            if name in found:
                found[name].append(field)
    return {name: tuple(fields) for name, fields in found.items()}


def _part(field: str) -> str:
    if field == "test_path":
        return "path"
    if field.startswith("operation"):
        key = field.removeprefix("operations").removeprefix("operation").lstrip(".0123456789").partition(".")[0]
        return {"params": "query", "headers": "header"}.get(key, key)
    key = field.partition(".")[0]
    return {"options": "proxy", "headers": "header"}.get(key, key)


def own_secret(connection: Connection) -> str | None:
    """Return the name of the secret that the method takes by its own name, None where it has none."""
    return WELL_KNOWN_SECRETS.get(connection.auth.type)


def declared_secrets(connection: Connection) -> tuple[str, ...]:
    """Return the secrets that templates can name: all but the method's own."""
    own = own_secret(connection)
    return tuple(name for name in connection.secret_names if name != own)


def given_in_place(connection: Connection, purpose: Purpose) -> str | None:
    """Return the method's own secret where it is not stored and has to be given as a parameter, else None.

    What is given so goes where the method puts it and fills no template.
    """
    own = own_secret(connection)
    if own is None or own in connection.secret_names or connection.auth.type not in NEEDED_SECRETS:
        return None
    return None if brings_credentials(connection, purpose) else own


def names_used(connection: Connection, purpose: Purpose) -> tuple[str, ...]:
    """Return every name that the templates of this purpose hold, in the order of their appearance."""
    return names(connection, purpose).used


def parameters(connection: Connection, purpose: Purpose) -> tuple[str, ...]:
    """Return the names to ask for: those used that no declared secret has, optional ones included."""
    declared = declared_secrets(connection)
    return tuple(name for name in names_used(connection, purpose) if name not in declared)


def required(connection: Connection, purpose: Purpose) -> tuple[str, ...]:
    """Return the parameters that must be given: those that some template needs."""
    declared = declared_secrets(connection)
    return tuple(name for name in names(connection, purpose).needed if name not in declared)


def missing(connection: Connection, purpose: Purpose, given: Container[str]) -> tuple[str, ...]:
    """Return the required parameters that are not in `given`."""
    return tuple(name for name in required(connection, purpose) if name not in given)


def secrets_used(connection: Connection, purpose: Purpose) -> tuple[str, ...]:
    """Return the connection's secrets that this purpose may send: in templates, by the method, for the key."""
    by_name = {own_secret(connection), *names_used(connection, purpose)}
    if connection.options.client_cert_file:
        by_name.add(CLIENT_CERT_PASSPHRASE)
    return tuple(name for name in connection.secret_names if name in by_name)


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
        yield from _pairs(inherited_headers(connection, purpose), "headers")
    else:
        yield "test_path", connection.test_path
        yield from _pairs(inherited_headers(connection, _NOTHING), "headers")


_NOTHING: Final = Request.model_construct(method="GET")
"""What a test has of its own."""


def brings_credentials(connection: Connection, purpose: Purpose) -> bool:
    """Whether an operation writes the header, or the query parameter, of the method itself, so that nothing of the
    method is used.

    Where a template names it, only rendering tells.
    """
    if not isinstance(purpose, Operation):
        return False
    if parameter := credentials_parameter(connection):
        return any(name == parameter for name, _ in purpose.params)
    header = credentials_header(connection)
    return any(name.lower() == header.lower() for name, _ in purpose.headers)


def credentials_parameter(connection: Connection) -> str:
    """Return the template of the query parameter that the method fills, empty where it fills none."""
    auth = connection.auth
    return auth.name if isinstance(auth, ApiKeyAuth) and auth.place == "query" else ""


def operation_field(connection: Connection, operation: Operation) -> str:
    """Return `operations.0` for the first one, `operation` for one that is not part of the connection."""
    for place, own in enumerate(connection.operations):
        # Comparing each of them with each takes a while where there are many.
        if own is operation:
            return f"operations.{place}"
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
        case ApiKeyAuth():
            yield "auth.name", auth.name
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
            yield from _pairs(auth.params, "auth.params")
