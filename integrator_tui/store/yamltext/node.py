"""Nodes of a YAML text and where they stand in it.

Rules: a node holds character offsets into the text it was parsed from, never bytes and never a constructed
object; `end` is where the parser says the node ends, `content_end` where its last character stands, which
is what a splice needs; everything here is immutable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.pattern import pattern

BREAK: Final = pattern(r"\r\n|\n|\r")

_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})


class Scalar(NamedTuple):
    """One scalar: its decoded `text`, and `style`: `'`, `"`, `|`, `>`, or empty where it is written plain.

    `opened` is empty, or where the file holds the text encrypted the kind of value that it is (`model.sealed`), and
    `stored` is what stands there.
    """

    text: str
    style: str
    start: int
    end: int
    line: int
    tag: str | None = None
    opened: str = ""
    stored: str = ""

    @property
    def is_null(self) -> bool:
        """Whether YAML reads it as null, which counts as absent (YAML 1.2 section 10.3.2), as does a comment that
        sops made an item of a list."""
        if self.opened:
            return self.opened == "comment"
        return not self.style and self.tag is None and self.text in _NULLS

    @property
    def is_text(self) -> bool:
        """Whether it is text whatever it looks like: written in quotes or as a block."""
        return self.opened == "str" if self.opened else bool(self.style)


class Member(NamedTuple):
    """One key of a mapping with its value."""

    key: Scalar
    value: Node


class Mapping(NamedTuple):
    """One mapping; `flow` where it is written in braces. A key may stand twice: the first one counts."""

    members: tuple[Member, ...]
    flow: bool
    start: int
    end: int
    line: int

    def get(self, key: str) -> Node | None:
        """Return the value of `key`, or None where there is no such key."""
        for member in self.members:
            if member.key.text == key:
                return member.value
        return None

    def position(self, key: str) -> int | None:
        """Return the position of `key` among the members, or None."""
        for number, member in enumerate(self.members):
            if member.key.text == key:
                return number
        return None


class Sequence(NamedTuple):
    """One sequence; `flow` where it is written in brackets."""

    items: tuple[Node, ...]
    flow: bool
    start: int
    end: int
    line: int


Node = Scalar | Mapping | Sequence


def is_absent(node: Node | None) -> bool:
    """Say whether a key with this value counts as absent: no such key, or null."""
    return node is None or (isinstance(node, Scalar) and node.is_null)


def scalars(node: Node) -> Iterator[Scalar]:
    """Yield every scalar value below `node` in the order of the document, keys left out."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Mapping):
        for member in node.members:
            yield from scalars(member.value)
    else:
        for item in node.items:
            yield from scalars(item)


def content_end(source: str, node: Node) -> int:
    """Return the offset behind the last character that belongs to `node`.

    Comments and blank lines that follow are left out. For a block scalar that keeps its trailing lines it
    is the start of the next line, since those lines are part of the value.
    """
    if isinstance(node, Scalar):
        return _block_scalar_end(source, node) if node.style in ("|", ">") else node.end
    if node.flow:
        return node.end
    if isinstance(node, Mapping):
        return content_end(source, node.members[-1].value) if node.members else node.start
    return content_end(source, node.items[-1]) if node.items else node.start


def _block_scalar_end(source: str, node: Scalar) -> int:
    text = source[node.start : node.end]
    header, *rest = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    if re.match(r"[|>][-+0-9]*[+0-9]", header):
        return node.end
    filled = [line for line in rest if line.strip(" \r\n")]
    if not filled:
        return node.start + len(header.rstrip("\r\n"))
    indent = min(len(line) - len(line.lstrip(" ")) for line in filled)
    while len(rest[-1].rstrip("\r\n")) <= indent:
        rest.pop()
    return node.start + len(header + "".join(rest).rstrip("\r\n"))


def line_start(source: str, offset: int) -> int:
    """Return where the line that holds `offset` begins, behind a byte order mark."""
    start = max(source.rfind("\n", 0, offset), source.rfind("\r", 0, offset)) + 1
    return 1 if start == 0 < offset and source.startswith("\ufeff") else start


def line_end(source: str, offset: int) -> int:
    """Return where the line that holds `offset` ends, before its line break."""
    match = BREAK.search(source, offset)
    return match.start() if match else len(source)


def after_line(source: str, offset: int) -> int:
    """Return where the line after the one that ends at or behind `offset` begins.

    An offset at the very start of a line stands for the end of the line before.
    """
    if offset and source[offset - 1] in "\r\n":
        return offset
    match = BREAK.search(source, offset)
    return match.end() if match else len(source)


def column(source: str, offset: int) -> int:
    """Return how many characters stand before `offset` in its line."""
    return offset - line_start(source, offset)
