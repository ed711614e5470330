"""A line of a body in pieces, each with the part that it plays, so that a theme can colour it.

Everything is made visible here. What is cut in two by the end of a line is coloured by how it begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from integrator_tui.model.text import visible

INDENT: Final = 2
DEEPEST_INDENT: Final = 48
"""Cells that a line is indented at most, so that what is nested deeper can be read."""


class Piece(NamedTuple):
    """A text and its part: key, string, number, word, mark, tag, comment, note, or nothing."""

    text: str
    part: str = ""


PARTS: Final = ("key", "string", "number", "word", "mark", "tag", "comment", "note")

_STRING: Final = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_KEY: Final = re.compile(rf"({_STRING})\s*+:\s*+", re.DOTALL)
_TOKEN: Final = re.compile(rf"({_STRING})|(-?[0-9][0-9.eE+\-]*+)|([{{}}\[\],]+)|([^\s,]+)", re.DOTALL)
_TOKEN_PARTS: Final = ("", "string", "number", "mark", "word")
_TAG: Final = re.compile(r"""(</?[^\s<>/=]*+|/?>|\?>)|("[^"]*+"|'[^']*+')|(?<![^\s=<>"'/])([^\s=<>"'/]++)(?==)""")
"""A name is looked for where one begins alone: a long one without a value would be read again from each letter."""
_COMMENT: Final = re.compile(r"<!--|<!\[CDATA\[|<!|<\?xml-")


def indentation(depth: int) -> str:
    """Return the blanks that a line at this depth begins with."""
    return " " * min(INDENT * depth, DEEPEST_INDENT)


def plain(text: str) -> list[Piece]:
    """Return a line of text: tabs become blanks."""
    return [Piece(visible(text.expandtabs(8) if "\t" in text else text))]


def json_pieces(text: str) -> list[Piece]:
    """Return a line of JSON: one blank behind a colon, none elsewhere."""
    pieces: list[Piece] = []
    if text.startswith('"') and (key := _KEY.match(text)):
        pieces += [Piece(visible(key[1]), "key"), Piece(": ", "mark")]
        text = text[key.end() :]
    if text[:1] == '"' and not _closed_string(text):
        return [*pieces, Piece(visible(text), "string")]
    for found in _TOKEN.finditer(text):
        pieces.append(Piece(visible(found[0]), _TOKEN_PARTS[found.lastindex or 0]))
    return pieces


def continued(text: str, part: str) -> list[Piece]:
    """Return a line that continues another one."""
    return [Piece(visible(text), part)]


def markup_pieces(text: str) -> list[Piece]:
    """Return a line of markup: names of tags, names and values of attributes, text."""
    if _COMMENT.match(text):
        return [Piece(visible(text), "comment")]
    return list(_markup(text))


def _markup(text: str) -> Iterator[Piece]:
    at, in_tag = 0, False
    while at < len(text):
        if not in_tag:
            begin = text.find("<", at)
            begin = len(text) if begin < 0 else begin
            if begin > at:
                yield Piece(visible(text[at:begin]))
            at, in_tag = begin, True
            continue
        found = _TAG.search(text, at)
        if found is None:
            yield Piece(visible(text[at:]))
            return
        if found.start() > at:
            yield Piece(visible(text[at : found.start()]), "mark")
        part = "tag" if found[1] else "string" if found[2] else "key"
        yield Piece(visible(found[0]), part)
        at = found.end()
        in_tag = not found[0].endswith(">")


def _closed_string(text: str) -> bool:
    found = _TOKEN.match(text)
    return found is not None and found.lastindex == 1
