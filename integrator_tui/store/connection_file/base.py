"""Base: the file that another one extends, and which of its keys that one takes from there.

Rules: a key is taken whole where the file has none of its own; one that is null counts as none. Nothing is merged
by parts, and everything else is the file's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.problem import Problem
from integrator_tui.store.connection_file.keys import FILE
from integrator_tui.store.yamltext.document import Document
from integrator_tui.store.yamltext.node import Scalar, is_absent

EXTENDS: Final = "extends"
INHERITED: Final = ("description", "documentation_link", "headers", "test", "auth", "operations")
"""The keys that a file takes from the one it extends."""

_EMPTY: Final[Mapping[str, Any]] = {
    "description": "",
    "documentation_link": "",
    "headers": {},
    "test": {},
    "auth": {"type": "none"},
    "operations": [],
}
"""What a file writes that has the default of a key of its own, where its base says something else."""


class Base(NamedTuple):
    """What a file extends: `file` below the workspace, else the path as it was written; the `values` of its keys,
    None where it cannot be extended, and `problem` says why; and which version of it that is."""

    file: str
    values: Mapping[str, Any] | None = None
    problem: Problem | None = None
    digest: str | None = None


def extended(document: Document) -> str | None:
    """Return the path of the file that a document extends, as it is written, None where it extends none."""
    found = document.mapping.get(EXTENDS) if document.mapping else None
    return found.text if isinstance(found, Scalar) and not is_absent(found) else None


def inherited(document: Document) -> tuple[str, ...]:
    """Return the keys that a document takes from its base."""
    if document.mapping is None or document.base is None or document.base.values is None:
        return ()
    return tuple(key for key in INHERITED if not _has(document, key))


def with_inherited(document: Document, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a document with those that it takes from its base."""
    taken = inherited(document)
    return {**values, **{key: document.base.values[key] for key in taken}} if taken else values


def own_data(document: Document | None, base: Base | None, values: Mapping[str, Any], data: dict[str, Any]) -> Any:
    """Return what a file has to write, of a connection's `values` as plain `data`, so that it says them with this
    base: nothing that it takes from there, and what it has of its own even where that is a default."""
    if base is None or base.values is None:
        return data
    found = dict(data)
    for key in INHERITED:
        has = document is not None and _has(document, key)
        if values[key] == base.values[key] and not has:
            found.pop(key, None)
        elif key not in found and base.values[key] != FILE.fields[key].default:
            found[key] = _EMPTY[key]
    return {key: found[key] for key in FILE.fields if key in found}


def _has(document: Document, key: str) -> bool:
    node = document.mapping.get(key) if document.mapping else None
    return node is not None and not is_absent(node)
