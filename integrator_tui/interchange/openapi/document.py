"""A document and the files that it names: values with the place where each stands, and `$ref` followed in them.

Rules: a `$ref` leads into the document itself, or into a file that `load` gives; an address with a scheme, an
absolute path and whatever `load` refuses are left out, by name. A `$ref` that leads to itself leads nowhere.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import unquote, urljoin

from integrator_tui.errors import UsageError
from integrator_tui.interchange.documents.json_lines import Pointer
from integrator_tui.interchange.documents.source import DocumentReport, SourceDocument, SourceNode
from integrator_tui.model.text import visible

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_LONGEST_CHAIN: Final = 50


def joined(base: str, address: str) -> str:
    """Return an address below another one (RFC 3986 section 5), empty where it is none."""
    try:
        return urljoin(base, address)
    except ValueError:
        return ""


class References:
    """Goes through documents, following every `$ref` on the way."""

    def __init__(self, root: SourceDocument, load: Callable[[str], SourceDocument], report: DocumentReport) -> None:
        self.root = SourceNode(root.value, root)
        self._load = load
        self._report = report
        self._targets: dict[tuple[str, str], SourceNode] = {}
        self._documents: dict[str, SourceDocument] = {"": root}

    def get(self, node: SourceNode, *keys: str | int) -> SourceNode:
        """Return what stands below `node` at these keys."""
        for key in keys:
            node = self.follow(node.child(key))
        return node

    def members(self, node: SourceNode) -> Iterator[tuple[str, SourceNode]]:
        """Yield the members of an object that are objects themselves; extensions (`x-…`) are passed over."""
        for key in node.names():
            found = self.follow(node.child(key))
            if isinstance(found.value, dict) and not key.startswith("x-"):
                yield key, found

    def items(self, node: SourceNode) -> Iterator[SourceNode]:
        """Yield the items of a list that are objects."""
        for number in range(len(node.value) if isinstance(node.value, list) else 0):
            found = self.follow(node.child(number))
            if isinstance(found.value, dict):
                yield found

    def follow(self, node: SourceNode) -> SourceNode:
        """Return what a `$ref` leads to in the end, with no value where that is nothing."""
        seen: set[tuple[str, Pointer]] = set()
        while isinstance(node.value, dict) and isinstance(ref := node.value.get("$ref"), str):
            here = (node.source.name, node.pointer)
            if here in seen or len(seen) >= _LONGEST_CHAIN:
                self._report.say(f"left out: $ref {_shown(ref)} leads in a circle", node)
                return SourceNode(None, node.source, node.pointer)
            seen.add(here)
            try:
                node = self._target(node, ref)
            except UsageError as error:
                self._report.say(f"left out: $ref {_shown(ref)}: {error.message}", node)
                return SourceNode(None, node.source, node.pointer)
        return node

    def _target(self, node: SourceNode, ref: str) -> SourceNode:
        known = self._targets.get((node.source.name, ref))
        if known is None:
            known = self._targets[node.source.name, ref] = self._found(node, ref)
        return known

    def _found(self, node: SourceNode, ref: str) -> SourceNode:
        address, _, fragment = ref.partition("#")
        own = self.root.value.get("$self") if isinstance(self.root.value, dict) else None
        if not address:
            source = node.source
        elif isinstance(own, str) and address == own.partition("#")[0]:
            source = self.root.source
        else:
            source = self._document(node.source, address)
        return _within(source, unquote(fragment))

    def _document(self, source: SourceDocument, address: str) -> SourceDocument:
        if _SCHEME.match(address):
            raise UsageError("addresses are never fetched, and no file: is opened by one")
        if address.startswith("/") or "\\" in address:
            raise UsageError("it is not below the folder of the document")
        path = unquote(address.partition("?")[0])
        name = posixpath.normpath(posixpath.join(posixpath.dirname(source.name), path))
        if name.startswith("../") or name == ".." or "\0" in name:
            raise UsageError("it is not below the folder of the document")
        if name not in self._documents:
            self._documents[name] = self._load(name)
        return self._documents[name]


def _within(source: SourceDocument, fragment: str) -> SourceNode:
    node = SourceNode(source.value, source)
    if not fragment:
        return node
    if not fragment.startswith("/"):
        raise UsageError("an anchor is not looked for: write the way to it as #/…")
    for step in fragment[1:].split("/"):
        key: str | int = step.replace("~1", "/").replace("~0", "~")
        if isinstance(node.value, list):
            key = int(step) if step.isdecimal() and len(step) < 9 else -1
        node = node.child(key) if key != -1 else SourceNode(None, source, node.pointer)
        if node.value is None:
            raise UsageError("there is nothing at that place")
    return node


def _shown(ref: str) -> str:
    return visible(ref, limit=120)
