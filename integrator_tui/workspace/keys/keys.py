"""Keys: who can read the secrets of a workspace: identities of this user, recipients of files, their changes."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.vault.identities.identity_file import CreatedIdentity
from integrator_tui.vault.identities.identity_sources import FoundIdentity
from integrator_tui.workspace.catalog.catalog import Catalog
from integrator_tui.workspace.journals.changes import Changes
from integrator_tui.workspace.keys import strangers
from integrator_tui.workspace.keys.file_secrets import FileSecrets
from integrator_tui.workspace.keys.recipients import Recipients
from integrator_tui.workspace.keys.strangers import Strangers

if TYPE_CHECKING:
    from integrator_tui.workspace.keys.rotation import Rotation


class Keys:
    """Identities and recipients of the files below `root`."""

    def __init__(
        self, root: Path, secrets: FileSecrets, catalog: Catalog, surroundings: Surroundings, changes: Changes
    ) -> None:
        self._root = root
        self._secrets = secrets
        self._catalog = catalog
        self._surroundings = surroundings
        self._changes = changes

    @property
    def recipients(self) -> Recipients:
        """For whom the files are encrypted, and who of them was agreed to here."""
        return self._secrets.recipients

    def shared_rules(self) -> Path | None:
        """Return the `.sops.yaml` that counts, where it is for more than this workspace; raises InvalidFile."""
        return self.recipients.shared

    @cached_property
    def rotation(self) -> Rotation:
        """Changes who can read all files, and under which data keys."""
        from integrator_tui.workspace.keys.removals import Removals
        from integrator_tui.workspace.keys.rotation import Rotation

        removals = Removals(self._root, self._surroundings.state)
        return Rotation(self._root, self._secrets, removals, self._changes)

    def strangers(self, file: str | None) -> Strangers:
        """Return whom the user has to agree to before `file` can be written; raises LockedError, InvalidFile."""
        return strangers.strangers(self.recipients, file, self._catalog.sealed(file) if file else None)

    def agree(self, found: Strangers, file: str | None) -> None:
        """Agree to recipients, because the user said so; whom only the file names is pinned in `.sops.yaml`."""
        strangers.agree(self.recipients, found, file)

    def needs_identity(self) -> bool:
        """Return whether there is no identity yet to encrypt a first secret for."""
        return self._secrets.needs_identity()

    def create_identity(self, passphrase: Secret | None = None) -> CreatedIdentity:
        """Make an identity where sops finds it; one that exists is kept."""
        return self._secrets.vault.create_identity(passphrase)

    def kept_identity(self) -> FoundIdentity | None:
        """Return the identity that `create_identity` would keep, None where it would make one."""
        return self._secrets.vault.kept_identity()

    def lend_identity(self, path: Path) -> Secret:
        """Make an identity at `path`, for whoever lends it to a session, and return its text."""
        return self._secrets.lend_identity(path)

    def identities(self) -> tuple[FoundIdentity, ...]:
        """Return the identities found here, and the sources with a problem."""
        return self._secrets.vault.identities()

    def waiting(self) -> tuple[str, ...]:
        """Return the origins that wait for their passphrase, among the identity sources read so far."""
        return self._secrets.vault.waiting()

    def unlock(self, passphrase: Secret) -> None:
        """Open the identity files that wait for this passphrase, for this session; raises WrongPassphrase."""
        self._secrets.vault.unlock(passphrase)
