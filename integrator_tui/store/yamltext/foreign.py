"""YAML that other programs wrote, as plain values with the line of each key: for documents that are only read.

Rules: anchors and aliases are taken, an alias being the same value and no copy; `<<` merges (YAML 1.1), within a
bound. Plain scalars are those of YAML 1.2's core schema (section 10.3), dates text, keys always text. What libyaml
refuses is read once more by the pure parser. No message quotes the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from integrator_tui.errors import UsageError
from integrator_tui.store.yamltext import parser

MAX_DEPTH: Final = 200
MAX_MERGED: Final = 100_000
"""Keys that `<<` may bring, in all."""

_INTEGER: Final = re.compile(r"[-+]?[0-9]{1,300}\Z")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_WORDS: Final[dict[str, Any]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_PURE_AT_MOST: Final = 1024 * 1024
"""Characters that the pure parser, which is slow, is asked to read."""
_OPEN: Final = object()

ForeignPointer = tuple[str | int, ...]


class ForeignYaml(NamedTuple):
    """A value of mappings, lists, text, numbers, true, false and null, and where its keys and items stand."""

    value: Any
    line: Callable[[ForeignPointer], int]


class _Broken(Exception):
    """Over a bound, or no value: holds what is said, the hint and the line."""


class _Builder:
    """Makes values of the events of one text."""

    def __init__(self) -> None:
        self.root: Any = None
        self.lines: dict[int, dict[str | int, int]] = {}
        self._stack: list[tuple[Any, Any, dict[str | int, int], str | None]] = []
        self._anchors: dict[str, Any] = {}
        self._documents = 0
        self._merged = 0
        self._container: Any = None
        self._key: Any = _OPEN
        self._lines: dict[str | int, int] = {}

    def build(self, events: Callable[[], Any], check: Callable[[], bool]) -> None:
        """Take every event."""
        take = {
            MappingStartEvent: self._begin,
            SequenceStartEvent: self._begin,
            MappingEndEvent: self._end,
            SequenceEndEvent: self._end,
            AliasEvent: self._alias,
            DocumentStartEvent: self._document,
        }
        while check():
            event = events()
            kind = type(event)
            if kind is ScalarEvent:
                # Most events are scalars, so that this is not a method of its own.
                value = event.value
                if type(self._container) is dict and self._key is _OPEN:
                    self._lines[value] = event.start_mark.line + 1
                    self._key = value
                else:
                    value = value if event.style else _plain(value, event.tag)
                    self._put(value, event)
                if event.anchor is not None:
                    self._anchors[event.anchor] = value
            elif kind in take:
                take[kind](event)

    def _begin(self, event: Any) -> None:
        if len(self._stack) >= MAX_DEPTH:
            raise _broken(event, f"nested more than {MAX_DEPTH} levels deep", "flatten the document")
        if self._awaits_key():
            raise _broken(event, "a key has to be text", "write a name before the colon")
        if type(self._container) is list:
            self._lines[len(self._container)] = event.start_mark.line + 1
        self._stack.append((self._container, self._key, self._lines, event.anchor))
        if event.anchor is not None:
            self._anchors[event.anchor] = _OPEN
        self._container = {} if type(event) is MappingStartEvent else []
        self._key, self._lines = _OPEN, {}

    def _end(self, event: Any) -> None:
        value = self._container
        self.lines[id(value)] = self._lines
        self._container, self._key, self._lines, anchor = self._stack.pop()
        if anchor is not None:
            self._anchors[anchor] = value
        self._put(value, event)

    def _alias(self, event: Any) -> None:
        value = self._anchors.get(event.anchor, self)
        if value is self or value is _OPEN:
            what = "holds itself" if value is _OPEN else "has no anchor"
            raise _broken(event, f"an alias (*) {what}", "write the value itself")
        if not self._awaits_key():
            self._put(value, event)
        elif isinstance(value, str):
            self._key = value
        else:
            raise _broken(event, "a key has to be text", "write a name before the colon")

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            raise _broken(event, "more than one YAML document", "give each in a file of its own")

    def _awaits_key(self) -> bool:
        return type(self._container) is dict and self._key is _OPEN

    def _put(self, value: Any, event: Any) -> None:
        container = self._container
        if type(container) is dict:
            if self._key == "<<" and isinstance(value, dict | list):
                self._merge(container, value, event)
            else:
                container[self._key] = value
            self._key = _OPEN
        elif container is not None:
            container.append(value)
        else:
            self.root = value

    def _merge(self, into: dict[str, Any], value: Any, event: Any) -> None:
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, dict):
                raise _broken(event, "<< merges mappings alone", "write the value itself")
            self._merged += len(each)
            if self._merged > MAX_MERGED:
                raise _broken(event, f"<< brings more than {MAX_MERGED} keys", "write the values themselves")
            for name, item in each.items():
                into.setdefault(name, item)

    def line(self, pointer: ForeignPointer) -> int:
        """Return the line, from 1, of the key or item at `pointer`, or of the nearest one above."""
        value, line = self.root, 1
        for step in pointer:
            line = self.lines.get(id(value), {}).get(step, line)
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
        return line


def read_foreign(text: str) -> ForeignYaml:
    """Return the value of a YAML text; raises UsageError, with the line, where it is none or goes over a bound."""
    first: Exception | None = None
    for pure in (False, True) if parser.CParser is not None else (True,):
        if pure and first is not None and len(text) > _PURE_AT_MOST:
            break
        builder = _Builder()
        try:
            builder.build(*_events(text, pure=pure))
            return ForeignYaml(builder.root, builder.line)
        except _Broken as broken:
            message, hint, line = broken.args
            raise UsageError(f"line {line}: {message}", hint) from None
        except Exception as error:  # as in parser: both assert, index and recurse on what is no YAML
            first = first or error
    problem = parser.syntax_problem(first or ValueError())
    raise UsageError(f"line {problem.line or 1}: {problem.message}", problem.hint)


def _events(text: str, *, pure: bool) -> tuple[Callable[[], Any], Callable[[], bool]]:
    if not pure:
        made = parser.CParser(text)
        return made.get_event, made.check_event
    events = parser.pure_events(text)
    ahead: list[Any] = []

    def check() -> bool:
        if not ahead:
            ahead.extend(event for event in [next(events, None)] if event is not None)
        return bool(ahead)

    return ahead.pop, check


def _plain(text: str, tag: Any) -> Any:
    if text in _WORDS and tag is None:
        return _WORDS[text]
    if tag is not None or not (text[0].isdigit() or text[0] in "+-."):
        return text
    if _INTEGER.match(text):
        return int(text)
    return float(text) if _FLOAT.match(text) else text


def _broken(event: Any, message: str, hint: str) -> _Broken:
    return _Broken(message, hint, event.start_mark.line + 1)
