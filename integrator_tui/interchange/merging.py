"""Importing again: what came last time, what stands here now and what comes now, as one connection.

Rules: field by field, and operation by operation; what changed on one side alone is taken from there, and where
both changed, or nobody knows what came last time, what stands here is kept and told. Operations are the same where
their ids are, else where their names are. Names of secrets, and what only stands here, are left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeVar

from integrator_tui.model.connection import Connection, Frozen, Operation, Options, Output
from integrator_tui.model.kept import id_of, kept, opened
from integrator_tui.model.text import visible

_FIELDS: Final = ("name", "description", "documentation_link", "base_url", "test_path", "ca_cert", "auth")
OUR_FIELDS: Final = ("ca_cert_file", "headers")
"""What a connection has here and Integrator has not."""
_OPTION_FIELDS: Final = tuple(Options.model_fields)
_OPERATION_FIELDS: Final = tuple(name for name in Operation.model_fields if name not in ("kinetic", "accept"))
_UNKNOWN: Final = "differs, and what was imported before is not known here: kept as it stands here"

_Value = TypeVar("_Value", bound=Frozen)


class MergedImport(NamedTuple):
    """A connection, and a line for each change and for each that was not taken."""

    connection: Connection
    told: tuple[str, ...]


def merged(
    base: Connection | None,
    ours: Connection,
    theirs: Connection,
    *,
    operations: bool = True,
    whole: bool = True,
    more: Sequence[str] = (),
    options: bool = False,
) -> MergedImport:
    """Return `ours` with what is new in `theirs` since `base`, None where that is not known.

    Without `operations` nothing is said of them; where they are not the `whole` of them, none is taken out. `more`
    are fields of OUR_FIELDS that the document can say, and `options` whether it says those.
    """
    told: list[str] = []
    found = _fields((*_FIELDS, *more), base, ours, theirs, "", told)
    if options:
        before = base.options if base is not None else None
        # What is not known to have come, and is as usual, was not said.
        names = [name for name in _OPTION_FIELDS if before or getattr(theirs.options, name) != _usual(name)]
        changed = _fields(names, before, ours.options, theirs.options, "options.", told)
        found = found.model_copy(update={"options": changed})
    if operations:
        found = found.model_copy(update={"operations": _operations(base, ours, theirs, told, whole=whole)})
    return MergedImport(_with_notes(found, ours, theirs), tuple(told))


def _fields(
    names: Sequence[str], base: _Value | None, ours: _Value, theirs: _Value, where: str, told: list[str]
) -> _Value:
    taken = {}
    for name in names:
        mine, other = getattr(ours, name), getattr(theirs, name)
        before = getattr(base, name) if base is not None else None
        if _said(mine) == _said(other):
            continue
        if base is not None and _said(before) == _said(mine):
            taken[name] = other
            told.append(f"changed: {where}{name}")
        elif base is None:
            told.append(f"{where}{name} {_UNKNOWN}")
        elif _said(before) != _said(other):
            told.append(f"{where}{name} changed here and there: kept as it stands here")
    return ours.model_copy(update=taken) if taken else ours


def _operations(
    base: Connection | None, ours: Connection, theirs: Connection, told: list[str], *, whole: bool
) -> tuple[Operation, ...]:
    before = _Known(base.operations if base is not None else ())
    mine, coming = _Known(ours.operations), _Known(theirs.operations)
    changed: dict[int, Operation | None] = {}
    new: list[Operation] = []
    for operation in theirs.operations:
        at = mine.place(operation, coming)
        was = before.place(operation, coming)
        name = visible(operation.name, limit=80)
        if at is None and was is not None:
            told.append(f"operation {name} was taken out here: it stays out")
        elif at is None:
            new.append(operation)
            told.append(f"new: operation {name}")
        else:
            agreed = base.operations[was] if base is not None and was is not None else None
            same = ours.operations[at]
            one = _fields(_OPERATION_FIELDS, agreed, same, operation, f"operation {name}: ", told)
            changed[at] = _with_notes(one, same, operation)
    if whole and base is not None:
        changed |= _gone(base, before, ours, mine, coming, set(changed), told)
    kept_here = (changed.get(at, operation) for at, operation in enumerate(ours.operations))
    return (*(operation for operation in kept_here if operation is not None), *new)


def _gone(
    base: Connection,
    before: _Known,
    ours: Connection,
    mine: _Known,
    coming: _Known,
    met: set[int],
    told: list[str],
) -> dict[int, Operation | None]:
    """Return the places of operations that came last time, do not come any more, and are as they came."""
    found: dict[int, Operation | None] = {}
    for at, operation in enumerate(ours.operations):
        was = before.place(operation, mine)
        if at in met or was is None or coming.place(operation, mine) is not None:
            continue
        name = visible(operation.name, limit=80)
        if all(
            _said(getattr(base.operations[was], name)) == _said(getattr(operation, name))
            for name in _OPERATION_FIELDS
        ):
            found[at] = None
            told.append(f"gone there, and taken out here: operation {name}")
        else:
            told.append(f"gone there, and changed here: operation {name} is kept")
    return found


def _usual(option: str) -> Any:
    return Options.model_fields[option].default


def _said(value: Any) -> Any:
    """Return a value without the order of its names, which maps in an export do not have."""
    if isinstance(value, Frozen):
        return {name: _said(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, tuple) and value and all(isinstance(item, tuple) for item in value):
        return sorted(value, key=lambda pair: pair[0])
    if isinstance(value, tuple):
        items = [_said(item) for item in value]
        return sorted(items, key=lambda item: item["name"]) if _are_outputs(value) else items
    return value


def _are_outputs(value: tuple[Any, ...]) -> bool:
    return bool(value) and all(isinstance(item, Output) for item in value)


class _Known:
    """Where operations stand, by their ids and by their names; of one name the first, the second …"""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._by_id: dict[str, int] = {}
        self._by_name: dict[tuple[str, int], int] = {}
        self._numbers: dict[int, int] = {}
        self._ids: list[str] = []
        counts: dict[str, int] = {}
        for place, operation in enumerate(operations):
            number = counts.get(operation.name, 0)
            counts[operation.name] = number + 1
            self._by_name[operation.name, number] = place
            self._numbers[id(operation)] = number
            self._ids.append(_id(operation))
            if self._ids[-1]:
                self._by_id.setdefault(self._ids[-1], place)

    def place(self, operation: Operation, among: _Known) -> int | None:
        """Return where this operation, one of those of `among`, stands here."""
        key = _id(operation)
        if key and key in self._by_id:
            return self._by_id[key]
        place = self._by_name.get((operation.name, among._numbers.get(id(operation), 0)))
        # Two ids are two operations, whatever they are called.
        return None if place is not None and key and self._ids[place] else place


def _id(operation: Operation) -> str:
    return id_of(operation.kinetic)


def _with_notes(found: _Value, ours: Frozen, theirs: Frozen) -> _Value:
    """Return a value with what Integrator has of it, as it comes now, and what is only known here."""
    mine, coming = getattr(ours, "kinetic", ""), getattr(theirs, "kinetic", "")
    if mine == coming or not coming:
        return found
    notes = opened(mine)
    # An empty body has no other kind than the one that comes.
    notes.pop("empty_body", None)
    return found.model_copy(update={"kinetic": kept({**notes, **opened(coming)})})
