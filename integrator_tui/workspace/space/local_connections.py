"""What the workspace has of a space, in Integrator's keys, and how both go together.

Rules: a connection is that of its id, in the part of the workspace that belongs to the space; the connection of the
space itself is none of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from integrator_tui.errors import IntegratorError, InvalidFile, UsageError
from integrator_tui.interchange.imported import Remark
from integrator_tui.interchange.kinetic import reader
from integrator_tui.interchange.kinetic.comparison import CONNECTION_KEYS, OPERATION_KEYS, differences, pairs
from integrator_tui.interchange.kinetic.operations import unknown_of
from integrator_tui.interchange.kinetic.reader import KineticConnection
from integrator_tui.interchange.kinetic.writer import ToExport, connection_values
from integrator_tui.model.entry import Entry
from integrator_tui.model.kept import id_of
from integrator_tui.model.nearest import listed
from integrator_tui.model.text import visible
from integrator_tui.store import files
from integrator_tui.store.connection_file.writer import names_to_give
from integrator_tui.store.yamltext.document import parse_bytes
from integrator_tui.workspace.catalog.catalog import Catalog
from integrator_tui.workspace.interchange.free_names import is_numbered
from integrator_tui.workspace.interchange.other_types import other_values
from integrator_tui.workspace.requests import connection_of
from integrator_tui.workspace.space.access import Space
from integrator_tui.workspace.space.pulled_before import PulledBefore
from integrator_tui.workspace.space.snapshot import SpaceConnection


@dataclass(frozen=True, slots=True)
class LocalConnection:
    """A connection of the workspace in Integrator's keys, with its operations; `id` is empty where it has none.
    `is_other` says that it is of a type that cannot be opened here."""

    entry: Entry
    values: Mapping[str, Any]
    declared: tuple[str, ...] = ()
    is_other: bool = False

    @property
    def id(self) -> str:
        return str(self.values.get("id") or "")

    @property
    def name(self) -> str:
        return self.entry.name


@dataclass(frozen=True, slots=True)
class PairedConnection:
    """A connection as it is here and there, None where it is not; `theirs` in Integrator's keys as `read` says it,
    `base` what both had last, None where that is not known."""

    local: LocalConnection | None
    remote: SpaceConnection | None = None
    read: KineticConnection | None = None
    theirs: Mapping[str, Any] | None = None
    base: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        if self.local is not None:
            return self.local.name
        assert self.remote is not None
        return self.remote.name


@dataclass(frozen=True, slots=True)
class Pairing:
    """Everything that is here or there, by name; `unreadable` are files that say no connection, with the reason;
    `remarks` what reading the space's connections changed, by the number of each from 1."""

    found: tuple[PairedConnection, ...]
    unreadable: tuple[tuple[str, IntegratorError], ...]
    remarks: tuple[Remark, ...] = ()


def local_connections(
    root: Path, catalog: Catalog, space: Space, files: Sequence[str] | None = None
) -> tuple[list[LocalConnection], list[tuple[str, IntegratorError]]]:
    """Return the connections of the workspace that belong to a space, of these `files` alone where they are given,
    and the files that say none."""
    found, unreadable = [], []
    for entry in catalog.entries() if files is None else map(catalog.entry, files):
        if not in_folder(entry.file, space.folder) or leads_to(entry, space):
            continue
        try:
            found.append(local_connection(root, catalog, entry))
        except IntegratorError as error:
            unreadable.append((entry.file, error))
    return found, unreadable


def local_connection(root: Path, catalog: Catalog, entry: Entry) -> LocalConnection:
    """Return a file in Integrator's keys; raises InvalidFile where it says none, and what keeps it closed."""
    if entry.state == "unsupported":
        document = parse_bytes(files.read(root / entry.file)[0])
        return LocalConnection(entry, other_values(document, entry.name), is_other=True)
    entry = catalog.opened(entry)
    wrong = next((each for each in entry.problems if each.is_error and each.stops_connection), None)
    if wrong is not None:
        raise InvalidFile(f"{entry.file}: {wrong.field}: {wrong.message}", wrong.hint)
    connection = connection_of(entry)
    data = files.read(root / entry.file)[0]
    # Only a file that has the key can name secrets that have no value.
    declared = names_to_give(parse_bytes(data)) if b"\nsecrets:" in data else ()
    return LocalConnection(entry, connection_values(ToExport(connection, declared)), declared)


