"""ForeignDocuments: whatever other tools wrote, told apart, prepared and saved in one way.

Rules: a document is a text that was pasted, or a regular file; nothing else is opened. Its format follows
from what stands in it. Nothing is written before `save`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote

from integrator_tui.errors import InvalidFile, UsageError
from integrator_tui.interchange.opencollection.tree import ROOT_FILE
from integrator_tui.model.text import visible
from integrator_tui.workspace.interchange.collection_imports import CollectionImports, ForeignSource
from integrator_tui.workspace.interchange.formats import IMPORT_FORMATS
from integrator_tui.workspace.interchange.imports import Imports
from integrator_tui.workspace.interchange.kinetic_imports import KineticImports
from integrator_tui.workspace.interchange.openapi_imports import OpenApiImports
from integrator_tui.workspace.interchange.prepared import PreparedImport
from integrator_tui.workspace.interchange.reading.regular_file import read_regular

MOST_BYTES: Final = 32 * 1024 * 1024
"""Bytes of a document."""
_LONGEST_PATH: Final = 4096
_ENDINGS: Final = (".json", ".yaml", ".yml", ".http", ".rest", ".sh", ".txt")
_LOOKED_AT: Final = 256 * 1024
"""Characters of a document in which its format shows."""

_REQUEST_LINE: Final = r"^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s+(?:https?://|\{\{|/)\S"
_MARKS: Final[Mapping[str, re.Pattern[str]]] = {
    "openapi": re.compile(
        r"""^[\s{]*["']?(?:openapi|swagger)["']?\s*:|"(?:openapi|swagger)"\s*:\s*"[\d.]+\"""", re.M
    ),
    "opencollection": re.compile(r"""^[\s{]*["']?opencollection["']?\s*:""", re.M),
    "postman": re.compile(r'getpostman\.com/json/collection|"_postman_id"'),
    "httpie": re.compile(r'"__meta__"\s*:\s*\{[^}]*"httpie"'),
    "kinetic": re.compile(r'"(?:configType|baseUrl|connectionId|documentationLink)"\s*:'),
    "http": re.compile(rf"^###|{_REQUEST_LINE}", re.M),
}
"""What shows that a text is of a format, the surest first."""
_JSON: Final = frozenset({"kinetic", "postman", "httpie"})


class GivenDocument(NamedTuple):
    """A text with the file that it comes from, None for what was pasted."""

    text: str
    file: Path | None = None


class ForeignDocuments:
    """Reads documents of every format of IMPORT_FORMATS into a workspace."""

    def __init__(
        self, imports: Imports, kinetic: KineticImports, openapi: OpenApiImports, collections: CollectionImports
    ) -> None:
        self._imports = imports
        self._kinetic = kinetic
        self._openapi = openapi
        self._collections = collections

    def given(self, text: str, home: Path | None = None) -> GivenDocument:
        """Return the document that a text is, or whose path it is; `home` is what `~` stands for.

        Raises UsageError where the file cannot be read.
        """
        path = _path(text, home)
        if path is None or self.format_of(GivenDocument(text)):
            return GivenDocument(text)
        return GivenDocument(_read(path), path)

    def looks_like_one(self, text: str, home: Path | None = None) -> bool:
        """Return whether a text that was pasted is an export of Integrator, or the path of a document."""
        if self.format_of(GivenDocument(text)) == "kinetic":
            return True
        path = _path(text, home)
        return path is not None and path.suffix.lower() in _ENDINGS and path.is_file()

    def format_of(self, document: GivenDocument) -> str:
        """Return the word of the format that a document shows itself to be of, empty where none does."""
        if self._imports.looks_like_curl(document.text):
            return "curl"
        beginning = document.text[:_LOOKED_AT]
        is_json = beginning.lstrip()[:1] in ("{", "[")
        for word, mark in _MARKS.items():
            if word in IMPORT_FORMATS and (is_json or word not in _JSON) and mark.search(beginning):
                return word
        return ""

    def prepared(
        self,
        form: str,
        document: GivenDocument,
        *,
        folder: str = "",
        variables: Mapping[str, str] | None = None,
        base_url: str = "",
    ) -> PreparedImport:
        """Return what a document of a format makes of the workspace.

        Where it is not known where requests go, `open` says which names have to be given. Raises UsageError where
        it is no such document, and where what came of it is no connection that could be kept.
        """
        if form == "kinetic":
            return self._kinetic.prepared(document.text, folder=folder, variables=variables, base_url=base_url)
        if form == "openapi":
            beside = document.file.resolve().parent if document.file is not None else None
            return self._openapi.prepared(
                document.text, beside=beside, folder=folder, variables=variables, base_url=base_url
            )
        if form != "curl":
            file = document.file
            directory = file if file is not None and file.is_dir() else None
            source = ForeignSource(document.text, file.stem if file is not None else "", directory=directory)
            return self._collections.prepared(form, source, folder=folder, variables=variables, base_url=base_url)
        imported = self._imports.curl(document.text, variables=variables, base_url=base_url)
        if imported.open:
            return PreparedImport(remarks=list(imported.remarks), open=list(imported.open))
        return self._imports.merged(imported, folder)

    def save(self, prepared: PreparedImport) -> None:
        """Write everything, or nothing; raises what `Imports.save` raises."""
        self._imports.save(prepared)


def _path(text: str, home: Path | None) -> Path | None:
    """Return the path that a text is, as a terminal pastes a file that is dropped on it, None where it is none."""
    name = text.strip()
    if not name or len(name) > _LONGEST_PATH or "\n" in name or "\0" in name:
        return None
    if name[:1] == name[-1:] and name[:1] in "'\"" and len(name) > 2:
        name = name[1:-1]
    if name.startswith("file://"):
        name = unquote(name.removeprefix("file://"))
    if "\\ " in name:
        name = name.replace("\\ ", " ")
    if home is not None and name.startswith("~/"):
        return home / name[2:]
    return Path(name)


def _read(path: Path) -> str:
    if path.is_dir() and (path / ROOT_FILE).is_file():
        # A collection that is a folder: this file shows what it is.
        path = path / ROOT_FILE
    shown = visible(str(path), limit=200)
    try:
        data = read_regular(path, MOST_BYTES)
    except InvalidFile as error:
        message = f"{shown} {error.message.removeprefix('it ')}"
        raise UsageError(message, "name a file, or paste the document") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{shown} is not UTF-8", "save it as UTF-8 text") from None
