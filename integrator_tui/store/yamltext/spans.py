"""Where members and items begin and end in the text, and the splices that take them out or put them in.

Rules: a member taken out of a block takes its own lines and the comment behind it along; in a flow collection
it takes one comma along, never a comment of a neighbour.
"""

from __future__ import annotations

import re
from typing import Final

from integrator_tui.errors import SaveError
from integrator_tui.store.yamltext.node import (
    Mapping,
    Member,
    Sequence,
    after_line,
    column,
    content_end,
    line_end,
    line_start,
)

Splice = tuple[int, int, str]
"""Start and end offsets in the source, and the text that takes their place."""

Span = tuple[int, int]

_COLON: Final = re.compile(r"[ \t]*:")
_EXPLICIT_COLON: Final = re.compile(r"\s*:")
_COMMA: Final = re.compile(r"\s*,")
_CHANGE_BY_HAND: Final = "edit the file by hand; it is as it was"


def colon_end(source: str, member: Member) -> int:
    """Return the offset behind the colon of a member, or behind its key where a flow mapping leaves it out."""
    found = _COLON.match(source, member.key.end) or _EXPLICIT_COLON.match(source, member.key.end)
    return found.end() if found else member.key.end


def member_end(source: str, member: Member) -> int:
    """Return the offset behind the last character of a member, at least behind its colon."""
    return max(content_end(source, member.value), colon_end(source, member))


def member_span(source: str, member: Member) -> Span:
    """Return where a member begins and ends."""
    return member.key.start, member_end(source, member)


def dash(source: str, sequence: Sequence, number: int) -> int:
    """Return the offset of the dash of an item of a block sequence."""
    if number == 0:
        return sequence.start
    before = content_end(source, sequence.items[number - 1])
    indent = column(source, sequence.start)
    # The line break may stand at the end of the item before, where that keeps its trailing lines.
    found = re.compile(rf"(?:^|[\r\n]) {{{indent}}}-(?=\s|\Z)").search(source, max(before - 1, 0))
    if found is None:
        raise SaveError("an item of a list cannot be told apart from the next", _CHANGE_BY_HAND)
    return found.end() - 1


def item_span(source: str, sequence: Sequence, number: int) -> Span:
    """Return where an item begins, its dash included, and where it ends."""
    end = content_end(source, sequence.items[number])
    if sequence.flow:
        return sequence.items[number].start, end
    start = dash(source, sequence, number)
    return start, max(end, start + 1)


def starts_line(source: str, offset: int) -> bool:
    """Say whether only spaces stand before `offset` in its line."""
    return not source[line_start(source, offset) : offset].strip(" ")


def without_member(source: str, mapping: Mapping, number: int) -> Splice:
    """Return the splice that takes a member out of a block mapping that has others."""
    start, end = member_span(source, mapping.members[number])
    first = line_start(source, start)
    if re.fullmatch(r" *(\? *)?", source[first:start]):
        return first, after_line(source, end), ""
    # The member stands behind a dash, so the next one moves up to its place.
    following = mapping.members[number + 1].key.start
    if source[end:following].strip():
        return len(source[:start].rstrip(" ")), line_end(source, end), ""
    return start, following, ""


def without_flow(source: str, spans: list[Span], number: int) -> list[Splice]:
    """Return the splices that take an element out of a flow collection that has others."""
    start, end = spans[number]
    if number + 1 < len(spans):
        return [(start, spans[number + 1][0], "")]
    before = spans[number - 1][1]
    if not re.search(r"[#\r\n]", source[before:start]):
        return [(before, end, "")]
    comma = _COMMA.match(source, end)
    return [(start, comma.end() if comma else end, "")]


def into_flow(source: str, node: Mapping | Sequence, spans: list[Span], index: int, text: str) -> list[Splice]:
    """Return the splices that put `text` into a flow collection as its element number `index`."""
    if not spans:
        inside = node.start + 1
        return [(inside, inside, f"{text} " if source[inside : inside + 1] == "#" else text)]
    braces: list[Splice] = []
    if isinstance(node, Mapping) and source[node.start] != "{":
        # One pair in brackets is a mapping without braces (YAML 1.2 section 7.4.2).
        braces = [(node.start, node.start, "{"), (spans[-1][1], spans[-1][1], "}")]
    if index > 0:
        at = spans[index - 1][1]
        # Behind the colon of a key without a value, a comma alone would be read as a part of the key.
        blank = " " if source[at - 1] == ":" else ""
        return [*braces[:1], (at, at, f"{blank}, {text}"), *braces[1:]]
    at = spans[0][0]
    return [*braces[:1], (at, at, f"{text}, "), *braces[1:]]
