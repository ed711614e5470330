"""Changing the operations of a Draft: each edit is a function from one frozen value to the next."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Final

from integrator_tui.model.connection import Connection, Operation, Output
from integrator_tui.model.entry import Draft
from integrator_tui.model.kept import without_id


def with_operation(draft: Draft, operation: Operation, at: int | None = None) -> tuple[Draft, int]:
    """Return the draft with one more operation, at this place or behind all others, and where it stands."""
    before = draft.connection.operations
    at = len(before) if at is None else at
    return _with(draft, (*before[:at], operation, *before[at:])), at


def replaced(draft: Draft, before: Operation, after: Operation) -> Draft | None:
    """Return the draft with `after` in the place of `before`; None where that is not among its operations."""
    operations = draft.connection.operations
    at = next((at for at, operation in enumerate(operations) if operation == before), None)
    return None if at is None else _with(draft, (*operations[:at], after, *operations[at + 1 :]))


def without_operation(draft: Draft, at: int) -> Draft:
    """Return the draft without the operation at this place."""
    before = draft.connection.operations
    return _with(draft, (*before[:at], *before[at + 1 :]))


def with_operation_moved(draft: Draft, at: int, step: int) -> tuple[Draft, int]:
    """Return the draft with the operation `step` places further down, as far as there are places, and where it
    stands then."""
    operations = list(draft.connection.operations)
    to = max(0, min(at + step, len(operations) - 1))
    operations.insert(to, operations.pop(at))
    return _with(draft, tuple(operations)), to


def with_copy(draft: Draft, at: int) -> tuple[Draft, int]:
    """Return the draft with a copy of an operation behind it, under a name that none has, and where it stands."""
    operation = draft.connection.operations[at]
    taken = {each.name for each in draft.connection.operations}
    copies = (f"{operation.name} copy{'' if number == 1 else f' {number}'}" for number in range(1, 10_000))
    name = next(name for name in copies if name not in taken)
    copy = operation.model_copy(update={"name": name, "kinetic": without_id(operation.kinetic)})
    return with_operation(draft, copy, at + 1)


def as_a_copy(connection: Connection, name: str, inherited: Collection[str] = ()) -> Connection:
    """Return a connection under another name, without the ids that Integrator knows it and its operations by; those
    of operations that are `inherited` are another file's."""
    own = connection.operations
    if "operations" not in inherited:
        own = tuple(each.model_copy(update={"kinetic": without_id(each.kinetic)}) for each in own)
    changed = {"name": name, "kinetic": without_id(connection.kinetic), "operations": own}
    return connection.model_copy(update=changed)


def with_output(operation: Operation, expression: str) -> Operation:
    """Return an operation with one more output, named after what its expression names last."""
    taken = {output.name for output in operation.outputs}
    words = [word for word in _WORD.findall(expression) if word not in _COMMON and len(word) > 1]
    word = words[-1] if words else "Output"
    names = (word if number == 1 else f"{word} {number}" for number in range(1, 10_000))
    output = Output(name=next(name for name in names if name not in taken), value=expression)
    return operation.model_copy(update={"outputs": (*operation.outputs, output)})


_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_COMMON: Final = frozenset(
    "body headers statusCode map filter find flatMap reduce slice sort join length Object keys values entries JSON"
    " parse stringify Number String Math true false null undefined return const let function typeof new".split()
)
"""Words of expressions that name nothing of an answer."""


def _with(draft: Draft, operations: tuple[Operation, ...]) -> Draft:
    return replace(draft, connection=draft.connection.model_copy(update={"operations": operations}))
