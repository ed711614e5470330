"""From text to nodes: the one module that knows ruamel.yaml.

Rules: only events are read, no object is ever constructed; libyaml parses, and what it rejects goes through
the pure parser before anything is called broken, since the two differ (a plain scalar with a colon in a
flow collection); size, depth and number of nodes are bounded, so that no file can hold the program up;
a broken text still gives the nodes that stood before its error. What two parsers would break into lines
differently is refused. No message quotes the text: it may hold a secret.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from integrator_tui.model.pattern import pattern
from integrator_tui.model.problem import Problem
from integrator_tui.model.text import visible
from integrator_tui.store.yamltext.node import Mapping, Member, Node, Scalar, Sequence

CParser: Any = None
with contextlib.suppress(ImportError):  # not every Python has the C parser
    CParser = import_module("ruamel.yaml.cyaml").CParser

MAX_CHARACTERS: Final = 1024 * 1024
MAX_DEPTH: Final = 40
MAX_NODES: Final = 20_000

BOM: Final = "\ufeff"

# YAML 1.2 section 5.1: what may stand in a stream; a byte order mark only before its first character. U+0085,
# U+2028 and U+2029 end a line in YAML 1.1 (section 5.4) and not in 1.2: a key could hide behind a comment.
_BREAKS_OF_1_1: Final = "\x85\u2028\u2029"
# The first finds in ASCII what the second finds in all text, and takes a tenth of the time to compile.
_UNPRINTABLE_ASCII: Final = pattern("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UNPRINTABLE: Final = pattern(
    f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_BREAKS_OF_1_1}\ud800-\udfff\ufeff\ufffe\uffff]"
)

# What a parser quotes of the text, save single characters and its own names for events and tokens.
_QUOTED: Final = pattern(r"'(?!<)[^']{2,}'|\"[^\"]{2,}\"")

# A line that git leaves where two sides changed the same lines.
_CONFLICT: Final = pattern(r"^<{7} ", re.MULTILINE)

_SURROGATE: Final = pattern("[\ud800-\udfff]")
_SURROGATE_PAIR: Final = pattern("[\ud800-\udbff][\udc00-\udfff]")
_MERGE_TAG: Final = "tag:yaml.org,2002:merge"
_VALUE_INDICATOR: Final = pattern(r"\s*:")

_MARK_HINT: Final = "write the value itself; one that begins with this character stands in quotes"
_INDENT_HINT: Final = "look at the indentation of this line and the one before"
_COLON_HINT: Final = 'each line needs "key: value"; look at this line and the one before'
_HINTS: Final = (
    ("tab", "indent with spaces, never with tabs"),
    ("\\t", "indent with spaces, never with tabs"),
    ("mapping values are not allowed", 'put a value that holds ": " in quotes, and look at the indentation'),
    ("cannot start any token", "put a value that begins with this character in quotes"),
    ("quoted scalar", "close the quotes"),
    ("escape", "use single quotes for a value with a backslash"),
    ("flow", "close the bracket or brace"),
    ("simple key", _COLON_HINT),
    ("expected ':'", _COLON_HINT),
    ("", _INDENT_HINT),
)

Parsed = tuple[Node | None, tuple[Problem, ...], bool]
"""The root node, what is wrong, and whether the text was read to its end."""


class _Refused(Exception):
    """The text goes over a bound; holds the Problem that says which."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class _Tree:
    """Builds the nodes of one text from its events; offsets are moved by `shift` characters."""

    def __init__(self, source: str, shift: int, *, aliases: bool) -> None:
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self._source = source
        self._shift = shift
        self._aliases = aliases
        self._anchored: dict[str, Node] = {}
        self._open: list[tuple[Any, list[Node]]] = []
        self._documents = 0
        self._nodes = 0

    def feed(self, event: Any) -> None:
        """Take one event; raises _Refused where the text goes over a bound."""
        kind = type(event)
        if kind is ScalarEvent:
            start, end, tag = event.start_mark, event.end_mark, event.tag
            first, last = start.index + self._shift, end.index + self._shift
            text, style = event.value, event.style or ""
            tag = None if tag is None else str(tag)
            if not text.isascii() and _SURROGATE.search(text):
                raise _Refused(_surrogate(event, text))
            if tag == _MERGE_TAG and text == "<<" and self._awaits_value():
                # As a value it is text, and sops 3.11 writes that text so.
                event.tag = tag = None
            self._add(event, Scalar(text, style, first, last, start.line + 1, tag))
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if len(self._open) >= MAX_DEPTH:
                raise _Refused(_at(event, f"nested more than {MAX_DEPTH} levels deep", "flatten the file"))
            self._open.append((event, []))
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            opened, nodes = self._open.pop()
            self._add(opened, self._collection(opened, nodes, event.end_mark.index + self._shift))
        elif kind is AliasEvent:
            self._alias(event)
        elif kind is DocumentStartEvent:
            self._documents += 1
            if self._documents > 1:
                raise _Refused(_at(event, "more than one YAML document", "keep one connection in a file"))

    def close(self) -> None:
        """End every collection that is still open, so that what was read before an error is kept."""
        while self._open:
            opened, nodes = self._open.pop()
            self._place(self._collection(opened, nodes, len(self._source)))

    def _awaits_value(self) -> bool:
        """Whether what comes next is no key."""
        if not self._open:
            return False
        opened, nodes = self._open[-1]
        return type(opened) is SequenceStartEvent or len(nodes) % 2 == 1

    def _add(self, event: Any, node: Node) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _Refused(_at(event, f"more than {MAX_NODES} values", "split the file"))
        if event.anchor is not None:
            self._anchored[event.anchor] = node
            if not self._aliases:
                self.problems.append(_at(event, "an anchor (&) is not allowed", _MARK_HINT))
        if event.tag is not None and not self._aliases:
            self.problems.append(_at(event, "a tag (!) is not allowed", _MARK_HINT))
        self._place(node)

    def _place(self, node: Node) -> None:
        if self._open:
            self._open[-1][1].append(node)
        elif self.root is None:
            self.root = node

    def _alias(self, event: Any) -> None:
        target = self._anchored.get(event.anchor)
        if target is None or not self._aliases:
            what = "an alias without its anchor" if target is None else "an alias"
            self.problems.append(_at(event, f"{what} (*) is not allowed", _MARK_HINT))
            start, end = event.start_mark.index + self._shift, event.end_mark.index + self._shift
            target = Scalar("", "", start, end, event.start_mark.line + 1)
        self._place(target)

    def _collection(self, opened: Any, nodes: list[Node], end: int) -> Node:
        start, line, flow = opened.start_mark.index + self._shift, opened.start_mark.line + 1, opened.flow_style
        if type(opened) is SequenceStartEvent:
            return Sequence(tuple(nodes), bool(flow), start, end, line)
        if len(nodes) % 2:
            nodes.append(Scalar("", "", end, end, line))
        members: list[Member] = []
        for key, value in zip(nodes[::2], nodes[1::2], strict=True):
            if not isinstance(key, Scalar):
                self.problems.append(Problem("", "a key has to be text", "write a name before the colon", key.line))
            elif isinstance(value, Scalar) and value.start == value.end:
                members.append(Member(key, self._empty(key, value)))
            else:
                members.append(Member(key, value))
        return Mapping(tuple(members), bool(flow), start, end, line)

    def _empty(self, key: Scalar, value: Scalar) -> Scalar:
        # The two parsers mark an empty value at different places: behind the colon, or the key, is where one goes.
        colon = _VALUE_INDICATOR.match(self._source, key.end)
        offset = colon.end() if colon else key.end
        return value._replace(start=offset, end=offset, line=key.line)


