"""Connections as an export of Integrator: its keys alone, sorted at every level, ids kept, secrets null.

Rules: what Integrator cannot say is refused by name, with the way round, and nothing is written; what matters on
this machine alone is left out and told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from integrator_tui.interchange.exported import Exported, Refusal
from integrator_tui.interchange.kinetic.auth import USERNAME_INPUT
from integrator_tui.interchange.kinetic.refusals import refusals
from integrator_tui.model.connection import (
    WELL_KNOWN_SECRETS,
    BasicAuth,
    Body,
    Connection,
    FormBody,
    HttpBearerTokenAuth,
    MultipartBody,
    OAuth2Auth,
    Operation,
    Part,
    RawBearerTokenAuth,
    RawBody,
    Request,
)
from integrator_tui.model.kept import id_of, opened

UNSET: Final = "changeit"
EMPTY_BODIES: Final[dict[str, dict[str, Any]]] = {
    "raw": {"bodyType": "raw", "raw": ""},
    "www_form_urlencoded": {"bodyType": "www_form_urlencoded", "form": {}},
    "multipart_form": {"bodyType": "multipart_form", "parts": []},
}


class ToExport(NamedTuple):
    """A connection, and the names of its secrets that have no value; `other` is one of another type, as it came."""

    connection: Connection
    declared: Sequence[str] = ()
    other: Mapping[str, Any] | None = None


def write(connections: Iterable[ToExport]) -> Exported:
    """Return connections as the array of an export."""
    refused: list[Refusal] = []
    left_out: list[str] = []
    values = []
    for each in connections:
        if each.other is not None:
            values.append(dict(each.other))
            continue
        refused += refusals(each.connection)
        if local := local_fields(each.connection):
            left_out.append(f"{each.connection.name}: left out, Integrator has nothing like it: {', '.join(local)}")
        values.append(connection_values(each))
    if refused:
        return Exported(refused=tuple(refused))
    text = json.dumps(values, ensure_ascii=False, indent=2, sort_keys=True)
    return Exported(f"{text}\n", left_out=tuple(left_out))


def connection_values(given: ToExport) -> dict[str, Any]:
    """Return one connection with its operations as JSON values."""
    connection = _with_their_names(given.connection)
    notes, own_id = opened(connection.kinetic), id_of(connection.kinetic)
    names = opened(given.connection.kinetic).get("secret_names", {})
    own = WELL_KNOWN_SECRETS.get(connection.auth.type)
    secrets = [
        name for name in (*connection.secret_names, *given.declared) if name not in (own, CERTIFICATE_SECRET)
    ]
    return {
        **_id("id", connection.kinetic),
        "name": connection.name,
        "type": "http",
        "description": connection.description,
        "documentationLink": connection.documentation_link,
        "config": {
            "configType": "http",
            "baseUrl": connection.base_url,
            "testPath": connection.test_path or None,
            "caCert": connection.ca_cert,
            "auth": _auth(connection, notes),
        },
        "secrets": {names.get(name, name): None for name in secrets},
        "operations": [operation_values(operation, own_id) for operation in connection.operations],
    }


CERTIFICATE_SECRET: Final = "client_cert_passphrase"


def operation_values(operation: Operation, connection_id: str = "") -> dict[str, Any]:
    """Return one operation as JSON values."""
    notes = opened(operation.kinetic)
    outputs = {
        output.name: {"value": output.value, **({"children": dict(output.children)} if output.children else {})}
        for output in operation.outputs
    }
    return {
        **_id("id", operation.kinetic),
        **({"connectionId": connection_id} if connection_id else {}),
        "name": operation.name,
        "notes": operation.description,
        "documentationLink": operation.documentation_link,
        "config": _request(operation, str(notes.get("empty_body", "raw"))),
        "outputs": outputs,
    }


def _id(key: str, kinetic: str) -> dict[str, str]:
    found = id_of(kinetic)
    return {key: found} if found else {}


def _request(request: Request, empty_body: str) -> dict[str, Any]:
    headers: dict[str, list[str]] = {}
    for name, value in request.headers:
        headers.setdefault(name, []).append(value)
    return {
        "configType": "http",
        "method": request.method,
        "path": request.path,
        "params": dict(request.params),
        "headers": {name: each[0] if len(each) == 1 else each for name, each in headers.items()},
        "body": _body(request.body, empty_body),
        "includeEmptyParams": request.include_empty_params,
        "followRedirect": request.follow_redirect,
        "streamResponse": request.stream_response,
    }


def _body(body: Body | None, empty_body: str) -> dict[str, Any]:
    match body:
        case RawBody(raw=raw):
            return {"bodyType": "raw", "raw": raw}
        case FormBody(form=form):
            return {"bodyType": "www_form_urlencoded", "form": dict(form)}
        case MultipartBody(multipart=parts):
            return {"bodyType": "multipart_form", "parts": [_part(part) for part in parts]}
    return EMPTY_BODIES.get(empty_body, EMPTY_BODIES["raw"])


def _part(part: Part) -> dict[str, str]:
    more = {"contentType": part.content_type, "fileName": part.file_name}
    return {"name": part.name, "content": part.content, **{key: value for key, value in more.items() if value}}


def _auth(connection: Connection, notes: Mapping[str, Any]) -> dict[str, Any] | None:
    match connection.auth:
        case BasicAuth(username=username):
            name = UNSET if username == USERNAME_INPUT else username
            return {"authType": "basic", "username": name, "password": None}
        case RawBearerTokenAuth() as auth:
            return {"authType": "raw_bearer_token", "header": auth.header, "prefix": auth.prefix, "token": None}
        case HttpBearerTokenAuth() as auth:
            return _http_bearer(auth, str(notes.get("token_empty_body", "raw")))
        case OAuth2Auth() as auth:
            return {
                "authType": "client_credentials",
                "tokenUrl": auth.access_token_url,
                "clientId": auth.client_id,
                "clientSecret": None,
                "clientAuth": auth.client_auth,
                "scope": auth.scope or None,
                "caCert": auth.ca_cert,
            }
    return None


def _http_bearer(auth: HttpBearerTokenAuth, empty_body: str) -> dict[str, Any]:
    other = auth.token_connection
    return {
        "authType": "http_bearer_token",
        "header": auth.header,
        "prefix": auth.prefix,
        "token": {
            **({"connection": {"baseUrl": other.base_url, "caCert": other.ca_cert}} if other else {}),
            "operation": _request(auth.request, empty_body),
            "tokenOutput": auth.token_output,
            "expirationOutput": auth.expiration_output,
        },
    }


def local_fields(connection: Connection) -> list[str]:
    """Return the fields of ours that say how this machine gets there, or how a list is sorted here."""
    options = connection.options
    said = {
        "tags": connection.tags,
        "options.timeout": options.timeout != type(options.timeout)(),
        "options.proxy": options.proxy,
        "options.follow_redirect": options.follow_redirect,
        "options.stream_response": options.stream_response,
    }
    return [key for key, value in said.items() if value]


def _with_their_names(connection: Connection) -> Connection:
    """Return the connection in whose templates the secrets have the names that they have in Integrator."""
    names = opened(connection.kinetic).get("secret_names", {})
    if not names:
        return connection
    text = connection.model_dump_json()
    for ours, theirs in names.items():
        # In JSON as in the file: a name that JSON would escape is escaped in both.
        text = _called(text, *(json.dumps(name, ensure_ascii=False)[1:-1] for name in (ours, theirs)))
    return Connection.model_validate_json(text)


def _called(text: str, ours: str, theirs: str) -> str:
    def renamed(found: re.Match[str]) -> str:
        return f"{found[1]}{theirs}{found[2]}"

    return re.sub(rf"(\{{\{{\{{?[#^/&]?\s*){re.escape(ours)}(\s*\}}\}})", renamed, text)
