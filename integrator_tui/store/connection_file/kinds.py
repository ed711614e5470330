"""The shape of a connection file: its keys in their order, what each holds, and its default.

Rules: a value has the form that `Connection.model_dump()` gives it, so that reading, writing and comparing
are one description; a key that is null counts as absent; a scalar where text is wanted is its source text;
every Problem has its line and dotted field, and none holds a value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from collections.abc import Mapping as Map
from types import MappingProxyType
from typing import Any, Final, Protocol

from integrator_tui.model.kept import kept, opened
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.pattern import pattern
from integrator_tui.model.problem import Problem
from integrator_tui.model.text import visible
from integrator_tui.store.yamltext.node import Mapping, Node, Scalar, Sequence, is_absent
from integrator_tui.store.yamltext.scalar import boolean, number

ABSENT: Final = object()
"""What a key holds that is not written, since it has its default."""

SEAL: Final = "_seal"


class Findings:
    """What is wrong with the values of a file; `fatal` where a value could not be taken."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.fatal = False

    def refuse(self, path: str, line: int, message: str, hint: str) -> None:
        """Note that the value at `path` cannot be taken."""
        self.problems.append(Problem(path, message, hint, line))
        self.fatal = True

    def note(self, path: str, line: int, message: str, hint: str) -> None:
        """Note what is wrong, though all else can be taken."""
        self.problems.append(Problem(path, message, hint, line))


class Kind(Protocol):
    """What a key holds."""

    @property
    def default(self) -> Any:
        """The value where the key is absent."""

    def read(self, node: Node, path: str, findings: Findings) -> Any:
        """Return the value of a node that is not null, the default where it cannot be taken."""

    def plain(self, value: Any) -> Any:
        """Return the value as plain data to write, or ABSENT."""


def inside(path: str, key: str | int) -> str:
    """Return the dotted field of a key or item below `path`."""
    return f"{path}.{key}" if path else str(key)


def describe(node: Node) -> str:
    """Say what a node is, without its content."""
    if isinstance(node, Mapping):
        return "a mapping"
    return "a list" if isinstance(node, Sequence) else "a value"


class Text(NamedTuple):
    """Text; None as default tells an absent key from an empty one."""

    default: str | None = ""

    def read(self, node: Node, path: str, findings: Findings) -> str | None:
        if isinstance(node, Scalar):
            return node.text
        hint = "write one value"
        if isinstance(node, Mapping) and node.flow:
            hint = "put a value that begins with a brace in quotes"
        findings.refuse(path, node.line, f"text is wanted here, not {describe(node)}", hint)
        return self.default

    def plain(self, value: Any) -> Any:
        return ABSENT if value == self.default else value


def _close(word: str, words: Collection[str]) -> list[str]:
    # Only a mistake needs it.
    from difflib import get_close_matches

    return get_close_matches(word, tuple(words), 1, 0.6)


class Choice(NamedTuple):
    """One of some words."""

    words: tuple[str, ...]
    default: str

    def read(self, node: Node, path: str, findings: Findings) -> str:
        if isinstance(node, Scalar) and node.text in self.words:
            return node.text
        given = [node.text] if isinstance(node, Scalar) else []
        near = _close(given[0], self.words) if given else []
        hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(self.words)}"
        what = (visible(given[0], limit=60) or "an empty text") if given else describe(node)
        findings.refuse(path, node.line, f"{what} is not one of {', '.join(self.words)}", hint)
        return self.default

    def plain(self, value: Any) -> Any:
        return ABSENT if value == self.default else value


class Flag(NamedTuple):
    """true or false."""

    default: bool

    def read(self, node: Node, path: str, findings: Findings) -> bool:
        if isinstance(node, Scalar) and (value := boolean(node)) is not None:
            return value
        hint = "write true or false"
        if isinstance(node, Scalar) and node.is_text and node.text.lower() in ("true", "false"):
            hint = f"write {node.text.lower()} without quotes"
        findings.refuse(path, node.line, "true or false is wanted here", hint)
        return self.default

    def plain(self, value: Any) -> Any:
        return ABSENT if value == self.default else value


class Seconds(NamedTuple):
    """A number of seconds."""

    default: float

    def read(self, node: Node, path: str, findings: Findings) -> float:
        if isinstance(node, Scalar) and (value := number(node)) is not None:
            return value
        findings.refuse(
            path, node.line, "a number of seconds is wanted here", "for example 5 or 2.5, without quotes"
        )
        return self.default

    def plain(self, value: Any) -> Any:
        return ABSENT if value == self.default else value