def parse_nodes(source: str, *, aliases: bool = False) -> Parsed:
    """Return the root node of a YAML text, what is wrong with its form, and whether it was read to its end.

    The root is None where nothing could be read. With `aliases` an alias stands for the node it names, the
    same object at each place, and anchors, aliases and tags are no problem.
    """
    shift = 1 if source.startswith(BOM) else 0
    if len(source) > MAX_CHARACTERS:
        message = f"the file is too large: {len(source)} characters, where {MAX_CHARACTERS} are allowed"
        return None, (Problem("", message, "a connection file is a few kilobytes; is this one?"),), False
    if unprintable := (_UNPRINTABLE_ASCII if source.isascii() else _UNPRINTABLE).search(source, shift):
        return None, (_control_character(source, unprintable),), False
    text = source[shift:]
    for pure in (False, True) if CParser is not None else (True,):
        tree = _Tree(source, shift, aliases=aliases)
        try:
            for event in _events(text, pure=pure):
                tree.feed(event)
            return tree.root, tuple(tree.problems), True
        except _Refused as refused:
            broken = refused.problem
            break
        except Exception as error:  # the parsers assert, index and recurse on what is no YAML, beside their own
            broken = _conflict(source) or syntax_problem(error)
    tree.close()
    return tree.root, (broken, *tree.problems), False


