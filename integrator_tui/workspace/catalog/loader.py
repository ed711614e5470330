"""Loading: what one file of the workspace says, as an entry."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from integrator_tui.errors import (
    ExposedKeyFile,
    IntegratorError,
    LockedError,
    NoIdentity,
    PassphraseNeeded,
)
from integrator_tui.model.entry import MAC_CONFLICT, Entry, EntryState, Revision
from integrator_tui.model.problem import Problem
from integrator_tui.model.sealed import SealedFile
from integrator_tui.store import files
from integrator_tui.store.connection_file import reader
from integrator_tui.store.connection_file.base import extended, inherited
from integrator_tui.store.yamltext import document as documents
from integrator_tui.store.yamltext.document import Document

if TYPE_CHECKING:
    from integrator_tui.store.connection_file.known_operations import KnownOperations
    from integrator_tui.workspace.batch.read_ahead import Sound
    from integrator_tui.workspace.catalog.bases import Bases


def may_hold(file: str, path: str, texts: Collection[str]) -> bool:
    """Return whether this file is called so, or may hold a value that is one of `texts`, without parsing it; one
    that cannot be read may hold any."""
    if file in texts or _stem(file) in texts:
        return True
    try:
        data, _ = files.read(path)
    except IntegratorError:
        return True
    return reader.may_encrypt_fields(data) or any(reader.may_hold(data, text) for text in texts)


def summary(file: str, path: str, bases: Bases) -> Entry:
    """Return what a list shows of the file at `path`: no connection, and problems of form only."""
    try:
        _, document, entry = _look(file, path)
    except IntegratorError as error:
        return _unreadable(file, error)
    if extended(document) is None:
        return entry
    try:
        return _staged(entry, bases.based(document, file))
    except IntegratorError:
        return entry


def _staged(entry: Entry, document: Document) -> Entry:
    """Return the entry of a document with what it takes from the file that it extends."""
    base = document.base
    if base is None:
        return entry
    return entry._replace(
        auth=reader.summary(document, entry.name).auth,
        revision=Revision(entry.revision.digest, base.digest),
        base=base.file,
        inherited=inherited(document),
    )


def load(
    file: str, path: str, opened: Callable[[Document], Document], bases: Bases
) -> tuple[Entry, SealedFile | None]:
    """Return all that the file at `path` says; one that cannot be read is an entry with a Problem.

    `opened` gives a document with the fields in plain that it encrypts beside its secrets, or raises why not;
    `bases` finds what it extends. The second are the scalars of the file for the vault, where it has secrets or a
    `sops` block.
    """
    try:
        data, document, entry = _look(file, path)
    except IntegratorError as error:
        return _unreadable(file, error), None
    if document.encrypts_fields() and document.whole and not document.problems:
        sealed = document.sealed()
        try:
            document = opened(document)
        except IntegratorError as error:
            return _closed(entry, error), sealed
        entry = _entry(file, document, entry.revision)
        entry = entry._replace(state="ok") if entry.state == "locked" else entry
    try:
        document = bases.based(document, file)
    except IntegratorError as error:
        return _closed(entry, error), _sealed(document, ())
    entry = _staged(entry, document)
    connection, problems = reader.read(document, _stem(file))
    if not document.whole:
        problems = _mac_conflict(data) or problems
    stopped = entry.state != "unsupported" and any(problem.stops_connection for problem in problems)
    state: EntryState = "problem" if stopped else entry.state
    entry = entry._replace(state=state, problems=problems, connection=connection)
    return entry, _sealed(document, connection.secret_names if connection else ())


def listed(file: str, path: str, known: KnownOperations) -> tuple[Entry, SealedFile | None] | None:
    """Return what `load` does of a file in which nothing is out of the ordinary, None where something may be."""
    try:
        data, revision = files.read(path)
        found = known.read(data.decode("utf-8"), _stem(file))
    except (IntegratorError, UnicodeDecodeError):
        return None
    if found is None or found.rest.encrypts_fields():
        return None
    entry = _entry(file, found.rest, revision)._replace(connection=found.connection)
    return entry, _sealed(found.rest, found.connection.secret_names)


def sound(file: str, path: str) -> Sound | None:
    """Return what the file at `path` says, where nothing is wrong with its form and nothing secret stands in it."""
    from integrator_tui.workspace.batch.read_ahead import Sound

    stamp = files.stamp(path)
    try:
        _, document, entry = _look(file, path)
    except IntegratorError:
        return None
    values = reader.values(document)
    if values is None or values["extends"] is not None:
        return None
    if stamp is None or entry.state != "ok" or document.encrypts_fields():
        return None
    return Sound(stamp, entry, values, _sealed(document, values["secrets"] or values["secrets_from"]))


def _look(file: str, path: str) -> tuple[bytes, Document, Entry]:
    """Read a file: its bytes, what they are, and the entry that a list shows. Raises InvalidFile."""
    data, revision = files.read(path)
    document = documents.parse_bytes(data)
    return data, document, _entry(file, document, revision)


def _entry(file: str, document: Document, revision: Revision) -> Entry:
    found = reader.summary(document, _stem(file))
    return Entry(file, found.name, found.auth, found.base_url, found.tags, found.state, revision)


def _closed(entry: Entry, error: IntegratorError) -> Entry:
    """Return the entry of a file whose encrypted fields stay closed; that a key is missing is no problem of it."""
    missing = (NoIdentity, PassphraseNeeded, ExposedKeyFile)
    problems = () if isinstance(error, missing) else (Problem("", error.message, error.hint),)
    state: EntryState = entry.state if isinstance(error, LockedError) else "problem"
    return entry._replace(state=state, problems=problems, closed=error)


def _sealed(document: Document, secrets: Sequence[str]) -> SealedFile | None:
    return document.sealed() if secrets or document.metadata() is not None else None


def _stem(file: str) -> str:
    return os.path.splitext(os.path.basename(file.rstrip("/")))[0]


def _unreadable(file: str, error: IntegratorError) -> Entry:
    return Entry(file, _stem(file), state="problem", problems=(Problem("", error.message, error.hint),))


def _mac_conflict(data: bytes) -> tuple[Problem, ...]:
    """Return the problem of a file whose only fault in form is git's conflict in lastmodified and mac."""
    from integrator_tui.workspace.catalog import mac_conflict

    if mac_conflict.without_mac_conflicts(data.decode("utf-8", "replace")) is None:
        return ()
    return (Problem(MAC_CONFLICT, mac_conflict.MESSAGE, mac_conflict.HINT),)
