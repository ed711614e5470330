"""Operations that are the same text are read once: the stages of a system have copies of each other's.

Rules: a file is read in parts only where each of them is whole by itself, so that it says alone what it says where
it stands: what a line holds cannot depend on lines behind it that are less indented (YAML 1.2.2 section 6.1).
Whatever is out of the ordinary, above all a file with a problem, is left to `reader`, which knows its lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from integrator_tui.model import rules
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.pattern import pattern
from integrator_tui.store.connection_file import reader
from integrator_tui.store.connection_file.base import extended
from integrator_tui.store.yamltext import document as documents
from integrator_tui.store.yamltext.document import Document
from integrator_tui.store.yamltext.node import Mapping
from integrator_tui.store.yamltext.parser import MAX_NODES
from integrator_tui.store.yamltext.scalar import ENCRYPTED

if TYPE_CHECKING:
    from integrator_tui.model.connection import Connection, Operation

MAX_CHARACTERS: Final = MAX_NODES
"""Characters of a file that is read in parts: each value has one at least, so their number is within bounds."""

_MOST: Final = 10_000
"""Texts that are remembered."""

_TRIAL: Final = 100
"""Operations after which those that are copies have to be half of all: otherwise reading in parts costs more."""

_KEY: Final = pattern(r"(?:\A|\n)(?P<line>operations:[ ]*\n)(?=([ ]*)- )")
_BEHIND: Final = pattern(r"\n(?=[^\s#-])")
_UNUSUAL: Final = ("\r", "\t", "\n...", "\n---")
"""Other ends of lines, tabs, and marks that end a document."""


class InParts(NamedTuple):
    """A file with nothing wrong: its connection, and the document of all but the operations."""

    connection: Connection
    rest: Document


class KnownOperations:
    """Reads files whose operations may have been read in another file."""

    def __init__(self) -> None:
        self._known: dict[str, Operation | None] = {}
        self._asked = self._read = 0

    def read(self, text: str, stem: str) -> InParts | None:
        """Return what `reader.read` says of the text of a file, None where that has to look at it as a whole."""
        if self._asked >= _TRIAL and self._asked < 2 * self._read:
            return None
        if len(text) > MAX_CHARACTERS or any(mark in text for mark in _UNUSUAL):
            return None
        key = _KEY.search(text)
        if key is None:
            return None
        behind = _BEHIND.search(text, key.end())
        end = behind.end() if behind else len(text)
        before = text[: key.start("line")]
        rest = documents.parse(before + text[end:])
        if not rest.whole or rest.problems or rest.mapping is None or not _begins(rest.mapping, text[end:], before):
            return None
        if extended(rest) is not None or rest.mapping.get("operations") is not None:
            return None
        operations = tuple(map(self._operation, _items(text[key.end() : end], key[2])))
        connection, problems = reader.read(rest, stem)
        if connection is None or problems or not _are_sound(operations):
            return None
        return InParts(connection.model_copy(update={"operations": operations}), rest)

    def _operation(self, text: str) -> Operation | None:
        self._asked += 1
        if text not in self._known:
            self._read += 1
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[text] = _read(text)
        return self._known[text]


def _items(text: str, indent: str) -> list[str]:
    """Return the texts of the items of a list that begins with the text, each with the lines below it."""
    first, *others = text.split(f"\n{indent}- ")
    *pieces, last = [first.removeprefix(f"{indent}- "), *others]
    return [*(f"{indent}- {piece}\n" for piece in pieces), f"{indent}- {last}"]


def _begins(root: Mapping, behind: str, before: str) -> bool:
    """Return whether what stands behind the operations begins with a key at the top, and is not the rest of a text
    in quotes that begins before them."""
    return not behind or any(key.start == len(before) for key, _ in root.members)


def _read(item: str) -> Operation | None:
    """Return the operation that the text of one item says, None where anything is wrong with it."""
    document = documents.parse(f"operations:\n{item}")
    root = document.mapping
    if not document.whole or document.problems or root is None or len(root.members) != 1 or ENCRYPTED in item:
        return None
    values = reader.values(document)
    if values is None or len(values["operations"]) != 1:
        return None
    from integrator_tui.store.connection_file.build import connection

    (operation,) = connection(values).operations
    return None if any(rules.operation_problems(operation, "")) else operation


def _are_sound(operations: tuple[Operation | None, ...]) -> bool:
    names = {operation.name for operation in operations if operation is not None}
    return None not in operations and len(names) == len(operations)
