"""Where a value in a block begins and ends, and what must not run into a block scalar that is written.

Rules (YAML 1.2 sections 8.1.1 and 8.1.3): every line that is indented as deep as a block scalar is its content, a
comment and a line of blanks included, so that what stands behind a new one is brought out of it by its
indentation alone; at the end of a file without a last line break, the header says which breaks are content.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Map
from collections.abc import Sequence as Listed
from typing import Any, Final

from integrator_tui.store.yamltext.document import Document, parse
from integrator_tui.store.yamltext.node import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    column,
    content_end,
    line_end,
    line_start,
    scalars,
)
from integrator_tui.store.yamltext.spans import Splice

_HEADER: Final = re.compile(r"[|>][-+0-9]*")

_LINE: Final = re.compile(r"(?:\r\n|\n|\r)([ \t]*)(#?)(?=([^\r\n]?))")
_CHOMPING: Final = ("-", "", "+")


def is_block_scalar(node: Node) -> bool:
    """Say whether a node is written as a literal or folded block."""
    return isinstance(node, Scalar) and node.style in ("|", ">")


def ends_in_block(value: Any) -> bool:
    """Say whether the last line of plain data that is written in a block may belong to a block scalar."""
    while isinstance(value, (Map, Listed)) and not isinstance(value, str) and value:
        value = [*value.values()][-1] if isinstance(value, Map) else value[-1]
    return isinstance(value, str) and "\n" in value


def brought_out(source: str, end: int, block: int, parent: int) -> list[Splice]:
    """Return the splices that keep the lines behind `end` out of a block scalar that may be written there.

    `block` is the column of its content, `parent` that of the key or dash it belongs to. Comments are moved to
    `parent`, lines of blanks shortened.
    """
    splices: list[Splice] = []
    place, seen = line_end(source, end), False
    while match := _LINE.match(source, place):
        blanks, comment, further = match.groups()
        place = line_end(source, match.end())
        if comment:
            seen = True
            if len(blanks) > parent and (len(blanks) >= block or "\t" in blanks or splices):
                splices.append((match.start(1), match.end(1), " " * parent))
        elif further:
            break
        elif not seen and (len(blanks) > block or "\t" in blanks):
            splices.append((match.start(1), match.end(1), ""))
    return splices


def ended(document: Document) -> Document:
    """Return the document so that a line break at its end changes no value: the block scalar it may end in says
    otherwise by its header."""
    text = document.text
    last = _last(document.root)
    if text.endswith(("\n", "\r")) or last is None or last.style not in ("|", ">"):
        return document
    header = _HEADER.match(text, last.start)
    if header is None:
        return document
    wanted = _texts(parse(text).root)
    bare = re.sub("[-+]", "", header[0])
    for said in (header[0], *(f"{bare}{chomping}" for chomping in _CHOMPING)):
        changed = parse(f"{text[: last.start]}{said}{text[header.end() :]}")
        if _texts(changed.root) == wanted and _texts(parse(changed.text + document.line_end).root) == wanted:
            return changed.reopened(document.opened)
    return document


def value_end(source: str, node: Node) -> tuple[int, str]:
    """Return where a value in a block ends, and the comment that stands in the line where it begins or ends."""
    end = content_end(source, node)
    if isinstance(node, Scalar) and not is_block_scalar(node):
        return end, source[end : max(line_end(source, end), end)]
    if not isinstance(node, Scalar) and node.flow:
        return end, source[end : max(line_end(source, end), end)]
    end = node.start + len(source[node.start : end].rstrip("\r\n"))
    if isinstance(node, Scalar):
        header = source[node.start : min(line_end(source, node.start), end)]
        return end, _HEADER.sub("", header, count=1)
    return end, source[end : max(line_end(source, end), end)]


def value_start(source: str, slot: int, node: Node, inline: str, indent: int, step: int) -> tuple[int, str]:
    """Return where the text of a value is to begin, and what stands there in its first line; a comment between key
    and value stays between them."""
    gap = source[slot : node.start]
    if "#" not in gap:
        keeps_gap = bool(inline and gap and not gap.strip(" "))
        return (node.start, inline) if keeps_gap else (slot, f" {inline}" if inline else "")
    if not inline:
        return line_start(source, node.start), ""
    here = column(source, node.start)
    return node.start, ("" if here > indent else " " * (indent + step - here)) + inline


def _last(node: Node | None) -> Scalar | None:
    """Return the scalar that a document ends in, None where that is a flow collection or an empty one."""
    while isinstance(node, (Mapping, Sequence)):
        if node.flow:
            return None
        below = [member.value for member in node.members] if isinstance(node, Mapping) else node.items
        node = below[-1] if below else None
    return node


def _texts(root: Node | None) -> list[str]:
    return [scalar.text for scalar in scalars(root)] if root is not None else []
