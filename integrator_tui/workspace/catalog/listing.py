"""Listing: what lists show of every file, from the index where that is of the files as they are, else from them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from integrator_tui.model.entry import Entry
from integrator_tui.model.listed import asked_of
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.operation_row import Asked
from integrator_tui.workspace.catalog import index
from integrator_tui.workspace.catalog.index import Index, Replaced
from integrator_tui.workspace.catalog.row import Row, Stamp, stamp_of

if TYPE_CHECKING:
    from integrator_tui.model.opening import Opening
    from integrator_tui.model.sealed import SealedFile

Progress = Callable[[int, int], None]
"""Is told how many of how many files were read anew."""


class FileReader(NamedTuple):
    """What reads one file: `load` its entry and its scalars for the vault, `recipients` those of a `sops` block."""

    load: Callable[[str], tuple[Entry, SealedFile | None]]
    recipients: Callable[[Mapping[str, Any]], Sequence[str] | None]


class Listing:
    """The rows of the workspace at `root`, kept in the folder `cache`; None keeps nothing."""

    def __init__(self, root: Path, cache: Path | None, reading: FileReader) -> None:
        self._root = root
        self._prefix = os.path.join(root, "")
        self._workspace = os.path.realpath(root)
        self._place = index.place(cache, self._workspace) if cache is not None else None
        self._reading = reading
        self._index: Index | None = None
        self._source: Index | None = None
        self._encrypting: dict[str, bool] = {}
        self._seen: Mapping[str, Entry] = {}

    def opening(self) -> Opening | None:
        """Return what a list begins with by the index, whatever the files say now; None where there is none."""
        return index.opening(self._place, self._workspace) if self._place is not None else None

    def glimpse(self) -> tuple[Entry, ...]:
        """Return what the index says first of every file, whatever the files say now."""
        found = index.glimpse(self._place, self._workspace) if self._place is not None else ()
        self._seen = {entry.file: entry for entry in found}
        return found

    def fresh(self, files: Iterable[str]) -> Iterator[tuple[str, Row | None]]:
        """Give each file with its row, None where the index says nothing of the file as it is now."""
        known, others = self._known(), _Stamps(self._root)
        for file in files:
            yield file, self._row(known, file) if self._is_fresh(known, file, others) else None

    def called(self, files: Iterable[str], texts: Collection[str]) -> Iterator[tuple[str, bool | None]]:
        """Give each file with whether the index calls it one of these texts, or has it carry one as a tag; None
        where it says nothing of the file as it is now."""
        known, others = self._known(), _Stamps(self._root)
        for file in files:
            is_called = None
            with suppress(*index.NOT_WHOLE):
                is_called = known.is_called(file, texts) if self._is_fresh(known, file, others) else None
            yield file, is_called

    def asked(self, file: str, name: str) -> tuple[bool, Asked | None]:
        """Return whether the index calls a file `name`, or it is that file, and what it asks for then, None where
        that is not to be had; of a file that the index knows as it is now."""
        known = self._known()
        with suppress(*index.NOT_WHOLE, Replaced):
            if file != name and known.row(file).entry.name != name:
                return False, None
            return True, known.asked(file)
        return True, None

    def _is_fresh(self, known: Index, file: str, others: _Stamps) -> bool:
        """Tell whether the index says of a file what it says now."""
        with suppress(*index.NOT_WHOLE):
            stamp = stamp_of(self._prefix + file) if file in known else None
            return stamp is not None and known.is_of(file, stamp, partial(others.of, file))
        return False

    def rows(
        self, files: Sequence[str], progress: Progress | None = None, *, operations: bool = False
    ) -> Iterator[Row]:
        """Give the row of each file as it is now, with its operations where they are asked for: read anew where the
        index does not know it. Once all were taken the index is written, if it is another one then.

        One row is held at a time: of thousands, what is let go of would leave holes between what stays.
        """
        begun, known = time.time_ns(), self._known()
        self._encrypting.clear()
        self._source = known
        others = _Stamps(self._root)
        stale = {file for file in files if not self._is_fresh(known, file, others)}
        read: dict[str, Row] = {}
        kept: list[Entry] = []
        # All that are not stale stand in the index.
        is_other = len(known) > len(files) - len(stale) + sum(file in known for file in stale)
        for file in files:
            row, may_stay = None if file in stale else self._row(known, file), True
            if row is None:
                row, may_stay = self._read(file)
                read[file] = row
                is_other |= may_stay
                if progress is not None:
                    progress(len(read), max(len(read), len(stale)))
            elif operations:
                row = self._with_operations(row)
            if may_stay:
                kept.append(row.entry)
            yield row
        if self._place is not None and is_other:
            index.write(self._place, self._workspace, kept, read, begun, known)
            self._index = None

    def _row(self, known: Index, file: str) -> Row | None:
        with suppress(*index.NOT_WHOLE):
            return known.row(file, self._seen.get(file))
        return None

    def settle(self) -> None:
        """Let go of the index until it is asked for again: of thousands of files it is as large as their rows."""
        self._index = self._source = None
        self._seen = {}

    def _with_operations(self, row: Row) -> Row:
        """Return a row of the index with its operations."""
        file = row.entry.file
        for other in (None, index.NO_INDEX):
            known = self._known()
            try:
                if known is self._source or (file in known and known.row(file).stamp == row.stamp):
                    operations = known.asked(file).operations
                    return row._replace(entry=row.entry._replace(operations=operations)) if operations else row
                break
            except Replaced:
                # Another process wrote one meanwhile, which knows as much; one that goes on to is not run after.
                self._index = other
            except index.NOT_WHOLE:
                # Whoever lists next makes it anew.
                if self._place is not None:
                    index.remove(self._place)
                break
        return self._read(file)[0]

    def _known(self) -> Index:
        if self._index is None:
            found = index.read(self._place, self._workspace) if self._place is not None else index.NO_INDEX
            self._index = found
        return self._index

    def _read(self, file: str) -> tuple[Row, bool]:
        """Return the row of a file that is read now, and whether it may stay in the index."""
        stamp = stamp_of(self._prefix + file)
        entry, sealed = self._reading.load(file)
        metadata = sealed.metadata if sealed is not None else None
        connection, asked = entry.connection, asked_of(entry)
        others = _Stamps(self._root)
        depends = {name: others.of(file, name) for name in _named(entry)}
        row = Row(
            stamp or (0, 0, 0, 0),
            entry._replace(
                state="ok" if entry.state == "locked" else entry.state,
                connection=None,
                closed=None,
                test_path=connection.test_path if connection else "",
                description=connection.description if connection else "",
                operations=asked.operations,
            ),
            depends,
            self._reading.recipients(metadata) if metadata is not None else None,
            connection is not None,
            asked=asked,
        )
        # What is encrypted in its file is never in the index, and what cannot be read has no stamp to go by.
        self._encrypting[file] = self._encrypts(sealed)
        is_plain = not (entry.closed or self._encrypting[file] or self._takes_what_is_encrypted(entry))
        return row, is_plain and stamp is not None and entry.revision.digest is not None

    def _encrypts(self, sealed: SealedFile | None) -> bool:
        from integrator_tui.store.yamltext.scalar import encrypts_fields

        return sealed is not None and encrypts_fields(sealed)

    def _takes_what_is_encrypted(self, entry: Entry) -> bool:
        """Return whether an entry takes from another file what is encrypted there, or what cannot be told."""
        if entry.base is None:
            return any(problem.field == "extends" for problem in entry.problems)
        if entry.revision.base is None:
            return True
        if entry.base not in self._encrypting:
            self._encrypting[entry.base] = self._encrypts(self._reading.load(entry.base)[1])
        return self._encrypting[entry.base]


class _Stamps:
    """The stamps of files that connections name, looked at once: many name the same."""

    def __init__(self, root: Path) -> None:
        self._root = os.fspath(root)
        self._found: dict[str, Stamp | None] = {}

    def of(self, file: str, name: str) -> Stamp | None:
        """Return the stamp of the file that `file` of the workspace calls `name`."""
        path = os.path.join(self._root, os.path.dirname(file), name)
        if path not in self._found:
            self._found[path] = stamp_of(path)
        return self._found[path]


def _named(entry: Entry) -> tuple[str, ...]:
    """Return the files that a connection names."""
    connection = entry.connection
    if connection is None:
        return ()
    names = (connection.ca_cert_file, connection.options.client_cert_file, connection.extends)
    return tuple(name for name in names if name)
