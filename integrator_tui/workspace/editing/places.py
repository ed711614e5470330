"""Places: where connections lie and what they and their files are called.

Rules: no key is needed where a secret goes on being sent to where it was; relative paths in a file mean the same
afterwards; a seal that was broken stays broken. Each is one change that undo takes back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from integrator_tui.errors import ChangedOnDisk, InvalidFile, UsageError
from integrator_tui.model.entry import Draft, Entry, connection_of
from integrator_tui.model.operation_edits import as_a_copy
from integrator_tui.model.rules import problems
from integrator_tui.store import files
from integrator_tui.store.connection_file import writer
from integrator_tui.store.yamltext.document import Document, parse_bytes
from integrator_tui.vault.sealed_section import SealedSection, plain_text_found
from integrator_tui.workspace.catalog.catalog import Catalog
from integrator_tui.workspace.catalog.file_names import file_name, file_stem
from integrator_tui.workspace.catalog.folders import existing_folders, folder_path, make_folder
from integrator_tui.workspace.catalog.relative_paths import placed
from integrator_tui.workspace.editor import EditedText, Editor

if TYPE_CHECKING:
    from integrator_tui.workspace.keys.file_secrets import FileSecrets


class Places:
    """Renames, moves and copies the files below `root`; `secrets` is asked for where one encrypts its fields."""

    def __init__(self, root: Path, catalog: Catalog, editor: Editor, secrets: Callable[[], FileSecrets]) -> None:
        self._root = root
        self._catalog = catalog
        self._editor = editor
        self._secrets = secrets

    def folders(self) -> tuple[str, ...]:
        """Return the folders that a connection may lie in, relative to the workspace, but for the top."""
        return existing_folders(self._root)

    def folder(self, text: str) -> str:
        """Return what a text names as files do; raises UsageError where it is no folder of the workspace."""
        return folder_path(text)

    def make_folder(self, folder: str) -> bool:
        """Make a folder and return whether it was not there; raises UsageError and SaveError."""
        return make_folder(self._root, folder)

    def own_file(self, entry: Entry, name: str) -> str:
        """Return what the file of a connection would be called under another name: its own path where that fits
        the name already, else one that is free."""
        stem = PurePosixPath(entry.file).stem
        fits = re.fullmatch(rf"{re.escape(file_stem(name))}(-\d+)?", stem)
        return entry.file if fits else file_name(self._root, name, entry.group)

    def rename(self, entry: Entry, name: str, *, with_file: bool = False) -> Entry:
        """Give a connection another name, and its file one that fits it where that is wanted.

        Raises:
            UsageError: A connection of the folder has that name, or none may have it.
            LockedError: The name is encrypted, and stays closed.
            InvalidFile: The file says no connection.
            SaveError: It cannot be written; it is as it was.
        """
        connection = connection_of(self._catalog.opened(entry)).model_copy(update={"name": name})
        draft = Draft(connection, entry.file, entry.revision)
        self._refuse_name(draft)
        target = self.own_file(entry, name) if with_file else entry.file
        if target == entry.file:
            return self._editor.rename(entry, name)
        return self._editor.relocate("rename", draft, target)

    def move(self, entry: Entry, folder: str) -> Entry:
        """Move the file of a connection to a folder of the workspace, which is made where it is missing.

        Raises:
            UsageError: It is no such folder, or a connection there has the same name.
            LockedError: Its secrets have to be sealed to paths that change, and cannot be.
            SaveError: It cannot be moved, or a file there has its name; it is where it was.
        """
        folder = folder_path(folder)
        if folder == entry.group:
            return entry
        target = placed(entry.file, folder)
        entry = self._catalog.opened(entry)
        if folder:
            make_folder(self._root, folder)
        if entry.connection is None:
            return self._editor.move_as_it_is(entry, target)
        draft = Draft(entry.connection, entry.file, entry.revision, folder=folder)
        self._editor.refuse_taken(draft)
        return self._editor.relocate("move", draft, target)

    def copy(self, entry: Entry, name: str) -> Entry:
        """Write a connection once more beside itself under another name, its encrypted secrets as they are.

        Raises what `rename` raises, SealBroken where a secret stands in plain text: it is not written twice.
        """
        connection = as_a_copy(connection_of(self._catalog.opened(entry)), name, entry.inherited)
        draft = Draft(connection, None, source=entry.file)
        self._refuse_name(draft)
        document = self._document(entry)
        plain = SealedSection.of(document.sealed()).plain
        if plain:
            raise plain_text_found(plain)
        text = writer.write(document, connection, document.base)
        return self._editor.save_text(draft, EditedText(text, document), what="copy")

    def _refuse_name(self, draft: Draft) -> None:
        """Raise UsageError where a connection cannot have the name of a draft: its file would be wrong."""
        for problem in problems(draft.connection):
            if problem.field == "name" and problem.is_error:
                raise UsageError(f"{problem.field}: {problem.message}", problem.hint)
        self._editor.refuse_taken(draft)

    def _document(self, entry: Entry) -> Document:
        data, revision = files.read(self._root / entry.file)
        if revision.digest != entry.revision.digest:
            raise ChangedOnDisk(
                f"{entry.file} changed since it was read", "look at what it says now, and try again"
            )
        document = parse_bytes(data)
        if not document.whole:
            raise InvalidFile(f"{entry.file} cannot be read", "see integrator-tui list")
        return self._secrets().whole(document, entry.file)
