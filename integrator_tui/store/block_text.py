"""Where a block scalar ends: what must not run into one that is written, and what must not run on behind one.

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
from integrator_tui.store.yamltext.node import Mapping, Node, Scalar, Sequence, line_end, scalars
from integrator_tui.store.yamltext.spans import Splice

HEADER: Final = re.compile(r"[|>][-+0-9]*")

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
    header = HEADER.match(text, last.start)
    if header is None:
        return document
    wanted = _texts(parse(text).root)
    bare = re.sub("[-+]", "", header[0])
    for said in (header[0], *(f"{bare}{chomping}" for chomping in _CHOMPING)):
        changed = parse(f"{text[: last.start]}{said}{text[header.end() :]}")
        if _texts(changed.root) == wanted and _texts(parse(changed.text + document.line_end).root) == wanted:
            return changed.reopened(document.opened)
    return document


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
