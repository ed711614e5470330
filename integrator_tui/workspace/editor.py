"""Editor: a draft becomes text, its secrets are sealed, and the file is replaced whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from integrator_tui.errors import ChangedOnDisk, IntegratorError, InvalidFile, SaveError, UsageError
from integrator_tui.model import rules
from integrator_tui.model.connection import Connection
from integrator_tui.model.entry import NO_FILE, Draft, Entry, Revision, connection_of
from integrator_tui.model.headers import with_grouped_headers
from integrator_tui.model.moved import Moved
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.operation_edits import as_a_copy
from integrator_tui.model.problem import Problem
from integrator_tui.model.secret import Secret
from integrator_tui.model.text import visible
from integrator_tui.store import files
from integrator_tui.store.connection_file import reader, writer
from integrator_tui.store.yamltext import edits
from integrator_tui.store.yamltext.document import Document, parse_bytes
from integrator_tui.workspace.catalog.catalog import Catalog
from integrator_tui.workspace.catalog.file_names import file_name
from integrator_tui.workspace.catalog.folders import folder_path, make_folder
from integrator_tui.workspace.catalog.relative_paths import placed, rebased
from integrator_tui.workspace.journals.changes import Changes, Deed
from integrator_tui.workspace.keys.file_secrets import FileSecrets
from integrator_tui.workspace.keys.sealing import Sealing
from integrator_tui.workspace.secrets import Secrets


class EditedText(NamedTuple):
    """The text of a file as somebody edited it, its secrets encrypted or empty where they were typed; `base` is the
    version that it was made from, None for a new file."""

    text: str
    base: Document | None


class Editor:
    """Saves, renames, copies and removes the connection files below `root`.

    `moved` is told of a file that got another place or a connection that got another name, `removed` of one that is
    gone; `extending` gives the files that extend one.
    """

    def __init__(
        self,
        root: Path,
        catalog: Catalog,
        files: FileSecrets,
        secrets: Secrets,
        changes: Changes,
        moved: Callable[[Moved], None] = lambda moved: None,
        extending: Callable[[str], tuple[str, ...]] = lambda file: (),
        removed: Callable[[str], object] = lambda file: None,
    ) -> None:
        self._removed = removed
        self._extending = extending
        self._moved = moved
        self._root = root
        self._catalog = catalog
        self._files = files
        self._secrets = secrets
        self._changes = changes

    def problems(self, draft: Draft) -> tuple[Problem, ...]:
        """Return what is wrong with a draft, its folder and a name that another file has included."""
        found = rules.problems(draft.connection)
        try:
            folder_path(draft.group)
        except UsageError as error:
            found = (*found, Problem("folder", error.message, error.hint))
        other = self._catalog.namesake(draft.connection.name, draft.group, draft.file)
        return (*found, _same_name(other)) if other is not None else found

    def namesakes(self, draft: Draft) -> tuple[Problem, ...]:
        """Return the problem of another connection of its folder that has the name of this draft, on disk now."""
        for entry in self._catalog.holding((draft.connection.name,)):
            same = entry.name == draft.connection.name and entry.group == draft.group
            if same and entry.file != draft.file and entry.connection is not None:
                return (_same_name(entry.file),)
        return ()

    def refuse_taken(self, draft: Draft) -> None:
        """Raise UsageError where another connection of its folder has the name of this draft, on disk now."""
        for problem in self.namesakes(draft):
            name = visible(draft.connection.name, limit=200)
            raise UsageError(f"there is a connection {name} already: {problem.message}", "choose another name")

    def new_file_name(self, name: str, group: str = "") -> str:
        """Return a free file name for a connection of that name in a group."""
        return file_name(self._root, name, group)

    def save(
        self, draft: Draft, *, overwrite: bool = False, seal: bool = True, leave_broken: bool = False
    ) -> Entry:
        """Write a draft to its file, or to a new one, and return what is there now.

        `overwrite` replaces a file that changed since it was read. Without `seal` only plain fields are
        written, and where they decide where a secret is sent, the seal is broken afterwards. With `leave_broken`
        plain fields of a file whose seal is broken already are written, and it stays broken.

        Raises:
            ChangedOnDisk: The file changed since it was read.
            LockedError: The secrets cannot be sealed to what the draft says.
            SaveError: The file cannot be written.
        """
        return self._saved("save", draft, overwrite=overwrite, seal=seal, leave_broken=leave_broken)

    def put(self, draft: Draft, *, seal: bool = True, leave_broken: bool = False) -> None:
        """Write a draft as `save` does; a new file, of which there may be many, is not read again afterwards."""
        if draft.revision != NO_FILE or draft.file is None:
            self.save(draft, seal=seal, leave_broken=leave_broken)
            return
        if draft.group:
            make_folder(self._root, draft.group)
        self._write("save", draft.file, draft.file, draft, seal=seal, leave_broken=leave_broken)

    def save_text(
        self, draft: Draft, edited: EditedText, *, what: Deed = "save", overwrite: bool = False, seal: bool = True
    ) -> Entry:
        """Write the text of a file that somebody edited and that says `draft`, and return what is there now.

        A seal that was broken in the version that was edited stays broken. Raises what `save` raises.
        """
        return self._saved(what, draft, overwrite=overwrite, seal=seal, leave_broken=True, edited=edited)

    def keep_beside(self, draft: Draft, edited: EditedText) -> str:
        """Write an edited text beside the file that it cannot replace, sealed as it would have been; return its
        path, which no list of connections shows. Raises what `save` raises."""
        assert draft.file is not None
        sealing = Sealing(self._files, edited.base, draft.file, draft.file)
        text = sealing.sealed(edited.text, draft, seal=True, leave_broken=True)
        names = (f"{draft.file}.edited{'' if number == 1 else number}" for number in range(1, 10_000))
        kept = next(name for name in names if not os.path.lexists(self._root / name))
        files.write(self._root / kept, text.encode(), NO_FILE, verify=lambda written: None)
        return kept

    def relocate(self, what: Deed, draft: Draft, target: str, *, leave_broken: bool = True) -> Entry:
        """Write a draft to another file than the one where it lies, which then is gone; raises what `save` raises,
        and SaveError where there is a file of that name."""
        return self._saved(what, draft, leave_broken=leave_broken, target=target)

    def move_as_it_is(self, entry: Entry, target: str) -> Entry:
        """Move a file that says no connection, to the byte; raises what `relocate` raises."""
        before = _bytes(self._root / entry.file)
        old = (entry.file, before, entry.revision)
        self._put_elsewhere("move", entry.name, old, (target, before), lambda written: None)
        moved = self._catalog.entry(target)
        self._moved(Moved(entry.file, target, moved.name))
        return moved

    def _saved(self, what: Deed, draft: Draft, **how: Any) -> Entry:
        file = draft.file or self.new_file_name(draft.connection.name, draft.group)
        target: str = how.pop("target", None) or placed(file, draft.group)
        if draft.group:
            make_folder(self._root, draft.group)
        before = self._catalog.entry(file) if draft.file else None
        self._write(what, file, target, draft, **how)
        saved = self._catalog.entry(target)
        if before is not None and (saved.name != before.name or target != file):
            is_same = what in ("rename", "move") or (not draft.typed and _says_the_same(before, saved))
            digests = (before.revision.digest, saved.revision.digest) if is_same else (None, None)
            self._moved(Moved(file, target, saved.name, *digests))
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
        self._removed(entry.file)

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
        copy = as_a_copy(connection, name, entry.inherited)
        return Draft(copy, None, typed=typed, source=entry.file)

    def _write(
        self,
        what: Deed,
        file: str,
        target: str,
        draft: Draft,
        *,
        overwrite: bool = False,
        seal: bool = True,
        leave_broken: bool = False,
        edited: EditedText | None = None,
    ) -> None:
        """Write `draft`, which lies in `file` where it lies anywhere, to `target`."""
        before, revision = _read(self._root / file) if draft.file else (None, NO_FILE)
        old = None
        if before is not None and edited is None:
            old = self._files.whole(parse_bytes(before), file)
            revision = with_base(revision, old)
        elif before is not None:
            revision = with_base(revision, self._files.bases.based(parse_bytes(before), file))
        if draft.file and revision != draft.revision and not overwrite:
            how = "changed" if before is not None else "was removed"
            raise ChangedOnDisk(f"{file} {how} since it was read", "look at both versions, then choose one")
        if edited is None:
            connection = with_grouped_headers(rebased(draft.connection, draft.beside, draft.group))
            draft = replace(draft, connection=connection)
            if draft.file and before is None:
                _refuse_lost_secrets(file, draft)
        text = edited.text if edited is not None else self._written(old, draft, target)
        sealing = Sealing(self._files, old if edited is None else edited.base, file, target)
        sealed = sealing.sealed(text, draft, seal=seal, leave_broken=leave_broken)
        after = sealed.encode()
        # The text of a new file was read when it was made: it has to be the one that lies there.
        is_read = edited is None and old is None and sealed == text and draft.connection.extends is None

        def verify(written: bytes) -> None:
            if not is_read or written != after:
                reads_back_as(self._files, written, draft.connection, target)

        name = draft.connection.name
        if target != file:
            self._put_elsewhere(what, name, (file, before, revision), (target, after), verify)
            return
        with self._changes.recorded(what, name, self._changes.file_change(file, before, after)):
            files.write(self._root / file, after, revision, verify=verify)

    def _written(self, old: Document | None, draft: Draft, target: str) -> str:
        connection = draft.connection
        base = self._files.bases.base(connection.extends, target) if connection.extends is not None else None
        return writer.write(old, connection, base, draft.declared)

    def _put_elsewhere(
        self,
        what: Deed,
        name: str,
        old: tuple[str, bytes | None, Revision],
        new: tuple[str, bytes | None],
        verify: Callable[[bytes], None],
    ) -> None:
        """Write another file in the place of one, and the new path into those that extend it, all or nothing."""
        (file, before, revision), (target, after) = old, new
        path, there = self._root / file, self._root / target
        if path.is_symlink() and before != after:
            raise SaveError(
                f"{file} is a link, and what it leads to would have to change", "move or rename that file itself"
            )
        followers = [self._follower(other, target) for other in self._extending(file)]
        changes = [self._changes.removal(file, before), self._changes.file_change(target, None, after)]
        changes += [self._changes.file_change(other, was, text) for other, was, _, text in followers]
        with self._changes.recorded(what, name, *changes), contextlib.ExitStack() as undone:
            for other, was, version, text in followers:
                now = files.write(self._root / other, text, version, verify=lambda written: None)
                undone.callback(files.write, self._root / other, was, now, verify=lambda written: None)
            if after is None or before == after:
                files.move(path, there, revision)
            else:
                files.write(there, after, NO_FILE, verify=verify)
                undone.callback(files.remove, there, Revision(hashlib.sha256(after).hexdigest()))
                files.remove(path, revision)
            undone.pop_all()
        for other, was, _, text in followers:
            # They say the same as before, by another path.
            digests = (hashlib.sha256(data).hexdigest() for data in (was, text))
            self._moved(Moved(other, other, self._catalog.entry(other).name, *digests))

    def _follower(self, file: str, base: str) -> tuple[str, bytes, Revision, bytes]:
        """Return a file that extends another one as it is, and as it is where that one lies at `base`.

        The path is outside the seal, which covers what is taken from there. Raises SaveError where it is encrypted.
        """
        data, revision = files.read(self._root / file)
        document = parse_bytes(data)
        if document.encrypts_fields():
            hint = f"write extends: in {file} by hand, or extend another file"
            raise SaveError(f"{file} extends it, and encrypts its fields", hint)
        path = os.path.relpath(base, os.path.dirname(file) or ".")
        return file, data, revision, edits.put_texts(document, {("extends",): path}).text.encode()


def _says_the_same(before: Entry, after: Entry) -> bool:
    """Whether two versions of a connection differ in nothing but its name."""
    if before.connection is None or after.connection is None:
        return False
    return before.connection.model_copy(update={"name": after.name}) == after.connection


def with_base(revision: Revision, document: Document) -> Revision:
    """Return the revision of a file together with that of the one it extends."""
    return revision._replace(base=document.base.digest) if document.base is not None else revision


def _refuse_lost_secrets(file: str, draft: Draft) -> None:
    """Raise SaveError where a file is gone and its secrets with it: written as they are known here, they would be
    empty, and sent so."""
    gone = [name for name in draft.connection.secrets if name not in draft.typed]
    if gone:
        raise SaveError(
            f"{file} was removed, and with it the secrets {', '.join(gone)}", "type them again, or remove them"
        )


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


def _same_name(file: str) -> Problem:
    return Problem("name", f"{file} has the same name", "a name is unique in its folder")
