"""Values as collections write them: texts that may be numbers, lists of objects, what is switched off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from integrator_tui.interchange.documents.source import SourceNode


def text_of(value: Any) -> str:
    """Return a value as text; null is empty, and numbers and booleans are as JSON writes them."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else ""


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
