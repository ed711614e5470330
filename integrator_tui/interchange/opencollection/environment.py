"""Environments of OpenCollection: those in the collection, and one in a file of its own."""

from __future__ import annotations

from typing import Final

from integrator_tui.errors import UsageError
from integrator_tui.interchange.collections.variables import ForeignVariable
from integrator_tui.interchange.documents.source import SourceDocument, SourceNode
from integrator_tui.interchange.opencollection.values import variables
from integrator_tui.model.nearest import did_you_mean, listed
from integrator_tui.model.text import visible

_LONGEST_CHAIN: Final = 20


def is_environment(source: SourceDocument) -> bool:
    """Return whether a document is a collection with environments, or an environment."""
    value = source.value
    return isinstance(value, dict) and ("opencollection" in value or isinstance(value.get("variables"), list))


def read(source: SourceDocument, name: str) -> dict[str, ForeignVariable]:
    """Return the variables of an environment and those it extends; raises UsageError where it is not there."""
    root = SourceNode(source.value, source)
    if "opencollection" not in source.value:
        if name and root.text("name") != name:
            raise UsageError("it is an environment of another name", "leave the name behind the colon out")
        return variables(root)
    found = root.child("config").child("environments")
    each = [found.child(number) for number in range(len(found.value) if isinstance(found.value, list) else 0)]
    known = {node.text("name"): node for node in each if node.text("name")}
    if not name and len(known) != 1:
        what = f"there are several environments: {_listed(known)}" if known else "there is no environment in it"
        raise UsageError(what, "name one: FILE:NAME")
    name = name or next(iter(known))
    chain: list[dict[str, ForeignVariable]] = []
    while name and len(chain) < _LONGEST_CHAIN:
        node = known.get(name)
        if node is None:
            shown = visible(name, limit=60)
            raise UsageError(f"there is no environment {shown}", did_you_mean(name, known) or _listed(known))
        chain.append(variables(node))
        name = node.text("extends")
    return {key: value for scope in reversed(chain) for key, value in scope.items()}


def _listed(known: dict[str, SourceNode]) -> str:
    return listed(visible(name, limit=60) for name in known)
