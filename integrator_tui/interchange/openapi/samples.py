"""Values of request bodies: the example that a document gives, or one made from the schema.

Rules: what has to be given is a template, what the document fixes or proposes stands as it is; what is named like
a secret is a template whatever stands there. Schemas that hold themselves, and examples in which aliases multiply,
end at a bound.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any, Final

from integrator_tui.interchange.documents.secret_values import holds_secret
from integrator_tui.interchange.documents.source import SourceNode, clean, literal
from integrator_tui.interchange.openapi.document import References
from integrator_tui.interchange.openapi.inputs import KEYS, OperationInputs
from integrator_tui.model.secret_names import names_a_secret

MOST_VALUES: Final = 2_000
"""Values in one body."""
DEEPEST: Final = 12
_MARK: Final = re.compile('"\ue002([^\ue001]*)\ue001"|\ue000([^\ue001]*)\ue001')
_SCALAR: Final = (str, int, float, bool)
_NOTHING: Final = object()


class BodySample:
    """Makes the value of one body."""

    def __init__(self, references: References, inputs: OperationInputs) -> None:
        self._references = references
        self._inputs = inputs
        self._count = 0
        self._open: list[int] = []
        self.cut = False
        self.left_out: list[str] = []

    def json(self, make: Callable[[], Any]) -> str:
        """Return the text of a value with its templates in it."""
        text = json.dumps(make(), ensure_ascii=False, indent=2)
        pieces, at = [], 0
        for found in _MARK.finditer(text):
            pieces.append(literal(text[at : found.start()]))
            # A number stands without quotes; what is text is escaped where it is filled in.
            pieces.append(f"{{{{{found[1] or found[2]}}}}}")
            at = found.end()
        return "".join((*pieces, literal(text[at:])))

    def given(self, value: Any, name: str = "") -> Any:
        """Return a value of the document as it stands, but for what is named like a secret."""
        if not self._counts(len(self._open)):
            return None
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "" and _secret(name):
            return f"\ue000{self._inputs.name(name)}\ue001"
        if isinstance(value, str):
            # A text that holds one, as JSON or in an address, has to be given as a whole.
            hides = holds_secret(value, name)
            return f"\ue000{self._inputs.name(name or 'secret')}\ue001" if hides else clean(value)
        if isinstance(value, float) and not math.isfinite(value):
            return None
        if not isinstance(value, dict | list):
            return value if isinstance(value, _SCALAR) else None
        self._open.append(0)
        made: Any
        if isinstance(value, dict):
            under = name if _secret(name) else ""
            items = value.items()
            made = {clean(str(key)): self.given(item, under or str(key)) for key, item in items if self._goes_on()}
        else:
            made = [self.given(item, name) for item in value if self._goes_on()]
        self._open.pop()
        return made

    def of_schema(self, schema: SourceNode, name: str = "") -> Any:
        """Return a value that a schema describes."""
        value = schema.value
        if not isinstance(value, dict):
            return f"\ue002{self._inputs.name(name or 'value')}\ue001"
        if id(value) in self._open or not self._counts(len(self._open)):
            self.cut = True
            return None
        fixed = _fixed(value)
        if fixed is not _NOTHING:
            return self.given(fixed, name)
        self._open.append(id(value))
        made = self._made(schema, name)
        self._open.pop()
        return made

    def fields(self, schema: SourceNode) -> dict[str, SourceNode]:
        """Return the properties of an object that are asked for: the required ones, or all where none is."""
        found: dict[str, SourceNode] = {}
        required: dict[str, None] = {}
        self._collect(schema, found, required, set())
        usable = {key: node for key, node in found.items() if node.value.get("readOnly") is not True}
        wanted = {key: node for key, node in usable.items() if key in required} or usable
        self.left_out += [key for key in usable if key not in wanted]
        return wanted

    def _collect(
        self, schema: SourceNode, found: dict[str, SourceNode], required: dict[str, None], seen: set[int]
    ) -> None:
        if id(schema.value) in seen:
            return
        seen.add(id(schema.value))
        if len(seen) > DEEPEST * 4 or len(found) > MOST_VALUES:
            self.cut = True
            return
        found.update(self._references.members(self._references.get(schema, "properties")))
        names = schema.child("required").value
        required.update(dict.fromkeys(n for n in names if isinstance(n, str)) if isinstance(names, list) else {})
        for part in self._references.items(schema.child("allOf")):
            self._collect(part, found, required, seen)

    def _made(self, schema: SourceNode, name: str) -> Any:
        kind = type_of(schema)
        if kind == "object":
            fields = self.fields(schema)
            return {clean(key): self.of_schema(node, key) for key, node in fields.items() if self._goes_on()}
        if kind == "array":
            item = self._references.get(schema, "items")
            return [self.of_schema(item, name or "item")] if isinstance(item.value, dict) else []
        for word in ("oneOf", "anyOf", "allOf"):
            choices = [c for c in self._references.items(schema.child(word)) if type_of(c) != "null"]
            if choices:
                return self.of_schema(choices[0], name)
        if kind == "null":
            return None
        mark = "\ue000" if kind == "string" or _secret(name) else "\ue002"
        return f"{mark}{self._inputs.name(name or 'value')}\ue001"

    def _counts(self, depth: int) -> bool:
        self._count += 1
        self.cut = self.cut or self._count > MOST_VALUES or depth > DEEPEST
        return self._count <= MOST_VALUES and depth <= DEEPEST

    def _goes_on(self) -> bool:
        return self._count <= MOST_VALUES


def type_of(schema: SourceNode) -> str:
    """Return the type that a schema says or means, empty where it is any."""
    value = schema.value
    kind = value.get("type") if isinstance(value, dict) else None
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), "null")
    if isinstance(kind, str):
        return kind
    if isinstance(value, dict) and isinstance(value.get("properties"), dict):
        return "object"
    has_object = isinstance(value, dict) and any(
        isinstance(part, dict) and ("properties" in part or "$ref" in part) for part in value.get("allOf") or ()
    )
    if has_object:
        return "object"
    return "array" if isinstance(value, dict) and "items" in value else ""


def fixed_text(schema: SourceNode, name: str) -> str:
    """Return the one text that a schema allows, empty where it allows more, or its name is that of a secret."""
    if names_a_secret(name, KEYS):
        return ""
    value = schema.value if isinstance(schema.value, dict) else {}
    allowed = value.get("enum")
    only = value.get("const", allowed[0] if isinstance(allowed, list) and len(allowed) == 1 else None)
    if isinstance(only, bool):
        return str(only).lower()
    return clean(str(only)) if isinstance(only, str | int | float) else ""


def _fixed(schema: dict[str, Any]) -> Any:
    """Return the value that a schema fixes or proposes."""
    for word in ("const", "example"):
        if word in schema:
            return schema[word]
    for word in ("examples", "enum"):
        if isinstance(schema.get(word), list) and schema[word]:
            return schema[word][0] if word == "examples" or "default" not in schema else schema["default"]
    return schema.get("default", _NOTHING)


def _secret(name: str) -> bool:
    return bool(name) and names_a_secret(name)