_INTEGER: Final = pattern(r"-?(0|[1-9][0-9]{0,300})")
_FRACTION: Final = pattern(r"-?(0|[1-9][0-9]*)\.[0-9]+([eE][-+]?[0-9]{1,2})?")


def json_value(node: Node) -> Any:
    """Return a node as a JSON value; a scalar that YAML gives a type which JSON has not is its source text."""
    if isinstance(node, Mapping):
        found: dict[str, Any] = {}
        for key, value in node.members:
            found.setdefault(key.text, json_value(value))
        return found
    if isinstance(node, Sequence):
        return [json_value(item) for item in node.items]
    if node.is_null:
        return None
    if (flag := boolean(node)) is not None:
        return flag
    if not node.is_text and _INTEGER.fullmatch(node.text):
        return int(node.text)
    return float(node.text) if not node.is_text and _FRACTION.fullmatch(node.text) else node.text


class JsonKind(NamedTuple):
    """Any JSON value."""

    default: None = None

    def read(self, node: Node, path: str, findings: Findings) -> Any:
        return json_value(node)

    def plain(self, value: Any) -> Any:
        return value


class KeptKind(NamedTuple):
    """A mapping that is somebody else's: nothing in it is judged, and all of it is kept; see `model.kept`."""

    default: str = ""

    def read(self, node: Node, path: str, findings: Findings) -> str:
        if not isinstance(node, Mapping):
            hint = 'write it as lines of "key: value", or leave it out'
            findings.note(
                path, node.line, f"a mapping of keys to values is wanted here, not {describe(node)}", hint
            )
            return self.default
        return kept(json_value(node))

    def plain(self, value: Any) -> Any:
        return ABSENT if value == self.default else opened(value)


def mapping(node: Node, path: str, findings: Findings, hint: str) -> Mapping | None:
    """Return a node that is a mapping, or None and a Problem."""
    if isinstance(node, Mapping):
        return node
    findings.refuse(path, node.line, f"a mapping of keys to values is wanted here, not {describe(node)}", hint)
    return None


def present(node: Mapping) -> Iterable[tuple[str, int, Node]]:
    """Yield key, line and value of each member that is not null; of equal keys the first."""
    seen: set[str] = set()
    for key, value in node.members:
        if key.text not in seen and not is_absent(value):
            seen.add(key.text)
            yield key.text, key.line, value


class SectionKind(NamedTuple):
    """A mapping with known keys. `optional` has None as its default; `always` are written even where they have
    their default; `ignored` belong to somebody else; `foreign` tells of a key that would be right elsewhere."""

    fields: dict[str, Kind]
    optional: bool = False
    always: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    foreign: Map[str, str] = MappingProxyType({})

    @property
    def default(self) -> Any:
        return None if self.optional else {key: kind.default for key, kind in self.fields.items()}

    def read(self, node: Node, path: str, findings: Findings) -> Any:
        found = mapping(node, path, findings, f"the keys here are {', '.join(self.fields)}")
        if found is None:
            return self.default
        values = {key: kind.default for key, kind in self.fields.items()}
        for key, _, value in present(found):
            if key in self.fields:
                values[key] = self.fields[key].read(value, inside(path, key), findings)
        self._unknown(found, path, findings)
        return values

    def _unknown(self, node: Mapping, path: str, findings: Findings) -> None:
        for key, _ in node.members:
            if key.text in self.fields or key.text in self.ignored:
                continue
            near = _close(key.text.lower(), list(self.fields))
            hint = f"the keys here are {', '.join(self.fields)}"
            if key.text in self.foreign:
                hint = self.foreign[key.text]
            elif near:
                hint = f"did you mean {near[0]}?"
            name = visible(key.text, limit=60)
            findings.note(inside(path, key.text), key.line, f"unknown key {name}", hint)

    def plain(self, value: Any) -> Any:
        if value == self.default:
            return ABSENT
        return self.members(value)

    def members(self, value: Any) -> dict[str, Any]:
        """Return the keys to write: those of `always`, and those that differ from their default."""
        found: dict[str, Any] = {}
        for key, kind in self.fields.items():
            data = kind.plain(value[key])
            if data is ABSENT and key in self.always:
                data = value[key]
            if data is not ABSENT:
                found[key] = data
        return found