def paired(
    local: Sequence[LocalConnection],
    remote: Sequence[SpaceConnection],
    read: reader.KineticExport,
    before: PulledBefore,
) -> tuple[PairedConnection, ...]:
    """Return what goes together, by name; `read` is what `read_of` says of `remote`. Raises UsageError where two
    files have one id."""
    here: dict[str, LocalConnection] = {}
    for each in local:
        if each.id and here.setdefault(each.id, each) is not each:
            paths = listed((here[each.id].entry.file, each.entry.file))
            raise UsageError(
                f"{visible(each.name, limit=80)} is here more than once: {paths}",
                "say which with --folder, or remove one",
            )
    found = [PairedConnection(each) for each in local if not each.id]
    known = {each.id for each in remote}
    for there, said in zip(remote, read.connections, strict=True):
        found.append(_pair(here.get(there.id), there, said, before))
    for mine in local:
        if mine.id and mine.id not in known:
            base = _of_the_same(before.values(mine.entry.file), mine.id)
            found.append(PairedConnection(mine, base=base))
    return tuple(sorted(found, key=lambda each: each.name))


def read_of(remote: Sequence[SpaceConnection], url: str) -> reader.KineticExport:
    """Return what a space has as connections; raises UsageError, with the address, where one is broken."""
    try:
        return reader.read_values([each.whole for each in remote])
    except UsageError as error:
        raise UsageError(f"{url}: {error.message}", "mend it in the space; nothing was written") from None


def says_the_same(now: SpaceConnection | None, before: SpaceConnection | None, url: str) -> bool:
    """Return whether a space still has what it had, or still has it not, but for what only a server counts."""
    if now is None or before is None:
        return now is before
    ours, theirs = (connection_values(ToExport(each.connection, each.declared)) for each in _read(now, before, url))
    operations = pairs(ours["operations"], theirs["operations"])
    return not differences(ours, theirs, CONNECTION_KEYS) and all(
        mine is not None and other is not None and not differences(mine, other, OPERATION_KEYS)
        for mine, other, _ in operations
    )


def _read(now: SpaceConnection, before: SpaceConnection, url: str) -> tuple[KineticConnection, KineticConnection]:
    return read_of((now,), url).connections[0], read_of((before,), url).connections[0]


def _pair(
    local: LocalConnection | None, remote: SpaceConnection, read: KineticConnection, before: PulledBefore
) -> PairedConnection:
    if read.other is not None:
        return PairedConnection(local, remote, read, unknown_of(remote.whole, set(), lambda text: None))
    theirs = connection_values(ToExport(read.connection, read.declared))
    if local is None:
        return PairedConnection(None, remote, read, theirs)
    before.settle(local.entry.file, theirs)
    if local.values == theirs:
        # What both have now is what both had last.
        return PairedConnection(local, remote, read, theirs, theirs)
    base = _of_the_same(before.values(local.entry.file), remote.id)
    if base is not None and base["name"] == local.name and is_numbered(local.name, theirs["name"]):
        # The name that it was given here, since another one had it.
        theirs = {**theirs, "name": local.name}
    return PairedConnection(local, remote, read, theirs, base)


def _of_the_same(base: dict[str, Any] | None, key: str) -> dict[str, Any] | None:
    """Return what both had last where it is of this id: another connection may have lain in the file."""
    return base if base is not None and base.get("id") == key else None


def leads_to(entry: Entry, space: Space) -> bool:
    """Return whether a file is the connection of the space itself, or another one that leads there and did not come
    from there."""
    return entry.file == space.file or (entry.base_url.rstrip("/") == space.url and not id_of_entry(entry))


def in_folder(file: str, folder: str) -> bool:
    """Return whether a file lies in a folder of the workspace, or below it."""
    return not folder or file.startswith(f"{folder}/")


def id_of_entry(entry: Entry) -> str:
    """Return the id that a file has in a space, empty where it has none."""
    return id_of(entry.connection.kinetic) if entry.connection is not None else ""
