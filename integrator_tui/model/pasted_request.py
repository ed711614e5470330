"""PastedRequest: a request that another tool described, as it may be sent with a connection of ours.

Rules: it goes to the connection's own origin with its own authentication, whatever was pasted; the path of the base
URL is taken off its path. Values that became secrets on the way stay secrets, under names that are free.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from integrator_tui.model.connection import ApiKeyAuth, Connection, Operation, RawBearerTokenAuth, RawBody
from integrator_tui.model.fields import AUTH_LABELS
from integrator_tui.model.headers import credentials_header
from integrator_tui.model.parameters import request_templates
from integrator_tui.model.secret import Secret
from integrator_tui.model.template import parse
from integrator_tui.model.url import same_origin, without_user_info

_NOT_IN_A_NAME: Final = re.compile(r"[^a-z0-9]+")


class PastedRequest(NamedTuple):
    """What fills the request line: the request, values of secrets that it names, and what is different from what
    was pasted; `notes` hold no value."""

    operation: Operation
    secrets: Mapping[str, Secret]
    notes: tuple[str, ...] = ()


def pasted_request(found: Connection, values: Mapping[str, Secret], own: Connection) -> PastedRequest:
    """Return the first request of the connection `found`, to be sent with the connection `own`."""
    operation = found.operations[0] if found.operations else Operation(method="GET", path=found.test_path)
    headers = (*found.headers, *operation.headers)
    operation = operation.model_copy(update={"name": "", "outputs": (), "headers": headers})
    notes = []
    base, where = own.base_url.partition("?")[0], without_user_info(found.base_url)
    if not same_origin(found.base_url, own.base_url):
        notes.append(f"it was for {where}: it will be sent to {without_user_info(own.base_url)}")
    else:
        operation = operation.model_copy(update={"path": _below(operation.path, base)})
    operation, values, is_taken = _with_own_key(operation, found, values, own)
    if found.auth.type != "none" and not is_taken:
        notes.append(
            f"its own authentication ({AUTH_LABELS[found.auth.type]}) is left out: the connection's is used"
        )
    if len(found.operations) > 1:
        notes.append(f"the first of {len(found.operations)} requests was taken")
    names = {name for _, text in request_templates(operation, "operation") for name in parse(text).names}
    wanted = {name: value for name, value in values.items() if name in names}
    taken = sorted(name for name in wanted if name in own.secrets)
    notes += [f"{{{{{name}}}}} is the stored secret of that name, not what was pasted" for name in taken]
    secrets = {name: value for name, value in wanted.items() if name not in own.secrets}
    return PastedRequest(operation, secrets, tuple(notes))


def _with_own_key(
    operation: Operation, found: Connection, values: Mapping[str, Secret], own: Connection
) -> tuple[Operation, Mapping[str, Secret], bool]:
    """Put a key that stands in a place of its own, beside that of the connection's method, into the request; tell
    whether there was one."""
    key = _own_key(found, own)
    if key is None or key.secret not in values:
        return operation, values, False
    name = _NOT_IN_A_NAME.sub("_", key.name.lower()).strip("_")
    text = f"{key.prefix} {{{{{name}}}}}" if key.prefix else f"{{{{{name}}}}}"
    before = getattr(operation, key.place)
    others = {secret: value for secret, value in values.items() if secret != key.secret}
    changed = operation.model_copy(update={key.place: ((key.name, text), *before)})
    return changed, {**others, name: values[key.secret]}, True


class _Key(NamedTuple):
    """A key in a header or a parameter: `place` is the field of a request that holds it, `secret` its name."""

    place: Literal["headers", "params"]
    name: str
    prefix: str
    secret: str


def _own_key(found: Connection, own: Connection) -> _Key | None:
    """The key that a pasted request proves itself with, where the connection sends no credentials in its place."""
    taken = credentials_header(own).lower()
    match found.auth:
        case RawBearerTokenAuth(header=header, prefix=prefix) if header.lower() not in ("authorization", taken):
            return _Key("headers", header, prefix, "token")
        case ApiKeyAuth(place="header", name=name) if name.lower() != taken:
            return _Key("headers", name, "", "api_key")
        case ApiKeyAuth(place="query", name=name) if not _has_key(own, name):
            return _Key("params", name, "", "api_key")
    return None


def _has_key(own: Connection, name: str) -> bool:
    return isinstance(own.auth, ApiKeyAuth) and own.auth.place == "query" and own.auth.name == name


def _below(path: str, base: str) -> str:
    """Return a path relative to the base URL, where it lies below it."""
    prefix = "/" + base.partition("://")[2].partition("/")[2].strip("/")
    if prefix == "/":
        return path
    rest = path[len(prefix) :]
    return rest if path.startswith(prefix) and rest[:1] in ("", "/", "?") else path


def suggested_name(operation: Operation) -> str:
    """Return a name for an operation made of a request: its method and path, never its query."""
    path = operation.path.partition("?")[0].strip("/")
    return f"{operation.method} /{path}" if path else operation.method


def is_empty(operation: Operation) -> bool:
    """Whether nothing was written into a request line."""
    body = operation.body
    has_body = body is not None and (not isinstance(body, RawBody) or bool(body.raw))
    return not (operation.path or operation.params or operation.headers or has_body)
