"""A collection that is a folder: `opencollection.yml`, a file for each request, and `folder.yml` in each folder.

Rules: the order is that of `info.seq`, then of the names, as Bruno shows them; a folder without `folder.yml` is
called as it is called on the disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from integrator_tui.interchange.documents.source import SourceDocument, SourceNode

ROOT_FILE = "opencollection.yml"
FOLDER_FILE = "folder.yml"


@dataclass(slots=True)
class CollectionTree:
    """A folder of a collection: its name, what its own file says, None where it has none, and what lies in it."""

    name: str
    own: SourceDocument | None = None
    requests: list[SourceDocument] = field(default_factory=list)
    folders: list[CollectionTree] = field(default_factory=list)

    @property
    def node(self) -> SourceNode:
        """What the folder says of itself."""
        own = self.own
        if own is None or not isinstance(own.value, dict):
            said = {"info": {"name": self.name}}
            return SourceNode(said, SourceDocument(self.name, said, lambda pointer: 1))
        return SourceNode(own.value, own)

    def inside(self) -> Iterator[SourceNode | CollectionTree]:
        """Yield requests and folders in their order."""
        found: list[tuple[float, int, str, SourceNode | CollectionTree]] = [
            *((_seq(each.node), 0, each.name, each) for each in self.folders),
            *((_seq(SourceNode(e.value, e)), 1, e.name, SourceNode(e.value, e)) for e in self.requests),
        ]
        found.sort(key=lambda each: each[:3])
        return (each[3] for each in found)


def _seq(node: SourceNode) -> float:
    number = node.child("info").child("seq").value
    is_number = isinstance(number, int | float) and not isinstance(number, bool)
    return float(number) if is_number and abs(number) < 1e9 else float("inf")
