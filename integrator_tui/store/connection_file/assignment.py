"""Single values of a connection by the dotted keys of its file: what a command line sets and takes back.

Rules: a key is read by what stands there: text as it is, everything else as YAML; a map of names takes the rest of
the key as the name, a list a number from 0. A key that is taken back has its default, as one that is not written.
A secret's value is never an argument. Values have the form that `Connection.model_dump` gives them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from integrator_tui.errors import UsageError
from integrator_tui.model.connection import Connection
from integrator_tui.model.nearest import did_you_mean, listed
from integrator_tui.model.text import visible
from integrator_tui.store.connection_file import build
from integrator_tui.store.connection_file.containers import (
    ItemsKind,
    Methods,
    OneOrMore,
    OutputsKind,
    PairsKind,
    SecretNames,
    Variants,
)
from integrator_tui.store.connection_file.keys import FILE
from integrator_tui.store.connection_file.kinds import Choice, Findings, Kind, SectionKind, Text, inside
from integrator_tui.store.yamltext import node as nodes
from integrator_tui.store.yamltext.document import NO_MAPPING, parse

_SHOWN: Final = 60
_ONE_SECRET: Final = "give its value with --secret, which asks for it or reads standard input"


def with_assignments(
    connection: Connection, values: Mapping[str, str], gone: Iterable[str] = (), *, below: str = ""
) -> Connection:
    """Return the connection with these keys set and those that are `gone` back to their defaults.

    `below` is a dotted key that all of them are relative to. The order in which they are given says nothing: a
    method is changed before its fields are, and what holds other keys before these.

    Raises:
        UsageError: A key is none of the file's, or its value is not what the key holds.
    """
    found: Any = connection.model_dump()
    for key in gone:
        found = _without(FILE, found, inside(below, key), "")
    for key in sorted(values, key=lambda key: (key != "auth.type", key.count("."))):
        found = _with(FILE, found, inside(below, key), "", values[key])
    return build.connection(found)


def _with(kind: Kind, value: Any, rest: str, path: str, text: str) -> Any:
    """Return `value`, which stands at `path`, with `text` at the key `rest` below it."""
    if isinstance(kind, SecretNames):
        name = f" {visible(rest, limit=_SHOWN)}" if rest else ""
        raise UsageError(f"the secret{name} cannot be set by an argument", _ONE_SECRET)
    if not rest:
        return _read(kind, text, path)
    if isinstance(kind, PairsKind):
        return _with_pair(value, rest, text)
    if isinstance(kind, OutputsKind):
        return _with_output(kind, value, rest, path, text)
    head, _, tail = rest.partition(".")
    if isinstance(kind, Methods) and head == "type" and not tail:
        return _switched(kind, value, _read(_choice(kind), text, inside(path, head)))
    inner, old = _member(kind, value, rest, path, growing=True)
    return _replaced(kind, value, head, _with(inner, old, tail, inside(path, head), text))


def _without(kind: Kind, value: Any, rest: str, path: str) -> Any:
    """Return `value` with what stands at the key `rest` below it back at its default."""
    if not rest:
        return kind.default
    if isinstance(kind, SecretNames):
        return tuple(name for name in value if name != rest)
    if isinstance(kind, PairsKind):
        return tuple(pair for pair in value if pair[0] != rest)
    if isinstance(kind, OutputsKind) and any(output["name"] == rest for output in value):
        return tuple(output for output in value if output["name"] != rest)
    if isinstance(kind, OutputsKind):
        name, tail = _output(kind, value, rest, path)
        return tuple(
            {"name": name, **_without(kind.value, _fields(kind, output), tail, inside(path, name))}
            if output["name"] == name
            else output
            for output in value
        )
    head, _, tail = rest.partition(".")
    if isinstance(kind, Methods) and head == "type" and not tail:
        return kind.default
    inner, old = _member(kind, value, rest, path)
    if isinstance(kind, ItemsKind) and not tail:
        return tuple(item for number, item in enumerate(value) if number != int(head))
    if value is None:
        return None
    if isinstance(kind, Variants):
        return value if value["kind"] != head else None if not tail else _replaced(
            kind, value, head, _without(inner, old, tail, inside(path, head))
        )  # fmt: skip
    return _replaced(kind, value, head, _without(inner, old, tail, inside(path, head)))


def _member(kind: Kind, value: Any, rest: str, path: str, *, growing: bool = False) -> tuple[Kind, Any]:
    """Return what the first part of `rest` holds and its value; raise UsageError where there is no such key.

    A list that is `growing` has a place behind its last item.
    """
    head = rest.partition(".")[0]
    if isinstance(kind, ItemsKind):
        last = len(value) - (not growing)
        if not (head.isascii() and head.isdigit() and int(head[:9]) <= last):
            there = f"a number from 0 to {last}" if last >= 0 else "it is empty"
            raise UsageError(
                f"{visible(inside(path, head))} is no item of {path}", f"{there}; or set {path} as YAML"
            )
        number = int(head)
        return kind.item, value[number] if number < len(value) else kind.item.default
    fields = _section(kind, value).fields if isinstance(kind, (SectionKind, Methods)) else None
    if isinstance(kind, Variants):
        fields = dict(kind.fields)
        inner = fields.get(head)
        held = value is not None and value["kind"] == head
        if inner is not None:
            return inner, value[head] if held else inner.default
    if fields is None or head not in fields:
        raise _unknown(kind, value, inside(path, rest), path)
    inner = fields[head]
    return inner, inner.default if value is None else value[head]


def _replaced(kind: Kind, value: Any, head: str, new: Any) -> Any:
    if isinstance(kind, ItemsKind):
        number = int(head)
        return (*value[:number], new, *value[number + 1 :])
    if isinstance(kind, Variants):
        return {"kind": head, head: new}
    if value is None:
        assert isinstance(kind, SectionKind)
        value = {key: inner.default for key, inner in kind.fields.items()}
    return {**value, head: new}


def _with_pair(value: Sequence[tuple[str, str]], name: str, text: str) -> tuple[tuple[str, str], ...]:
    """Return names and values with one value for this name, in the place of the first that it had."""
    places = [number for number, pair in enumerate(value) if pair[0] == name]
    first = places[0] if places else len(value)
    others = [pair for pair in value if pair[0] != name]
    return (*others[:first], (name, text), *others[first:])


def _with_output(kind: OutputsKind, value: Any, rest: str, path: str, text: str) -> Any:
    name, tail = _output(kind, value, rest, path)
    known = next((output for output in value if output["name"] == name), None)
    old = _fields(kind, known) if known is not None else kind.value.default
    new = {"name": name, **_with(kind.value, old, tail, inside(path, name), text)}
    if known is None:
        return (*value, new)
    return tuple(new if output is known else output for output in value)


def _output(kind: OutputsKind, value: Any, rest: str, path: str) -> tuple[str, str]:
    """Return the name of an output, which may hold dots, and the key below it."""
    known = [o["name"] for o in value if rest == o["name"] or rest.startswith(f"{o['name']}.")]
    if known:
        name = max(known, key=len)
        return name, rest[len(name) + 1 :]
    for key in kind.value.fields:
        name, dot, tail = rest.partition(f".{key}")
        if dot and name:
            return name, f"{key}{tail}"
    return rest, ""


def _fields(kind: OutputsKind, output: Mapping[str, Any]) -> dict[str, Any]:
    return {key: output[key] for key in kind.value.fields}


def _section(kind: SectionKind | Methods, value: Any) -> SectionKind:
    return kind.sections[value["type"]] if isinstance(kind, Methods) else kind


def _choice(kind: Methods) -> Kind:
    return Choice(tuple(kind.sections), kind.default["type"])


def _switched(kind: Methods, value: Any, name: str) -> Any:
    """Return another method, with the fields that both have as they are."""
    if name == value["type"]:
        return value
    shared = {key: old for key, old in value.items() if key in kind.sections[name].fields and key != "type"}
    return {**kind.sections[name].default, **shared, "type": name}


def _read(kind: Kind, text: str, path: str) -> Any:
    """Return what `text` says where a value of this kind stands."""
    if isinstance(kind, Text):
        return text
    if isinstance(kind, OneOrMore):
        return (text,)
    document = parse(text)
    wrong = [problem for problem in document.problems if problem.message != NO_MAPPING]
    if document.root is None and not text.strip():
        return kind.default
    if wrong or document.root is None:
        what = wrong[0].message if wrong else "it cannot be read"
        raise UsageError(f"{visible(path)} is read as YAML: {what}", wrong[0].hint if wrong else "")
    if nodes.is_absent(document.root):
        return kind.default
    findings = Findings()
    value = kind.read(document.root, path, findings)
    if findings.problems:
        first = findings.problems[0]
        raise UsageError(f"{visible(first.field)}: {first.message}", first.hint)
    return value


def _unknown(kind: Kind, value: Any, key: str, path: str) -> UsageError:
    """Return the error for a key that nothing has, with the nearest, or those that there are beside it."""
    shown = visible(key, limit=_SHOWN)
    head = key[len(path) + bool(path) :].partition(".")[0]
    if isinstance(kind, Methods) and head in kind.sections[value["type"]].foreign:
        hint = kind.sections[value["type"]].foreign[head]
        return UsageError(f"{shown} is no key of type: {value['type']}", hint)
    beside = tuple(inside(path, name) for name in _names(kind, value))
    near = did_you_mean(key, (*beside, *_every(FILE, FILE.default, "")))
    if not beside:
        return UsageError(f"{shown} is no key: {path} is one value", f"set {path}")
    return UsageError(f"{shown} is no key of a connection file", near or f"there are: {listed(beside)}")


def _names(kind: Kind, value: Any) -> tuple[str, ...]:
    if isinstance(kind, (SectionKind, Methods)):
        return tuple(_section(kind, value).fields)
    return tuple(kind.fields) if isinstance(kind, Variants) else ()


def _every(kind: Kind, value: Any, path: str) -> Iterator[str]:
    """Yield the dotted keys that there are, those of every method among them."""
    sections = kind.sections.values() if isinstance(kind, Methods) else (kind,)
    for section in sections:
        if isinstance(section, SectionKind):
            for name, inner in section.fields.items():
                yield inside(path, name)
                yield from _every(inner, inner.default, inside(path, name))
        elif isinstance(section, Variants):
            yield from (inside(path, name) for name in section.fields)
