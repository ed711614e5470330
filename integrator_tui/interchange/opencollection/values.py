"""Values as OpenCollection writes them: texts with a type, named lists, and one of several variants."""

from __future__ import annotations

from typing import Any

from integrator_tui.interchange.collections.requests import Texts
from integrator_tui.interchange.collections.variables import ForeignVariable
from integrator_tui.interchange.documents.source import SourceNode, clean
from integrator_tui.interchange.documents.values import enabled
from integrator_tui.interchange.documents.values import text_of as plain_text


def text_of(value: Any) -> str:
    """Return a value as text: a scalar, or `data` of a value with a type."""
    return plain_text(value.get("data") if isinstance(value, dict) else value)


def described(value: Any) -> str:
    """Return a description or documentation, which is text or an object with `content`."""
    return text_of(value.get("content")) if isinstance(value, dict) else text_of(value)


def pairs(node: SourceNode, key: str) -> Texts:
    """Return the names and values in the list at a key that have a name."""
    found = ((text_of(item.value.get("name")), text_of(item.value.get("value"))) for item in enabled(node, key))
    return tuple(pair for pair in found if pair[0])


def chosen(node: SourceNode, key: str) -> SourceNode:
    """Return what stands at a key, of several variants the selected one, else the first; `body` or `value` of it
    is what is meant."""
    found = node.child(key)
    if not isinstance(found.value, list):
        return found
    numbers = [number for number, each in enumerate(found.value) if isinstance(each, dict)]
    selected = [number for number in numbers if found.value[number].get("selected") is True]
    for number in (selected or numbers)[:1]:
        variant = found.child(number)
        return variant.child("body" if "body" in variant.value else "value" if "value" in variant.value else "data")
    return SourceNode(None, node.source, found.pointer)


def variables(node: SourceNode, key: str = "variables") -> dict[str, ForeignVariable]:
    """Return the variables in the list at a key; those that are secrets have no value in a document."""
    found = {}
    for item in enabled(node, key):
        name = text_of(item.value.get("name"))
        if name:
            value = clean(text_of(chosen(item, "value").value))
            found[name] = ForeignVariable(value, item.value.get("secret") is True)
    return found