def pure_events(text: str) -> Iterator[Any]:
    """Yield the events of a text as the pure parser reads them; raises what that raises on what is no YAML."""
    yield from YAML(typ="safe", pure=True).parse(io.StringIO(text))


def _events(text: str, *, pure: bool) -> Iterator[Any]:
    if pure:
        yield from pure_events(text)
        return
    parser = CParser(text)
    while parser.check_event():
        yield parser.get_event()


def _at(event: Any, message: str, hint: str) -> Problem:
    return Problem("", message, hint, event.start_mark.line + 1)


def _control_character(source: str, found: re.Match[str]) -> Problem:
    code = ord(found[0])
    line = _line(source, found)
    if code == 0:
        return Problem("", "a NUL byte stands in the file: it is binary, not text", "is this a YAML file?", line)
    hint = f'remove it, or write it as "\\u{code:04x}" in double quotes'
    if found[0] in _BREAKS_OF_1_1:
        message = f"a line break that some YAML readers do not know (U+{code:04X}) stands in the file"
        return Problem("", message, hint, line)
    return Problem("", f"a control character (U+{code:04X}) stands in the file", hint, line)


def _surrogate(event: Any, text: str) -> Problem:
    if pair := _SURROGATE_PAIR.search(text):
        character = pair[0].encode("utf-16", "surrogatepass").decode("utf-16")
        message = "one character is written as a pair of escapes, as JSON does, which YAML does not have"
        return _at(event, message, f'write the character itself, or "\\U{ord(character):08x}"')
    return _at(event, "half a surrogate pair is escaped here", "write the character itself")


def _conflict(source: str) -> Problem | None:
    """Return the problem of a text in which git marked a conflict: what a parser says of it points elsewhere."""
    found = _CONFLICT.search(source)
    if found is None:
        return None
    hint = "keep what should stand of both sides, and remove the lines with the markers"
    return Problem("", "git left a conflict in the file", hint, _line(source, found))


def _line(source: str, found: re.Match[str]) -> int:
    return len(re.findall(r"\r\n|\n|\r", source[: found.start()])) + 1


def syntax_problem(error: Exception) -> Problem:
    """Return what a parser's complaint says, without a word of the text."""
    if isinstance(error, AssertionError):
        # The parser asserts that it knows the version in a directive.
        message = "not valid YAML: a line that begins with % says a version that is not known"
        return Problem("", message, "remove that line", 1)
    mark = line = None
    problem = "cannot be parsed"
    if isinstance(error, MarkedYAMLError):
        problem = error.problem or problem
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
    what = f"{problem} {getattr(error, 'context', None) or ''}"
    hint = next(hint for word, hint in _HINTS if word in what)
    said = visible(_QUOTED.sub("'…'", problem), limit=120)
    return Problem("", f"not valid YAML: {said}", hint, line)
