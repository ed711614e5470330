"""What a document of requests gives: connections, the secrets that they need, their names and their tests."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from integrator_tui.interchange.imported import Remark
from integrator_tui.model.connection import AuthMethod, Connection, NoAuth, Operation
from integrator_tui.model.fields import AUTH_LABELS
from integrator_tui.model.secret import Secret

_TESTS: Final = re.compile(r"/(?:health\w*|status|ping|version|live\w*|ready\w*|me|whoami)\Z", re.I)


class DescribedConnection(NamedTuple):
    """A connection that a document describes, and its first line there; `declared` are the secrets that have to be
    given, `secrets` those whose values stand in the document. `alone` is the one request that it makes where that
    became its test."""

    connection: Connection
    line: int
    declared: tuple[str, ...] = ()
    secrets: Mapping[str, Secret] = {}
    alone: Operation | None = None


class DescribedDocument(NamedTuple):
    """What a document gives; `open` are the names that decide where requests go and that nobody gave.

    Where it is not the `whole` of its connections, as command lines are not, nothing is gone that does not stand in
    it, and the names of operations are made of their requests.
    """

    title: str
    connections: tuple[DescribedConnection, ...]
    remarks: tuple[Remark, ...]
    open: tuple[str, ...]
    whole: bool = True


def request_to_test(operations: Sequence[Operation]) -> int | None:
    """Return which operation is a GET that needs nothing and changes nothing, one that reads like a test before
    others; None where there is none."""
    able = [
        number
        for number, operation in enumerate(operations)
        if operation.method == "GET" and "{{" not in operation.path and not operation.include_empty_params
        and operation.body is None and not any("{{" in value for _, value in operation.headers)
    ]  # fmt: skip
    return next((each for each in able if _TESTS.search(operations[each].path)), able[0] if able else None)


def names_of(title: str, ways: Sequence[tuple[str, AuthMethod]]) -> list[str]:
    """Return a name for each origin and method: the title, with host and method where there are several."""
    origins = {origin for origin, _ in ways}
    found: dict[str, None] = {}
    for origin, auth in ways:
        host = origin.partition("://")[2]
        name = title or host
        if title and len(origins) > 1:
            name = f"{name} {host}"
        if sum(other == origin for other, _ in ways) > 1:
            label = "no authentication" if isinstance(auth, NoAuth) else AUTH_LABELS[auth.type]
            name = f"{name} ({label})"
        number, free = 1, name
        while free in found:
            number += 1
            free = f"{name} {number}"
        found[free] = None
    return list(found)
