"""Catalog: all files of a workspace, as lists show them, and one of them found by its name."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from integrator_tui.errors import IntegratorError, InvalidFile, PassphraseNeeded
from integrator_tui.model.entry import Entry
from integrator_tui.store import files, folder
from integrator_tui.workspace.catalog.known_files import KnownFiles, recipients_of

if TYPE_CHECKING:
    from integrator_tui.model.entry import Draft
    from integrator_tui.model.opening import Opening
    from integrator_tui.model.operation_row import Asked
    from integrator_tui.model.sealed import SealedFile
    from integrator_tui.store.connection_file.known_operations import KnownOperations
    from integrator_tui.store.yamltext.document import Document
    from integrator_tui.workspace.catalog.bases import Bases
    from integrator_tui.workspace.catalog.listing import Listing, Progress
    from integrator_tui.workspace.catalog.row import Row

FEW: Final = 32
"""Files up to which looking into them is quicker than reading the index."""

SOUGHT: Final = 200
"""Texts up to which looking for them in a file is quicker than parsing it."""


class Catalog(KnownFiles):
    """All connection files below `root`, listed and found by their names.

    The index lies in the folder `cache`; None keeps none.
    """

    def __init__(
        self,
        root: Path,
        matches: Callable[[Sequence[str]], bool],
        fields: Callable[[Document, bool], Document],
        cache: Path | None = None,
    ) -> None:
        super().__init__(root, matches, fields)
        self._cache = cache
        self._listed: tuple[Entry, ...] = ()
        self._sealed: frozenset[str] | None = None

    @cached_property
    def _listing(self) -> Listing:
        from integrator_tui.workspace.catalog.listing import FileReader, Listing

        return Listing(self._root, self._cache, FileReader(self._read_for_list, recipients_of))

    def opening(self) -> Opening:
        """Return what a list begins with, for a first paint; raises as `glimpse` does."""
        if (found := self._listing.opening()) is not None:
            return found
        from integrator_tui.model.opening import opening_of

        return opening_of(self.glimpse())

    def glimpse(self) -> tuple[Entry, ...]:
        """Return what can be told of every file at once, before one was looked at: what the index says, whatever
        the files say by now, else their names. Raises InvalidFile where the folder cannot be looked into."""
        return self._listing.glimpse() or tuple(
            # Its method is not known to be none.
            Entry(file, os.path.splitext(os.path.basename(file.rstrip("/")))[0], auth="")
            for file in folder.scan(self._root)
        )

    def listed(self, *, operations: bool = False, progress: Progress | None = None) -> tuple[Entry, ...]:
        """Return every entry with what lists need, each as its file is now, and without its connection: from the
        index, and what that does not know read. Each name that stands twice in a folder is marked as a problem.

        `operations` come with their inputs where they are asked for; `progress` is told how many of how many files
        were read.
        """
        known: dict[tuple[str, ...], bool] = {}
        entries: list[Entry] = []
        others: set[str] = set()
        sealed: set[str] = set()
        for row in self._listing.rows(folder.scan(self._root), progress, operations=operations):
            entries.append(self._told(row, known))
            if not row.is_connection:
                others.add(row.entry.file)
            if row.recipients is not None:
                sealed.add(row.entry.file)
        self._listing.settle()
        from integrator_tui.workspace.catalog.duplicates import with_duplicates

        self._listed = tuple(entry for entry in entries if entry.file not in others)
        self._sealed = frozenset(sealed)
        return with_duplicates(entries, others)

    def summaries(self) -> tuple[Entry, ...]:
        """Return every entry with what a list shows, cheaply: no connection; where the index does not know a file,
        its problems of form only."""
        return tuple(
            row.entry if row is not None else _summary(file, self._prefix + file, self.bases)
            for file, row in self._listing.fresh(folder.scan(self._root))
        )

    def asked(self, name: str) -> Asked | None:
        """Return what the first connection asks for that has this name or is this file, as cheaply as `summaries`;
        None where there is none."""
        for file, is_called in self._listing.called(folder.scan(self._root), (name,)):
            path, asked = self._prefix + file, None
            if is_called:
                is_called, asked = self._listing.asked(file, name)
            elif is_called is None and _may_hold(file, path, (name,)):
                is_called = name in (file, _summary(file, path, self.bases).name)
            if is_called:
                from integrator_tui.model.listed import asked_of

                return asked if asked is not None else asked_of(self.entry(file))
        return None

    def files(self) -> tuple[str, ...]:
        """Return the file of every entry, in their order."""
        return folder.scan(self._root)

    def entries(self, progress: Progress | None = None) -> tuple[Entry, ...]:
        """Return every entry in the order of their files, each name that stands twice in a folder marked as a
        problem; `progress` is told how many of how many were looked at."""
        files = folder.scan(self._root)
        found = []
        for number, file in enumerate(files, 1):
            found.append(self.entry(file))
            if progress is not None:
                progress(number, len(files))
        from integrator_tui.workspace.catalog.duplicates import with_duplicates

        return with_duplicates(found, {entry.file for entry in found if entry.connection is None})

    def holding(self, texts: Collection[str]) -> tuple[Entry, ...]:
        """Return the entries that are called, or may hold, one of these texts, others too where those are many."""
        if len(texts) > SOUGHT:
            return tuple(map(self.entry, folder.scan(self._root)))
        files = folder.scan(self._root)
        known = self._listing.called(files, texts) if len(files) > FEW else ((file, None) for file in files)
        found = [
            file
            for file, is_called in known
            if (is_called if is_called is not None else _may_hold(file, self._prefix + file, texts))
        ]
        return tuple(map(self.entry, found))

    @cached_property
    def _known_operations(self) -> KnownOperations:
        from integrator_tui.store.connection_file.known_operations import KnownOperations

        return KnownOperations()

    def inherits_method(self, draft: Draft) -> bool:
        """Return whether a draft proves itself as the file says that it extends."""
        if draft.connection.extends is None:
            return False
        beside = draft.file or os.path.join(draft.beside, "")
        if draft.file is not None and "auth" not in self.entry(draft.file).inherited:
            return False
        base = self.bases.base(draft.connection.extends, beside)
        return base.values is not None and base.values["auth"] == draft.connection.auth.model_dump()

    def may_be_sealed(self, file: str) -> bool:
        """Return whether a file may have something that is encrypted, as it was when it was listed last."""
        return self._sealed is None or file in self._sealed

    def look(self) -> int | None:
        """Return a number that is another one once a file of the workspace is added, changed, moved or removed;
        None where its folder is not there. Nothing is read.
        """
        return folder.look(self._root)

    def find(self, name: str, *, locked: bool = False) -> Entry:
        """Return the entry of that exact name, else that of that path relative to the workspace.

        Raises:
            NotFound: There is neither.
            UsageError: Several connections have the name.
            PassphraseNeeded: A file that may be meant needs an identity that waits for its passphrase, and may not
                stay `locked`.
        """
        return self.find_all((name,), locked=locked)[0]

    def find_all(self, names: Sequence[str], *, locked: bool = False) -> tuple[Entry, ...]:
        """Return the entry of each name as `find` does, and look at every file once for all of them."""
        from integrator_tui.workspace.catalog.lookup import meant

        def opened(entry: Entry) -> Entry:
            return self._as_open_as_can_be(entry, locked=locked)

        return meant(self.holding, self.summaries, opened, self._root, names)

    def tagged(self, tags: Sequence[str]) -> tuple[Entry, ...]:
        """Return the entries that carry one of these tags, in the order of their files, and those that may: what
        cannot be read is not taken for a file without tags."""
        wanted = set(tags)
        return tuple(
            entry
            for entry in self.holding(tags)
            if not wanted.isdisjoint(entry.tags) or (entry.connection is None and not entry.tags)
        )

    def _as_open_as_can_be(self, entry: Entry, *, locked: bool) -> Entry:
        try:
            return self.opened(entry)
        except IntegratorError as error:
            if isinstance(error, PassphraseNeeded) and not locked:
                raise
            return self.entry(entry.file)

    def line_of(self, file: str, field: str) -> int | None:
        """Return the line in which the key at a dotted path stands, that of the nearest key above it where it is
        absent; None where the file cannot be read."""
        from integrator_tui.store.yamltext.document import parse_bytes

        try:
            data, _ = files.read(Path(self._prefix + file))
        except InvalidFile:
            return None
        path = tuple(int(part) if part.isdigit() else part for part in field.split(".") if part)
        return parse_bytes(data).line(path)

    def _read_for_list(self, file: str) -> tuple[Entry, SealedFile | None]:
        """Return the entry of a file and its scalars, and keep neither: a list of thousands needs less of each."""
        was_known = file in self._known
        if not was_known:
            from integrator_tui.workspace.catalog.loader import listed

            if found := listed(file, self._prefix + file, self._known_operations):
                return found
        entry = self.entry(file)
        sealed = self._known[file].sealed
        if not was_known:
            del self._known[file]
        return entry, sealed

    def _told(self, row: Row, known: dict[tuple[str, ...], bool]) -> Entry:
        """Return the entry of a row, `locked` where no identity here opens its file."""
        if row.recipients is None or row.entry.state != "ok":
            return row.entry
        recipients = tuple(row.recipients)
        if recipients not in known:
            known[recipients] = self._matches(recipients)
        return row.entry if known[recipients] else row.entry._replace(state="locked")

    def namesake(self, name: str, group: str, besides: str | None) -> str | None:
        """Return the file of another connection of that name in a folder, as far as files were read or listed
        here; it does not look at the disk."""
        read = {file: known.entry for file, known in self._known.items()}
        listed = (entry for entry in self._listed if entry.file not in read)
        held = (entry for entry in read.values() if entry.connection is not None)
        found = (entry.file for entry in (*listed, *held) if entry.name == name and entry.group == group)
        return next((file for file in found if file != besides), None)


def _summary(file: str, path: str, bases: Bases) -> Entry:
    from integrator_tui.workspace.catalog.loader import summary

    return summary(file, path, bases)


def _may_hold(file: str, path: str, texts: Collection[str]) -> bool:
    from integrator_tui.workspace.catalog.loader import may_hold

    return may_hold(file, path, texts)
