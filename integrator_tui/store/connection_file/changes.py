"""Bringing a document to a value: only what differs is edited, key by key and item by item.

Rules: what reads as the wanted value is not touched, however it is written; a key whose value becomes its
default goes; a new key takes its place in the order of the shape, a new name or item the place it has among
its neighbours; a name that changed in place is renamed there, except below `secrets`, where a value belongs to
its name.
"""

from __future__ import annotations

from collections.abc import Hashable
from collections.abc import Sequence as Listed
from difflib import SequenceMatcher
from typing import Any

from integrator_tui.errors import SaveError
from integrator_tui.model.sealed import Path
from integrator_tui.store.connection_file.containers import (
    ItemsKind,
    Methods,
    OneOrMore,
    OutputsKind,
    PairsKind,
    SecretNames,
    Variants,
)
from integrator_tui.store.connection_file.kinds import ABSENT, Findings, JsonKind, KeptKind, Kind, SectionKind, Text
from integrator_tui.store.yamltext.document import Document, plain
from integrator_tui.store.yamltext.edits import delete, insert_item, insert_member, move_item, put, rename
from integrator_tui.store.yamltext.node import Mapping, Node, Sequence, is_absent
from integrator_tui.store.yamltext.spans import starts_line

_TEXT = Text(None)


def merge(document: Document, path: Path, kind: Kind, value: Any, data: Any) -> Document:
    """Return the document with `value` at `path`, where something stands; `data` is the value as plain data."""
    node = document.find(path)
    if node is None or is_absent(node):
        return put(document, path, data)
    if _value(kind, node) == value:
        return document
    if isinstance(node, Mapping) and data and not (path and _outgrown(document, node, data)):
        if isinstance(kind, (SectionKind, Methods, Variants)):
            return _fields(document, path, kind, value, data)
        if isinstance(kind, KeptKind):
            order = sorted(data, key=lambda name: (node.position(name) is None, node.position(name)))
            return _names(
                document, path, [(name, JsonKind(), data[name], data[name]) for name in order], renames=False
            )
        if isinstance(kind, SecretNames):
            return _names(document, path, [(name, _TEXT, ABSENT, "") for name in value], renames=False)
        if isinstance(kind, (PairsKind, OutputsKind)):
            inner = kind.value if isinstance(kind, OutputsKind) else kind.inner
            listed = [(name, inner, item, data[name]) for name, item in kind.members(value)]
            return _names(document, path, listed, renames=True)
    if isinstance(kind, OneOrMore) and isinstance(node, Sequence) and isinstance(data, list):
        kind = ItemsKind(_TEXT, "value")
    if isinstance(node, Sequence) and data and isinstance(kind, ItemsKind):
        return _items(document, path, kind, value, data)
    return put(document, path, data)


def place(order: Listed[str], node: Mapping, key: str) -> int:
    """Return the position that a new key takes in a mapping whose keys have an order."""
    known = {name: number for number, name in enumerate(order)}
    before = [n for n, member in enumerate(node.members) if known.get(member.key.text, len(order)) < known[key]]
    if before:
        return before[-1] + 1
    after = [n for n, member in enumerate(node.members) if known.get(member.key.text, -1) > known[key]]
    return after[0] if after else len(node.members)


def _value(kind: Kind, node: Node) -> Any:
    return kind.default if is_absent(node) else kind.read(node, "", Findings())


def _outgrown(document: Document, node: Mapping, data: dict[str, Any]) -> bool:
    """Whether a mapping in one line of braces is to hold text of several lines, and can be written anew."""
    written = document.text[node.start : node.end]
    if not node.flow or set(written) & set("\n\r") or any(member.key.text not in data for member in node.members):
        return False
    return any(isinstance(item, str) and "\n" in item for item in data.values())


def _fields(
    document: Document, path: Path, kind: SectionKind | Methods | Variants, value: Any, data: Any
) -> Document:
    """Edit a mapping with known keys: those to write, then those to take out."""
    if isinstance(kind, Methods):
        fields = dict(kind.sections[value["type"]].fields)
        old = _value(kind, document.find(path) or _absent())
        others = {key: inner for key, inner in kind.sections[old["type"]].fields.items() if key not in fields}
    else:
        fields, others = dict(kind.fields), {}
    order = (*fields, "secrets", "sops")
    for key, inner in fields.items():
        node = document.find((*path, key))
        if key in data and node is None:
            if isinstance(kind, SectionKind) and key in kind.always and inner.plain(value[key]) is ABSENT:
                # Written in a new file; one that does without keeps doing so.
                continue
            parent = document.find(path)
            assert isinstance(parent, Mapping)
            document = insert_member(document, path, place(order, parent, key), key, data[key])
        elif key in data:
            document = merge(document, (*path, key), inner, value[key], data[key])
        elif node is not None and not is_absent(node) and _differs(inner, node, value, key):
            others[key] = inner
    for key, inner in others.items():
        document = _without(document, (*path, key), inner)
    return document


def _without(document: Document, path: Path, kind: Kind) -> Document:
    """Take a key out, save for what is unknown below it, or a secret to be given: that is nobody's to drop."""
    node = document.find(path)
    if isinstance(kind, SecretNames) and isinstance(node, Mapping):
        if any(is_absent(value) for _, value in node.members):
            return _names(document, path, [], renames=False)
        return delete(document, path)
    if node is None or not _has_unknown(kind, node):
        return delete(document, path)
    if isinstance(kind, Methods):
        return _fields(document, path, kind, kind.default, kind.default)
    assert isinstance(kind, (SectionKind, Variants))
    assert isinstance(node, Mapping)
    for key in [member.key.text for member in node.members if member.key.text in kind.fields]:
        document = _without(document, (*path, key), kind.fields[key])
    return document


