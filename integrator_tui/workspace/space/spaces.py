"""Spaces: Kinetic spaces for one workspace: opened, compared, pulled, pushed to, and looked through for callers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from integrator_tui.engine.settings import EngineSettings
from integrator_tui.errors import IntegratorError
from integrator_tui.workspace.catalog.catalog import Catalog
from integrator_tui.workspace.catalog.folders import folder_path
from integrator_tui.workspace.interchange.kinetic_imports import KineticImports
from integrator_tui.workspace.space.access import Space, SpaceAccess, SpaceGiven
from integrator_tui.workspace.space.equal_before import EqualBefore, EqualFile, Skipped, remote_digest
from integrator_tui.workspace.space.local_connections import (
    LocalConnection,
    PairedConnection,
    Pairing,
    in_folder,
    leads_to,
    local_connection,
    local_connections,
    paired,
    read_of,
)
from integrator_tui.workspace.space.planned import PlannedPush
from integrator_tui.workspace.space.pulled_before import PulledBefore
from integrator_tui.workspace.space.pulls import ChangedIdentity, PreparedPull, changed_identities, prepared_pull
from integrator_tui.workspace.space.push_plan import planned_push
from integrator_tui.workspace.space.pushes import Pushes
from integrator_tui.workspace.space.snapshot import snapshot
from integrator_tui.workspace.space.space_differences import SpaceDifference, space_differences
from integrator_tui.workspace.space.usages import (
    Callers,
    callers_of_folder,
    callers_of_space,
    known_operations,
    usage_lines,
)

if TYPE_CHECKING:
    from integrator_tui.model.entry import Entry
    from integrator_tui.workspace.editor import Editor
    from integrator_tui.workspace.probes import Probes
    from integrator_tui.workspace.seals import Seals
    from integrator_tui.workspace.secrets import Secrets


class Compared(NamedTuple):
    """Where a space and the workspace differ, by name; `unreadable` are files that say no connection, with why."""

    differences: list[SpaceDifference]
    unreadable: tuple[tuple[str, IntegratorError], ...]


class Usage(NamedTuple):
    """Who calls which operation, a line each; not `is_complete` where something could not be read."""

    lines: tuple[str, ...]
    is_complete: bool


class Spaces:
    """What `pull`, `push` and `diff` do in the workspace `root`; what was pulled last is kept below `state`, what
    was equal below `cache`."""

    def __init__(
        self,
        root: Path,
        state: Path,
        cache: Path,
        catalog: Catalog,
        editor: Callable[[], Editor],
        secrets: Secrets,
        seals: Callable[[], Seals],
        probes: Callable[[], Probes],
        imports: Callable[[], KineticImports],
        settings: EngineSettings,
    ) -> None:
        self._root = root
        self._state = state
        self._cache = cache
        self._catalog = catalog
        self._editor = editor
        self._secrets = secrets
        self._seals = seals
        self._probes = probes
        self._imports = imports
        self._settings = settings

    @cached_property
    def _access(self) -> SpaceAccess:
        return SpaceAccess(self._probes(), self._settings)

    def of_entry(self, entry: Entry, given: SpaceGiven, folder: str | None = None) -> Space:
        """Return the space that a connection leads to; `folder` is the part of the workspace that belongs to it,
        that of the connection where None. Raises UsageError, LockedError."""
        return self._access.of_entry(entry, given, None if folder is None else folder_path(folder))

    def of_url(self, url: str, given: SpaceGiven, folder: str | None = None) -> Space:
        """Return the space at an address; raises UsageError."""
        return self._access.of_url(url, given, folder_path(folder or ""))

    def leads_to(self, entry: Entry, space: Space) -> bool:
        """Return whether a connection is one of the space itself, which is never pushed."""
        return leads_to(entry, space)

    async def pairing(self, space: Space) -> Pairing:
        """Return what is here and there, read now. Raises RequestFailed, UsageError."""
        remote = await snapshot(space.client)
        local, unreadable = local_connections(self._root, self._catalog, space)
        read = read_of(remote, space.url)
        found = paired(local, remote, read, self._before(space))
        _know_plain_secrets(space, found)
        return Pairing(found, tuple(unreadable), read.remarks)

    def begin_comparing(self, space: Space, cores: int) -> None:
        """Begin to read the files that `compared` will need, on another core where that pays; before a loop
        runs."""
        if not EqualBefore(self._root, self._cache, space.url).knows_any():
            self._catalog.read_ahead(self._files(space), cores)

    def _files(self, space: Space) -> list[str]:
        return [each for each in self._catalog.files() if in_folder(each, space.folder)]

    async def compared(self, space: Space) -> Compared:
        """Return every difference of what is here from what is there. Raises RequestFailed, UsageError.

        What was equal the last time, and is to the byte what it was then, is not read again.
        """
        remote = await snapshot(space.client)
        before = EqualBefore(self._root, self._cache, space.url)
        files = self._files(space)
        skipped = before.skipped(files, remote)
        # Before the files, which another process may read meanwhile.
        read = read_of(skipped.remote, space.url)
        local, unreadable = local_connections(self._root, self._catalog, space, skipped.files)
        if _are_touched(skipped, local):
            skipped = Skipped({}, files, list(remote))
            read = read_of(remote, space.url)
            local, unreadable = local_connections(self._root, self._catalog, space)
        found = paired(local, skipped.remote, read, self._before(space))
        _know_plain_secrets(space, found)
        equal = dict(skipped.equal)
        told: list[SpaceDifference] = []
        for pair in found:
            differences = list(space_differences(pair, space.client.masked))
            told += differences
            if not differences and pair.local is not None and pair.remote is not None:
                entry = pair.local.entry
                digest = before.local_digest(entry.file)
                # What it extends may change beside it.
                if entry.base is None and digest == entry.revision.digest:
                    equal[entry.file] = EqualFile(digest, remote_digest(pair.remote), pair.remote.id)
        before.keep(equal)
        return Compared(told, tuple(unreadable))

    def changed_identities(self, pairing: Pairing) -> list[ChangedIdentity]:
        """Return the connections that may be other ones in the space than at the last pull."""
        return changed_identities(pairing)

    def prepared_pull(
        self, space: Space, pairing: Pairing, *, without: Sequence[str] = (), unsealed: Sequence[str] = ()
    ) -> PreparedPull:
        """Return what a pull writes; raises UsageError."""
        before = self._before(space)
        return prepared_pull(self._imports(), space, pairing, before, without=without, unsealed=unsealed)

    def save_pull(self, space: Space, prepared: PreparedPull) -> None:
        """Write what was pulled, all of it or nothing; raises what `KineticImports.save` raises."""
        self._imports().save(prepared.files, self._before(space))
        before = EqualBefore(self._root, self._cache, space.url)
        equal = {
            file: EqualFile(digest, remote_digest(remote), remote.id)
            for file, remote in prepared.came.items()
            if (digest := before.local_digest(file))
        }
        before.keep({**before.known(), **equal})

    def pushes(self, space: Space) -> Pushes:
        """Return what sends connections to a space."""
        before = self._before(space)
        given = (self._editor(), self._secrets, self._seals(), self._probes(), before)
        return Pushes(self._root, self._catalog, *given)

    def planned(self, pairing: Pairing, files: Collection[str] | None, *, with_secrets: bool) -> list[PlannedPush]:
        """Return what a push sends of the connections in these files, of all where None."""
        return [
            planned_push(pair, with_secrets=with_secrets)
            for pair in pairing.found
            if pair.local is not None and (files is None or pair.local.entry.file in files)
        ]

    def usage_of_folder(self, folder: Path, part: str | None = None) -> Usage:
        """Return who calls the operations of this workspace, of the folder `part` of it alone, by the files below a
        folder; raises UsageError."""
        callers = callers_of_folder(folder)
        part = folder_path(part or "")
        connections, unreadable = [], list(callers.unreadable)
        for entry in self._catalog.entries():
            if entry.state == "unsupported" or not in_folder(entry.file, part):
                continue
            try:
                local = local_connection(self._root, self._catalog, entry)
            except IntegratorError as error:
                unreadable.append((entry.file, error))
                continue
            if local.entry.connection is not None and local.id:
                connections.append((local.entry.connection, local.declared))
        known = known_operations(connections)
        return Usage(tuple(usage_lines(Callers(callers.found, tuple(unreadable)), known)), not unreadable)

    async def usage_of_space(self, space: Space) -> Usage:
        """Return who calls the operations of a space there. Raises RequestFailed, UsageError."""
        remote = await snapshot(space.client)
        callers = await callers_of_space(space.client)
        read = read_of(remote, space.url).connections
        known = known_operations(
            (each.connection, (*each.declared, *each.secrets)) for each in read if each.other is None
        )
        return Usage(tuple(map(space.client.masked, usage_lines(callers, known))), is_complete=True)

    def _before(self, space: Space) -> PulledBefore:
        return PulledBefore(self._root, self._state, space.url)


def _know_plain_secrets(space: Space, found: Sequence[PairedConnection]) -> None:
    """Have nothing tell what the space holds in plain under the name of a secret."""
    for pair in found:
        for secret in pair.read.secrets.values() if pair.read is not None else ():
            space.client.know(secret.reveal())


def _are_touched(skipped: Skipped, local: Sequence[LocalConnection]) -> bool:
    """Return whether a file that is left has the id of one that was passed over."""
    ids = {each.id for each in skipped.equal.values()}
    return any(each.id in ids for each in local)
