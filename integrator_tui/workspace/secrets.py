"""Secrets of files: joins the store, which knows text, and the vault, which knows keys.

The order of a save: the text says the connection, the vault computes over its scalars, the results are
spliced in. A value leaves here only as a `Secret`. Sealing again what the user has not looked at never
happens by the way: a file whose seal does not hold is opened by nobody, and saved by nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from integrator_tui.errors import IntegratorError, InvalidFile, NoIdentity, PassphraseNeeded, UnpinnedRecipient
from integrator_tui.model.connection import Connection
from integrator_tui.model.sealed import SealedFile
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.model.text import visible
from integrator_tui.store import files, folder, writing
from integrator_tui.store.document import Document, parse
from integrator_tui.vault.identities import FoundIdentity, IdentitySources
from integrator_tui.vault.recipients import KnownRecipients
from integrator_tui.vault.seal import canonical, digest
from integrator_tui.vault.vault import Vault

if TYPE_CHECKING:
    from integrator_tui.vault.identity_file import CreatedIdentity

LENT = "lent for this session"


class Secrets:
    """Opens and seals the secrets of the files below `root`."""

    def __init__(self, root: Path, surroundings: Surroundings) -> None:
        self._root = root
        self._surroundings = surroundings

    @cached_property
    def vault(self) -> Vault:
        """The vault with the identities of this user."""
        given = self._surroundings
        sources = IdentitySources(
            key=given.age_key,
            key_file=given.age_key_file,
            key_command=given.age_key_command,
            keys_file=given.age_keys_file,
            environment=given.command_environment,
            lent=given.lent_identity,
        )
        return Vault(sources, given.state)

    def open(self, sealed: SealedFile, file: str, connection: Connection) -> dict[str, Secret]:
        """Return the secrets of a file by name; `connection` is what the file says. Raises what Vault.open raises."""
        return self.vault.open(sealed, self.digest(connection, file))

    def verify(self, sealed: SealedFile, file: str, connection: Connection) -> tuple[IntegratorError, ...]:
        """Return what is wrong with the secrets of a file."""
        return self.vault.verify(sealed, self.digest(connection, file))

    def seal(self, text: str, file: str, connection: Connection, typed: Mapping[str, Secret]) -> str:
        """Return `text`, which says `connection`, with its secrets encrypted and sealed to it.

        A file that is intact and has nothing typed comes back as it is. Raises what Vault.seal raises.
        """
        document = parse(text)
        sealed = document.sealed()
        sealing = self.vault.seal(sealed, typed, self.digest(connection, file), self.recipients(file, sealed))
        return writing.apply(document, sealing) if sealing.changed else text

    def digest(self, connection: Connection, file: str) -> str:
        """Return the digest of what the secrets of `file` are bound to, files it names included."""
        beside = (self._root / file).parent
        ca_file, client_file = connection.ca_cert_file, connection.options.client_cert_file
        return digest(connection, _content(beside, ca_file), _content(beside, client_file))

    # --- recipients and identities ---

    def recipients(self, file: str, sealed: SealedFile | None = None) -> tuple[str, ...]:
        """Return for whom `file` is encrypted: those pinned in `.sops.yaml`, else the user's own identity.

        Raises:
            UnpinnedRecipient: `.sops.yaml` names somebody who was not in it when it was last used here.
            NoIdentity: There is neither.
        """
        pinned = folder.recipients(self._root, file)
        if pinned:
            self._refuse_new(pinned)
            return pinned
        own = self.own_identity()
        lent = self._lent()
        if own is None and lent is None:
            raise NoIdentity("there is no identity to encrypt for", "make one: integrator-tui keys init")
        if own is None or (lent and sealed and _names(sealed, lent)):
            return tuple(recipient for recipient in (own, lent) if recipient)
        return (own,)

    def _refuse_new(self, pinned: tuple[str, ...]) -> None:
        known = KnownRecipients(self._surroundings.state)
        if known.known(self._root) is None:
            known.agree(self._root, pinned)
            return
        new = known.new(self._root, pinned)
        if new:
            raise UnpinnedRecipient(
                f".sops.yaml names a recipient that is new since its last use here: {visible(new[0], limit=100)}",
                "if that is right, agree to it: integrator-tui keys add; else remove it from .sops.yaml",
            )

    def agree(self, file: str) -> None:
        """Remember that the user agreed to the recipients of `.sops.yaml` as they are now."""
        KnownRecipients(self._surroundings.state).agree(self._root, folder.recipients(self._root, file))

    def own_identity(self) -> str | None:
        """Return the recipient of the user's first identity; raise PassphraseNeeded where it is still locked."""
        found = [identity for identity in self.vault.identities() if identity.origin != LENT]
        own = next((identity.recipient for identity in found if identity.recipient), None)
        if own is None:
            locked = next((identity for identity in found if identity.problem == "protected by a passphrase"), None)
            if locked:
                raise PassphraseNeeded(f"{locked.origin} is protected by a passphrase", "give its passphrase")
        return own

    def needs_identity(self, file: str = "") -> bool:
        """Return whether the first secret cannot be saved before an identity is made."""
        try:
            return not folder.recipients(self._root, file) and self.own_identity() is None
        except PassphraseNeeded:
            return False

    def identities(self) -> tuple[FoundIdentity, ...]:
        """Return the identities found here, and the sources with a problem."""
        return self.vault.identities()

    def create_identity(self, passphrase: Secret | None = None) -> CreatedIdentity:
        """Make an identity where sops finds it; one that exists is kept."""
        return self.vault.create_identity(passphrase)

    def lend_identity(self, path: Path) -> Secret:
        """Make an identity at `path` and return its text."""
        from integrator_tui.vault.identity_file import create

        create(path, None, datetime.now(UTC))
        return Secret(path.read_text())

    def _lent(self) -> str | None:
        if self._surroundings.lent_identity is None:
            return None
        return next((found.recipient for found in self.vault.identities() if found.origin == LENT), None)


def review(connection: Connection) -> tuple[tuple[str, str], ...]:
    """Return the plain fields that a seal binds, as the connection says them now: dotted names and values."""
    return tuple(_flat("", canonical(connection)))


def _flat(prefix: str, value: object) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        found = [_flat(f"{prefix}.{key}" if prefix else str(key), item) for key, item in value.items()]
    elif isinstance(value, list) and len(value) == 2 and all(isinstance(item, str) for item in value):
        return [(f"{prefix}.{value[0]}", str(value[1]))]
    elif isinstance(value, list):
        found = [_flat(prefix if _is_pair(item) else f"{prefix}[{n}]", item) for n, item in enumerate(value)]
    else:
        return [(prefix, str(value))]
    return [pair for pairs in found for pair in pairs]


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(item, str) for item in value)


def _names(sealed: SealedFile, recipient: str) -> bool:
    entries = (sealed.metadata or {}).get("age")
    return isinstance(entries, list) and any(
        isinstance(entry, Mapping) and entry.get("recipient") == recipient for entry in entries
    )


def _content(beside: Path, name: str | None) -> bytes | None:
    """Return the content of a certificate file, or None where it cannot be read."""
    if not name:
        return None
    try:
        return files.read(beside / name)[0]
    except InvalidFile:
        return None


__all__ = ["Document", "Secrets", "review"]
