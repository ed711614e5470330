r"""What go-yaml, the parser in sops, refuses of valid YAML, written so that it reads it.

Rules: values stay as they are. go-yaml 3 does not know the escape `\/` (YAML 1.2 section 5.7), no directive but
`%YAML 1.1` and `%TAG` (6.8), no tab as the first character of a block scalar (8.1.1), and no plain scalar in a
flow collection that begins with a colon or holds a question mark (7.3.3), as a URL with a query does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from integrator_tui.store.yamltext.block_text import is_block_scalar
from integrator_tui.store.yamltext.document import Document
from integrator_tui.store.yamltext.edits import splice, value_splices
from integrator_tui.store.yamltext.node import Mapping, Node, Scalar, after_line
from integrator_tui.store.yamltext.scalar import quoted
from integrator_tui.store.yamltext.spans import Splice

_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_DIRECTIVE: Final = re.compile(r"(?:^|(?<=\ufeff))%(?!YAML[ \t]+1\.1[ \t\r\n]|TAG[ \t])[^\r\n]*", re.MULTILINE)
_UNPLAIN_IN_FLOW: Final = re.compile(r"\A:|\?")
_START: Final = re.compile(r"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)


def readable(document: Document) -> Document:
    """Return the document with the same values, as sops can read it too."""
    splices = list(_splices(document))
    return splice(document, splices) if splices else document


def unreadable_line(document: Document) -> int | None:
    """Return the first line that sops cannot read, counted from 1, None where there is none."""
    found = min((start for start, *_ in _splices(document)), default=None)
    return None if found is None else len(re.findall(r"\r\n|\n|\r", document.text[:found])) + 1


def _splices(document: Document) -> Iterator[Splice]:
    text = document.text
    if document.mapping is None or not document.whole:
        return
    if text.lstrip("\ufeff")[:1] in ("%", "#") and (start := _START.search(text)):
        for found in _DIRECTIVE.finditer(text, 0, start.start()):
            yield found.start(), after_line(text, found.end()), ""
    for scalar, in_flow in _scalars(document.mapping, flow=False):
        if scalar.style == '"' and "\\/" in text[scalar.start : scalar.end]:
            for found in _ESCAPED.finditer(text, scalar.start, scalar.end):
                if found[1] == "/":
                    yield found.start(), found.end(), "/"
        elif in_flow and not scalar.style and _UNPLAIN_IN_FLOW.search(scalar.text):
            yield scalar.start, scalar.end, quoted(scalar.text)
    if "\t" not in text:
        return
    for leaf in document.leaves():
        node = document.find(leaf.path)
        if node is not None and is_block_scalar(node) and leaf.text.lstrip("\n").startswith("\t"):
            # No literal block can hold it, so that it is written in quotes.
            yield from value_splices(document, leaf.path, leaf.text)


def _scalars(node: Node, *, flow: bool) -> Iterator[tuple[Scalar, bool]]:
    """Yield every scalar, keys included, in the order of the document, and whether a flow collection holds it."""
    if isinstance(node, Scalar):
        yield node, flow
    elif isinstance(node, Mapping):
        for member in node.members:
            yield member.key, node.flow
            yield from _scalars(member.value, flow=node.flow)
    else:
        for item in node.items:
            yield from _scalars(item, flow=node.flow)
