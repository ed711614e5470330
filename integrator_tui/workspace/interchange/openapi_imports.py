"""OpenApiImports: documents of OpenAPI become connections of the workspace, or are merged into those of it.

A connection is the same where it came from a document of that title, for that origin and way to prove oneself, into
that folder; an operation where path and method are. Everything is written or nothing.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from integrator_tui.errors import SaveError, UsageError
from integrator_tui.interchange.imported import Remark
from integrator_tui.interchange.merging import merged
from integrator_tui.interchange.openapi import reader
from integrator_tui.interchange.openapi.reader import OpenApiConnection, OpenApiDocument
from integrator_tui.model.connection import Connection, Operation
from integrator_tui.model.entry import Draft, Entry
from integrator_tui.model.kept import kept, opened
from integrator_tui.model.text import visible
from integrator_tui.model.url import without_user_info
from integrator_tui.store import files
from integrator_tui.store.connection_file import writer
from integrator_tui.store.yamltext.document import parse, parse_bytes
from integrator_tui.workspace.catalog.catalog import Catalog
from integrator_tui.workspace.catalog.folders import folder_path
from integrator_tui.workspace.editor import Editor
from integrator_tui.workspace.interchange.free_names import FreeNames
from integrator_tui.workspace.interchange.imported_before import ImportedBefore
from integrator_tui.workspace.interchange.openapi_files import OpenApiFiles
from integrator_tui.workspace.interchange.prepared import PreparedImport

_MARK: Final = "openapi:"
_NOTHING: Final = "nothing was written"


class _Known(NamedTuple):
    """A file that came from a document before: what the document was called, and what came."""

    entry: Entry
    title: str
    base: Connection


class OpenApiImports:
    """Reads documents into a workspace."""

    def __init__(self, root: Path, catalog: Catalog, editor: Editor, before: ImportedBefore) -> None:
        self._root = root
        self._catalog = catalog
        self._editor = editor
        self._before = before

    def prepared(
        self,
        text: str,
        *,
        beside: Path | None = None,
        folder: str = "",
        variables: Mapping[str, str] | None = None,
        base_url: str = "",
        server: int = 1,
    ) -> PreparedImport:
        """Return what a document makes of the workspace; `beside` is the folder below which files may be read.

        Where a host stays open there is nothing in it but the names of what has to be given. Raises UsageError
        where it is no document that is known, and where what came of it is no connection that could be kept.
        """
        folder = folder_path(folder)
        from_files = OpenApiFiles(beside)
        source = from_files.document(text)
        found = reader.read(source, from_files.load, variables=variables, base_url=base_url, server=server)
        if found.open:
            return PreparedImport(remarks=list(found.remarks), open=list(found.open))
        return _Preparing(self, found, folder).run()


class _Preparing:
    def __init__(self, imports: OpenApiImports, document: OpenApiDocument, folder: str) -> None:
        self._root, self._catalog, self._editor = imports._root, imports._catalog, imports._editor
        self._before = imports._before
        self._document = document
        self._folder = folder
        self._entries = [entry for entry in imports._catalog.entries() if entry.group == folder]
        self._free = FreeNames(self._editor, folder, (entry.name for entry in self._entries))
        self._found = PreparedImport(remarks=list(document.remarks))

    def run(self) -> PreparedImport:
        known = [each for each in map(self._known, self._entries) if each is not None]
        met: set[str] = set()
        for read in self._document.connections:
            same = self._same(read, known, met)
            if same is None:
                self._new(read)
            else:
                met.add(same[0].file)
                self._again(read, *same)
        for each in known:
            if each.title == self._document.title and each.entry.file not in met:
                text = f"{visible(each.entry.file)} came from this document before, and is not in it now: it stays"
                self._found.remarks.append(Remark(1, text))
        self._found.remarks.sort(key=lambda remark: remark.line)
        return self._found

    # --- which file ---

    def _known(self, entry: Entry) -> _Known | None:
        kept_text = _unpacked(self._before.text(entry.file))
        return _Known(entry, *kept_text) if kept_text is not None else None

    def _same(
        self, read: OpenApiConnection, known: Sequence[_Known], met: set[str]
    ) -> tuple[Entry, Connection | None] | None:
        """Return the file that a connection came into before, and what came, None for a new one."""
        for each in known:
            is_same = each.title == self._document.title and _identity(each.base) == _identity(read.connection)
            if is_same and each.entry.file not in met:
                return each.entry, each.base
        bases = {each.entry.file for each in known}
        for entry in self._entries:
            # From another machine, where it is not known here what came.
            like = (entry.name, entry.base_url, entry.auth)
            wanted = (read.connection.name, read.connection.base_url, read.connection.auth.type)
            if like == wanted and entry.file not in met and entry.file not in bases:
                return entry, None
        return None

    # --- what becomes of it ---

    def _new(self, read: OpenApiConnection) -> None:
        name = self._free_name(read.connection.name, read.line)
        file = self._free.file(name)
        connection = read.connection.model_copy(update={"name": name})
        self._take(Draft(connection, file, declared=read.declared), read.line)
        self._keep(file, read.connection)

    def _again(self, read: OpenApiConnection, entry: Entry, base: Connection | None) -> None:
        opened_entry = self._catalog.opened(entry)
        ours = opened_entry.connection
        if ours is None:
            first = next((problem.message for problem in entry.problems), "it cannot be read")
            raise UsageError(f"{entry.file}: {first}", "mend the file first; nothing was written")
        theirs = read.connection
        if base is not None and ours.name != base.name and theirs.name == base.name:
            # The name that it was given here.
            theirs = theirs.model_copy(update={"name": ours.name})
            base = base.model_copy(update={"name": ours.name})
        with_ids = _with_ids(base, ours, theirs)
        result = merged(*with_ids)
        connection = _without_ids(result.connection, with_ids[1], ours)
        if base is not None and base.headers == ours.headers != theirs.headers:
            connection = connection.model_copy(update={"headers": theirs.headers})
        self._found.remarks += [
            Remark(read.line, f"{visible(ours.name, limit=80)}: {text}") for text in result.told
        ]
        self._keep(entry.file, read.connection)
        stand = writer.names_to_give(parse_bytes(files.read(self._root / entry.file)[0]))
        declared = tuple(name for name in read.declared if name not in (*ours.secret_names, *stand))
        if connection == ours and not declared:
            self._found.unchanged.append(entry.file)
            return
        self._take(Draft(connection, entry.file, opened_entry.revision, declared=declared), read.line)

    def _take(self, draft: Draft, line: int) -> None:
        shown = visible(draft.connection.name, limit=80)
        for problem in self._editor.problems(draft):
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
        self._found.bases[file] = _packed(self._document.title, connection)

    # --- names ---

    def _free_name(self, wanted: str, line: int) -> str:
        name, told = self._free.name(wanted, line)
        self._found.remarks += told
        return name


# --- operations by path and method ---


def _identity(connection: Connection) -> tuple[Any, ...]:
    auth = connection.auth
    more = [getattr(auth, name, "") for name in ("name", "in")]
    address = without_user_info(connection.base_url).split("/")[:3]
    return (*address, auth.type, *more, tuple(name for name, _ in connection.headers))


def _with_ids(
    base: Connection | None, ours: Connection, theirs: Connection
) -> tuple[Connection | None, Connection, Connection]:
    """Return the three with an id in each operation, the same for one path and method; one whose path or method was
    changed here is known by the name that it came with."""
    came = {operation.name: _key(operation) for operation in base.operations} if base is not None else {}
    known = set(came.values())
    mine = []
    for operation in ours.operations:
        key = _key(operation)
        mine.append(came.get(operation.name, key) if key not in known else key)
    return (
        _identified(base, [_key(operation) for operation in base.operations]) if base is not None else None,
        _identified(ours, mine),
        _identified(theirs, [_key(operation) for operation in theirs.operations]),
    )


def _key(operation: Operation) -> str:
    return f"{operation.method} {operation.path.partition('?')[0]}"


def _identified(connection: Connection, keys: Sequence[str]) -> Connection:
    operations = []
    counts: dict[str, int] = {}
    for operation, key in zip(connection.operations, keys, strict=True):
        number = counts[key] = counts.get(key, 0) + 1
        marked = kept({**opened(operation.kinetic), "id": f"{key} {number}"})
        operations.append(operation.model_copy(update={"kinetic": marked}))
    return connection.model_copy(update={"operations": tuple(operations)})


def _without_ids(result: Connection, marked: Connection, ours: Connection) -> Connection:
    """Return a merged connection with what its operations kept before."""
    before = {
        opened(with_id.kinetic)["id"]: operation.kinetic
        for with_id, operation in zip(marked.operations, ours.operations, strict=True)
    }
    operations = tuple(
        operation.model_copy(update={"kinetic": before.get(opened(operation.kinetic).get("id"), "")})
        for operation in result.operations
    )
    return result.model_copy(update={"operations": operations})


# --- what came before, as it is kept ---


def _packed(title: str, connection: Connection) -> str:
    text = json.dumps([title, connection.model_dump_json()])
    return _MARK + base64.b64encode(zlib.compress(text.encode())).decode()


def _unpacked(text: str) -> tuple[str, Connection] | None:
    if not text.startswith(_MARK):
        return None
    with suppress(ValueError, zlib.error, TypeError):
        plain = zlib.decompressobj().decompress(base64.b64decode(text[len(_MARK) :]), 64 * 1024 * 1024)
        title, connection = json.loads(plain)
        return str(title), Connection.model_validate_json(connection)
    return None