def _has_unknown(kind: Kind, node: Node) -> bool:
    if not isinstance(node, Mapping) or not isinstance(kind, (SectionKind, Methods, Variants)):
        return False
    fields = kind.sections[_value(kind, node)["type"]].fields if isinstance(kind, Methods) else kind.fields
    return any(key.text not in fields or _has_unknown(fields[key.text], value) for key, value in node.members)


def _differs(kind: Kind, node: Node, value: Any, key: str) -> bool:
    return key not in value or _value(kind, node) != value[key]


def _absent() -> Node:
    raise SaveError("a key vanished while the file was edited", "edit the file by hand; it is as it was")


def _names(
    document: Document, path: Path, wanted: Listed[tuple[str, Kind, Any, Any]], *, renames: bool
) -> Document:
    """Edit a mapping of free names to the wanted ones, in their order."""
    names = [name for name, *_ in wanted]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise SaveError(f"the name {twice} stands twice in {'.'.join(map(str, path))}", "a file can hold it once")
    if renames:
        document = _renamed(document, path, names)
    old = _present(document, path)
    kept = {old[n] for block in SequenceMatcher(None, old, names, False).get_matching_blocks() for n in _run(block)}
    moved = {
        name: plain(node)
        for name in old
        if name in names and name not in kept and (node := document.find((*path, name)))
    }
    for name in moved:
        document = delete(document, (*path, name))
    previous: str | None = None
    for name, kind, value, data in wanted:
        node = document.find((*path, name))
        if node is not None and is_absent(node) and value is not ABSENT:
            document = put(document, (*path, name), data)
        elif node is not None and is_absent(node):
            document = put(document, (*path, name), "")
        elif node is None:
            text = moved.get(name, data) if value is ABSENT else data
            document = insert_member(document, path, _behind(document, path, previous), name, text)
        elif value is not ABSENT:
            document = merge(document, (*path, name), kind, value, data)
        previous = name
    for name in old:
        if name not in names:
            document = delete(document, (*path, name))
    return document


def _run(block: Any) -> range:
    return range(block.a, block.a + block.size)


def _behind(document: Document, path: Path, previous: str | None) -> int:
    node = document.find(path)
    assert isinstance(node, Mapping)
    position = node.position(previous) if previous is not None else None
    return 0 if position is None else position + 1


def _present(document: Document, path: Path) -> list[str]:
    node = document.find(path)
    assert isinstance(node, Mapping)
    return [
        key.text
        for key, value in node.members
        if not is_absent(value) and not (path == ("secrets",) and key.text == "_seal")
    ]


def _renamed(document: Document, path: Path, names: list[str]) -> Document:
    """Rename in place where a run of names gave way to others."""
    node = document.find(path)
    assert isinstance(node, Mapping)
    taken = {key.text for key, _ in node.members}
    old = _present(document, path)
    for _, first, last, start, end in SequenceMatcher(None, old, names, False).get_opcodes():
        for before, after in zip(old[first:last], names[start:end], strict=False):
            if before not in names and after not in taken:
                document = rename(document, (*path, before), after)
    return document


def _items(document: Document, path: Path, kind: ItemsKind, value: Listed[Any], data: Listed[Any]) -> Document:
    """Edit a list item by item; items with names are the same where their names are."""
    node = document.find(path)
    assert isinstance(node, Sequence)
    places = [number for number, item in enumerate(node.items) if not is_absent(item)]
    if not places:
        return put(document, path, data)
    old, new = _keys(_value(kind, node)), _keys(value)
    if len(set(old)) < len(old) or len(set(new)) < len(new):
        old, new = [repr(item) for item in _value(kind, node)], [repr(item) for item in value]
    elif node.flow or starts_line(document.text, node.start):
        document, old, places = _in_order(document, path, dict(zip(places, old, strict=True)), new)
    for tag, first, last, start, end in reversed(SequenceMatcher(None, old, new, False).get_opcodes()):
        if tag == "equal" or tag == "replace":
            document = _run_of_items(document, path, kind, places[first:last], value[start:end], data[start:end])
        kept = min(last - first, end - start)
        for number in reversed(places[first + kept : last]):
            document = delete(document, (*path, number))
        at = places[first + kept] if first + kept < len(places) else places[-1] + 1
        for item in reversed(data[start + kept : end]):
            document = insert_item(document, path, at, item)
    return document


def _in_order(
    document: Document, path: Path, old: dict[int, Hashable], new: list[Hashable]
) -> tuple[Document, list[Hashable], list[int]]:
    """Move the items whose order among each other changed, so that nobody's key and no comment in them is lost;
    return their keys and places then."""
    order = [old.get(number) for number in range(max(old) + 1)]
    common = [key for key in new if key in order]
    matches = SequenceMatcher(None, [key for key in order if key in common], common, False).get_matching_blocks()
    kept = {common[number] for block in matches for number in range(block.b, block.b + block.size)}
    index = 0
    for key in common:
        number = order.index(key)
        if key not in kept:
            document = move_item(document, path, number, index)
            order.insert(index, key)
            del order[number + (index <= number)]
        index = order.index(key) + 1
    places = [number for number, key in enumerate(order) if key is not None]
    return document, [order[number] for number in places], places


def _run_of_items(
    document: Document, path: Path, kind: ItemsKind, places: list[int], value: Listed[Any], data: Listed[Any]
) -> Document:
    for number, item, text in zip(places, value, data, strict=False):
        document = merge(document, (*path, number), kind.item, item, text)
    return document


def _keys(items: Listed[Any]) -> list[Hashable]:
    return [item["name"] if isinstance(item, dict) and item.get("name") else repr(item) for item in items]
