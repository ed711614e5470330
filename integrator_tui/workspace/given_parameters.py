"""Giving: whether what is given as a parameter is asked for by what it is given to.

Rules: a value that nothing asks for, or that a declared secret takes, is refused and never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from integrator_tui.errors import UsageError
from integrator_tui.model.connection import Connection, Operation
from integrator_tui.model.fields import AUTH_LABELS
from integrator_tui.model.nearest import did_you_mean, listed
from integrator_tui.model.parameters import (
    Purpose,
    declared_secrets,
    given_in_place,
    names_used,
    own_secret,
    parameters,
)
from integrator_tui.model.text import visible
from integrator_tui.store.yamltext.document import parse
from integrator_tui.store.yamltext.node import Scalar, is_absent

_LIMIT = 60


def refuse_unasked(given: Collection[str], asking: Iterable[tuple[Connection, Purpose]]) -> None:
    """Raise UsageError for a parameter that none of the connections asks for, or whose name is a declared secret of
    every one that does; with the nearest name."""
    if not given:
        return
    asked: dict[str, None] = {}
    taken: dict[str, str] = {}
    by_method: dict[str, Connection] = {}
    for connection, purpose in asking:
        asked |= dict.fromkeys(parameters(connection, purpose))
        if in_place := given_in_place(connection, purpose):
            asked[in_place] = None
        declared = declared_secrets(connection)
        for name in names_used(connection, purpose):
            if name in declared:
                taken.setdefault(name, connection.name)
        if own := own_secret(connection):
            by_method.setdefault(own, connection)
    for name in given:
        if name not in asked:
            raise _refusal(name, asked, taken, by_method)


def _refusal(
    name: str, asked: Collection[str], taken: dict[str, str], by_method: dict[str, Connection]
) -> UsageError:
    shown = visible(name, limit=_LIMIT)
    if name in taken:
        hint = f"leave --param {shown}=… out, or give the input in the file another name"
        return UsageError(f"--param {shown}: {shown} is a secret of {taken[name]}, and that is what is sent", hint)
    if name in by_method:
        connection = by_method[name]
        label = AUTH_LABELS[connection.auth.type]
        hint = f"{label} sends its stored {shown}; replace that where the connection is edited"
        return UsageError(f"--param {shown}: nothing of {connection.name} asks for it", hint)
    hint = did_you_mean(name, asked) or (f"asked for: {listed(asked)}" if asked else "leave it out")
    return UsageError(f"--param {shown}: no input has this name", hint)


def named_texts(text: str, where: str) -> Iterator[tuple[str, str]]:
    """Yield the names and texts of a mapping in JSON or YAML, those that are null left out; `where` is what it is
    told as. Raises UsageError, which tells no value."""
    document = parse(text)
    if document.problems or document.mapping is None:
        first = document.problems[0] if document.problems else None
        line = f", line {first.line}" if first and first.line else ""
        hint = "write it as a mapping of names to text, in JSON or YAML"
        raise UsageError(f"{where}{line}: {first.message if first else 'this is no mapping'}", hint)
    for key, value in document.mapping.members:
        if is_absent(value):
            continue
        if not isinstance(value, Scalar):
            message = f"{where}, line {key.line}: {visible(key.text, limit=_LIMIT)} has to be text"
            raise UsageError(message, "an input is one text; write a list or an object as JSON in quotes")
        yield key.text, value.text


def blank(connection: Connection, operation: Operation, given: Collection[str]) -> dict[str, str]:
    """Return every input of an operation that was not given, empty; what the connection asks for is left out."""
    bare = connection.model_copy(update={"secrets": (), "operations": ()})
    its_own = names_used(bare, Operation(method="GET"))
    return {name: "" for name in parameters(connection, operation) if name not in given and name not in its_own}
