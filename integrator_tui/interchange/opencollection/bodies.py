"""Bodies of OpenCollection: raw, forms, parts, files and GraphQL."""

from __future__ import annotations

from typing import Final

from integrator_tui.interchange.collections.graphql import graphql_body
from integrator_tui.interchange.collections.requests import (
    ForeignBody,
    ForeignFile,
    ForeignForm,
    ForeignPart,
    ForeignParts,
    ForeignRaw,
)
from integrator_tui.interchange.documents.source import DocumentReport, SourceNode
from integrator_tui.interchange.documents.values import enabled
from integrator_tui.interchange.opencollection.values import chosen, pairs, text_of
from integrator_tui.model.text import visible

_TYPES: Final = {"json": "application/json", "text": "text/plain", "xml": "application/xml",
                 "sparql": "application/sparql-query"}  # fmt: skip


def body_of(node: SourceNode, report: DocumentReport) -> ForeignBody | None:
    """Return the body of an HTTP request, None where it has none."""
    body = chosen(node, "body")
    kind = body.text("type")
    match kind:
        case "":
            return None
        case "form-urlencoded":
            fields = pairs(body, "data")
            return ForeignForm(fields) if fields else None
        case "multipart-form":
            parts = tuple(part for each in enabled(body, "data") for part in _parts(each))
            return ForeignParts(parts) if parts else None
        case "file":
            return _file(body)
        case _ if kind in _TYPES:
            text = text_of(body.value.get("data"))
            return ForeignRaw(text, _TYPES[kind]) if text else None
    report.say(f"left out: a body of the kind {visible(kind, limit=30)}", body)
    return None


def graphql_of(node: SourceNode) -> ForeignBody | None:
    """Return the body of a GraphQL request, None where it has no query."""
    body = chosen(node, "body")
    return graphql_body(body.text("query"), body.text("variables"))


def _parts(node: SourceNode) -> list[ForeignPart]:
    name, media_type, value = text_of(node.value.get("name")), node.text("contentType"), node.value.get("value")
    if not name:
        return []
    if node.text("type") != "file":
        return [ForeignPart(name, text_of(value), media_type)]
    listed = value if isinstance(value, list) else [value]
    return [ForeignPart(name, text_of(each), media_type, is_file=True) for each in listed]


def _file(body: SourceNode) -> ForeignBody | None:
    listed = list(enabled(body, "data"))
    found = [each for each in listed if each.value.get("selected") is True] or listed
    if not found:
        return None
    return ForeignFile(found[0].text("filePath"), found[0].text("contentType") or "application/octet-stream")
