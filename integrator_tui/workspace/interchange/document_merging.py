"""DocumentMerging: what a document describes becomes files of the workspace, or is merged into those of it.

A connection is the same where it came from a document of that format and title, for that origin and way to prove
oneself, into that folder. A stored secret is never replaced. Everything is prepared, and nothing written.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

from integrator_tui.errors import SaveError, UsageError
from integrator_tui.interchange.documents.described import DescribedConnection, DescribedDocument
from integrator_tui.interchange.documents.lines import (
    beside,
    headers_sent_too,
    named_as_before,
    with_free_secrets,
    with_what_came,
)
from integrator_tui.interchange.documents.pairing import new_among, paired, unpaired, without_ids
from integrator_tui.interchange.imported import Remark
from integrator_tui.interchange.merging import OUR_FIELDS, merged
from integrator_tui.model.connection import Connection
from integrator_tui.model.entry import Draft, Entry
from integrator_tui.model.secret import Secret
from integrator_tui.model.text import visible
from integrator_tui.model.url import without_user_info
from integrator_tui.store import files
from integrator_tui.store.connection_file import writer
from integrator_tui.store.yamltext.document import parse, parse_bytes
from integrator_tui.workspace.interchange.free_names import FreeNames
from integrator_tui.workspace.interchange.prepared import PreparedImport
from integrator_tui.workspace.interchange.target import ImportTarget

_NOTHING: Final = "nothing was written"


class _Known(NamedTuple):
    """A file that came from a document before: what the document was called, and what came."""

    entry: Entry
    title: str
    base: Connection


class DocumentMerging:
    """Prepares one document. `form` is the word of its format: what came from another one is not looked at."""

    def __init__(self, target: ImportTarget, document: DescribedDocument, form: str, folder: str) -> None:
        self._target = target
        self._document = document
        self._mark = f"{form}:"
        self._entries = [entry for entry in target.catalog.entries() if entry.group == folder]
        self._names = {entry.name for entry in self._entries}
        self._free = FreeNames(target.editor, folder, self._names)
        self._found = PreparedImport(remarks=list(document.remarks))

    def run(self) -> PreparedImport:
        """Return what the document makes of the workspace; raises UsageError where it is no connection that could
        be kept."""
        known = [each for each in map(self._known, self._entries) if each is not None]
        paired = self._paired(known)
        met = {each.entry.file for each in paired.values()}
        for number, read in enumerate(self._document.connections):
            again = paired.get(number)
            same = (again.entry, again.base) if again is not None else self._from_elsewhere(read, known, met)
            if same is None:
                self._new(read)
            else:
                met.add(same[0].file)
                self._again(read, *same)
        for each in known:
            gone = self._document.whole and each.title == self._document.title and each.entry.file not in met
            if gone:
                text = f"{visible(each.entry.file)} came from this document before, and is not in it now: it stays"
                self._found.remarks.append(Remark(1, text))
        self._found.remarks.sort(key=lambda remark: remark.line)
        return self._found

    # --- which file ---

    def _known(self, entry: Entry) -> _Known | None:
        kept_text = _unpacked(self._mark, self._target.before.text(entry.file))
        return _Known(entry, *kept_text) if kept_text is not None else None

    def _paired(self, known: Sequence[_Known]) -> dict[int, _Known]:
        """Return the file that each connection came into before, by its number; of several of one origin and method
        those that share most operations, then their name, are one."""
        found: dict[int, _Known] = {}
        scored = [
            (_headers(each.base) != _headers(read.connection), -_likeness(each.base, read.connection), number, at)
            for at, each in enumerate(known)
            if each.title == self._document.title
            for number, read in enumerate(self._document.connections)
            if self._identity(each.base) == self._identity(read.connection)
        ]
        taken: set[int] = set()
        for _, _, number, at in sorted(scored):
            if number not in found and at not in taken:
                found[number] = known[at]
                taken.add(at)
        return found

    def _from_elsewhere(
        self, read: DescribedConnection, known: Sequence[_Known], met: set[str]
    ) -> tuple[Entry, None] | None:
        """Return the file of a connection that is here, where it is not known what came; None for a new one."""
        bases = {each.entry.file for each in known}
        for entry in self._entries:
            like = (entry.name, entry.base_url, entry.auth)
            wanted = (read.connection.name, read.connection.base_url, read.connection.auth.type)
            if like != wanted or entry.file in met or entry.file in bases:
                continue
            if self._document.whole or (entry.connection and entry.connection.auth == read.connection.auth):
                return entry, None
        return None

    def _identity(self, connection: Connection) -> tuple[Any, ...]:
        auth = connection.auth
        address = without_user_info(connection.base_url).split("/")[:3]
        if not self._document.whole:
            # Lines of another user are no further requests of this one.
            return (*address, auth)
        return (*address, auth.type, *(getattr(auth, name, "") for name in ("name", "in")))

    # --- what becomes of it ---

    def _new(self, read: DescribedConnection) -> None:
        name = self._free_name(read.connection.name, read.line)
        file = self._free.file(name)
        connection = read.connection.model_copy(update={"name": name})
        self._take(Draft(connection, file, typed=dict(read.secrets), declared=read.declared), read.line)
        self._keep(file, read.connection)

    def _again(self, read: DescribedConnection, entry: Entry, base: Connection | None) -> None:
        opened_entry = self._target.catalog.opened(entry)
        ours = opened_entry.connection
        if ours is None:
            first = next((problem.message for problem in entry.problems), "it cannot be read")
            raise UsageError(f"{entry.file}: {first}", "mend the file first; nothing was written")
        whole = self._document.whole
        theirs = read.connection if whole else beside(read, base if base is not None else ours)
        if base is not None and ours.name != base.name and theirs.name == base.name:
            # The name that it was given here.
            theirs = theirs.model_copy(update={"name": ours.name})
            base = base.model_copy(update={"name": ours.name})
        if theirs.name != ours.name and (theirs.name in self._names or not whole):
            # Another one has it here, or it is made of the address.
            theirs = theirs.model_copy(update={"name": ours.name})
        before, mine, coming = paired(base, ours, theirs, are_named=whole)
        if not whole:
            coming = named_as_before(coming, before, mine)
        came = base.secrets if base is not None else ()
        coming, secrets = self._with_free_secrets(coming, read, opened_entry, mine, before)
        result = merged(before, mine, coming, whole=whole, more=OUR_FIELDS, options=True)
        connection = unpaired(result.connection, mine, ours)
        told = [*result.told, *(_sent_too(coming, mine, before) if not whole else ())]
        self._found.remarks += [Remark(read.line, f"{visible(ours.name, limit=80)}: {text}") for text in told]
        came_now = without_ids(coming if whole else with_what_came(coming, before))
        self._keep(entry.file, came_now.model_copy(update={"name": read.connection.name}))
        stand = writer.names_to_give(parse_bytes(files.read(self._target.root / entry.file)[0]))
        typed = {name: value for name, value in secrets.items() if name not in (*ours.secret_names, *came)}
        connection = connection.model_copy(update={"secrets": (*ours.secrets, *typed)})
        declared = tuple(name for name in read.declared if name not in (*connection.secret_names, *stand))
        if connection == ours and not declared:
            self._found.unchanged.append(entry.file)
            return
        self._take(Draft(connection, entry.file, opened_entry.revision, typed, declared=declared), read.line)

    def _with_free_secrets(
        self, theirs: Connection, read: DescribedConnection, entry: Entry, ours: Connection, base: Connection | None
    ) -> tuple[Connection, dict[str, Secret]]:
        """Return what comes, in which new operations have secrets of their own where they hold other values than
        those that are here."""
        taken = {*ours.secret_names, *(base.secrets if base is not None else ())}
        if taken.isdisjoint(read.secrets):
            return theirs, dict(read.secrets)
        stored: list[dict[str, Secret]] = []

        def is_stored(name: str, value: Secret) -> bool:
            if not stored:
                stored.append(self._target.stored(entry))
            return name in stored[0] and stored[0][name].reveal() == value.reveal()

        return with_free_secrets(theirs, read.secrets, ours, base, is_stored)

    def _take(self, draft: Draft, line: int) -> None:
        shown = visible(draft.connection.name, limit=80)
        for problem in self._target.editor.problems(draft):
            if problem.is_error and problem.stops_connection:
                message = f"line {line}: {shown}: {problem.field}: {problem.message}"
                raise UsageError(message, problem.hint or _NOTHING)
            if problem.is_error:
                self._found.remarks.append(Remark(line, f"{shown}: {problem.field}: {problem.message}"))
        self._refuse_too_much(draft, f"line {line}: {shown}")
        self._found.drafts.append(draft)

    def _refuse_too_much(self, draft: Draft, where: str) -> None:
        """Raise UsageError where a file cannot hold that much, before anything is written."""
        if draft.connection.extends is not None:
            return
        try:
            found = parse(writer.write(None, draft.connection)).problems
            why = found[0].message if found else ""
        except SaveError:
            # The writer reads what it writes, and the bounds of a file are those of reading.
            why = "a file holds 20,000 values, and a megabyte"
        if why:
            count = len(draft.connection.operations)
            message = f"{where}: {count} operations are too much for one file: {why}"
            raise UsageError(message, "take paths out of a copy of the document, and import it in parts")

    def _keep(self, file: str, connection: Connection) -> None:
        self._found.bases[file] = _packed(self._mark, self._document.title, connection)

    # --- names ---

    def _free_name(self, wanted: str, line: int) -> str:
        name, told = self._free.name(wanted, line)
        self._found.remarks += told
        return name


def _likeness(base: Connection, connection: Connection) -> int:
    """Return how much two connections of one origin and method have in common."""
    mine = {(operation.method, operation.path, operation.name) for operation in base.operations}
    shared = sum((each.method, each.path, each.name) in mine for each in connection.operations)
    return 2 * shared + (base.name == connection.name)


def _headers(connection: Connection) -> tuple[str, ...]:
    return tuple(name for name, _ in connection.headers)


def _sent_too(theirs: Connection, ours: Connection, base: Connection | None) -> Iterator[str]:
    """Yield what has to be told of new operations, which send the connection's headers too."""
    for at in new_among(theirs, ours, base):
        operation = theirs.operations[at]
        if names := headers_sent_too(operation, ours):
            shown = visible(operation.name, limit=80)
            yield f"operation {shown} sends the headers of the connection too: {', '.join(map(visible, names))}"


def _packed(mark: str, title: str, connection: Connection) -> str:
    text = json.dumps([title, connection.model_dump_json()])
    return mark + base64.b64encode(zlib.compress(text.encode())).decode()


def _unpacked(mark: str, text: str) -> tuple[str, Connection] | None:
    if not text.startswith(mark):
        return None
    with suppress(ValueError, zlib.error, TypeError):
        plain = zlib.decompressobj().decompress(base64.b64decode(text[len(mark) :]), 64 * 1024 * 1024)
        title, connection = json.loads(plain)
        return str(title), Connection.model_validate_json(connection)
    return None
