"""Which form and workflow calls which operation, and what is wrong with a call: ids that nobody has, inputs that
are left out or misspelt; and operations that nobody calls.

Rules: callers are read from the files of a folder or from a space; operations are those of the workspace's files,
and for a space those that it has. An optional input may be left out.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from integrator_tui.engine.space.client import SpaceClient
from integrator_tui.errors import IntegratorError, InvalidFile, RequestFailed, UsageError
from integrator_tui.interchange.kinetic.callers import Caller, callers_in, callers_in_values
from integrator_tui.model.connection import Connection
from integrator_tui.model.kept import id_of
from integrator_tui.model.nearest import did_you_mean
from integrator_tui.model.parameters import inputs
from integrator_tui.model.text import visible
from integrator_tui.workspace.interchange.reading.regular_file import read_regular

MOST_BYTES: Final = 64 * 1024 * 1024
"""Bytes of one file that are read."""

PAGE: Final = 500
MOST_PAGES: Final = 10_000
_CORE: Final = "/app/api/v1"
_TASK: Final = "/app/components/task/app/api/v2"


class KnownOperation(NamedTuple):
    """An operation that can be called, with the names that it asks for and those of them that it needs."""

    connection: str
    name: str
    connection_id: str
    id: str
    inputs: tuple[str, ...]
    required: tuple[str, ...]


class FoundCaller(NamedTuple):
    """A call, and where it stands: a file of the folder, or a form, kapp or tree of the space."""

    place: str
    caller: Caller


class Callers(NamedTuple):
    """What calls operations, and the places that could not be read, each with why."""

    found: tuple[FoundCaller, ...]
    unreadable: tuple[tuple[str, IntegratorError], ...] = ()


def known_operations(connections: Iterable[tuple[Connection, Sequence[str]]]) -> list[KnownOperation]:
    """Return the operations of connections, each given with the names of its secrets that have no value."""
    found = []
    for connection, declared in connections:
        for operation in connection.operations:
            # What the method asks for no caller fills.
            own = (each for each in inputs(connection, operation) if any(map(_of_operation, each.fields)))
            asked = [each for each in own if each.name not in declared]
            found.append(
                KnownOperation(
                    connection.name,
                    operation.name,
                    id_of(connection.kinetic),
                    id_of(operation.kinetic),
                    tuple(each.name for each in asked),
                    tuple(each.name for each in asked if each.required),
                )
            )
    return found


def _of_operation(field: str) -> bool:
    return field.startswith("operation")


def callers_of_folder(folder: Path) -> Callers:
    """Return the calls in the JSON and XML files below a folder; raises UsageError where it is none."""
    if not os.path.isdir(folder):
        raise UsageError(f"{visible(str(folder))} is no folder", "name the folder of an export of the space")
    found: list[FoundCaller] = []
    unreadable: list[tuple[str, IntegratorError]] = []

    def refused(error: OSError) -> None:
        place = os.path.relpath(error.filename or folder, folder)
        unreadable.append((place, InvalidFile(f"the folder cannot be read: {(error.strerror or '').lower()}")))

    for at, folders, names in os.walk(folder, onerror=refused):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.lower().endswith((".json", ".xml")):
                continue
            path = os.path.join(at, name)
            place = os.path.relpath(path, folder)
            try:
                calls = callers_in(_text(path), is_xml=name.lower().endswith(".xml"))
                found += [FoundCaller(place, caller) for caller in calls]
            except IntegratorError as error:
                unreadable.append((place, error))
    return Callers(tuple(found), tuple(unreadable))


def _text(path: str) -> str:
    data = read_regular(path, MOST_BYTES)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidFile("it is not UTF-8") from None


async def callers_of_space(client: SpaceClient) -> Callers:
    """Return the calls in the kapps, forms and workflow trees of a space. Raises RequestFailed."""
    found: list[FoundCaller] = []
    kapps = [each async for each in _paged(client, f"{_CORE}/kapps?include=integrations", "kapps")]
    for kapp in kapps:
        slug = str(kapp.get("slug") or "")
        place = f"kapp {slug}"
        found += [FoundCaller(place, caller) for caller in callers_in_values(kapp)]
        path = f"{_CORE}/kapps/{quote(slug, safe='')}/forms?include=integrations"
        async for form in _paged(client, path, "forms"):
            place = f"form {slug}/{form.get('slug')}"
            found += [FoundCaller(place, caller) for caller in callers_in_values(form)]
    async for tree in _trees(client):
        title = str(tree.get("title") or tree.get("name") or "")
        found += [FoundCaller(f"workflow {title}", caller) for caller in callers_in_values(tree)]
    return Callers(tuple(found))


async def _paged(client: SpaceClient, path: str, key: str) -> AsyncIterator[dict[str, Any]]:
    """Yield the objects of a list whose pages are asked for by a token, which is new each time."""
    token, seen = "", set[str]()
    for _ in range(MOST_PAGES):
        page = f"&pageToken={quote(token, safe='')}" if token else ""
        value = await client.get(f"{path}{page}")
        for each in _listed(client, value, path, key):
            yield each
        token = str(value.get("nextPageToken") or "")
        if not token or token in seen:
            return
        seen.add(token)


async def _trees(client: SpaceClient) -> AsyncIterator[dict[str, Any]]:
    offset = 0
    for _ in range(MOST_PAGES):
        path = f"{_TASK}/trees?include=details,treeJson&limit={PAGE}&offset={offset}"
        found = _listed(client, await client.get(path), path, "trees")
        for each in found:
            yield each
        if len(found) < PAGE:
            return
        offset += len(found)


def _listed(client: SpaceClient, value: Any, path: str, key: str) -> list[dict[str, Any]]:
    found = value.get(key) if isinstance(value, dict) else None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        message = f"{client.url}{path.partition('?')[0]}: a list of {key} is wanted there"
        raise RequestFailed(message, "see that the address is that of the space", kind="unexpected_answer")
    return found


def usage_lines(callers: Callers, known: Sequence[KnownOperation]) -> Iterator[str]:
    """Yield a line for each call, for each thing that is wrong with it, for each operation that nobody calls, and
    for each place that could not be read."""
    by_id = {each.id: each for each in known if each.id}
    connections = {each.connection_id: each.connection for each in known if each.connection_id}
    called: set[str] = set()
    for place, caller in callers.found:
        at = visible(f"{place}: {caller.name}" if caller.name else place, limit=300)
        if caller.is_chosen_late:
            yield f"{at}: chooses connection and operation when it runs"
            continue
        operation = by_id.get(caller.operation)
        if operation is None:
            yield from _unknown(at, caller, connections)
            continue
        called.add(operation.id)
        yield f"{at}: calls {_named(operation)}"
        if caller.connection != operation.connection_id:
            yield f"{at}: {_named(operation)} is no operation of the connection {_id(caller.connection)}"
        yield from _inputs(at, caller, operation)
    for operation in known:
        if operation.id not in called:
            yield f"nobody calls {_named(operation)}"
    for place, error in callers.unreadable:
        yield f"{visible(place, limit=300)}: cannot be read: {visible(error.message, limit=300)}"


def _unknown(at: str, caller: Caller, connections: dict[str, str]) -> Iterator[str]:
    if not caller.operation and not caller.connection:
        yield f"{at}: names no operation"
        return
    if caller.connection not in connections:
        yield f"{at}: nobody has the connection {_id(caller.connection)}"
    else:
        at = f"{at}: {visible(connections[caller.connection], limit=80)}"
    yield f"{at}: nobody has the operation {_id(caller.operation)}"


def _inputs(at: str, caller: Caller, operation: KnownOperation) -> Iterator[str]:
    given = set(caller.inputs)
    for name in caller.inputs:
        if name not in operation.inputs:
            left = [each for each in operation.inputs if each not in given]
            near = did_you_mean(name, left) or did_you_mean(name, operation.inputs)
            hint = f": {near}" if near else ""
            yield f"{at}: fills {visible(name, limit=80)}, which {_named(operation)} does not ask for{hint}"
    for name in operation.required:
        if name not in given:
            yield f"{at}: leaves out {visible(name, limit=80)}, which {_named(operation)} needs"
        elif name in caller.blank:
            yield f"{at}: leaves {visible(name, limit=80)} empty, which {_named(operation)} needs"


def _named(operation: KnownOperation) -> str:
    return visible(f"{operation.connection} / {operation.name}", limit=200)


def _id(text: str) -> str:
    return visible(text, limit=80) or "without an id"
