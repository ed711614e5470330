"""The field that the failure of a probe hints at: where an editor opens to mend it.

Rules: what the hint names first, where the connection has it; else what its kind is about. Fields are dotted keys;
`operation.path` is that of a request that stands in no file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Final

from integrator_tui.model.connection import WELL_KNOWN_SECRETS, HttpBearerTokenAuth, Operation
from integrator_tui.model.fields import FIELDS, Field, find

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection
    from integrator_tui.model.parameters import Purpose
    from integrator_tui.model.probe import Failure

REQUEST_PATH: Final = "operation.path"

_WORDS: Final = {
    "base URL": "base_url",
    "test path": "test_path",
    "secret password": "secrets.password",
    "secret token": "secrets.token",
    "secret client_secret": "secrets.client_secret",
    "Request Path": "auth.request.path",
}
"""What hints call a field besides its key and its label."""
_LABELS_OF_ONE_WORD: Final = frozenset({"Username", "Password", "Scope", "Proxy", "Expiration"})
_WHOLE_PARTS: Final = frozenset(
    {"type", "auth", "auth.request", "options", "options.timeout", "operations", "sops"}
)

_BY_KIND: Final = {
    **dict.fromkeys(("tls_untrusted", "ca_invalid", "tls_expired", "tls_not_yet_valid"), "ca_cert"),
    **dict.fromkeys(
        ("forbidden", "not_found", "server_error", "unexpected_status", "unexpected_answer"), "test_path"
    ),
    **dict.fromkeys(("locked", "seal_broken", "missing_parameter"), "secrets"),
    "redirected": "options.follow_redirect",
    "read_timeout": "options.timeout.read",
    "response_too_large": "options.stream_response",
    "vantage_failed": "options.proxy",
}
_OF_TOKEN: Final = {
    "http_bearer_token": {
        "token_output_failed": "auth.token_output",
        "expiration_output_failed": "auth.expiration_output",
        "": "auth.request.path",
        "credentials_rejected": "auth.request.body",
    },
    "oauth2": {"": "auth.access_token_url", "credentials_rejected": "auth.client_id"},
    "basic": {"credentials_rejected": "auth.username"},
    "raw_bearer_token": {"credentials_rejected": "secrets.token"},
    "none": {"credentials_rejected": "auth.type"},
}
_REACHING: Final = ("dns_", "refused", "unreachable", "connect_timeout", "tls_", "protocol_error")


def hinted_field(failure: Failure, connection: Connection, purpose: Purpose = "test") -> str:
    """Return the dotted key of the field to look at."""
    named = next(_named(failure, connection, purpose), None)
    if named is not None:
        return named
    kind, method = failure.kind, connection.auth.type
    if kind == "invalid_file" and find(told := failure.message.partition(":")[0]) is not None:
        return told
    of_token = _OF_TOKEN.get(method, {})
    if kind in of_token:
        return of_token[kind]
    if failure.stage == "authenticate" and kind.startswith(_REACHING):
        return _token_place(connection)
    if kind == "token_request_failed":
        return of_token.get("", "auth.type")
    if kind == "vantage_failed" and connection.options.via:
        return "options.via"
    found = _BY_KIND.get(kind, "base_url")
    return REQUEST_PATH if found == "test_path" and isinstance(purpose, Operation) else found


def _token_place(connection: Connection) -> str:
    if connection.auth.type == "oauth2":
        return "auth.access_token_url"
    auth = connection.auth
    own = isinstance(auth, HttpBearerTokenAuth) and auth.token_connection is not None
    return "auth.token_connection.base_url" if own else "base_url"


def _named(failure: Failure, connection: Connection, purpose: Purpose) -> Iterator[str]:
    """The fields that the hint names and the connection has, in its order."""
    of_token = failure.stage == "authenticate"
    for match in _names().finditer(failure.hint):
        paths = _paths()[match[0]]
        if match[0] == "Request Path" and isinstance(purpose, Operation) and not of_token:
            yield REQUEST_PATH
            continue
        usable = [path for path in paths if _has(connection, path)]
        usable.sort(key=lambda path: path.startswith("auth.") != of_token)
        yield from usable[:1]


def _has(connection: Connection, path: str) -> bool:
    """Whether the form of this connection has a row for the key."""
    method = connection.auth.type
    field = next(field for field in FIELDS if field.path == path)
    if field.methods and method not in field.methods:
        return False
    if path.startswith("secrets."):
        return WELL_KNOWN_SECRETS.get(method) == path.partition(".")[2]
    return True


@cache
def _paths() -> dict[str, tuple[str, ...]]:
    """The keys that each word of a hint may stand for."""
    found: dict[str, list[str]] = {}
    for field in FIELDS:
        if "[]" in field.path or field.path in _WHOLE_PARTS:
            continue
        for word in _words_of(field):
            found.setdefault(word, []).append(field.path)
    for word, path in _WORDS.items():
        found.setdefault(word, []).append(path)
    return {word: tuple(dict.fromkeys(paths)) for word, paths in found.items()}


def _words_of(field: Field) -> Iterator[str]:
    if "." in field.path or "_" in field.path:
        yield field.path
    label = field.label.removeprefix("Test: ")
    if " " in label or label in _LABELS_OF_ONE_WORD:
        yield label


@cache
def _names() -> re.Pattern[str]:
    words = sorted(_paths(), key=len, reverse=True)
    return re.compile(rf"(?<![\w.]){'(?:' + '|'.join(map(re.escape, words)) + ')'}(?![\w]|\.\w)")
