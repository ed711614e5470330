"""Secrets of files: joins the store, which knows text, and the vault, which knows keys.

The order of a save: the text says the connection, the vault computes over its scalars, the results are
spliced in. A value leaves here only as a `Secret`. Sealing again what the user has not looked at never
happens by the way: a file whose seal does not hold is opened by nobody, and saved by nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from integrator_tui.errors import IntegratorError, InvalidFile
from integrator_tui.model.connection import Connection
from integrator_tui.model.sealed import SealedFile
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.store import files
from integrator_tui.store.connection_file import writer
from integrator_tui.store.yamltext.document import Document, parse
from integrator_tui.store.yamltext.go_yaml import readable
from integrator_tui.vault.identities.identities import Identities
from integrator_tui.vault.outline import Differences, differences, with_outline
from integrator_tui.vault.recipients import KnownRecipients
from integrator_tui.vault.seal import digest
from integrator_tui.vault.vault import Vault
from integrator_tui.workspace.catalog.bases import Bases
from integrator_tui.workspace.keys.recipients import Recipients
from integrator_tui.workspace.keys.sealed_fields import field_names


class FileSecrets:
    """Opens and seals the secrets of the files below `root`."""

    def __init__(
        self,
        root: Path,
        surroundings: Surroundings,
        bases: Bases,
        identities: Callable[[], Identities],
        resealed: Callable[[str], None],
    ) -> None:
        """`resealed` is told of a file that is about to get another seal."""
        self._resealed = resealed
        self._root = root
        self.bases = bases
        self._identities = identities
        self._surroundings = surroundings

    @cached_property
    def vault(self) -> Vault:
        """The vault with the identities of this user; from here on the process leaves no core file."""
        return Vault(self._identities(), self._surroundings.state)

    @property
    def runs_key_command(self) -> bool:
        """Whether a command may be run for an identity."""
        return bool(self._surroundings.age_key_command)

    def abandon(self) -> None:
        """Have nothing wait for the key command any more; does nothing where no secret was looked at."""
        vault: Vault | None = self.__dict__.get("vault")
        if vault is not None:
            vault.abandon()

    @cached_property
    def recipients(self) -> Recipients:
        """For whom the files are encrypted."""
        given = self._surroundings
        known = KnownRecipients(given.state)
        lends = given.lent_identity is not None
        return Recipients(self._root, self.vault, known, lends=lends, sops_config=given.sops_config)

    def opened(self, document: Document, *, ask: bool = True, mended: bool = False) -> Document:
        """Return a document with the fields in plain that it encrypts beside its secrets; raises what Vault.fields
        raises."""
        if not document.encrypts_fields():
            return document
        return document.replaced(self.vault.fields(document.sealed(), ask=ask, mended=mended))

    def whole(self, document: Document, file: str, *, mended: bool = False) -> Document:
        """Return the document of a file as `opened` does, with what it takes from the file that it extends."""
        return self.bases.based(self.opened(document, mended=mended), file)

    def open(self, sealed: SealedFile, file: str, connection: Connection) -> dict[str, Secret]:
        """Return the secrets of a file by name; `connection` is what it says. Raises what Vault.open raises."""
        self.recipients.note_use()
        return self.vault.open(sealed, self.digest(connection, file), bound=bool(connection.secrets_from))

    def verify(self, sealed: SealedFile, file: str, connection: Connection) -> tuple[IntegratorError, ...]:
        """Return what is wrong with the secrets of a file."""
        self.recipients.note_use()
        return self.vault.verify(sealed, self.digest(connection, file), bound=bool(connection.secrets_from))

    def seal(self, text: str, file: str, connection: Connection, typed: Mapping[str, Secret]) -> str:
        """Return `text`, which says `connection`, with its secrets encrypted and sealed to it.

        A file that is intact and has nothing typed comes back as it is, but for what sops could not read in it.
        Raises what Vault.seal raises.
        """
        is_bound = bool(connection.secrets_from)
        document = writer.with_place_for_seal(parse(text), bound=is_bound)
        sealed = document.sealed()
        agreed = self.recipients.of(file, sealed)
        bound = with_outline(self.digest(connection, file), connection, self._contents(connection, file))
        sealing = self.vault.seal(sealed, typed, bound, agreed, bound=is_bound)
        if not sealing.changed:
            return readable(document).text
        self._resealed(file)
        return writer.apply(document, sealing)

    def left_broken(self, text: str, file: str, connection: Connection) -> str:
        """Return `text`, which says `connection` and is a version of a file whose seal was broken, with a seal that
        does not hold either. Raises what Vault.broken raises."""
        document = parse(text)
        sealed = document.sealed()
        if self.vault.verify(sealed, self.digest(connection, file), bound=bool(connection.secrets_from)):
            return text
        self._resealed(file)
        return writer.apply(document, self.vault.broken(sealed))

    def digest(self, connection: Connection, file: str) -> str:
        """Return the digest of what the secrets of `file` are bound to, files it names included."""
        return digest(connection, *self._contents(connection, file))

    def differences(self, sealed: SealedFile, file: str, connection: Connection) -> Differences | None:
        """Return how the fields differ from those the file was sealed to, None where that cannot be told."""
        try:
            outline = self.vault.outline(sealed)
        except IntegratorError:
            return None
        return (
            differences(outline, connection, self._contents(connection, file), field_names()) if outline else None
        )

    def _contents(self, connection: Connection, file: str) -> tuple[bytes | None, bytes | None]:
        """Return the contents of the certificate files that a connection names."""
        beside = (self._root / file).parent
        return _content(beside, connection.ca_cert_file), _content(beside, connection.options.client_cert_file)

    def needs_identity(self) -> bool:
        """Return whether the first secret cannot be saved before an identity is made."""
        return self.recipients.wants_one()

    def lend_identity(self, path: Path) -> Secret:
        """Make an identity at `path` and return its text."""
        from integrator_tui.vault.identities.identity_file import create

        create(path, None, datetime.now(UTC))
        return Secret(path.read_text())


def _content(beside: Path, name: str | None) -> bytes | None:
    """Return the content of a certificate file, or None where it cannot be read."""
    if not name:
        return None
    try:
        return files.read(beside / name)[0]
    except InvalidFile:
        return None
