"""Environments and globals of Postman: names and values, those of the type secret told apart."""

from __future__ import annotations

from integrator_tui.errors import UsageError
from integrator_tui.interchange.collections.variables import ForeignVariable
from integrator_tui.interchange.documents.source import SourceDocument, SourceNode
from integrator_tui.interchange.postman.values import variables


def is_environment(source: SourceDocument) -> bool:
    """Return whether a document is an environment of Postman."""
    value = source.value
    return isinstance(value, dict) and isinstance(value.get("values"), list)


def read(source: SourceDocument, name: str) -> dict[str, ForeignVariable]:
    """Return the variables of an environment; raises UsageError where it does not have the name that is wanted."""
    root = SourceNode(source.value, source)
    if name and root.text("name") != name:
        raise UsageError("it is an environment of another name", "leave the name behind the colon out")
    return variables(root, "values")
