"""Two versions of a connection in Integrator's keys: where they differ, and what became of them since a third.

Rules: both went through the reader and the writer, so that order, a server's own keys, and null and the empty text
mean nothing by then; all empty bodies are one. Operations are the same where their ids are, else where their names
are. A difference has its address in Integrator's keys, and the field of a connection file that says it here.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from integrator_tui.interchange.kinetic.auth import METHOD_NAMES
from integrator_tui.interchange.kinetic.writer import EMPTY_BODIES

Path = tuple[str, ...]


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()
"""What stands where a version has nothing."""


_AUTH: Final = ("config", "auth")
_NO_METHOD: Final[dict[str, Any]] = {"authType": None}
"""In the place of null, so that a method differs from none as it does from another one."""


class Difference(NamedTuple):
    """A place at which what is here differs from what is there; MISSING where one of them has nothing."""

    path: Path
    ours: Any
    theirs: Any

    @property
    def field(self) -> str:
        """The key of the connection file, or of the operation in it, that says this."""
        return field_of(self.path)


class OperationPair(NamedTuple):
    """An operation as it is here, there, and as both had it last; None where one has it not."""

    ours: Mapping[str, Any] | None
    theirs: Mapping[str, Any] | None
    base: Mapping[str, Any] | None


CONNECTION_KEYS: Final = ("name", "description", "documentationLink", "type", "config", "secrets")
OPERATION_KEYS: Final = ("name", "notes", "documentationLink", "config", "outputs")


def differences(ours: Mapping[str, Any], theirs: Mapping[str, Any], keys: Sequence[str]) -> list[Difference]:
    """Return where two connections, or two operations, differ below these keys."""
    return list(_below((), _only(ours, keys), _only(theirs, keys)))


def _only(values: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    return {key: values[key] for key in keys if key in values}


def _below(path: Path, ours: Any, theirs: Any) -> Iterator[Difference]:
    if path == _AUTH:
        ours, theirs = ours or _NO_METHOD, theirs or _NO_METHOD
    if not isinstance(ours, dict) or not isinstance(theirs, dict):
        if ours != theirs:
            yield Difference(path, ours, theirs)
        return
    if path and path[-1] == "body" and is_empty_body(ours) and is_empty_body(theirs):
        return
    for key in (*ours, *(key for key in theirs if key not in ours)):
        yield from _below((*path, key), ours.get(key, MISSING), theirs.get(key, MISSING))


def is_empty_body(body: Any) -> bool:
    """Return whether a body of whatever kind has nothing in it."""
    return body in EMPTY_BODIES.values()


def at(values: Any, path: Path) -> Any:
    """Return what stands at an address, MISSING where nothing does."""
    if path[:2] == _AUTH and len(path) > 2 and isinstance(values, Mapping):
        values, path = (values.get("config") or {}).get("auth") or _NO_METHOD, path[2:]
    for key in path:
        if not isinstance(values, Mapping) or key not in values:
            return MISSING
        values = values[key]
    return values


def pairs(
    ours: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]], base: Sequence[Mapping[str, Any]] = ()
) -> list[OperationPair]:
    """Return the operations of three versions, those of here in their order first."""
    mine, other, before = _keyed(ours), _keyed(theirs), _keyed(base)
    # An operation without an id is that of its name, wherever that has one.
    for known in (mine, before):
        for key in [key for key in known if key[0] == "name"]:
            same = [each for each, value in other.items() if each[0] == "id" and value.get("name") == key[1]]
            if len(same) == 1 and same[0] not in known:
                known[same[0]] = known.pop(key)
    keys = dict.fromkeys((*mine, *other, *before))
    return [OperationPair(mine.get(key), other.get(key), before.get(key)) for key in keys]


def _keyed(operations: Sequence[Mapping[str, Any]]) -> dict[tuple[str, ...], Mapping[str, Any]]:
    found: dict[tuple[str, ...], Mapping[str, Any]] = {}
    counts: dict[str, int] = {}
    for operation in operations:
        name = str(operation.get("name"))
        counts[name] = counts.get(name, 0) + 1
        own = operation.get("id")
        found[("id", str(own)) if own else ("name", name, str(counts[name]))] = operation
    return found


def settled(base: Any, sent: Any, theirs: Any) -> Any:
    """Return what both sides had last: what was `sent` and is there now counts as had, whoever lost the answer."""
    if theirs == sent:
        return copy.deepcopy(sent)
    if isinstance(sent, dict) and isinstance(theirs, dict):
        before = base if isinstance(base, dict) else {}
        found = {}
        for key in dict.fromkeys((*before, *sent, *theirs)):
            value = settled(before.get(key, MISSING), sent.get(key, MISSING), theirs.get(key, MISSING))
            if value is not MISSING:
                found[key] = value
        return found
    if _are_operations(sent) and _are_operations(theirs):
        last = base if isinstance(base, list) else []
        by_id = {each.get("id"): each for each in last}
        sent_by_id = {each.get("id"): each for each in sent}
        there = {each.get("id"): each for each in theirs}
        kept = [
            settled(by_id.get(key, MISSING), sent_by_id.get(key, MISSING), there.get(key, MISSING))
            for key in dict.fromkeys((*by_id, *sent_by_id, *there))
        ]
        return [each for each in kept if each is not MISSING]
    return base


def _are_operations(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) and each.get("id") for each in value)


def patched(there: Mapping[str, Any], changes: Sequence[Difference]) -> dict[str, Any]:
    """Return what a server has with our values in the places of `changes`, all else as it came."""
    found: dict[str, Any] = copy.deepcopy(dict(there))
    for change in changes:
        _put(found, change.path, change.ours)
    return found


def _put(values: dict[str, Any], path: Path, value: Any) -> None:
    for key in path[:-1]:
        inner = values.get(key)
        if not isinstance(inner, dict):
            inner = values[key] = {}
        values = inner
    if value is MISSING:
        values.pop(path[-1], None)
    else:
        values[path[-1]] = copy.deepcopy(value)


_FIELDS: Final = {
    "documentationLink": "documentation_link",
    "notes": "description",
    "baseUrl": "base_url",
    "testPath": "test_path",
    "caCert": "ca_cert",
    "authType": "type",
    "tokenUrl": "access_token_url",
    "clientId": "client_id",
    "clientAuth": "client_auth",
    "tokenOutput": "token_output",
    "expirationOutput": "expiration_output",
    "includeEmptyParams": "include_empty_params",
    "followRedirect": "follow_redirect",
    "streamResponse": "stream_response",
    "parts": "multipart",
}
_FREE: Final = frozenset({"params", "headers", "form", "outputs", "children", "secrets"})
"""Keys below which names are their authors'."""


def field_of(path: Path) -> str:
    """Return the key of a connection file that says what stands at an address."""
    found: list[str] = []
    for place, key in enumerate(path):
        above = path[place - 1] if place else ""
        if above in _FREE:
            found.append(key)
        elif (key == "config" and not place) or (above == "auth" and key == "token" and place + 1 < len(path)):
            continue
        elif above == "token" and key in ("operation", "connection"):
            found.append("request" if key == "operation" else "token_connection")
        else:
            found.append(_FIELDS.get(key, key))
    return ".".join(found)


def said(path: Path, value: Any) -> Any:
    """Return a value as a connection file says it."""
    if path[-1:] == ("authType",):
        return METHOD_NAMES.get(str(value), "none" if value in (None, MISSING) else value)
    return value
