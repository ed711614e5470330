"""CollectionFolder: a collection of OpenCollection that is a folder of files, as parsed values.

Rules: the folder is the document, and nothing but regular files in it is read; links are told and left out. How
many files there are, how deep and how large is bounded. Names that begin with a dot, `node_modules` and what the
collection says to ignore are passed over, environments too, which `--environment` names.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from integrator_tui.errors import InvalidFile, UsageError
from integrator_tui.interchange.documents.source import DocumentReport, SourceDocument
from integrator_tui.interchange.opencollection.tree import FOLDER_FILE, ROOT_FILE, CollectionTree
from integrator_tui.model.text import visible
from integrator_tui.workspace.interchange.reading.parsed_documents import parsed
from integrator_tui.workspace.interchange.reading.regular_file import read_regular

MOST_BYTES: Final = 32 * 1024 * 1024
"""Bytes of all files together."""
MOST_FILES: Final = 5_000
MOST_ENTRIES: Final = 50_000
"""Names in all folders together, whatever they are."""
DEEPEST: Final = 50
"""Folders inside each other."""
_ROOTS: Final = (ROOT_FILE, "opencollection.yaml")
_FOLDERS: Final = (FOLDER_FILE, "folder.yaml")
_NO_REQUESTS: Final = frozenset({"node_modules", "environments"})


class CollectionFolder:
    """Reads the collection that lies in `folder`."""

    def __init__(self, folder: Path, report: DocumentReport) -> None:
        self._folder = folder
        self._report = report
        self._bytes = self._files = self._entries = 0
        self._ignored = set(_NO_REQUESTS)

    def read(self) -> tuple[SourceDocument, CollectionTree]:
        """Return what the collection says of itself, and the files in it; raises UsageError, with the file, where
        it is no collection or too much of one."""
        name = next((each for each in _ROOTS if os.path.lexists(self._folder / each)), None)
        if name is None:
            if (self._folder / "bruno.json").exists():
                hint = "convert it to OpenCollection (YAML) in Bruno, or export it to Postman"
                raise UsageError("this is a collection of .bru files, which are not read", hint)
            raise UsageError(f"there is no {ROOT_FILE} in this folder", "name the folder of a collection")
        root = self._document(name)
        ignored = _at(root.value, "extensions", "bruno", "ignore")
        self._ignored |= {each.strip("/") for each in ignored if isinstance(each, str)} if ignored else set()
        tree = CollectionTree("")
        self._fill(tree, "", 1)
        return root, tree

    def _fill(self, tree: CollectionTree, below: str, depth: int) -> None:
        if depth > DEEPEST:
            raise UsageError(f"more than {DEEPEST} folders inside each other", "flatten the collection")
        try:
            with os.scandir(self._folder / below) as listed:
                entries = sorted(listed, key=lambda entry: entry.name)
        except OSError as error:
            raise UsageError(
                f"{visible(below) or 'it'} cannot be read: {error.strerror}", "see its modes"
            ) from None
        self._entries += len(entries)
        if self._entries > MOST_ENTRIES:
            raise UsageError(f"more than {MOST_ENTRIES:,} files and folders lie in it", "name a folder of it alone")
        for entry in entries:
            place = f"{below}{entry.name}"
            if entry.name.startswith(".") or entry.name in self._ignored or place in self._ignored:
                continue
            if entry.is_symlink():
                self._report.say(f"left out: {visible(place, limit=120)} is a link, which is not followed")
            elif entry.is_dir(follow_symlinks=False):
                inner = CollectionTree(entry.name)
                self._fill(inner, f"{place}/", depth + 1)
                if inner.requests or inner.folders:
                    tree.folders.append(inner)
            elif entry.name in _FOLDERS and below:
                tree.own = self._document(place)
            elif entry.name.endswith((".yml", ".yaml")) and not (entry.name in _ROOTS and not below):
                tree.requests.append(self._document(place))

    def _document(self, place: str) -> SourceDocument:
        self._files += 1
        if self._files > MOST_FILES:
            raise UsageError(f"it holds more than {MOST_FILES:,} files", "name a folder of it alone")
        shown = visible(place, limit=200)
        try:
            return parsed(place, self._read(place).decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise UsageError(f"{shown} is not UTF-8", "save it as UTF-8 text") from None
        except UsageError as error:
            raise UsageError(f"{shown}: {error.message}", error.hint) from None

    def _read(self, place: str) -> bytes:
        left = MOST_BYTES - self._bytes
        try:
            data = read_regular(self._folder / place, left, follow=False)
        except InvalidFile as error:
            if error.message.startswith("it holds more"):
                raise UsageError("the collection is larger than 32 MiB", "name a folder of it alone") from None
            raise UsageError(error.message, error.hint) from None
        self._bytes += len(data)
        return data


def _at(value: Any, *keys: str) -> list[Any]:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, list) else []
