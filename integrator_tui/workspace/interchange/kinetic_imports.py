"""KineticImports: exports of Integrator become connections of the workspace, or are merged into those of it.

A connection is the same where its id is. All is written or nothing; a broken seal stays broken.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from integrator_tui.errors import UsageError
from integrator_tui.interchange.documents.lines import with_what_came
from integrator_tui.interchange.imported import Remark
from integrator_tui.interchange.kinetic import reader
from integrator_tui.interchange.kinetic.auth import USERNAME_INPUT
from integrator_tui.interchange.kinetic.reader import KineticConnection, KineticExport
from integrator_tui.interchange.merging import merged
from integrator_tui.model.connection import BasicAuth
from integrator_tui.model.entry import NO_FILE, Draft, Entry
from integrator_tui.model.kept import id_of, kept
from integrator_tui.model.nearest import listed
from integrator_tui.model.text import visible
from integrator_tui.store import files
from integrator_tui.store.connection_file.writer import names_to_give
from integrator_tui.store.yamltext.document import parse_bytes
from integrator_tui.workspace.catalog.folders import folder_path
from integrator_tui.workspace.interchange.free_names import FreeNames, is_numbered
from integrator_tui.workspace.interchange.imported_before import LastImported
from integrator_tui.workspace.interchange.other_types import kept_values, other_text, with_other
from integrator_tui.workspace.interchange.prepared import OtherFile, PreparedImport
from integrator_tui.workspace.interchange.target import ImportTarget
from integrator_tui.workspace.interchange.writing import write_import

_NOTHING: Final = "nothing was written"


class KineticImports:
    """Reads exports of Integrator into the workspace `root`."""

    def __init__(self, target: ImportTarget) -> None:
        self._target = target

    def prepared(
        self, text: str, *, folder: str = "", variables: Mapping[str, str] | None = None, base_url: str = ""
    ) -> PreparedImport:
        """Return what an export makes of the workspace; base URLs that it does not say are those of `variables`, by
        the names of connections, else `base_url`.

        Raises UsageError where it is none, and where an operation's connection is not here.
        """
        return self.prepared_of(reader.read(text), folder=folder, variables=variables, base_url=base_url)

    def prepared_of(
        self,
        export: KineticExport,
        *,
        folder: str = "",
        variables: Mapping[str, str] | None = None,
        base_url: str = "",
        before: LastImported | None = None,
    ) -> PreparedImport:
        """Return what `prepared` does of an export that was read; `before` knows what came last where that was not
        imported from a file."""
        last = before if before is not None else self._target.before
        return _Preparing(self._target, export, folder_path(folder), dict(variables or {}), base_url, last).run()

    def save(self, prepared: PreparedImport, before: LastImported | None = None) -> None:
        """Write everything, or nothing; raises what `write_import` raises. `before` is that of `prepared_of`."""
        write_import(self._target, prepared, before)


class _Preparing:
    def __init__(
        self,
        target: ImportTarget,
        export: KineticExport,
        folder: str,
        variables: dict[str, str],
        base_url: str,
        before: LastImported,
    ) -> None:
        self._root, self._editor, self._catalog = target.root, target.editor, target.catalog
        self._before = before
        self._export = export
        self._folder = folder
        self._variables = variables
        self._base_url = base_url.rstrip("/")
        self._entries = target.catalog.entries()
        self._by_id: dict[str, list[Entry]] = {}
        for entry in self._entries:
            if key := self._id_of(entry):
                self._by_id.setdefault(key, []).append(entry)
        taken = (entry.name for entry in self._entries if entry.group == folder)
        self._free = FreeNames(self._editor, folder, taken)
        self._found = PreparedImport(remarks=list(export.remarks))

    def run(self) -> PreparedImport:
        for each in self._export.connections:
            entry = self._entry(id_of(each.connection.kinetic), each.connection.name)
            if each.other is not None:
                self._other(each, entry)
            elif entry is None:
                self._new(each)
            else:
                self._again(each, entry)
        self._loose()
        self._found.remarks.sort(key=lambda remark: remark.line)
        return self._found

    # --- which file ---

    def _id_of(self, entry: Entry) -> str:
        if entry.connection is not None:
            return id_of(entry.connection.kinetic)
        if entry.state != "unsupported":
            return ""
        notes = kept_values(files.read(self._root / entry.file)[0].decode("utf-8", "replace"))
        return str(notes.get("id") or "") if isinstance(notes, dict) else ""

    def _entry(self, key: str, name: str) -> Entry | None:
        """Return the file of a connection that is here already, None for a new one."""
        if key:
            found = self._by_id.get(key, [])
        else:
            # Without an id it is known by its name, where it came from an export before.
            found = [each for each in self._entries if each.name == name and self._before.text(each.file)]
        inside = f"{self._folder}/"
        here = [entry for entry in found if entry.group == self._folder or entry.file.startswith(inside)]
        if here or self._folder:
            found = here
        if len(found) > 1:
            paths = listed(entry.file for entry in found)
            raise UsageError(
                f"{visible(name, limit=80)} is here more than once: {paths}",
                "say which with --folder, or remove one",
            )
        return found[0] if found else None

    # --- what becomes of it ---

    def _new(self, read: KineticConnection) -> None:
        connection = read.connection
        name = self._free_name(connection.name, read.line)
        url = connection.base_url or self._url(connection.name)
        if not url:
            self._found.open.append(connection.name)
            return
        file = self._free.file(name)
        connection = connection.model_copy(update={"name": name, "base_url": url})
        draft = Draft(connection, file, typed=dict(read.secrets), declared=read.declared)
        self._take(draft, read.line, name)
        self._found.bases[file] = connection.model_dump_json()

    def _again(self, read: KineticConnection, entry: Entry, *, whole: bool = True) -> None:
        opened_entry = self._catalog.opened(entry)
        ours = opened_entry.connection
        if ours is None:
            first = next((problem.message for problem in entry.problems), "it cannot be read")
            raise UsageError(f"{entry.file}: {first}", "mend the file first; nothing was written")
        before = self._before.of(entry.file)
        if before is not None and id_of(before.kinetic) != id_of(read.connection.kinetic):
            # Another connection lay in this file.
            before = None
        given = self._variables.get(read.connection.name, "").rstrip("/")
        url = read.connection.base_url or given or ours.base_url
        theirs = read.connection.model_copy(update={"base_url": url})
        if before is not None and is_numbered(before.name, theirs.name) and ours.name == before.name:
            # The name that it was given here, since another one had it.
            theirs = theirs.model_copy(update={"name": ours.name})
        result = merged(before, ours, theirs, operations=read.has_operations, whole=whole)
        known = set(ours.secret_names) | set(before.secrets if before is not None else ())
        typed = {name: value for name, value in read.secrets.items() if name not in known}
        connection = result.connection.model_copy(update={"secrets": (*ours.secrets, *typed)})
        stand = names_to_give(parse_bytes(files.read(self._root / entry.file)[0]))
        declared = tuple(name for name in read.declared if name not in (*connection.secret_names, *stand))
        self._found.remarks += [
            Remark(read.line, f"{visible(ours.name, limit=80)}: {text}") for text in result.told
        ]
        if whole or before is None:
            came = theirs
        else:
            # Of the connection itself nothing came, and of its other operations neither.
            came = with_what_came(before.model_copy(update={"operations": theirs.operations}), before)
        self._found.bases[entry.file] = came.model_dump_json()
        if connection == ours and not declared:
            self._found.unchanged.append(entry.file)
            return
        self._take(Draft(connection, entry.file, opened_entry.revision, typed, declared=declared), read.line, "")

    def _take(self, draft: Draft, line: int, name: str) -> None:
        shown = visible(draft.connection.name, limit=80)
        for problem in self._editor.problems(draft):
            if problem.is_error and problem.stops_connection:
                message = f"line {line}: {shown}: {problem.field}: {problem.message}"
                raise UsageError(message, problem.hint or _NOTHING)
            if problem.is_error and name:
                # It stops this operation alone, as it may in Integrator.
                self._found.remarks.append(Remark(line, f"{shown}: {problem.field}: {problem.message}"))
        auth = draft.connection.auth
        if isinstance(auth, BasicAuth) and auth.username == USERNAME_INPUT:
            text = f"{shown}: the username is not set: {USERNAME_INPUT} asks for it, until auth.username says it"
            self._found.remarks.append(Remark(line, text))
        self._found.drafts.append(draft)

    def _other(self, read: KineticConnection, entry: Entry | None) -> None:
        """Write a file of another type, or renew what it keeps where nobody changed that."""
        assert read.other is not None
        kind = read.connection.type
        if entry is None:
            name = self._free_name(read.connection.name, read.line)
            file = self._free.file(name)
            text = other_text(name, kind, read.other)
            self._found.others.append(OtherFile(file, text, NO_FILE))
        else:
            file = entry.file
            data, revision = files.read(self._root / file)
            document = parse_bytes(data)
            text = with_other(document, kind, read.other)
            stands = kept(kept_values(document.text) or {})
            if stands == kept(kept_values(text) or {}):
                self._found.unchanged.append(file)
            elif stands != self._before.text(file):
                where = f"{visible(read.connection.name, limit=80)}: "
                self._found.remarks.append(
                    Remark(read.line, f"{where}changed here and there: kept as it stands here")
                )
                self._found.unchanged.append(file)
                return
            else:
                self._found.others.append(OtherFile(file, text, revision))
        self._found.bases[file] = kept(kept_values(text) or {})

    def _loose(self) -> None:
        """Merge operations into connections that are here; raises UsageError where one is not."""
        missing = []
        for key, operations in self._export.loose.items():
            entry = self._entry(key, "")
            connection = self._catalog.opened(entry).connection if entry is not None else None
            if entry is None or connection is None:
                names = listed(visible(operation.name, limit=60) for operation in operations)
                missing.append(f"{visible(key, limit=60)} ({names})")
                continue
            theirs = connection.model_copy(update={"operations": operations, "secrets": ()})
            secrets = self._export.loose_secrets.get(key, {})
            self._again(KineticConnection(theirs, secrets), entry, whole=False)
        if missing:
            raise UsageError(
                f"operations of connections that are not here: {', '.join(missing)}",
                "import the connections first, or the export that has both; nothing was written",
            )

    # --- names ---

    def _url(self, name: str) -> str:
        return self._variables.get(name, "").rstrip("/") or self._base_url

    def _free_name(self, wanted: str, line: int) -> str:
        name, told = self._free.name(wanted, line)
        self._found.remarks += told
        return name
