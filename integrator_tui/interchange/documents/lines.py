"""Documents that hold some requests of a connection, as command lines do, and not the whole of it.

Rules: a request that stands alone is the test as long as it asks for the same path, else an operation beside those
that are here; names are made of requests, so an operation keeps the one that it was given first. What does not
come is not gone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import partial
from itertools import count
from typing import Any, Final

from integrator_tui.interchange.documents.described import DescribedConnection
from integrator_tui.model.connection import Connection, Frozen, Operation
from integrator_tui.model.kept import id_of
from integrator_tui.model.secret import Secret

_NUMBER: Final = re.compile(r"_[0-9]{1,4}\Z")
_COUNT: Final = re.compile(r" \([0-9]{1,6}\)\Z")
_TAG: Final = re.compile(r"(\{\{\{?[#^/&]?\s*)([^{}]+?)(\s*\}\}\}?)")


def beside(read: DescribedConnection, known: Connection) -> Connection:
    """Return what some requests say of a connection that is `known` already."""
    theirs = read.connection
    if read.alone is not None:
        if _path(known.test_path) == _path(theirs.test_path):
            return theirs
        theirs = theirs.model_copy(update={"operations": (read.alone,)})
    of_the_test = {name: getattr(known.options, name) for name in ("follow_redirect", "stream_response")}
    options = theirs.options.model_copy(update=of_the_test)
    return theirs.model_copy(update={"test_path": known.test_path, "headers": known.headers, "options": options})


def named_as_before(theirs: Connection, *known: Connection | None) -> Connection:
    """Return `theirs`, whose operations have ids, with the names that the same operations have in the first of
    `known` that has them; the others get names that are free."""
    given: dict[str, str] = {}
    for each in known:
        for operation in each.operations if each is not None else ():
            given.setdefault(id_of(operation.kinetic), operation.name)
    taken = set(given.values())
    operations = []
    for operation in theirs.operations:
        name = given.get(id_of(operation.kinetic))
        if name is None:
            name = _free(operation.name, taken, partial("{0} ({1})".format, _COUNT.sub("", operation.name)))
            taken.add(name)
        operations.append(operation.model_copy(update={"name": name}))
    return theirs.model_copy(update={"operations": tuple(operations)})


def with_what_came(theirs: Connection, base: Connection | None) -> Connection:
    """Return `theirs` with the operations and secrets that came before and do not come now; both have ids."""
    if base is None:
        return theirs
    coming = {id_of(operation.kinetic) for operation in theirs.operations}
    stay = (each for each in base.operations if id_of(each.kinetic) not in coming)
    secrets = dict.fromkeys((*theirs.secrets, *base.secrets))
    return theirs.model_copy(update={"operations": (*theirs.operations, *stay), "secrets": tuple(secrets)})


def with_free_secrets(
    theirs: Connection,
    secrets: Mapping[str, Secret],
    ours: Connection,
    base: Connection | None,
    is_stored: Callable[[str, Secret], bool],
) -> tuple[Connection, dict[str, Secret]]:
    """Return `theirs` and its secrets, in which no new operation takes a secret that is here for one of its own,
    and each that came before has the names that it was given then.

    All have ids; `is_stored` says whether a stored secret is known to be this one.
    """
    taken = {*ours.secret_names, *(base.secrets if base is not None else ())}
    before = {id_of(each.kinetic): each for one in (ours, base) if one is not None for each in one.operations}
    of_the_rest = names_in(theirs.model_copy(update={"operations": ()}))
    used = set(of_the_rest)
    found = dict(secrets)
    renamed: dict[str, str] = {}
    operations = list(theirs.operations)
    for at, operation in enumerate(operations):
        known = before.get(id_of(operation.kinetic))
        if known is not None:
            operations[at] = again = _renamed(operation, _names_then(operation, known, secrets, of_the_rest))
            used |= names_in(again)
    for at, operation in enumerate(operations):
        if id_of(operation.kinetic) in before:
            continue
        for name in names_in(operation) & secrets.keys() & taken - used - renamed.keys():
            numbered = partial("{0}_{1}".format, _stem(name))
            renamed[name] = name if is_stored(name, secrets[name]) else _free(name, {*taken, *found}, numbered)
            found[renamed[name]] = secrets[name]
        operations[at] = _renamed(operation, renamed)
    theirs = theirs.model_copy(update={"operations": tuple(operations)})
    asked = names_in(theirs)
    found = {name: value for name, value in found.items() if name in asked or name not in renamed}
    return theirs.model_copy(update={"secrets": tuple(found)}), found


def _names_then(
    operation: Operation, known: Operation, secrets: Collection[str], kept: Collection[str]
) -> dict[str, str]:
    """Return the names with a number that the secrets of an operation were given here."""
    mine, coming = names_in(known), names_in(operation)
    found = {}
    for name in coming - mine:
        numbered = [each for each in mine - coming if _stem(each) == _stem(name)]
        if name in secrets and name not in kept and len(numbered) == 1:
            found[name] = numbered[0]
    return found


def _stem(name: str) -> str:
    return _NUMBER.sub("", name)


def names_in(value: Any) -> set[str]:
    """Return the names that the templates in a value ask for."""
    if isinstance(value, str):
        return {found[2] for found in _TAG.finditer(value)} if "{{" in value else set()
    if isinstance(value, Frozen):
        return names_in(tuple(getattr(value, name) for name in type(value).model_fields))
    return set().union(*map(names_in, value)) if isinstance(value, tuple) else set()


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _TAG.sub(lambda tag: f"{tag[1]}{names.get(tag[2], tag[2])}{tag[3]}", value)
    if isinstance(value, Frozen):
        fields = {name: getattr(value, name) for name in type(value).model_fields}
        changed = {name: new for name, old in fields.items() if (new := _renamed(old, names)) != old}
        return value.model_copy(update=changed) if changed else value
    return tuple(_renamed(each, names) for each in value) if isinstance(value, tuple) else value


def _path(test_path: str) -> str:
    return test_path.partition("?")[0]


def _free(wanted: str, taken: Collection[str], numbered: Callable[[int], str]) -> str:
    """Return a name that is not taken: the wanted one, or the first of the `numbered` ones, from 2 on."""
    return wanted if wanted not in taken else next(name for name in map(numbered, count(2)) if name not in taken)


def headers_sent_too(operation: Operation, connection: Connection) -> list[str]:
    """Return the names of the connection's headers that an operation sends without saying so."""
    own = {name.lower() for name, _ in operation.headers}
    return [name for name, _ in connection.headers if name.lower() not in own]
