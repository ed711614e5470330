"""The JSON Schema of a connection file, made from the shape that files are read by and from the table of fields.

Rules: it accepts what reading accepts. A key may be null where it may be absent; where text is wanted, a number or
a boolean is its source text; keys that nobody knows are refused. It is written in the words that draft 7 and
2020-12 have in common, for the editors that use it know one or the other.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any, Final

from integrator_tui.model import fields
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
from integrator_tui.store.connection_file.kinds import Choice, Flag, KeptKind, Kind, Seconds, SectionKind, Text

Schema = dict[str, Any]

_ENCRYPTED: Final[Schema] = {"type": "string", "pattern": r"^ENC\["}
"""What stands for a value in a file that sops encrypted beyond `secrets`."""
_TEXT: Final[Schema] = {"type": ["string", "number", "boolean", "null"]}
_SCALARS: Final[dict[type, Schema]] = {
    Text: _TEXT,
    OneOrMore: {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]},
    Flag: {"anyOf": [{"type": ["boolean", "null"]}, _ENCRYPTED]},
    Seconds: {"anyOf": [{"type": ["number", "null"]}, _ENCRYPTED]},
}
_REQUIRED: Final = ("name", "base_url")


def schema() -> Schema:
    """Return the schema as JSON values, its keys in the order of a file."""
    file = _section(FILE, "")
    for key in _REQUIRED:
        file["properties"][key]["type"] = ["string", "number", "boolean"]
    file["properties"] |= {key: {"type": ["object", "null"]} for key in FILE.ignored}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Connection of integrator-tui",
        **file,
        "type": "object",
        "required": list(_REQUIRED),
    }


def _kind(kind: Kind, path: str) -> Schema:
    if (scalar := _SCALARS.get(type(kind))) is not None:
        return dict(scalar)
    match kind:
        case Choice():
            return {"anyOf": [{"enum": [*kind.words, None]}, _ENCRYPTED]}
        case SectionKind():
            return _section(kind, path)
        case PairsKind():
            return {"type": ["object", "null"], "additionalProperties": _kind(kind.inner, path)}
        case KeptKind():
            return {"type": ["object", "null"]}
        case SecretNames():
            return {"type": ["object", "null"], "additionalProperties": dict(_TEXT)}
        case OutputsKind():
            return {"type": ["object", "null"], "additionalProperties": _section(kind.value, f"{path}[]")}
        case ItemsKind():
            return {"type": ["array", "null"], "items": _kind(kind.item, f"{path}[]")}
        case Variants():
            return _variants(kind, path)
        case Methods():
            return _methods(kind, path)
    raise TypeError(f"no schema for {type(kind).__name__}")


def _section(section: SectionKind, path: str) -> Schema:
    properties = {key: _described(kind, f"{path}.{key}" if path else key) for key, kind in section.fields.items()}
    return {"type": ["object", "null"], "properties": properties, "additionalProperties": False}


def _variants(variants: Variants, path: str) -> Schema:
    """Return the schema of a mapping that has one of some keys; one that is null counts as absent."""
    given = {"not": {"type": "null"}}
    both = [{"required": [a, b], "properties": {a: given, b: given}} for a, b in combinations(variants.fields, 2)]
    return {**_section(SectionKind(dict(variants.fields)), path), "not": {"type": "object", "anyOf": both}}


def _methods(methods: Methods, path: str) -> Schema:
    """Return the schema of the authentication, whose `type` tells which other keys it has."""
    choices = []
    for name, section in methods.sections.items():
        one = _section(section, path)
        one["properties"]["type"] = {"const": name, "description": fields.AUTH_LABELS[name]}
        choices.append({"title": fields.AUTH_LABELS[name], **one, "type": "object", "required": ["type"]})
    return {"oneOf": [*choices, {"type": "null"}]}


def _described(kind: Kind, path: str) -> Schema:
    field = fields.field(path)
    found: Schema = {"description": field.about, **_kind(kind, path)}
    if field.default is not None and isinstance(field.default, (str, bool, float)) and field.default != "":
        found["default"] = field.default
    return found
