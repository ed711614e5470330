"""Values as Postman writes them: texts that may be objects, lists that may be objects."""

from __future__ import annotations

from typing import Any

from integrator_tui.interchange.collections.variables import ForeignVariable
from integrator_tui.interchange.documents.source import SourceNode
from integrator_tui.interchange.documents.values import enabled, text_of


def described(node: SourceNode) -> str:
    """Return a description, which is text or an object with `content`."""
    found = node.child("description")
    return found.text("content") if isinstance(found.value, dict) else node.text("description")


def pairs(node: SourceNode, key: str) -> tuple[tuple[str, str], ...]:
    """Return the names and values in the list at a key that are not switched off and have a name."""
    found = ((text_of(item.value.get("key")), text_of(item.value.get("value"))) for item in enabled(node, key))
    return tuple(pair for pair in found if pair[0])


def variables(node: SourceNode, key: str = "variable") -> dict[str, ForeignVariable]:
    """Return the variables in the list at a key; of one name the last counts."""
    found = {}
    for item in enabled(node, key):
        name = text_of(item.value.get("key")) or text_of(item.value.get("id"))
        if name and item.value.get("enabled") is not False:
            secret = item.value.get("type") == "secret"
            found[name] = ForeignVariable(text_of(item.value.get("value")), secret)
    return found


def parameters(node: SourceNode, key: str) -> dict[str, Any]:
    """Return parameters that are a list of names and values (2.1) or an object (2.0)."""
    found = node.value.get(key) if isinstance(node.value, dict) else None
    if isinstance(found, dict):
        return {str(name): value for name, value in found.items()}
    if not isinstance(found, list):
        return {}
    return {text_of(each.get("key")): each.get("value") for each in found if isinstance(each, dict)}
