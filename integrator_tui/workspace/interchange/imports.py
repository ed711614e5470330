"""Imports: what other tools wrote becomes connections of the workspace, all of them or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from integrator_tui.errors import SaveError, UsageError
from integrator_tui.interchange import curl_reader
from integrator_tui.interchange.imported import Imported, ImportedConnection, Remark
from integrator_tui.model.entry import Draft, Entry
from integrator_tui.model.secret import MASK
from integrator_tui.model.text import visible
from integrator_tui.store.connection_file import writer
from integrator_tui.store.yamltext import edits
from integrator_tui.store.yamltext.document import parse
from integrator_tui.workspace.catalog.catalog import Catalog
from integrator_tui.workspace.catalog.folders import folder_path
from integrator_tui.workspace.editor import Editor
from integrator_tui.workspace.interchange.free_names import FreeNames

__all__ = ["Imported", "ImportedConnection", "Imports", "Prepared", "Remark"]


class Prepared(NamedTuple):
    """Drafts of connections that were read, each with the file it is to have, and what has to be told of them."""

    drafts: tuple[Draft, ...]
    remarks: tuple[Remark, ...]


class Imports:
    """Reads foreign documents and saves what they describe below `root`."""

    def __init__(self, root: Path, catalog: Catalog, editor: Editor) -> None:
        self._root = root
        self._catalog = catalog
        self._editor = editor

    def curl(
        self, text: str, *, variables: Mapping[str, str] | None = None, base_url: str = "", name: str = ""
    ) -> Imported:
        """Return the connections that curl command lines describe; raises UsageError where there is none in it."""
        return curl_reader.read(text, variables=variables, base_url=base_url, name=name)

    def looks_like_curl(self, text: str) -> bool:
        """Return whether a text begins with a curl command."""
        return curl_reader.looks_like_curl(text)

    def prepared(self, imported: Imported, folder: str = "") -> Prepared:
        """Return drafts with free names and files in a folder of the workspace.

        Raises UsageError where a host is not known, where nothing is left to be saved, and where what was read is
        no connection that could be used.
        """
        folder = folder_path(folder)
        if imported.open:
            names = ", ".join(visible(name, limit=60) for name in imported.open)
            raise UsageError(
                f"not known, and needed to say where requests go: {names}",
                "give each with --var NAME=VALUE, or all with --base-url URL; nothing was written",
            )
        if not imported.connections:
            raise UsageError(f"nothing can be imported: {imported.why_empty}", "nothing was written")
        taken = (entry.name for entry in self._catalog.entries() if entry.group == folder)
        free = FreeNames(self._editor, folder, taken)
        drafts, remarks = [], list(imported.remarks)
        for read in imported.connections:
            name, told = free.name(read.connection.name, read.line)
            remarks += told
            connection = read.connection.model_copy(update={"name": name})
            draft = Draft(connection, free.file(name), typed=dict(read.secrets))
            for problem in self._editor.problems(draft):
                if problem.is_error:
                    message = f"line {read.line}: {problem.field}: {problem.message}"
                    raise UsageError(message, problem.hint or "nothing was written")
            drafts.append(draft)
        return Prepared(tuple(drafts), tuple(sorted(remarks, key=lambda remark: remark.line)))

    def folder(self, folder: str) -> str:
        """Return a folder of the workspace as files name it; raises UsageError where it is none."""
        return folder_path(folder)

    def shown(self, draft: Draft) -> str:
        """Return the file of a draft as it would be written, secrets masked."""
        document = parse(writer.with_names_to_give(writer.write(None, draft.connection), draft.declared))
        masked: dict[tuple[str | int, ...], str] = {("secrets", name): MASK for name in draft.connection.secrets}
        return (edits.put_texts(document, masked) if masked else document).text

    def save(self, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
        """Write every draft to its file, or none of them; raises what `Editor.save` raises."""
        saved: list[Entry] = []
        try:
            for draft in drafts:
                saved.append(self._editor.save(draft))
        except BaseException:  # an interrupt too: all of them or none
            self._take_back(saved)
            raise
        return tuple(saved)

    def _take_back(self, saved: Iterable[Entry]) -> None:
        for entry in saved:
            with suppress(SaveError):
                self._editor.delete(entry)
