"""Bodies of Postman: raw with a language, forms, parts, files and GraphQL."""

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
from integrator_tui.interchange.documents.values import enabled, text_of
from integrator_tui.interchange.postman.values import pairs
from integrator_tui.model.text import visible

_LANGUAGES: Final = {
    "json": "application/json", "xml": "application/xml", "html": "text/html",
    "javascript": "application/javascript",
}  # fmt: skip
"""The Content-Type that the language of a raw body is sent as; any other is text/plain."""


def body_of(node: SourceNode, report: DocumentReport) -> ForeignBody | None:
    """Return the body of a request, None where it has none."""
    body = node.child("body")
    if not isinstance(body.value, dict) or body.value.get("disabled") is True:
        return None
    mode = body.text("mode")
    match mode:
        case "raw":
            language = body.child("options").child("raw").text("language")
            raw = text_of(body.value.get("raw"))
            return ForeignRaw(raw, _LANGUAGES.get(language, "text/plain")) if raw else None
        case "urlencoded" if isinstance(body.value.get(mode), str):
            # Earlier versions of 2.0 have the form as text.
            return ForeignRaw(text_of(body.value[mode]), "application/x-www-form-urlencoded")
        case "urlencoded":
            fields = pairs(body, mode)
            return ForeignForm(fields) if fields else None
        case "formdata":
            parts = tuple(part for each in enabled(body, mode) for part in _parts(each))
            return ForeignParts(parts) if parts else None
        case "file":
            found = body.child("file")
            source = text_of(found.value) if isinstance(found.value, str) else found.text("src")
            return ForeignFile(source, "application/octet-stream")
        case "graphql":
            return _graphql(body)
        case "":
            return None
    report.say(f"left out: a body of the kind {visible(mode, limit=30)}", body)
    return None


def _parts(node: SourceNode) -> list[ForeignPart]:
    name = text_of(node.value.get("key"))
    media_type = node.text("contentType")
    if node.text("type") != "file":
        return [ForeignPart(name, text_of(node.value.get("value")), media_type)] if name else []
    sources = node.value.get("src")
    listed = sources if isinstance(sources, list) else [sources]
    return [ForeignPart(name, text_of(each), media_type, is_file=True) for each in listed] if name else []


def _graphql(node: SourceNode) -> ForeignBody | None:
    said = node.child("graphql")
    variables = text_of(said.child("variables").value)
    return graphql_body(said.text("query"), variables, said.text("operationName"))
