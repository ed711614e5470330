"""Sealing a file as it stands: what is shown to the user before, and what is written then.

Rules: what is sealed is what was shown, or nothing is; a file whose only fault in form is git's conflict in
lastmodified and mac is shown, and sealed, without it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from integrator_tui.errors import ChangedOnDisk, IntegratorError, InvalidFile, MacMismatch, SealBroken
from integrator_tui.model.connection import Connection
from integrator_tui.model.entry import Entry, Revision
from integrator_tui.store import files, folder
from integrator_tui.store.connection_file import reader
from integrator_tui.store.connection_file.base import inherited
from integrator_tui.store.yamltext.document import Document, parse, parse_bytes
from integrator_tui.store.yamltext.go_yaml import unreadable_line
from integrator_tui.vault.sealed_section import SealedSection, plain_text_found
from integrator_tui.workspace.catalog.catalog import Catalog
from integrator_tui.workspace.catalog.mac_conflict import HINT, MESSAGE, without_mac_conflicts
from integrator_tui.workspace.editor import reads_back_as
from integrator_tui.workspace.keys.file_secrets import FileSecrets
from integrator_tui.workspace.keys.sealed_fields import review

if TYPE_CHECKING:
    from integrator_tui.workspace.sources.sources import SecretSources


@dataclass(frozen=True, slots=True)
class ReviewedField:
    """A field that the seal binds, as the file says it now; `differs` where something else was sealed. `source` is
    the file that says it: another one where this one extends it."""

    name: str
    value: str
    differs: bool
    source: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """A file before it is sealed.

    `findings` say what is wrong with its secrets; it needs no sealing where there are none. `gone` names fields
    that were sealed and are not there any more; `compared` says whether it could be told what differs. `warnings`
    say what would be sealed and is hardly meant, of values only their names.
    """

    file: str
    name: str
    revision: Revision
    findings: tuple[IntegratorError, ...]
    fields: tuple[ReviewedField, ...]
    gone: tuple[str, ...]
    compared: bool
    warnings: tuple[str, ...] = ()


class Seals:
    """Reviews and seals the files below `root`."""

    def __init__(
        self, root: Path, catalog: Catalog, secrets: FileSecrets, sources: Callable[[], SecretSources]
    ) -> None:
        self._sources = sources
        self._root = root
        self._catalog = catalog
        self._secrets = secrets

    @property
    def files(self) -> tuple[str, ...]:
        """The connection files of the workspace."""
        return folder.scan(self._root)

    def review(self, file: str) -> Review:
        """Return what a file says now; raise InvalidFile where it cannot be read as a connection."""
        document, text, revision = self._read(file)
        whole, connection = self._connection(document, file)
        taken = inherited(whole)
        revision = _with_base(revision, whole)
        sealed = document.sealed()
        findings: tuple[IntegratorError, ...] = () if document.text == text else (InvalidFile(MESSAGE, HINT),)
        if connection.secret_names or sealed.metadata is not None:
            findings += self._secrets.verify(sealed, file, connection) + _unreadable(document)
        told = self._secrets.differences(sealed, file, connection) if findings else None
        fields = tuple(
            ReviewedField(
                name,
                value,
                told is not None and told.touches(name),
                whole.base.file if _key(name) in taken else file,
            )
            for name, value in review(connection)
        )
        gone = told.gone if told else ()
        warnings = tuple(map(_blank, SealedSection.of(sealed).blank_at_an_end)) if findings else ()
        return Review(file, connection.name, revision, findings, fields, gone, told is not None, warnings)

    def seal(self, file: str, shown: Revision) -> None:
        """Encrypt what stands in plain in a file, and seal it to what it says in the version that was `shown`.

        Raises ChangedOnDisk where it is another version by now, and what Secrets.seal raises.
        """
        document, text, revision = self._read(file)
        if revision.digest != shown.digest:
            raise ChangedOnDisk(f"{file} changed since it was shown", "look at it again")
        whole, connection = self._connection(document, file)
        if _with_base(revision, whole) != shown:
            raise ChangedOnDisk(f"{whole.base.file} changed since {file} was shown", "look at it again")
        sealed = self._secrets.seal(document.text, file, connection, {})
        if sealed != text:

            def verify(written: bytes) -> None:
                reads_back_as(self._secrets, written, connection, file)

            files.write(self._root / file, sealed.encode(), revision, verify=verify)

    def reseal(self, entry: Entry) -> Entry:
        """Encrypt what stands in plain and seal a file to what it says now; the caller has shown it to the user."""
        self.seal(entry.file, entry.revision)
        return self._catalog.entry(entry.file)

    def verify(self, file: str) -> tuple[IntegratorError, ...]:
        """Return what is wrong with a file, its secrets foremost; nothing where it is whole."""
        document, text, _ = self._read(file)
        if document.text != text:
            return (InvalidFile(MESSAGE, HINT),)
        if reader.other_type(document):
            return _plain_text(document)
        try:
            _, connection = self._connection(document, file)
        except InvalidFile as error:
            return (*_plain_text(document), error)
        sealed = document.sealed()
        if sealed.metadata is None and not connection.secret_names:
            return ()
        found = self._secrets.verify(sealed, file, connection) + _unreadable(document)
        return found + self._sources().findings(connection) if connection.secrets_from else found

    def _connection(self, document: Document, file: str) -> tuple[Document, Connection]:
        """Return what a file says, with the fields that it encrypts and what it takes from the one it extends.

        Raises InvalidFile where it says no connection, LockedError where its fields stay closed.
        """
        document = self._secrets.whole(document, file, mended=True)
        connection, problems = reader.read(document, PurePosixPath(file).stem)
        unusable = document.base is not None and document.base.values is None
        if connection is None or unusable:
            first = next((problem for problem in problems if problem.is_error), None)
            where = f"line {first.line}: " if first and first.line else ""
            raise InvalidFile(f"{where}{first.message if first else 'cannot be read'}", first.hint if first else "")
        return document, connection

    def is_broken(self, file: str) -> bool:
        """Return whether the seal of a file is known to be broken: with the identities that are open here.

        Nobody is asked for a passphrase, and no command that prints an identity is run, only to know that.
        """
        if self._secrets.runs_key_command:
            return False
        try:
            findings = self.verify(file)
        except (IntegratorError, OSError):
            return False
        return any(isinstance(found, MacMismatch | SealBroken) for found in findings)

    def _read(self, file: str) -> tuple[Document, str, Revision]:
        """Return a file's document, its text as it stands, and its revision."""
        data, revision = files.read(self._root / file)
        document = parse_bytes(data)
        if document.whole:
            return document, document.text, revision
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            # What is wrong with it is among its problems.
            return document, document.text, revision
        resolved = without_mac_conflicts(text)
        return (parse(resolved) if resolved is not None else document), text, revision


def _with_base(revision: Revision, document: Document) -> Revision:
    """Return the version of a file together with that of the file it extends."""
    return revision._replace(base=document.base.digest) if document.base is not None else revision


def _key(name: str) -> str:
    """Return the key at the top that a dotted field is part of."""
    return name.partition(".")[0].partition("[")[0]


def _blank(name: str) -> str:
    return f"the secret {name} begins or ends with white space; a YAML block ends without a line break after |-"


def _plain_text(document: Document) -> tuple[IntegratorError, ...]:
    """Return the error for secrets in plain text in a file that is broken elsewhere."""
    try:
        plain = SealedSection.of(document.sealed()).plain
    except IntegratorError:
        return ()
    return (plain_text_found(plain),) if plain else ()


def _unreadable(document: Document) -> tuple[IntegratorError, ...]:
    """Return the error for valid YAML that sops cannot read."""
    line = unreadable_line(document)
    if line is None:
        return ()
    message = f"line {line}: sops cannot read what stands here, though it is valid YAML"
    return (InvalidFile(message, "run: integrator-tui seal, which writes the same so that sops can"),)
