"""Secrets: the stored secrets of entries, opened where MAC and seal hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from integrator_tui.errors import IntegratorError, PassphraseNeeded
from integrator_tui.model.entry import Draft, Entry, connection_of
from integrator_tui.model.secret import Secret
from integrator_tui.workspace.catalog.catalog import Catalog

if TYPE_CHECKING:
    from integrator_tui.workspace.keys.file_secrets import FileSecrets


class Secrets:
    """Opens the secrets of files in `catalog`; `files` is asked for where there are any, for it loads the vault."""

    def __init__(self, catalog: Catalog, files: Callable[[], FileSecrets]) -> None:
        self._catalog = catalog
        self._files = files

    def of(self, entry: Entry) -> dict[str, Secret]:
        """Return the stored secrets of a file by name; raises LockedError, the seal and MAC looked at first."""
        entry = self._catalog.opened(entry)
        connection = connection_of(entry)
        sealed = self._catalog.sealed_of(entry)
        return self._files().open(sealed, entry.file, connection) if sealed else {}

    def reveal(self, draft: Draft, name: str) -> Secret:
        """Return the typed or stored value of one secret; raises LockedError."""
        if name in draft.typed:
            return draft.typed[name]
        return self.of(self._catalog.entry(draft.file)).get(name, Secret("")) if draft.file else Secret("")

    def may_wait(self, file: str) -> bool:
        """Return whether opening a file may wait for a key command or a pipe."""
        sealed = self._catalog.sealed(file)
        metadata = sealed.metadata if sealed else None
        return metadata is not None and self._files().vault.may_wait(metadata)

    def require_unlocked(self, entries: Iterable[Entry]) -> None:
        """Raise PassphraseNeeded where one of these files needs an identity that waits for its passphrase.

        Whatever else keeps a file closed is left to whoever uses it. Entries of a list are read where that may be.
        """
        for entry in entries:
            try:
                self._require_unlocked(entry)
            except PassphraseNeeded:
                raise
            except IntegratorError:
                continue

    def _require_unlocked(self, entry: Entry) -> None:
        if entry.connection is None and entry.closed is None:
            if not (self._catalog.may_be_sealed(entry.file) and self._files().vault.may_be_locked()):
                return
            entry = self._catalog.entry(entry.file)
        entry = self._catalog.opened(entry)
        # The key command is not run for this: that belongs to the time of whoever uses the file.
        if entry.connection is not None and entry.connection.secret_names and self._files().vault.waiting():
            self.of(entry)
