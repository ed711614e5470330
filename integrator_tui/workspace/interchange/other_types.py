"""Files of connections of another type, which nobody here can open: what Integrator said of them, kept as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrator_tui.errors import UsageError
from integrator_tui.model.text import visible
from integrator_tui.store.connection_file.kinds import json_value
from integrator_tui.store.yamltext import edits, writer
from integrator_tui.store.yamltext.document import Document, parse
from integrator_tui.store.yamltext.node import Mapping as MappingNode


def other_text(name: str, kind: str, other: Mapping[str, Any]) -> str:
    """Return the text of a file that keeps a connection of another type."""
    values = {key: value for key, value in other.items() if key != "name" and (key, value) != ("type", kind)}
    lines = writer.members({"name": name, "type": kind, "kinetic": values}, 0)
    return "".join(f"{line}\n" for line in lines)


def with_other(document: Document, kind: str, other: Mapping[str, Any]) -> str:
    """Return the text of such a file with what is said of the connection now."""
    values = {key: value for key, value in other.items() if key != "name" and (key, value) != ("type", kind)}
    return edits.put(document, ("kinetic",), values).text


def other_values(document: Document, name: str) -> dict[str, Any]:
    """Return what a file keeps of a connection of another type; raises UsageError where it keeps nothing."""
    kept = document.find(("kinetic",))
    root = document.mapping
    if not isinstance(kept, MappingNode) or root is None:
        message = f"{visible(name, limit=80)}: a connection of another type that did not come from Integrator"
        raise UsageError(message, "leave it out: name the connections to export")
    values: dict[str, Any] = json_value(kept)
    kind = root.get("type")
    return {"type": json_value(kind) if kind is not None else None, **values, "name": name}


def kept_values(text: str) -> Any:
    """Return what stands under `kinetic` in the text of such a file."""
    found = parse(text).find(("kinetic",))
    return json_value(found) if found is not None else None
