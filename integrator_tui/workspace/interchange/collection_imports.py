"""CollectionImports: documents of requests become connections of the workspace, or are merged into those of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from integrator_tui.errors import UsageError
from integrator_tui.interchange import environments, httpie
from integrator_tui.interchange.collections import reader
from integrator_tui.interchange.collections.requests import ForeignDocument
from integrator_tui.interchange.collections.variables import ForeignVariable
from integrator_tui.interchange.documents.source import DocumentReport
from integrator_tui.interchange.http_file import requests as http_file
from integrator_tui.interchange.opencollection import collection as opencollection
from integrator_tui.interchange.postman import collection
from integrator_tui.model.text import visible
from integrator_tui.workspace.catalog.folders import folder_path
from integrator_tui.workspace.interchange.document_merging import DocumentMerging
from integrator_tui.workspace.interchange.prepared import PreparedImport
from integrator_tui.workspace.interchange.reading.collection_folder import CollectionFolder
from integrator_tui.workspace.interchange.reading.parsed_documents import parsed
from integrator_tui.workspace.interchange.target import ImportTarget


class ForeignSource(NamedTuple):
    """The text of a document, the name of its file without what ends it, and that of the folder in which it lies;
    empty for standard input. A document that is a folder itself is read below `directory`."""

    text: str
    stem: str = ""
    folder: str = ""
    directory: Path | None = None


class EnvironmentText(NamedTuple):
    """The text of a file of variables, which of several in it is meant (empty for the only one), and what to call
    the file."""

    text: str
    name: str
    file: str


def _postman(source: ForeignSource, report: DocumentReport) -> ForeignDocument:
    return collection.read(parsed("", source.text), report)


def _http(source: ForeignSource, report: DocumentReport) -> ForeignDocument:
    return http_file.read(source.text, source.stem, report)


def _opencollection(source: ForeignSource, report: DocumentReport) -> ForeignDocument:
    if source.directory is not None:
        root, tree = CollectionFolder(source.directory, report).read()
        return opencollection.read(root, report, tree)
    return opencollection.read(parsed("", source.text), report)


_Read = Callable[[ForeignSource, DocumentReport], ForeignDocument]

_FORMATS: Final[Mapping[str, _Read]] = {"postman": _postman, "http": _http, "opencollection": _opencollection}


class CollectionImports:
    """Reads documents into a workspace."""

    def __init__(self, target: ImportTarget) -> None:
        self._target = target

    def prepared(
        self,
        form: str,
        source: ForeignSource,
        *,
        folder: str = "",
        variables: Mapping[str, str] | None = None,
        environment: Sequence[EnvironmentText] = (),
        base_url: str = "",
    ) -> PreparedImport:
        """Return what a document of that format makes of the workspace; of several environments the last wins.

        Where a host stays open there is nothing in it but the names of what has to be given. Raises UsageError
        where it is no document that is known, and where what came of it is no connection that could be kept.
        """
        folder = folder_path(folder)
        report = DocumentReport()
        if form == "httpie":
            read = parsed("", source.text)
            found = httpie.read(read, report, title=source.stem, folder=source.folder, base_url=base_url)
        else:
            document = _FORMATS[form](source, report)
            known = _variables(environment)
            found = reader.read(document, report, given=variables, environment=known, base_url=base_url)
        if found.open:
            return PreparedImport(remarks=list(found.remarks), open=list(found.open))
        return DocumentMerging(self._target, found, form, folder).run()


def _variables(environment: Sequence[EnvironmentText]) -> dict[str, ForeignVariable]:
    found: dict[str, ForeignVariable] = {}
    for each in environment:
        try:
            found |= environments.read(parsed(each.file, each.text), each.name)
        except UsageError as error:
            raise UsageError(f"{visible(each.file, limit=200)}: {error.message}", error.hint) from None
    return found
