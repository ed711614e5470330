"""Imports: curl command lines become connections of the workspace; what any import prepared is saved."""

from __future__ import annotations

from collections.abc import Mapping

from integrator_tui.errors import UsageError
from integrator_tui.interchange.curl import reader as curl_reader
from integrator_tui.interchange.documents.described import DescribedConnection, DescribedDocument
from integrator_tui.interchange.imported import Imported, ImportedConnection, Remark
from integrator_tui.model.entry import Draft
from integrator_tui.model.secret import MASK
from integrator_tui.model.text import visible
from integrator_tui.store.connection_file import writer
from integrator_tui.store.yamltext import edits
from integrator_tui.store.yamltext.document import parse
from integrator_tui.workspace.catalog.folders import folder_path
from integrator_tui.workspace.interchange.document_merging import DocumentMerging
from integrator_tui.workspace.interchange.free_names import FreeNames
from integrator_tui.workspace.interchange.prepared import PreparedImport
from integrator_tui.workspace.interchange.target import ImportTarget
from integrator_tui.workspace.interchange.writing import write_import

__all__ = ["Imported", "ImportedConnection", "Imports", "Remark"]


class Imports:
    """Reads curl command lines, and saves what imports prepared."""

    def __init__(self, target: ImportTarget) -> None:
        self._target = target

    def curl(
        self, text: str, *, variables: Mapping[str, str] | None = None, base_url: str = "", name: str = ""
    ) -> Imported:
        """Return the connections that curl command lines describe; raises UsageError where there is none in it."""
        return curl_reader.read(text, variables=variables, base_url=base_url, name=name)

    def looks_like_curl(self, text: str) -> bool:
        """Return whether a text begins with a curl command."""
        return curl_reader.looks_like_curl(text)

    def prepared(self, imported: Imported, folder: str = "") -> PreparedImport:
        """Return drafts of new connections with free names and files in a folder of the workspace.

        Raises UsageError where a host is not known, where nothing is left to be saved, and where what was read is
        no connection that could be used.
        """
        folder = folder_path(folder)
        _require_something(imported)
        taken = (entry.name for entry in self._target.catalog.entries() if entry.group == folder)
        free = FreeNames(self._target.editor, folder, taken)
        found = PreparedImport(remarks=list(imported.remarks))
        for read in imported.connections:
            name, told = free.name(read.connection.name, read.line)
            found.remarks += told
            connection = read.connection.model_copy(update={"name": name})
            draft = Draft(connection, free.file(name), typed=dict(read.secrets))
            for problem in self._target.editor.problems(draft):
                if problem.is_error:
                    message = f"line {read.line}: {problem.field}: {problem.message}"
                    raise UsageError(message, problem.hint or "nothing was written")
            found.drafts.append(draft)
        found.remarks.sort(key=lambda remark: remark.line)
        return found

    def merged(self, imported: Imported, folder: str = "") -> PreparedImport:
        """Return what command lines make of a folder of the workspace: a connection for each origin and method that
        is not here, operations of those that are; raises as `prepared` does."""
        folder = folder_path(folder)
        _require_something(imported)
        connections = tuple(
            DescribedConnection(read.connection, read.line, secrets=read.secrets, alone=read.alone)
            for read in imported.connections
        )
        document = DescribedDocument("", connections, imported.remarks, (), whole=False)
        return DocumentMerging(self._target, document, "curl", folder).run()

    def folder(self, folder: str) -> str:
        """Return a folder of the workspace as files name it; raises UsageError where it is none."""
        return folder_path(folder)

    def shown(self, draft: Draft) -> str:
        """Return the file of a draft as it would be written, secrets masked."""
        document = parse(writer.write(None, draft.connection, declared=draft.declared))
        masked: dict[tuple[str | int, ...], str] = {("secrets", name): MASK for name in draft.connection.secrets}
        return (edits.put_texts(document, masked) if masked else document).text

    def save(self, prepared: PreparedImport) -> None:
        """Write what an import of any format prepared, everything or nothing; raises what `write_import` raises."""
        write_import(self._target, prepared)


def _require_something(imported: Imported) -> None:
    if imported.open:
        names = ", ".join(visible(name, limit=60) for name in imported.open)
        raise UsageError(
            f"not known, and needed to say where requests go: {names}",
            "give each with --var NAME=VALUE, or all with --base-url URL; nothing was written",
        )
    if not imported.connections:
        raise UsageError(f"nothing can be imported: {imported.why_empty}", "nothing was written")
