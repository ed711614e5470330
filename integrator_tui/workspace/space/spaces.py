"""Spaces: Kinetic spaces for one workspace: opened, compared, pulled and pushed to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from integrator_tui.engine.engine import EngineSettings
from integrator_tui.workspace.catalog.catalog import Catalog
from integrator_tui.workspace.catalog.folders import folder_path
from integrator_tui.workspace.interchange.kinetic_imports import KineticImports
from integrator_tui.workspace.space.access import Space, SpaceAccess, SpaceGiven
from integrator_tui.workspace.space.local_connections import Pairing, local_connections, paired
from integrator_tui.workspace.space.pulled_before import PulledBefore
from integrator_tui.workspace.space.pulls import ChangedIdentity, PreparedPull, changed_identities, prepared_pull
from integrator_tui.workspace.space.push_plan import PlannedPush, planned_push
from integrator_tui.workspace.space.pushes import Pushes
from integrator_tui.workspace.space.snapshot import snapshot
from integrator_tui.workspace.space.space_differences import SpaceDifference, space_differences

if TYPE_CHECKING:
    from integrator_tui.model.entry import Entry
    from integrator_tui.workspace.editor import Editor
    from integrator_tui.workspace.probes import Probes
    from integrator_tui.workspace.seals import Seals
    from integrator_tui.workspace.secrets import Secrets


class Spaces:
    """What `pull`, `push` and `diff` do in the workspace `root`; what was pulled last is kept below `state`."""

    def __init__(
        self,
        root: Path,
        state: Path,
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

    async def pairing(self, space: Space) -> Pairing:
        """Return what is here and there, read now. Raises RequestFailed, UsageError."""
        remote = await snapshot(space.client)
        local, unreadable = local_connections(self._root, self._catalog, space)
        found, remarks = paired(local, remote, self._before(space), space.url)
        return Pairing(found, tuple(unreadable), remarks)

    def differences(self, space: Space, pairing: Pairing) -> list[SpaceDifference]:
        """Return every difference of what is here from what is there."""
        return [each for pair in pairing.found for each in space_differences(pair, space.client.masked)]

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

    def _before(self, space: Space) -> PulledBefore:
        return PulledBefore(self._root, self._state, space.url)
