"""The `sops` block: written last in the file, and changed only where its values differ.

Rules: an entry that stays keeps its lines to the byte, so that a diff shows what was renewed and nothing else;
recipients are the same where their text is; the block is the vault's, and what it does not hold goes.
"""

from __future__ import annotations

from collections.abc import Hashable
from collections.abc import Mapping as Map
from collections.abc import Sequence as Listed
from difflib import SequenceMatcher
from typing import Any

from integrator_tui.model.sealed import Path
from integrator_tui.store.yamltext.document import SOPS, Document, plain
from integrator_tui.store.yamltext.edits import delete, insert_item, insert_member, put
from integrator_tui.store.yamltext.node import Mapping, Node, Scalar, Sequence, is_absent
from integrator_tui.store.yamltext.scalar import boolean


def merge_block(document: Document, metadata: Map[str, Any]) -> Document:
    """Return the document with `metadata` as its `sops` block: nested mappings, lists, texts, booleans, None."""
    root = document.mapping
    if root is not None and document.find((SOPS,)) is None:
        return insert_member(document, (), len(root.members), SOPS, metadata)
    return _merge(document, (SOPS,), metadata)


def _merge(document: Document, path: Path, value: Any) -> Document:
    node = document.find(path)
    if node is not None and _same(node, value):
        return document
    if isinstance(node, Mapping) and isinstance(value, Map) and value and node.members:
        return _members(document, path, value)
    if isinstance(node, Sequence) and _is_list(value) and value and node.items:
        return _items(document, path, node, value)
    return put(document, path, value)


def _members(document: Document, path: Path, value: Map[str, Any]) -> Document:
    index = 0
    for key, item in value.items():
        node = document.find(path)
        assert isinstance(node, Mapping)
        position = node.position(key)
        if position is None:
            document = insert_member(document, path, index, key, item)
            position = index
        else:
            document = _merge(document, (*path, key), item)
        index = position + 1
    node = document.find(path)
    assert isinstance(node, Mapping)
    for key in [member.key.text for member in node.members if member.key.text not in value]:
        document = delete(document, (*path, key))
    return document


def _items(document: Document, path: Path, node: Sequence, value: Listed[Any]) -> Document:
    old, new = [_key(plain(item)) for item in node.items], [_key(item) for item in value]
    for _, first, last, start, end in reversed(SequenceMatcher(None, old, new, False).get_opcodes()):
        kept = min(last - first, end - start)
        for offset in range(kept):
            document = _merge(document, (*path, first + offset), value[start + offset])
        for number in reversed(range(first + kept, last)):
            document = delete(document, (*path, number))
        for item in reversed(value[start + kept : end]):
            document = insert_item(document, path, first + kept, item)
    return document


def _key(item: Any) -> Hashable:
    return str(item["recipient"]) if isinstance(item, Map) and "recipient" in item else repr(item)


def _same(node: Node, value: Any) -> bool:
    if isinstance(node, Scalar):
        if value is None:
            return is_absent(node)
        if isinstance(value, bool):
            return boolean(node) is value
        return isinstance(value, (str, int, float)) and not is_absent(node) and node.text == str(value)
    if isinstance(node, Mapping):
        return isinstance(value, Map) and plain(node) == dict(value)
    return _is_list(value) and plain(node) == list(value)


def _is_list(value: Any) -> bool:
    return isinstance(value, Listed) and not isinstance(value, str)
