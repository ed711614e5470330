"""Values as Postman writes them: texts that may be objects, lists that may be objects, what is switched off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from integrator_tui.interchange.collections.variables import ForeignVariable
from integrator_tui.interchange.documents.source import SourceNode


def text_of(value: Any) -> str:
    """Return a value as text; null is empty, and numbers and booleans are as JSON writes them."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else ""


def described(node: SourceNode) -> str:
    """Return a description, which is text or an object with `content`."""
    found = node.child("description")
    return found.text("content") if isinstance(found.value, dict) else node.text("description")


def items(node: SourceNode, key: str) -> Iterator[SourceNode]:
    """Yield the objects in the list at a key."""
    found = node.child(key)
    for number in range(len(found.value) if isinstance(found.value, list) else 0):
        item = found.child(number)
        if isinstance(item.value, dict):
            yield item


def enabled(node: SourceNode, key: str) -> Iterator[SourceNode]:
    """Yield the objects in the list at a key that are not switched off."""
    return (item for item in items(node, key) if item.value.get("disabled") is not True)


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
