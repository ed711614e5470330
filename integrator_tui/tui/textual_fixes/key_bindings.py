"""The keys that a widget itself has. Serves Textual 8.2.8, whose `DOMNode._bindings` has no public name."""

from __future__ import annotations

from collections.abc import Iterator

from textual.binding import Binding
from textual.dom import DOMNode


def bindings_of(node: DOMNode) -> Iterator[Binding]:
    """Yield the bindings of a node, those of what it stands in left out."""
    for bindings in node._bindings.key_to_bindings.values():
        yield from bindings
