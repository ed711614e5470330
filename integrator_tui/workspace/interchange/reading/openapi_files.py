"""OpenApiFiles: a document and the files below its folder, as parsed values.

Rules: a file is read where it is a regular one and lies, links resolved, below the folder of the document; how many
and how large they are is bounded.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from integrator_tui.errors import InvalidFile, UsageError
from integrator_tui.interchange.documents.source import SourceDocument
from integrator_tui.workspace.interchange.reading.parsed_documents import parsed
from integrator_tui.workspace.interchange.reading.regular_file import read_regular

MOST_BYTES: Final = 32 * 1024 * 1024
"""Bytes of all files together."""
MOST_FILES: Final = 5_000


class OpenApiFiles:
    """Reads what lies below `folder`, None where the document came by standard input."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder.resolve() if folder is not None else None
        self._bytes = 0
        self._files = 0

    def document(self, text: str) -> SourceDocument:
        """Return the document itself; raises UsageError, with the line, where it is neither JSON nor YAML."""
        self._bytes += len(text)
        return parsed("", text)

    def load(self, name: str) -> SourceDocument:
        """Return the file of that name below the folder; raises UsageError where it is not to be read."""
        if self._folder is None:
            raise UsageError("a document from standard input has no folder")
        try:
            path = (self._folder / name).resolve(strict=True)
        except (OSError, RuntimeError):
            raise UsageError("there is no such file below the folder of the document") from None
        if not path.is_relative_to(self._folder):
            raise UsageError("it leads out of the folder of the document")
        self._files += 1
        if self._files > MOST_FILES:
            raise UsageError(f"it is one of more than {MOST_FILES} files")
        data = self._read(path)
        try:
            return parsed(name, data.decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise UsageError("it is not UTF-8") from None

    def _read(self, path: Path) -> bytes:
        left = MOST_BYTES - self._bytes
        try:
            data = read_regular(path, max(left, 0), follow=False)
        except InvalidFile as error:
            too_large = error.message.startswith("it holds more")
            message = "the document and its files are larger than 32 MiB" if too_large else error.message
            raise UsageError(message) from None
        self._bytes += len(data)
        return data
