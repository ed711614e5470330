"""Kinds of values that hold others: maps of names, lists, a body, a method of authentication, the secrets."""

from __future__ import annotations

from collections.abc import Mapping as Map
from typing import Any, Final

from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.text import visible
from integrator_tui.store.connection_file.kinds import (
    ABSENT,
    SEAL,
    Choice,
    Findings,
    Kind,
    SectionKind,
    Text,
    describe,
    inside,
    mapping,
    present,
)
from integrator_tui.store.yamltext.node import Node, Scalar, Sequence, is_absent

TEXT: Final = Text()
TEXT_AS_IT_IS: Final = Text(None)
"""Text that is written where it is empty too."""


class OneOrMore(NamedTuple):
    """Text, or a list of texts; a tuple of them."""

    default: tuple[str, ...] = ()

    def read(self, node: Node, path: str, findings: Findings) -> Any:
        if isinstance(node, Sequence):
            found: tuple[str, ...] = ItemsKind(TEXT, "value").read(node, path, findings)
            return found
        return (TEXT.read(node, path, findings),)

    def plain(self, value: Any) -> Any:
        return value[0] if len(value) == 1 else list(value)


class PairsKind(NamedTuple):
    """A mapping of names to text, kept in its order; a tuple of pairs. Where `repeats` is set, the value may be a
    list: then its name stands in several pairs, next to each other."""

    default: tuple[tuple[str, str], ...] = ()
    repeats: bool = False

    def read(self, node: Node, path: str, findings: Findings) -> Any:
        found = mapping(node, path, findings, 'write it as lines of "name: value"')
        if found is None:
            return self.default
        if not self.repeats:
            return tuple((key, TEXT.read(value, inside(path, key), findings)) for key, _, value in present(found))
        read = ((key, self.inner.read(value, inside(path, key), findings)) for key, _, value in present(found))
        return tuple((key, text) for key, texts in read for text in texts)

    def plain(self, value: Any) -> Any:
        return (
            ABSENT
            if value == self.default
            else {name: self.inner.plain(item) for name, item in self.members(value)}
        )

    @property
    def inner(self) -> Kind:
        """What stands behind a name."""
        return OneOrMore() if self.repeats else TEXT_AS_IT_IS

    def members(self, value: Any) -> list[tuple[str, Any]]:
        """Return names and values in their order, as many as the file has keys."""
        if not self.repeats:
            return list(value)
        found: dict[str, tuple[str, ...]] = {}
        for name, text in value:
            found[name] = (*found.get(name, ()), text)
        return list(found.items())


class OutputsKind(NamedTuple):
    """A mapping of names to an expression and its children; a tuple of mappings with a `name`."""

    value: SectionKind
    default: tuple[dict[str, Any], ...] = ()

    def read(self, node: Node, path: str, findings: Findings) -> Any:
        found = mapping(node, path, findings, 'write it as lines of "name: {value: expression}"')
        if found is None:
            return self.default
        read = ((key, self.value.read(value, inside(path, key), findings)) for key, _, value in present(found))
        return tuple({"name": name, **value} for name, value in read)

    def plain(self, value: Any) -> Any:
        if value == self.default:
            return ABSENT
        return {name: self.value.members(inner) for name, inner in self.members(value)}

    def members(self, value: Any) -> list[tuple[str, Any]]:
        """Return names and values in their order."""
        return [(output["name"], {key: output[key] for key in self.value.fields}) for output in value]


class ItemsKind(NamedTuple):
    """A list of equal things; a tuple. Where `apart` is set, what is wrong with one item leaves the others, and all
    else, usable: that item then holds what could be taken of it."""

    item: Kind
    what: str
    default: tuple[Any, ...] = ()
    apart: bool = False

    def read(self, node: Node, path: str, findings: Findings) -> Any:
        if not isinstance(node, Sequence):
            hint = f"write each {self.what} behind a dash in a line of its own, or in [ ]"
            findings.refuse(path, node.line, f"a list is wanted here, not {describe(node)}", hint)
            return self.default
        # Counted without those that are null, as the value counts them.
        listed = list(enumerate(item for item in node.items if not is_absent(item)))
        if not self.apart:
            return tuple(self.item.read(item, inside(path, number), findings) for number, item in listed)
        own = Findings()
        read = tuple(self.item.read(item, inside(path, number), own) for number, item in listed)
        findings.problems += own.problems
        return read

    def plain(self, value: Any) -> Any:
        return ABSENT if value == self.default else [self.one(item) for item in value]

    def one(self, value: Any) -> Any:
        """Return one item as plain data; an item is written even where it is empty."""
        return self.item.members(value) if isinstance(self.item, SectionKind) else value


class Variants(NamedTuple):
    """A mapping that has exactly one of some keys, as the body of a request has; None where it has none."""

    fields: Map[str, Kind]
    default: None = None

    def read(self, node: Node, path: str, findings: Findings) -> Any:
        names = ", ".join(self.fields)
        found = mapping(node, path, findings, f"write one of {names} below it")
        if found is None:
            return None
        known = SectionKind(dict(self.fields))
        values = known.read(found, path, findings)
        given = [key for key, _, _ in present(found) if key in self.fields]
        if len(given) > 1:
            line = next(line for key, line, _ in present(found) if key == given[1])
            findings.refuse(inside(path, given[1]), line, f"{given[0]} is given too", f"keep one of {names}")
        return {"kind": given[0], given[0]: values[given[0]]} if given else None

    def plain(self, value: Any) -> Any:
        return ABSENT if value is None else self.members(value)

    def members(self, value: Any) -> dict[str, Any]:
        """Return the one key to write, even where it is empty."""
        kind = value["kind"]
        data = self.fields[kind].plain(value[kind])
        if data is ABSENT:
            data = {"form": {}, "multipart": []}.get(kind, "")
        return {kind: data}


class Methods(NamedTuple):
    """The authentication: a mapping whose `type` tells which other keys it has."""

    sections: Map[str, SectionKind]
    default: Any

    def read(self, node: Node, path: str, findings: Findings) -> Any:
        names = ", ".join(self.sections)
        found = mapping(node, path, findings, f"write type: below it, one of {names}")
        if found is None:
            return self.default
        given = found.get("type")
        if given is None or is_absent(given):
            findings.refuse(
                inside(path, "type"), found.line, "the type of authentication is missing", f"one of {names}"
            )
            return self.default
        problems = len(findings.problems)
        name = Choice(tuple(self.sections), "none").read(given, inside(path, "type"), findings)
        if len(findings.problems) > problems:
            return self.default
        return self.sections[name].read(found, path, findings)

    def plain(self, value: Any) -> Any:
        return ABSENT if value == self.default else self.sections[value["type"]].members(value)


class SecretNames(NamedTuple):
    """The secrets of a file: a flat mapping of names to text; a tuple of the names, without the seal's."""

    default: tuple[str, ...] = ()

    def read(self, node: Node, path: str, findings: Findings) -> Any:
        found = mapping(node, path, findings, 'write it as lines of "name: value"')
        if found is None:
            return self.default
        names: list[str] = []
        for key, line, value in present(found):
            if not isinstance(value, Scalar):
                message = f"the secret {visible(key, limit=60)} has to be text, not {describe(value)}"
                findings.refuse(inside(path, key), line, message, "secrets are a flat map of names to text")
            if key != SEAL:
                names.append(key)
        return tuple(names)

    def plain(self, value: Any) -> Any:
        return ABSENT if value == self.default else dict.fromkeys(value, "")
