"""Editor: a draft becomes text, its secrets are sealed, and the file is replaced whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from integrator_tui.errors import ChangedOnDisk, IntegratorError, InvalidFile, LockedError, SaveError
from integrator_tui.model import rules
from integrator_tui.model.connection import Connection
from integrator_tui.model.entry import NO_FILE, Draft, Entry, Revision, connection_of
from integrator_tui.model.headers import with_grouped_headers
from integrator_tui.model.problem import Problem
from integrator_tui.model.secret import Secret
from integrator_tui.store import files
from integrator_tui.store.connection_file import reader, writer
from integrator_tui.store.yamltext.document import Document, parse_bytes
from integrator_tui.workspace.catalog.catalog import Catalog
from integrator_tui.workspace.catalog.file_names import file_name
from integrator_tui.workspace.journals.changes import Changes, Deed
from integrator_tui.workspace.keys.file_secrets import FileSecrets
from integrator_tui.workspace.secrets import Secrets


class Editor:
    """Saves, renames, copies and removes the connection files below `root`.

    `moved` is told of a file that got another place or a connection that got another name: old file, new file,
    name.
    """

    def __init__(
        self,
        root: Path,
        catalog: Catalog,
        files: FileSecrets,
        secrets: Secrets,
        changes: Changes,
        moved: Callable[[str, str, str], None] = lambda old, new, name: None,
    ) -> None:
        self._moved = moved
        self._root = root
        self._catalog = catalog
        self._files = files
        self._secrets = secrets
        self._changes = changes

    def problems(self, draft: Draft) -> tuple[Problem, ...]:
        """Return what is wrong with a draft, a name that another file has included."""
        found = rules.problems(draft.connection)
        group = (draft.file or draft.source or "").rpartition("/")[0]
        for entry in self._catalog.known():
            same = entry.name == draft.connection.name and entry.group == group
            if same and entry.file != draft.file and entry.connection is not None:
                message = f"{entry.file} has the same name"
                return (*found, Problem("name", message, "a name is unique in its folder"))
        return found

    def new_file_name(self, name: str, group: str = "") -> str:
        """Return a free file name for a connection of that name in a group."""
        return file_name(self._root, name, group)

    def save(self, draft: Draft, *, overwrite: bool = False, seal: bool = True) -> Entry:
        """Write a draft to its file, or to a new one, and return what is there now.

        `overwrite` replaces a file that changed since it was read. Without `seal` only plain fields are
        written, and where they decide where a secret is sent, the seal is broken afterwards.

        Raises:
            ChangedOnDisk: The file changed since it was read.
            LockedError: The secrets cannot be sealed to what the draft says.
            SaveError: The file cannot be written.
        """
        return self._saved("save", draft, overwrite=overwrite, seal=seal)

    def _saved(self, what: Deed, draft: Draft, *, overwrite: bool = False, seal: bool = True) -> Entry:
        beside = (draft.source or "").rpartition("/")[0]
        file = draft.file or self.new_file_name(draft.connection.name, beside)
        before = self._catalog.entry(file).name if draft.file else None
        self._write(what, file, draft, overwrite=overwrite, seal=seal)
        saved = self._catalog.entry(file)
        if before is not None and saved.name != before:
            self._moved(file, file, saved.name)
        return saved

    def store_secrets(self, entry: Entry, typed: Mapping[str, Secret]) -> Entry:
        """Add or replace secrets of a file and seal it; raises what `save` raises."""
        connection = connection_of(self._catalog.opened(entry))
        names = tuple(dict.fromkeys((*connection.secrets, *typed)))
        changed = connection.model_copy(update={"secrets": names})
        return self.save(Draft(changed, entry.file, entry.revision, typed))

    def delete(self, entry: Entry) -> None:
        """Remove the file of an entry; raise ChangedOnDisk where it changed since it was read, SaveError where it
        cannot be removed."""
        path = self._root / entry.file
        with self._changes.recorded("removal", entry.name, self._changes.removal(entry.file, _bytes(path))):
            files.remove(path, entry.revision)

    def rename(self, entry: Entry, name: str) -> Entry:
        """Give a connection another name; its file keeps its own. No key is needed."""
        connection = connection_of(self._catalog.opened(entry)).model_copy(update={"name": name})
        return self._saved("rename", Draft(connection, entry.file, entry.revision))

    def duplicate(self, entry: Entry) -> Draft:
        """Return a draft of the same connection under a free name, its secrets included.

        Raises LockedError where the secrets cannot be opened.
        """
        connection = connection_of(self._catalog.opened(entry))
        taken = {other.name for other in self._catalog.entries()}
        copies = (f"{connection.name} copy{'' if number == 1 else f' {number}'}" for number in range(1, 10_000))
        name = next(name for name in copies if name not in taken)
        typed = self._secrets.of(entry) if connection.secrets else {}
        return Draft(connection.model_copy(update={"name": name}), None, typed=typed, source=entry.file)

    def _write(self, what: Deed, file: str, draft: Draft, *, overwrite: bool, seal: bool) -> None:
        """Write `draft` to `file`."""
        path = self._root / file
        before, revision = _read(path) if draft.file else (None, NO_FILE)
        old = self._files.whole(parse_bytes(before), file) if before is not None else None
        if old is not None and old.base is not None:
            revision = revision._replace(base=old.base.digest)
        if draft.file and revision != draft.revision and not overwrite:
            how = "changed" if old is not None else "was removed"
            raise ChangedOnDisk(f"{file} {how} since it was read", "look at both versions, then choose one")
        draft = replace(draft, connection=with_grouped_headers(draft.connection))
        connection = draft.connection
        gone = set(connection.secrets) - set(draft.typed) if draft.file and old is None else ()
        if gone:
            # Written as they are known here, they would be empty, and sent so.
            names = ", ".join(name for name in connection.secrets if name in gone)
            raise SaveError(
                f"{file} was removed, and with it the secrets {names}", "type them again, or remove them"
            )
        base = self._files.bases.base(connection.extends, file) if connection.extends is not None else None
        text = writer.write(old, connection, base)
        sealed_whole = old is not None and text != old.text and _is_bound(self._files, old)
        if (connection.secrets or sealed_whole) and seal and _needs_sealing(self._files, old, file, draft, text):
            text = self._files.seal(text, file, connection, draft.typed)
        if not seal and draft.typed:
            raise SaveError(f"{file}: secrets were typed, and cannot be saved without sealing them")
        if not seal and sealed_whole:
            hint = "save it where it can be sealed"
            raise SaveError(f"{file} binds every value by its MAC, and cannot be saved without sealing it", hint)

        def verify(written: bytes) -> None:
            reads_back_as(self._files, written, connection, file)

        after = text.encode()
        with self._changes.recorded(what, connection.name, self._changes.file_change(file, before, after)):
            files.write(path, after, revision, verify=verify)


def _is_bound(secrets: FileSecrets, document: Document) -> bool:
    """Return whether no value of a file changes without a new MAC: its fields are encrypted, or covered by it."""
    if document.opened:
        return True
    try:
        return secrets.vault.binds_plain_text(document.sealed())
    except IntegratorError:
        # A block that cannot be read is told where it is needed, and a plain field needs none.
        return False


def _needs_sealing(secrets: FileSecrets, old: Document | None, file: str, draft: Draft, text: str) -> bool:
    """Return whether the vault has to compute anything to save `text`; a file that has secrets is opened first, for
    a seal that does not hold is never renewed by the way."""
    if old is None:
        return True
    before, _ = reader.read(old, Path(file).stem)
    if before is None:
        raise LockedError(f"{file} cannot be sealed before its problems are mended", "see integrator-tui list")
    after = draft.connection
    bound = text != old.text and _is_bound(secrets, old)
    same_fields = secrets.digest(before, file) == secrets.digest(after, file)
    if same_fields and not draft.typed and before.secrets == after.secrets and not bound:
        return False
    if before.secrets or bound:
        secrets.open(old.sealed(), file, before)
    return True


def _read(path: Path) -> tuple[bytes | None, Revision]:
    return files.read(path) if os.path.lexists(path) else (None, NO_FILE)


def _bytes(path: Path) -> bytes | None:
    """Return what is about to be removed, None where nobody can read it."""
    try:
        return files.read(path)[0]
    except InvalidFile:
        return None


def reads_back_as(secrets: FileSecrets, written: bytes, connection: Connection, file: str) -> None:
    """Raise SaveError unless what was written reads back as what was to be saved."""
    try:
        again, _ = reader.read(secrets.whole(parse_bytes(written), file), Path(file).stem)
    except IntegratorError as error:
        raise SaveError(f"{file} would not read back: {error.message}", "nothing was changed") from None
    if again != connection:
        raise SaveError(f"{file} would not read back as what was to be saved", "nothing was changed")
