"""Row: what an index knows of one file, as a value and as the plain data that stands in it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from sys import intern
from typing import Any, Final, get_args

from integrator_tui.model.entry import Entry, EntryState, Revision
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.operation_row import Asked, InputRow, OperationRow
from integrator_tui.model.problem import Problem

Stamp = tuple[int, int, int, int]
"""What tells that a file changed without reading it: size, time of content, time of change in ns, inode."""


_STATES: Final[Mapping[str, EntryState]] = {state: state for state in get_args(EntryState)}
"""Each state once: thousands of rows have the same."""

_NONE: Final[Mapping[str, Stamp | None]] = {}
"""What most rows depend on."""


class Row(NamedTuple):
    """What is known of a file.

    `entry` is without its operations, and `ok` where only a missing identity would make it `locked`. `depends` maps
    the paths of other files that its problems may come from to their stamps, None for one that is not there.
    `recipients` are those of its `sops` block, None where it has none or one that cannot be read. `is_connection`
    says that it was read as one; `asked` is there where it was read now: then its entry has the operations.
    """

    stamp: Stamp
    entry: Entry
    depends: Mapping[str, Stamp | None]
    recipients: Sequence[str] | None
    is_connection: bool
    asked: Asked | None = None


def stamp_of(path: str) -> Stamp | None:
    """Return the stamp of a file, None where it cannot be looked at."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def first_of(entry: Entry) -> list[Any]:
    """Return the little that a list shows of an entry before it was looked at."""
    return [entry.file, entry.name, entry.auth, entry.base_url, entry.state]


def seen_of(found: list[Any]) -> Entry:
    """Return the entry of which `first_of` gave the little; raises ValueError or TypeError where it is none."""
    file, name, auth, base_url, state = found
    return Entry(file, name, intern(auth), base_url, (), state)


def plain(row: Row) -> list[Any]:
    """Return a row as plain data, its file first, then its stamp and what it depends on; without its operations."""
    entry = row.entry
    return [
        entry.file,
        row.stamp,
        row.depends,
        entry.name,
        entry.auth,
        entry.base_url,
        entry.tags,
        entry.state,
        entry.revision,
        entry.problems,
        entry.test_path,
        entry.description,
        row.recipients,
        row.is_connection,
        entry.base,
        entry.inherited,
    ]


def row_of(found: list[Any], seen: Entry | None = None) -> Row:
    """Return the row that `plain` gave; it shares what it can with the entry that was `seen` of that file.

    Raises LookupError, ValueError or TypeError where it is none.
    """
    file, stamp, depends, name, auth, base_url, tags, state, revision, problems, test_path = found[:11]
    description, recipients, is_connection, base, inherited = found[11:]
    if seen is not None and seen.name == name and seen.base_url == base_url:
        file, name, base_url = seen.file, seen.name, seen.base_url
    entry = Entry(
        file,
        name,
        intern(auth),
        base_url,
        tuple(map(intern, tags)),
        _STATES[state],
        Revision(*revision),
        tuple(map(Problem._make, problems)) if problems else (),
        test_path=intern(test_path),
        description=description,
        base=base,
        inherited=tuple(inherited),
    )
    # What many rows say alike is held once.
    others = _NONE
    if depends:
        others = {path: None if there is None else tuple(there) for path, there in depends.items()}
    return Row(tuple(stamp), entry, others, recipients, is_connection)


def asked_of(found: list[Any]) -> Asked:
    """Return what stands as plain data of what a connection asks for; raises as `row_of` does."""
    operations, test, token, secrets = found
    return Asked(
        tuple(
            OperationRow(
                name,
                method,
                path,
                description,
                is_stopped,
                tuple(InputRow(named, required, tuple(where)) for named, required, where in inputs),
            )
            for name, method, path, description, is_stopped, inputs in operations
        ),
        tuple(test),
        tuple(token),
        tuple(secrets),
    )
