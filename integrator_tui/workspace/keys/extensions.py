"""Extensions: which files extend another one, whose seals a change of it breaks, and a new one."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from integrator_tui.errors import IntegratorError, InvalidFile, UsageError
from integrator_tui.model.connection import Connection
from integrator_tui.model.entry import Draft, Entry, connection_of
from integrator_tui.model.text import visible
from integrator_tui.store import files
from integrator_tui.store.connection_file import reader, writer
from integrator_tui.store.connection_file.base import INHERITED, Base, inherited
from integrator_tui.store.yamltext.document import Document, parse_bytes
from integrator_tui.workspace.catalog.catalog import Catalog
from integrator_tui.workspace.keys.file_secrets import FileSecrets


class Inherited(NamedTuple):
    """What a connection takes as it stands from the file that it extends: that file, and the keys."""

    base: str
    keys: tuple[str, ...]


class Extensions:
    """The files below `root` that extend others: stages of one system, mostly."""

    def __init__(self, root: Path, catalog: Catalog, secrets: FileSecrets) -> None:
        self._root = root
        self._catalog = catalog
        self._secrets = secrets

    def extending(self, file: str) -> tuple[str, ...]:
        """Return the files that extend this one, in their order."""
        others = filter(self._may_extend, self._catalog.files())
        return tuple(other for other in others if self._catalog.entry(other).base == file)

    def broken_by(self, draft: Draft) -> tuple[str, ...]:
        """Return the files whose seals are broken once a draft is saved: those that extend its file, hold secrets,
        and take from it what will be something else. One that was broken before is not among them."""
        if draft.file is None:
            return ()
        changed = Base(draft.file, draft.connection.model_dump())
        return tuple(file for file in self.extending(draft.file) if self._breaks(file, changed))

    def inherited(self, draft: Draft) -> Inherited | None:
        """Return what a draft takes from the file that it extends, None where it extends none that can be; raises
        what keeps the fields of that file closed."""
        extends = draft.connection.extends
        if extends is None:
            return None
        base = self._catalog.bases.base(extends, draft.file or os.path.join(draft.beside, ""))
        if base.values is None:
            return None
        values = draft.connection.model_dump()
        taken = INHERITED if draft.file is None else self._catalog.entry(draft.file).inherited
        return Inherited(base.file, tuple(key for key in taken if values[key] == base.values[key]))

    def begun(self, name: str, base: str, folder: str = "", base_url: str = "") -> Draft:
        """Return a draft of a new stage: it extends the file `base` of the workspace, and lies in `folder`.

        It has no secrets yet: those of the base stay there. Raises UsageError where there is no such file or it
        extends another one itself, InvalidFile where it is broken.
        """
        entry = self._extendable(base)
        source = connection_of(entry)
        path = os.path.relpath(entry.file, folder or ".")
        taken = {key: getattr(source, key) for key in INHERITED}
        made = Connection(
            name=name,
            base_url=base_url,
            test_path=source.test_path,
            extends=PurePosixPath(path).as_posix(),
            **taken,
        )
        return Draft(made, folder=folder)

    def shown(self, draft: Draft) -> str:
        """Return the file of a new stage as it would be written."""
        extends = draft.connection.extends
        base = self._catalog.bases.base(extends, os.path.join(draft.beside, "")) if extends is not None else None
        return writer.write(None, draft.connection, base)

    def secrets_wanted(self, entry: Entry) -> tuple[str, ...]:
        """Return the secrets that the file which this one extends has, and this one has not."""
        if entry.base is None or entry.connection is None:
            return ()
        base = self._catalog.entry(entry.base).connection
        has = entry.connection.secret_names
        return tuple(name for name in base.secret_names if name not in has) if base is not None else ()

    def _extendable(self, base: str) -> Entry:
        found = base.removeprefix("./")
        if found not in self._catalog.files():
            hint = "name a connection file, its path relative to the workspace, see integrator-tui list"
            raise UsageError(f"there is no file {visible(base, limit=200)} in the workspace to extend", hint)
        entry = self._catalog.opened(self._catalog.entry(found))
        if entry.base is not None:
            raise UsageError(
                f"--extends {visible(found)}: it extends {visible(entry.base)} itself",
                f"extend {visible(entry.base)}",
            )
        if entry.connection is None or any(problem.stops_connection for problem in entry.problems):
            raise InvalidFile(
                f"{visible(found)} is broken, and cannot be extended", "mend it first: integrator-tui list"
            )
        return entry

    def _may_extend(self, file: str) -> bool:
        try:
            return b"extends" in files.read(self._root / file)[0]
        except IntegratorError:
            return False

    def _breaks(self, file: str, changed: Base) -> bool:
        try:
            document = self._secrets.whole(parse_bytes(files.read(self._root / file)[0]), file)
        except IntegratorError:
            return False
        if document.metadata() is None or not set(inherited(document)):
            return False
        return self._digest(document, file) != self._digest(document.with_base(changed), file)

    def _digest(self, document: Document, file: str) -> str | None:
        connection = reader.connection_of(document)
        return self._secrets.digest(connection, file) if connection is not None else None
