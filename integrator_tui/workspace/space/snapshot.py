"""What a space has: its connections, each with its operations, read so that they belong together.

Rules: there is no paging and no request for all of it, so the list is read once more when everything is here; what
changed meanwhile is read again, three times at most. What is no connection is refused by its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from integrator_tui.engine.space.client import INTEGRATOR, SpaceClient
from integrator_tui.errors import RequestFailed
from integrator_tui.model.text import visible
from integrator_tui.workspace.space.at_once import for_each

ROUNDS: Final = 3
_CHANGING: Final = frozenset({"status"})
"""Keys whose values change without anybody changing the connection."""


class SpaceConnection(NamedTuple):
    """A connection of a space, and its operations, as they came."""

    values: Mapping[str, Any]
    operations: Sequence[Mapping[str, Any]]

    @property
    def id(self) -> str:
        return str(self.values["id"])

    @property
    def name(self) -> str:
        return str(self.values["name"])

    @property
    def whole(self) -> dict[str, Any]:
        """The connection with its operations, as an export has it."""
        return {**self.values, "operations": list(self.operations)}


async def snapshot(client: SpaceClient) -> tuple[SpaceConnection, ...]:
    """Return every connection of a space, in the order of their names. Raises RequestFailed."""
    listed = await _listed(client)
    operations: dict[str, list[dict[str, Any]] | None] = {}
    for _ in range(ROUNDS):
        wanted = [each for each in listed if each not in operations]
        operations |= dict(zip(wanted, await _all_operations(client, wanted), strict=True))
        again = await _listed(client)
        changed = [key for key in again if _lasting(again[key]) != _lasting(listed.get(key))]
        gone = listed.keys() - again.keys()
        # One whose operations are gone and that is listed all the same is no connection that was removed.
        lost = [key for key in again if key in operations and operations[key] is None]
        if not (changed or gone or lost):
            found = [SpaceConnection(each, operations[key] or ()) for key, each in listed.items()]
            return tuple(sorted(found, key=lambda each: (each.name, each.id)))
        for key in (*changed, *gone, *lost):
            operations.pop(key, None)
        listed = again
    raise RequestFailed(
        f"{client.url} changed while it was read, {ROUNDS} times in a row",
        "try again when nobody works in Integrator; nothing was written",
        kind="unexpected_answer",
    )


async def connection(client: SpaceClient, key: str) -> SpaceConnection | None:
    """Return one connection as it is now, None where there is none of that id. Raises RequestFailed."""
    found = await client.get(path_of(key), missing=True)
    if found is None:
        return None
    values = _object(client, found, path_of(key), wanted=key)
    return SpaceConnection(values, await _operations(client, key) or ())


def path_of(key: str, operation: str | None = None) -> str:
    """Return the path of a connection, or of one of its operations."""
    path = f"{INTEGRATOR}/connections/{quote(key, safe='')}"
    return path if operation is None else f"{path}/operations/{quote(operation, safe='')}"


async def _listed(client: SpaceClient) -> dict[str, dict[str, Any]]:
    path = f"{INTEGRATOR}/connections"
    found: dict[str, dict[str, Any]] = {}
    for number, each in enumerate(_list(client, await client.get(path), path)):
        values = _object(client, each, f"{path}[{number}]")
        if str(values["id"]) in found:
            raise _broken(client, f"{path}[{number}]", "the id of another one stands there")
        found[str(values["id"])] = values
    return found


async def _all_operations(client: SpaceClient, keys: Sequence[str]) -> list[list[dict[str, Any]] | None]:
    found: dict[str, list[dict[str, Any]] | None] = {}

    async def read(key: str) -> None:
        found[key] = await _operations(client, key)

    await for_each(keys, read)
    return [found[key] for key in keys]


async def _operations(client: SpaceClient, key: str) -> list[dict[str, Any]] | None:
    path = f"{path_of(key)}/operations"
    value = await client.get(path, missing=True)
    if value is None:
        return None
    listed = _list(client, value, path)
    return [_object(client, each, f"{path}[{number}]") for number, each in enumerate(listed)]


def _list(client: SpaceClient, value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise _broken(client, where, "a list is wanted there")
    return value


def _object(client: SpaceClient, value: Any, where: str, *, wanted: str | None = None) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _broken(client, where, "an object is wanted there")
    for key in ("id", "name"):
        if not isinstance(value.get(key), str) or not value[key]:
            raise _broken(client, where, f"{key} is missing, or no text")
    if value["id"] in (".", "..") or len(value["id"]) > 200 or (wanted is not None and value["id"] != wanted):
        raise _broken(client, where, "the id is none")
    return value


def _broken(client: SpaceClient, where: str, why: str) -> RequestFailed:
    message = f"{client.url}{visible(where, limit=300)}: {why}"
    return RequestFailed(
        message,
        "this is no answer of Integrator 6.1: see that the address is that of the space; nothing was written",
        kind="unexpected_answer",
    )


def _lasting(values: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return {key: each for key, each in values.items() if key not in _CHANGING} if values is not None else None
