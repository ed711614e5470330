"""Entries: the files of a workspace as values, read again only where they changed on disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from integrator_tui.errors import IntegratorError
from integrator_tui.model.entry import MAC_CONFLICT, Entry, EntryState
from integrator_tui.model.problem import Problem
from integrator_tui.model.sealed import SealedFile
from integrator_tui.store import document as documents
from integrator_tui.store import files, folder, reading

Stamp = tuple[int, int, int]


class _Known(NamedTuple):
    """What was read of a file when it looked like `stamp`."""

    stamp: Stamp
    entry: Entry
    sealed: SealedFile | None


class Entries:
    """Reads the connection files below `root`.

    `opens` tells whether an identity here matches the `sops` block of a file, without decrypting anything.
    """

    def __init__(self, root: Path, opens: Callable[[Mapping[str, Any]], bool]) -> None:
        self._root = root
        # A thousand files feel what joining Paths costs.
        self._prefix = os.path.join(root, "")
        self._opens = opens
        self._known: dict[str, _Known] = {}

    def summaries(self) -> tuple[Entry, ...]:
        """Return every entry with what a list shows, cheaply: no connection, and problems of form only."""
        return tuple(self._summary(file) for file in folder.scan(self._root))

    def files(self) -> tuple[str, ...]:
        """Return the file of every entry, in their order."""
        return folder.scan(self._root)

    def all(self) -> tuple[Entry, ...]:
        """Return every entry in the order of their files, each name that stands twice marked as a problem."""
        return _with_duplicates(self.read(file) for file in folder.scan(self._root))

    def read(self, file: str) -> Entry:
        """Return the entry of one file as it is now; a file that cannot be read is an entry with a Problem."""
        path = self._prefix + file
        stamp = _stamp(path)
        known = self._known.get(file)
        if known is None or stamp is None or known.stamp != stamp:
            known = _Known(stamp or (0, 0, 0), *self._load(file, path))
            self._known[file] = known
        metadata = known.sealed.metadata if known.sealed else None
        if known.entry.state == "ok" and metadata is not None and not self._opens(metadata):
            return known.entry._replace(state="locked")
        return known.entry

    def known(self) -> tuple[Entry, ...]:
        """Return the entries read so far, without looking at the disk."""
        return tuple(known.entry for known in self._known.values())

    def sealed(self, file: str) -> SealedFile | None:
        """Return the scalars of a file for the vault, or None where it has no secrets and no `sops` block."""
        self.read(file)
        return self._known[file].sealed

    def _summary(self, file: str) -> Entry:
        stem = os.path.splitext(os.path.basename(file))[0]
        try:
            data, revision = files.read(self._prefix + file)
            document = documents.parse_bytes(data)
        except IntegratorError as error:
            return Entry(file, stem, state="problem", problems=(Problem("", error.message, error.hint),))
        summary = reading.summary(document, stem)
        return Entry(file, summary.name, summary.auth, summary.base_url, summary.tags, summary.state, revision)

    def _load(self, file: str, path: str) -> tuple[Entry, SealedFile | None]:
        stem = os.path.splitext(os.path.basename(file))[0]
        try:
            data, revision = files.read(path)
            document = documents.parse_bytes(data)
        except IntegratorError as error:
            return Entry(file, stem, state="problem", problems=(Problem("", error.message, error.hint),)), None
        connection, problems = reading.read(document, stem)
        if not document.whole:
            problems = _mac_conflict(data) or problems
        summary = reading.summary(document, stem)
        state: EntryState = "problem" if any(problem.is_error for problem in problems) else summary.state
        entry = Entry(
            file=file,
            name=summary.name,
            auth=summary.auth,
            base_url=summary.base_url,
            tags=summary.tags,
            state=state,
            revision=revision,
            problems=problems,
            connection=connection,
        )
        has_secrets = document.metadata() is not None or bool(connection and connection.secrets)
        return entry, document.sealed() if has_secrets else None


def _mac_conflict(data: bytes) -> tuple[Problem, ...]:
    """Return the problem of a file whose only fault in form is git's conflict in lastmodified and mac."""
    from integrator_tui.workspace import conflict_markers

    if conflict_markers.without_mac_conflicts(data.decode("utf-8", "replace")) is None:
        return ()
    return (Problem(MAC_CONFLICT, conflict_markers.MESSAGE, conflict_markers.HINT),)


def _stamp(path: str) -> Stamp | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _with_duplicates(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    found = tuple(entries)
    first: dict[str, Entry] = {}
    twice: dict[str, str] = {}
    for entry in found:
        if entry.connection is None:
            continue
        other = first.setdefault(entry.name, entry)
        if other is not entry:
            twice[entry.file] = other.file
            twice.setdefault(other.file, entry.file)
    return tuple(_marked(entry, twice[entry.file]) if entry.file in twice else entry for entry in found)


def _marked(entry: Entry, other: str) -> Entry:
    # A warning: both can still be told apart, and checked, by their files.
    problem = Problem(
        "name", f"{other} has the same name", "a name is unique in the workspace; rename one", None, "warning"
    )
    return entry._replace(state="problem", problems=(*entry.problems, problem))
