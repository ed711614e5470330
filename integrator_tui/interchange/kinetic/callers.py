"""Who calls operations in forms, kapps and workflow trees of a space: read from their JSON and XML.

Rules: a call is an object with `connectionId` and `operationId` (an integration of a form or a kapp, whose inputs
are `inputMappings`), or a node of a tree whose definition is `system_integration_…` (parameters `connection` and
`operation`, its inputs `parameters.NAME`). Trees may stand as text in JSON. Nothing else is looked at, and nothing
is fetched or expanded. Source: public template repositories, and the OpenAPI document of the Core API.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple
from xml.etree import ElementTree

from integrator_tui.errors import InvalidFile

_NODE: Final = "system_integration_"
_PREFIX: Final = "parameters."
_AT_RUN_TIME: Final = ("<%", "${", "#{")
"""What begins a text that is made when the workflow or the form runs."""


class Caller(NamedTuple):
    """A call of an operation: `name` is that of the integration or the node; `inputs` are the names that it fills,
    `blank` those of them that it leaves empty."""

    name: str
    connection: str
    operation: str
    inputs: tuple[str, ...]
    blank: tuple[str, ...] = ()

    @property
    def is_chosen_late(self) -> bool:
        """Whether it says only when it runs which operation is called."""
        return any(mark in self.connection + self.operation for mark in _AT_RUN_TIME)


def callers_in(text: str, *, is_xml: bool) -> list[Caller]:
    """Return the calls in a document; raises InvalidFile where it cannot be read."""
    return list(_in_xml(text) if is_xml else callers_in_values(_parsed(text)))


def callers_in_values(value: Any) -> Iterator[Caller]:
    """Yield the calls in JSON values, in their order."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Mapping):
            caller = _integration(each) or _node(each)
            if caller is not None:
                yield caller
            waiting += reversed(list(each.values()))
        elif isinstance(each, list):
            waiting += reversed(each)
        elif isinstance(each, str) and _NODE in each:
            yield from _in_text(each)


def _in_text(text: str) -> Iterator[Caller]:
    """Yield the calls of a tree that stands as text in JSON; other texts may name the node too."""
    start = text.lstrip()[:1]
    if start not in ("{", "[", "<"):
        return
    try:
        yield from _in_xml(text) if start == "<" else callers_in_values(_parsed(text))
    except InvalidFile:
        return


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidFile(f"line {error.lineno}, column {error.colno}: this is no JSON: {error.msg}") from None
    except (RecursionError, ValueError):
        raise InvalidFile("it is nested too deeply, or holds a number that is too long") from None


def _in_xml(text: str) -> Iterator[Caller]:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise InvalidFile("an XML document with entities of its own is not read")
    try:
        root = ElementTree.fromstring(text.removeprefix("\ufeff").lstrip())
    except (ElementTree.ParseError, ValueError) as error:
        raise InvalidFile(f"this is no XML: {error}") from None
    for element in root.iter():
        if element.tag.rpartition("}")[2] == "task" and element.get("definition_id", "").startswith(_NODE):
            yield _task(element)


def _task(element: ElementTree.Element) -> Caller:
    found = []
    for each in element.iter():
        if each.tag.rpartition("}")[2] == "parameter":
            found.append((each.get("id", ""), "".join(each.itertext())))
    return _of_parameters(element.get("name") or element.get("id") or "", found)


def _integration(values: Mapping[str, Any]) -> Caller | None:
    connection, operation = values.get("connectionId"), values.get("operationId")
    if not isinstance(connection, str) or not isinstance(operation, str):
        return None
    given = values.get("inputMappings")
    pairs = [(str(name), value) for name, value in given.items()] if isinstance(given, Mapping) else []
    inputs = tuple(name for name, _ in pairs)
    blank = tuple(name for name, value in pairs if value in (None, ""))
    return Caller(str(values.get("name") or ""), connection, operation, inputs, blank)


def _node(values: Mapping[str, Any]) -> Caller | None:
    definition, found = values.get("definitionId"), values.get("parameters")
    if not isinstance(definition, str) or not definition.startswith(_NODE) or not isinstance(found, list):
        return None
    given = [(str(each.get("id") or ""), each.get("value")) for each in found if isinstance(each, Mapping)]
    name = str(values.get("name") or values.get("id") or "")
    return _of_parameters(name, [(key, "" if value is None else str(value)) for key, value in given])


def _of_parameters(name: str, found: list[tuple[str, str]]) -> Caller:
    own: dict[str, str] = {}
    inputs: dict[str, str] = {}
    for key, value in found:
        if key.lower() in ("connection", "operation") and key.lower() not in own:
            own[key.lower()] = value.strip()
        elif key:
            inputs[key.removeprefix(_PREFIX)] = value
    blank = tuple(key for key, value in inputs.items() if not value.strip())
    return Caller(name, own.get("connection", ""), own.get("operation", ""), tuple(inputs), blank)
