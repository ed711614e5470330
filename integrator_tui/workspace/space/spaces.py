"""Spaces: Kinetic spaces for one workspace: opened, compared, pulled and pushed to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from integrator_tui.workspace.space.snapshot import snapshot
from integrator_tui.workspace.space.space_differences import SpaceDifference, space_differences

if TYPE_CHECKING:
    from integrator_tui.model.entry import Entry
    from integrator_tui.workspace.probes import Probes


class Spaces:
    """What `pull`, `push` and `diff` do in the workspace `root`; what was pulled last is kept below `state`."""

    def __init__(
        self,
        root: Path,
        state: Path,
        catalog: Catalog,
        probes: Callable[[], Probes],
        imports: Callable[[], KineticImports],
        settings: EngineSettings,
    ) -> None:
        self._root = root
        self._state = state
        self._catalog = catalog
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

    def _before(self, space: Space) -> PulledBefore:
        return PulledBefore(self._root, self._state, space.url)
