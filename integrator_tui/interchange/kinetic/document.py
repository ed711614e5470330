"""The JSON of an export: which connections and operations it holds, and in which line each is named.

Rules: an array of connections with or without operations, one connection, an array of operations or one of them;
told apart item by item. What is broken is refused with its place, and nothing of it is taken.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from integrator_tui.errors import UsageError
from integrator_tui.model.json_text import refuse_constant
from integrator_tui.model.text import visible

_OTHERS: Final = {
    "openapi": "an OpenAPI document: import openapi FILE",
    "swagger": "an OpenAPI document: import openapi FILE",
    "info": "a Postman collection, perhaps: import postman FILE",
    "exportedAt": "the summary of an export: import the file of the connections",
}
_NOTHING: Final = "it is an array of connections, one connection, or an array of operations"


@dataclass(frozen=True, slots=True)
class Item:
    """A connection or an operation of a document; `place` is its address, `line` where it is named."""

    values: Mapping[str, Any]
    place: str
    line: int


@dataclass(slots=True)
class Items:
    """What a document holds: connections each with its own operations, None where it says nothing of them; and
    operations that stand alone."""

    connections: list[tuple[Item, list[Item] | None]] = field(default_factory=list)
    operations: list[Item] = field(default_factory=list)


def items(text: str) -> Items:
    """Return what an export holds. Raises UsageError, with the place, where it is none."""
    value = _parsed(text)
    lines = _Lines(text)
    return _items(value, lines.of)


def numbered_items(values: Sequence[Any]) -> Items:
    """Return what the connections that a server gave are; the number of each, from 1, stands for its line.

    Raises UsageError, with the place, where one is none.
    """
    numbers = {id(each): number for number, each in enumerate(values, 1)}
    last = [1]

    def line(value: Mapping[str, Any]) -> int:
        last[0] = numbers.get(id(value), last[0])
        return last[0]

    return _items(list(values), line)


def _items(value: Any, line: Callable[[Mapping[str, Any]], int]) -> Items:
    listed = value if isinstance(value, list) else [value]
    found = Items()
    for number, each in enumerate(listed):
        place = f"[{number}]" if isinstance(value, list) else "$"
        if not isinstance(each, dict):
            raise UsageError(f"{place}: a connection or an operation is wanted here, not {said(each)}", _NOTHING)
        _take(each, place, found, line)
    if not found.connections and not found.operations:
        raise UsageError("it holds no connection", _NOTHING)
    _refuse_twice(found)
    return _joined(found)


def _joined(found: Items) -> Items:
    """Return the items with the operations that stand alone at their connections, where the document has those."""
    places = {item.values.get("id"): place for place, (item, _) in enumerate(found.connections)}
    alone = []
    for operation in found.operations:
        place = places.get(operation.values.get("connectionId"))
        if place is None:
            alone.append(operation)
        else:
            item, operations = found.connections[place]
            found.connections[place] = (item, [*(operations or ()), operation])
    return Items(found.connections, alone)


def said(value: Any) -> str:
    """Say what a JSON value is, without its content."""
    if value is None:
        return "null"
    kinds = {dict: "an object", list: "a list", str: "text", bool: "true or false"}
    return kinds.get(type(value), "a number")


def _take(values: dict[str, Any], place: str, found: Items, line: Callable[[Mapping[str, Any]], int]) -> None:
    config = values.get("config")
    config = config if isinstance(config, dict) else {}
    if "operations" not in values and ("connectionId" in values or ("path" in config and "baseUrl" not in config)):
        found.operations.append(Item(values, place, line(values)))
        return
    if "config" not in values and "operations" not in values:
        other = next((what for key, what in _OTHERS.items() if key in values), "")
        hint = f"this is {other}" if other else _NOTHING
        raise UsageError(f"{place}: this is no connection of Integrator: it has no config", hint)
    inner = values.get("operations")
    if inner is not None and not isinstance(inner, list):
        if inner != {}:
            raise UsageError(f"{place}.operations: a list is wanted here, not {said(inner)}", _NOTHING)
        inner = None
    item = Item(values, place, line(values))
    operations = []
    for number, each in enumerate(inner or ()):
        at = f"{place}.operations[{number}]"
        if not isinstance(each, dict):
            raise UsageError(f"{at}: an operation is wanted here, not {said(each)}", "export it once more")
        operations.append(Item(each, at, line(each)))
    found.connections.append((item, operations if inner is not None else None))


def _refuse_twice(found: Items) -> None:
    """Raise UsageError where two connections, or two operations, have one id: forms and workflows go by it."""
    operations = [one for _, inner in found.connections for one in inner or ()] + found.operations
    for what, all_of in (("connections", [item for item, _ in found.connections]), ("operations", operations)):
        seen: dict[str, Item] = {}
        for item in all_of:
            key = item.values.get("id")
            if isinstance(key, str) and key and (first := seen.setdefault(key, item)) is not item:
                message = f"line {item.line}: {item.place} and {first.place}: two {what} have the id {visible(key)}"
                raise UsageError(message, "take one of them out of the document; nothing was written")


def _parsed(text: str) -> Any:
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=refuse_constant)
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        what = "it ends in the middle: the file is cut off" if cut else error.msg
        raise UsageError(
            f"line {error.lineno}, column {error.colno}: this is no JSON: {what}", "export it once more"
        ) from None
    except RecursionError:
        raise UsageError("it is nested too deeply to be an export", "export it once more") from None
    except UnicodeEncodeError:
        raise UsageError("it holds half of a surrogate pair, which no file can hold", "write it anew") from None
    except ValueError as error:
        raise UsageError(f"this is no export: {visible(str(error), limit=200)}", "export it once more") from None
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice} stands twice in one object")
    return found


class _Lines:
    """Finds in which line something is named: by its id, else by its name, behind what was found last."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = self._line_at = 0
        self._line = 1

    def of(self, values: Mapping[str, Any]) -> int:
        """Return the line, counted from 1; that of the last one where this one has no name."""
        for key in ("id", "name"):
            value = values.get(key)
            if isinstance(value, str) and value:
                at = self._found(value)
                if at >= 0:
                    return self._line_of(at)
        return self._line

    def _found(self, value: str) -> int:
        for written in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
            at = self._text.find(written, self._at)
            if at >= 0:
                self._at = at
                return at
        # Keys have no order: the id of a connection may stand behind its operations, which name it too.
        return -1

    def _line_of(self, at: int) -> int:
        self._line += self._text.count("\n", self._line_at, at)
        self._line_at = at
        return self._line
