"""Plain values of a YAML document that may hold anchors, aliases and merge keys, as a file of sops may.

Rules: merge keys as the library of sops has them: what a mapping says itself comes first, then what it merges, of
a list of mappings the first. A key that stands twice is refused, as there, and so is what that library could take
for something else: a tag. Bounded, for an alias can stand for many values.
"""

from __future__ import annotations

from typing import Any, Final

from integrator_tui.errors import InvalidFile
from integrator_tui.model.text import visible
from integrator_tui.store.yamltext.node import Mapping, Node, Scalar

_BUDGET: Final = 10_000
_MAX_DEPTH: Final = 100
_MERGE: Final = "<<"


class Quoted(str):
    """A text that stands in quotes, or as a block."""

    __slots__ = ()


def plain_values(node: Node) -> Any:
    """Return a node as dicts, lists and texts, with None for null; raise InvalidFile where it cannot be read so."""
    return _Values().of(node)


class _Values:
    def __init__(self) -> None:
        self._left = _BUDGET

    def of(self, node: Node, depth: int = 0) -> Any:
        self._left -= 1
        if self._left < 0 or depth > _MAX_DEPTH:
            raise InvalidFile("the aliases of the file stand for too many values", "write them out")
        if isinstance(node, Scalar):
            return _text(node)
        if not isinstance(node, Mapping):
            return [self.of(item, depth + 1) for item in node.items]
        return self._mapping(node, depth + 1)

    def _mapping(self, node: Mapping, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        seen: set[tuple[str, bool]] = set()
        for key, value in node.members:
            merges = key.text == _MERGE and not key.style
            if (key.text, merges) in seen:
                name = visible(key.text, limit=60)
                raise InvalidFile(
                    f"the key {name} stands twice in a mapping, again in line {key.line}", "keep one of them"
                )
            seen.add((key.text, merges))
            data = self.of(value, depth)
            if not merges:
                found[key.text] = data
                continue
            for source in reversed(data if isinstance(data, list) else [data]):
                if not isinstance(source, dict):
                    raise InvalidFile(
                        f"a merge key (<<) in line {key.line} merges no mapping", "write the keys themselves"
                    )
                merged |= source
        return {**merged, **found}


def _text(node: Scalar) -> str | None:
    if node.tag is not None:
        raise InvalidFile(f"a tag (!) in line {node.line} is not followed here", "take it out")
    if node.is_null:
        return None
    return Quoted(node.text) if node.style else node.text
