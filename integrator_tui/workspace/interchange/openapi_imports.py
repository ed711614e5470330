"""OpenApiImports: documents of OpenAPI become connections of the workspace, or are merged into those of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from integrator_tui.interchange.openapi import reader
from integrator_tui.workspace.catalog.folders import folder_path
from integrator_tui.workspace.interchange.document_merging import DocumentMerging
from integrator_tui.workspace.interchange.prepared import PreparedImport
from integrator_tui.workspace.interchange.reading.openapi_files import OpenApiFiles
from integrator_tui.workspace.interchange.target import ImportTarget


class OpenApiImports:
    """Reads documents into a workspace."""

    def __init__(self, target: ImportTarget) -> None:
        self._target = target

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
        return DocumentMerging(self._target, found, "openapi", folder).run()
