"""The keys of a connection file, in the order in which they are written.

The defaults are those of the table of fields, as those of `model.connection` are: this module needs no pydantic, so
that a list can be shown before it is loaded. A test holds the three to each other.
"""

from __future__ import annotations

from typing import Final

from integrator_tui.model import fields as table
from integrator_tui.store.connection_file.containers import (
    ItemsKind,
    Methods,
    OutputsKind,
    PairsKind,
    SecretNames,
    Variants,
)
from integrator_tui.store.connection_file.kinds import Choice, Flag, KeptKind, Kind, Seconds, SectionKind, Text

_BODY: Final = Variants(
    {
        "form": PairsKind(),
        "raw": Text(),
        "multipart": ItemsKind(
            SectionKind({"name": Text(), "content": Text(), "content_type": Text(None), "file_name": Text(None)}),
            "part",
        ),
    }
)

_REQUEST: Final[dict[str, Kind]] = {
    "method": Text(table.TOKEN_METHOD),
    "path": Text(),
    "params": PairsKind(),
    "include_empty_params": Flag(False),
    "headers": PairsKind(repeats=True),
    "body": _BODY,
    "follow_redirect": Flag(False),
    "stream_response": Flag(False),
}


def _statuses() -> ItemsKind:
    return ItemsKind(Text(), "status", table.PASSING)


def _token_request() -> dict[str, Kind]:
    """The keys of a token request: those of any request, and `accept` behind its body."""
    behind = list(_REQUEST).index("body") + 1
    items = list(_REQUEST.items())
    return dict([*items[:behind], ("accept", _statuses()), *items[behind:]])


_HEADER: Final[dict[str, Kind]] = {"header": Text(table.TOKEN_HEADER), "prefix": Text(table.TOKEN_PREFIX)}

_METHOD_FIELDS: Final[dict[str, dict[str, Kind]]] = {
    "none": {},
    "basic": {"username": Text()},
    "http_bearer_token": {
        **_HEADER,
        "request": SectionKind(_token_request()),
        "token_output": Text(),
        "expiration_output": Text(),
        "token_connection": SectionKind({"base_url": Text(), "ca_cert": Text(None)}, optional=True),
    },
    "raw_bearer_token": _HEADER,
    "oauth2": {
        "access_token_url": Text(),
        "client_id": Text(),
        "client_auth": Choice(table.CLIENT_AUTHS, table.CLIENT_AUTH),
        "scope": Text(),
        "ca_cert": Text(None),
        "params": PairsKind(repeats=True),
    },
    "api_key": {"in": Choice(table.KEY_PLACES, table.KEY_PLACE), "name": Text(table.KEY_NAME)},
}

_SECRET_KEYS: Final = {
    "password": "basic",
    "token": "raw_bearer_token",
    "client_secret": "oauth2",
    "api_key": "api_key",
}


def _foreign(method: str) -> dict[str, str]:
    """What to say of a key that another method has, or that belongs below `secrets`."""
    hints = {key: f"a value of this kind belongs below secrets: as {key}" for key in _SECRET_KEYS}
    for other, fields in _METHOD_FIELDS.items():
        for key in fields:
            if key not in _METHOD_FIELDS[method]:
                hints.setdefault(key, f"{key} belongs to type: {other}")
    return hints


def _method(name: str) -> SectionKind:
    fields: dict[str, Kind] = {"type": Text(name), **_METHOD_FIELDS[name]}
    return SectionKind(fields, always=("type",), foreign=_foreign(name))


AUTH: Final = Methods({name: _method(name) for name in _METHOD_FIELDS}, {"type": "none"})

_OUTPUT: Final = SectionKind({"value": Text(), "children": PairsKind()})

_OPERATION: Final = SectionKind(
    {
        "name": Text(),
        "description": Text(),
        "documentation_link": Text(),
        **_REQUEST,
        "outputs": OutputsKind(_OUTPUT),
        "kinetic": KeptKind(),
    }
)

_OPTIONS: Final = SectionKind(
    {
        "timeout": SectionKind({"connect": Seconds(table.CONNECT_TIMEOUT), "read": Seconds(table.READ_TIMEOUT)}),
        "proxy": Text(None),
        "unix_socket": Text(None),
        "via": Text(None),
        "verify": Flag(True),
        "client_cert_file": Text(None),
        "follow_redirect": Flag(False),
        "stream_response": Flag(False),
    }
)

FILE: Final = SectionKind(
    {
        "name": Text(),
        "type": Text("http"),
        "description": Text(),
        "documentation_link": Text(),
        "base_url": Text(),
        "test_path": Text(),
        "ca_cert": Text(None),
        "ca_cert_file": Text(None),
        "tags": ItemsKind(Text(), "tag"),
        "headers": PairsKind(repeats=True),
        "test": SectionKind({"status": _statuses(), "expect": Text()}),
        "auth": AUTH,
        "extends": Text(None),
        "secrets_from": PairsKind(),
        "operations": ItemsKind(_OPERATION, "operation", apart=True),
        "options": _OPTIONS,
        "kinetic": KeptKind(),
        "secrets": SecretNames(),
    },
    always=("type",),
    ignored=("sops",),
)
