"""Bases: the files that others extend, found below the workspace and read once for all that extend them.

Rules: the path is relative to the file that names it; with links resolved it is a file that the workspace lists. A
base extends nothing itself. What is wrong with it is a Problem of the file that extends it; whether its own seal
holds is not asked, for the seal of that file covers what it takes.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Final

from integrator_tui.errors import IntegratorError, InvalidFile
from integrator_tui.model.entry import Revision
from integrator_tui.model.problem import Problem
from integrator_tui.model.text import visible
from integrator_tui.store import files, folder
from integrator_tui.store.connection_file import reader
from integrator_tui.store.connection_file.base import EXTENDS, Base, extended
from integrator_tui.store.files import Stamp
from integrator_tui.store.yamltext.document import Document, parse_bytes

_NAME_ANOTHER: Final = "name a connection file of this workspace, relative to this one"


class Bases:
    """Finds and reads what files below `root` extend; `opened` gives a document with the fields in plain that it
    encrypts, or raises why not."""

    def __init__(self, root: Path, opened: Callable[[Document], Document]) -> None:
        self._root = root
        self._opened = opened
        self._known: dict[str, tuple[Stamp, Base]] = {}

    def based(self, document: Document, file: str) -> Document:
        """Return the document of a file with what it takes from the one it extends, if it does.

        Raises what keeps the fields of that one closed.
        """
        path = extended(document)
        return document if path is None else document.with_base(self.base(path, file))

    def base(self, path: str, file: str) -> Base:
        """Return what stands behind the path that `file` extends; raises as `based` does."""
        found = self._listed(path, file)
        if isinstance(found, Problem):
            return Base(path, problem=found)
        if found == file:
            return Base(found, problem=Problem(EXTENDS, "the file extends itself", _NAME_ANOTHER))
        stamp = self.stamp(found)
        known = self._known.get(found)
        if known is not None and known[0] == stamp:
            return known[1]
        base = self._read(found)
        if stamp is not None:
            self._known[found] = (stamp, base)
        return base

    def stamp(self, file: str) -> Stamp | None:
        """Return the stamp of a file that is extended."""
        return files.stamp(os.path.join(self._root, file))

    def _listed(self, path: str, file: str) -> str | Problem:
        """Return the file of the workspace that a path leads to, else what is wrong with the path."""
        shown = visible(path, limit=200)
        if not path.strip():
            return Problem(EXTENDS, "the path is empty", "name a file, or remove the key")
        if path.startswith(("/", "~")):
            return Problem(EXTENDS, f"{shown} is no path relative to this file", _NAME_ANOTHER)
        real = os.path.realpath(self._root)
        try:
            there = os.path.realpath(os.path.join(self._root, os.path.dirname(file), path))
        except (OSError, ValueError):
            return Problem(EXTENDS, f"{shown} is no path", _NAME_ANOTHER)
        if not there.startswith(os.path.join(real, "")):
            return Problem(EXTENDS, f"{shown} leads out of the workspace", _NAME_ANOTHER)
        found = PurePosixPath(os.path.relpath(there, real)).as_posix()
        if not os.path.lexists(there):
            return Problem(EXTENDS, f"{shown} does not exist", _NAME_ANOTHER)
        if not folder.is_listed(found) or not os.path.isfile(there):
            return Problem(EXTENDS, f"{shown} is no connection file of this workspace", _NAME_ANOTHER)
        return found

    def _read(self, file: str) -> Base:
        try:
            data, revision = files.read(os.path.join(self._root, file))
        except InvalidFile as error:
            return Base(file, problem=Problem(EXTENDS, error.message, error.hint))
        document = parse_bytes(data)
        if document.encrypts_fields() and document.whole and not document.problems:
            try:
                document = self._opened(document)
            except IntegratorError as error:
                raise type(error)(f"{file}, which it extends: {error.message}", error.hint) from None
        return _judged(file, document, revision)


def _judged(file: str, document: Document, revision: Revision) -> Base:
    """Return a document as a base, or what keeps it from being one."""
    if extended(document) is not None:
        hint = "extend that file itself, or write the keys here"
        return Base(file, problem=Problem(EXTENDS, f"{file} extends another file itself", hint))
    connection, problems = reader.read(document, PurePosixPath(file).stem)
    wrong = next((problem for problem in problems if problem.stops_connection), None)
    if connection is None or wrong is not None:
        where = f"line {wrong.line}: " if wrong and wrong.line else ""
        field = f"{wrong.field}: " if wrong and wrong.field else ""
        what = f"{where}{field}{wrong.message}" if wrong else "it cannot be read"
        return Base(file, problem=Problem(EXTENDS, f"{file} is broken: {what}", "mend that file first"))
    return Base(file, connection.model_dump(), digest=revision.digest)
