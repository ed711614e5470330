"""Edits of a Document: each gives a new Document whose text differs only where the edit is.

Rules: an edit splices text at the offsets of nodes and parses the result, so that the next one stands on
firm ground; comments, blank lines, quotes and line ends that an edit does not touch stay as they are; what
is removed takes its own lines and the comment behind it along, not the comments above it; an edit that
would break the file is a SaveError.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Map
from typing import Any

from integrator_tui.errors import SaveError
from integrator_tui.model.sealed import Path
from integrator_tui.store.yamltext import writer
from integrator_tui.store.yamltext.block_text import (
    brought_out,
    ended,
    ends_in_block,
    is_block_scalar,
    value_end,
    value_start,
)
from integrator_tui.store.yamltext.document import Document, parse
from integrator_tui.store.yamltext.node import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    after_line,
    column,
    content_end,
    is_absent,
    line_end,
    line_start,
)
from integrator_tui.store.yamltext.scalar import ENCRYPTED, inline
from integrator_tui.store.yamltext.spans import (
    Span,
    Splice,
    colon_end,
    dash,
    into_flow,
    item_span,
    member_end,
    member_span,
    starts_line,
    without_flow,
    without_member,
)


def put(document: Document, path: Path, value: Any) -> Document:
    """Set the value at `path`, plain data (None writes null): in place where the key exists, else as a new last
    member of the nearest mapping above, with the keys between. Raises SaveError where that cannot be."""
    if document.find(path) is not None:
        return splice(document, value_splices(document, path, value))
    for depth in range(len(path) - 1, -1, -1):
        parent = document.find(path[:depth])
        if isinstance(parent, Mapping) or (parent is not None and is_absent(parent)):
            break
    else:
        raise _unknown(path)
    for part in reversed(path[depth + 1 :]):
        value = {part: value}
    key = path[depth]
    if not isinstance(key, str) or not all(isinstance(part, str) for part in path[depth:]):
        raise _unknown(path)
    if not isinstance(parent, Mapping):
        return put(document, path[:depth], {key: value})
    return insert_member(document, path[:depth], len(parent.members), key, value)


def put_texts(document: Document, texts: Map[Path, str]) -> Document:
    """Replace the texts of scalars that exist, all at once."""
    return splice(document, [s for path, text in texts.items() for s in value_splices(document, path, text)])


def delete(document: Document, path: Path) -> Document:
    """Remove the key or item at `path`; where it is not there, nothing happens. A collection that loses its last
    member stays, empty."""
    parent = document.find(path[:-1])
    number = _number(parent, path[-1])
    if parent is None or number is None:
        return document
    source = document.text
    if isinstance(parent, Mapping):
        if len(parent.members) == 1:
            return _emptied(document, path[:-1], parent)
        if parent.flow:
            return splice(document, without_flow(source, _member_spans(source, parent), number))
        return splice(document, [without_member(source, parent, number)])
    assert isinstance(parent, Sequence)
    if len(parent.items) == 1:
        return _emptied(document, path[:-1], parent)
    if parent.flow:
        return splice(document, without_flow(source, _item_spans(source, parent), number))
    start, end = item_span(source, parent, number)
    return splice(document, [(line_start(source, start), after_line(source, end), "")])


def rename(document: Document, path: Path, key: str) -> Document:
    """Write another key at `path`, its value and place kept."""
    parent, old = document.find(path[:-1]), path[-1]
    number = parent.position(old) if isinstance(parent, Mapping) and isinstance(old, str) else None
    if number is None or not isinstance(parent, Mapping):
        raise _unknown(path)
    node = parent.members[number].key
    return splice(document, [(node.start, node.end, inline(key, flow=True, style=node.style))])


def insert_member(document: Document, path: Path, index: int, key: str, value: Any) -> Document:
    """Write a new key into the mapping at `path`, as its member number `index`."""
    document = ended(document)
    node = document.find(path)
    if not isinstance(node, Mapping):
        raise _unknown(path)
    if not node.members and not _in_flow(document, path) and path:
        return splice(document, value_splices(document, path, {key: value}))
    source = document.text
    if node.flow:
        text = f"{inline(key, flow=True)}: {writer.flow(value)}"
        return splice(document, into_flow(source, node, _member_spans(source, node), index, text))
    indent = column(source, node.start)
    lines = writer.member(key, value, indent, step=_step(document))
    if index > 0:
        return splice(document, _after(document, member_end(source, node.members[index - 1]), lines, value, indent))
    start = node.start
    if starts_line(source, start):
        start = line_start(source, start)
        return splice(document, [(start, start, _joined(document, lines))])
    text = _joined(document, lines).lstrip(" ") + " " * indent
    return splice(document, [(start, start, text)])


def insert_item(document: Document, path: Path, index: int, value: Any) -> Document:
    """Write a new item into the sequence at `path`, as its item number `index`."""
    document = ended(document)
    node = document.find(path)
    if not isinstance(node, Sequence):
        raise _unknown(path)
    if not node.items and not _in_flow(document, path):
        return splice(document, value_splices(document, path, [value]))
    source = document.text
    if node.flow:
        text = writer.flow(value)
        return splice(document, into_flow(source, node, _item_spans(source, node), index, text))
    indent = column(source, node.start)
    lines = writer.item(value, indent, step=_step(document))
    if index > 0:
        return splice(document, _after(document, item_span(source, node, index - 1)[1], lines, value, indent))
    start = line_start(source, node.start)
    return splice(document, [(start, start, _joined(document, lines))])


def move_item(document: Document, path: Path, number: int, index: int) -> Document:
    """Put an item of the sequence at `path` before the one that is number `index`, all that stands in its lines
    included."""
    document = ended(document)
    node = document.find(path)
    if not isinstance(node, Sequence):
        raise _unknown(path)
    if index in (number, number + 1):
        return document
    source = document.text
    if node.flow:
        # The texts change places: what stands between them, comments included, belongs to no item.
        spans = _item_spans(source, node)
        texts = [source[start:end] for start, end in spans]
        moved = texts.pop(number)
        texts.insert(index - (number < index), moved)
        return splice(document, [(start, end, text) for (start, end), text in zip(spans, texts, strict=True)])
    start, end = item_span(source, node, number)
    first, last = line_start(source, start), after_line(source, end)
    text = source[first:last]
    if text[-1:] not in ("\n", "\r"):
        text += document.line_end
    if index < len(node.items):
        at = line_start(source, dash(source, node, index))
    else:
        at = after_line(source, item_span(source, node, index - 1)[1])
        if source[at - 1 : at] not in ("\n", "\r"):
            text = document.line_end + text.rstrip("\r\n")
    return splice(document, [(first, last, ""), (at, at, text)])


def splice(document: Document, splices: Iterable[Splice]) -> Document:
    """Return the document with every splice made; raises SaveError where the result has a new problem."""
    pieces: list[str] = []
    done = 0
    for start, end, text in sorted(splices, key=lambda piece: piece[:2]):
        pieces += (document.text[done:start], text)
        done = end
    changed = parse("".join(pieces) + document.text[done:])
    if len(changed.problems) > len(document.problems) or changed.mapping is None:
        what = changed.problems[0].message if changed.problems else "nothing would be left"
        raise SaveError(f"the change cannot be written: {what}", "edit the file by hand; it is as it was")
    return changed.reopened(document.opened).with_base(document.base)


def value_splices(document: Document, path: Path, value: Any) -> list[Splice]:
    """Return the splices that put plain data in the place of the value at `path`."""
    source, node, parent = document.text, document.find(path), document.find(path[:-1])
    if node is None or not path or parent is None or isinstance(parent, Scalar):
        raise _unknown(path)
    style = _style(node, value)
    slot = _slot(source, parent, path[-1])
    if parent.flow:
        start, end = node.start, content_end(source, node)
        lead = "" if start < end else " " if source[slot - 1 : slot] == ":" else ": "
        if isinstance(parent, Sequence):
            lead = ""
        return [(start, end, lead + writer.flow(value, style=style))]
    key = str(path[-1]) if isinstance(parent, Mapping) else ""
    indent, step = column(source, parent.start), _step(document)
    written = writer.block(value, indent, key=key, step=step, style=style)
    end, behind = value_end(source, node)
    start, text = value_start(source, slot, node, written.inline, indent, step)
    if isinstance(parent, Mapping) and node.start == node.end and source[slot - 1 : slot] != ":":
        # An explicit key without a value may do without its colon (YAML 1.2 section 8.2.2).
        text = f"{document.line_end}{' ' * indent}:{text}"
    if not written.lines:
        return [(start, end, text + (behind if is_block_scalar(node) else ""))]
    lines = [text + behind, *written.lines]
    if start != slot and not text:
        # The value stands behind a comment of its own, and begins on the line below.
        lines = [*([" " * (indent + step) + behind.strip()] if behind.strip() else ()), *written.lines]
    rest = max(line_end(source, end), end)
    body = document.line_end.join(lines) + (document.line_end if rest == len(source) and "\n" in str(value) else "")
    if not isinstance(value, str) and not ends_in_block(value):
        return [(start, rest, body)]
    return [(start, rest, body), *brought_out(source, rest, indent + step, indent)]


def _style(node: Node, value: Any) -> str:
    if not isinstance(node, Scalar) or not isinstance(value, str):
        return ""
    if value.startswith(ENCRYPTED) and not node.text.startswith(ENCRYPTED):
        return ""
    return node.style


def _slot(source: str, parent: Mapping | Sequence, part: str | int) -> int:
    """Where the value of a key or item begins: behind its colon or dash."""
    number = _number(parent, part)
    assert number is not None
    if isinstance(parent, Mapping):
        return colon_end(source, parent.members[number])
    return parent.items[number].start if parent.flow else dash(source, parent, number) + 1


def _number(parent: Node | None, part: str | int) -> int | None:
    if isinstance(parent, Mapping) and isinstance(part, str):
        return parent.position(part)
    if isinstance(parent, Sequence) and isinstance(part, int) and 0 <= part < len(parent.items):
        return part
    return None


def _emptied(document: Document, path: Path, node: Mapping | Sequence) -> Document:
    empty: Any = {} if isinstance(node, Mapping) else []
    if path and not node.flow:
        end = content_end(document.text, node)
        comment = (end, max(line_end(document.text, end), end), "")
        at_line_start = document.text[end - 1] in "\r\n"
        return splice(document, [*value_splices(document, path, empty), *([] if at_line_start else [comment])])
    return splice(document, [(node.start, content_end(document.text, node), writer.flow(empty))])


def _member_spans(source: str, node: Mapping) -> list[Span]:
    return [member_span(source, member) for member in node.members]


def _item_spans(source: str, node: Sequence) -> list[Span]:
    return [item_span(source, node, number) for number in range(len(node.items))]


def _joined(document: Document, lines: Iterable[str]) -> str:
    return "".join(line + document.line_end for line in lines)


def _after(document: Document, end: int, lines: Iterable[str], value: Any, indent: int) -> list[Splice]:
    """The splices that put new lines, `value` at column `indent`, behind the line where something ends."""
    source = document.text
    at, text = after_line(source, end), _joined(document, lines)
    if at == len(source) and source[-1:] not in ("\n", "\r"):
        text = document.line_end + (text if ends_in_block(value) else text.removesuffix(document.line_end))
    # At the start of a line stands what belongs to the line before.
    last = at - len(document.line_end) if source[end - 1 : end] in ("\n", "\r") else end
    return [(at, at, text), *(brought_out(source, last, indent + 1, indent) if ends_in_block(value) else ())]


def _in_flow(document: Document, path: Path) -> bool:
    """Whether the node at `path` stands inside a flow collection."""
    parent = document.find(path[:-1]) if path else None
    return parent is not None and not isinstance(parent, Scalar) and parent.flow


def _step(document: Document) -> int:
    """How many spaces the file indents by."""
    for member in document.mapping.members if document.mapping else ():
        if isinstance(member.value, Mapping) and not member.value.flow and member.value.members:
            return max(column(document.text, member.value.start) - column(document.text, member.key.start), 1)
    return 2


def _unknown(path: Path) -> SaveError:
    return SaveError(f"there is no place for {'.'.join(map(str, path))} in the file", "edit the file by hand")
