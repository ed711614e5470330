"""Which operations of three versions of a connection are one: of what came last, what stands here and what comes.

Rules: first those whose method, path and name are the same, then method and path, then the name; each once, in the
order of the document. So a request keeps its operation when it is renamed or moved, and one of several to the same
address is no other. Where names are made of requests, those whose whole request is the same come before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Final

from integrator_tui.model.connection import Connection, Operation
from integrator_tui.model.kept import id_of, kept, opened

_Key = Callable[[Operation], object]


def _address(operation: Operation) -> str:
    return f"{operation.method} {operation.path.partition('?')[0]}"


def _request(operation: Operation) -> tuple[object, ...]:
    return tuple(getattr(operation, name) for name in _REQUEST)


_REQUEST: Final = ("method", "path", "params", "headers", "body")
_KEYS: Final[tuple[_Key, ...]] = (
    lambda operation: (_address(operation), operation.name),
    _address,
    lambda operation: operation.name,
)


def paired(
    base: Connection | None, ours: Connection, theirs: Connection, *, are_named: bool = True
) -> tuple[Connection | None, Connection, Connection]:
    """Return the three with an id in each operation, the same where they are one; `are_named` says whether the
    document itself names them."""
    keys = _KEYS if are_named else (lambda operation: (_request(operation), operation.name), _request, *_KEYS)
    coming = [f"new {number}" for number in range(len(theirs.operations))]
    came: list[str] = []
    if base is not None:
        came = _ids(keys, base.operations, "old", (theirs.operations, coming))
    mine = _ids(keys, ours.operations, "own", *([(base.operations, came)] if base is not None else []),
                (theirs.operations, coming))  # fmt: skip
    return (
        _identified(base, came) if base is not None else None,
        _identified(ours, mine),
        _identified(theirs, coming),
    )


def unpaired(result: Connection, marked: Connection, ours: Connection) -> Connection:
    """Return a merged connection with what its operations kept before."""
    before = {
        opened(with_id.kinetic)["id"]: operation.kinetic
        for with_id, operation in zip(marked.operations, ours.operations, strict=True)
    }
    operations = tuple(
        operation.model_copy(update={"kinetic": before.get(opened(operation.kinetic).get("id"), "")})
        for operation in result.operations
    )
    return result.model_copy(update={"operations": operations})


def new_among(theirs: Connection, ours: Connection, base: Connection | None) -> list[int]:
    """Return the places of the operations that are neither here nor came before; all have ids."""
    known = {id_of(each.kinetic) for one in (ours, base) if one is not None for each in one.operations}
    return [at for at, each in enumerate(theirs.operations) if id_of(each.kinetic) not in known]


def without_ids(connection: Connection) -> Connection:
    """Return a connection whose operations have no ids, as documents give them."""
    operations = tuple(each.model_copy(update={"kinetic": ""}) for each in connection.operations)
    return connection.model_copy(update={"operations": operations})


def _ids(
    keys: Sequence[_Key],
    operations: Sequence[Operation],
    own: str,
    *others: tuple[Sequence[Operation], Sequence[str]],
) -> list[str]:
    """Return an id for each operation: that of the one among `others` that it is, each given once."""
    found: dict[int, str] = {}
    given: set[str] = set()
    for known, ids in others:
        for key in keys:
            places: defaultdict[object, list[str]] = defaultdict(list)
            for operation, each in zip(known, ids, strict=True):
                if each not in given:
                    places[key(operation)].append(each)
            for number, operation in enumerate(operations):
                if number not in found and places[key(operation)]:
                    found[number] = places[key(operation)].pop(0)
                    given.add(found[number])
    return [found.get(number, f"{own} {number}") for number in range(len(operations))]


def _identified(connection: Connection, ids: Sequence[str]) -> Connection:
    operations = (
        operation.model_copy(update={"kinetic": kept({**opened(operation.kinetic), "id": each})})
        for operation, each in zip(connection.operations, ids, strict=True)
    )
    return connection.model_copy(update={"operations": tuple(operations)})
