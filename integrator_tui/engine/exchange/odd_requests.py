"""Remarks: what is odd about what is sent, though it is sent: told as warnings beside the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from integrator_tui.engine import http_types as httpx
from integrator_tui.model.connection import Connection, RawBody, Request
from integrator_tui.model.encoding import EncodingContext, raw_body_context
from integrator_tui.model.parameters import Purpose, templates
from integrator_tui.model.pattern import pattern
from integrator_tui.model.probe import ProbeWarning, Stage
from integrator_tui.model.template import parse

_URL_FIELD: Final = pattern(
    r"base_url|test_path|operation(?:s\.\d+)?\.path|auth\.(?:request\.path|token_connection\.base_url|access_token_url)"
)


def about_templates(connection: Connection, purpose: Purpose, filled: Mapping[str, str]) -> Iterator[ProbeWarning]:
    """Yield what is not well formed in the templates of a purpose, and values that leave a path segment empty."""
    for field, text in templates(connection, purpose):
        if "{" not in text and "}" not in text:
            continue
        stage: Stage = "authenticate" if field.startswith("auth.") else "respond"
        # What was written on the command line has no place in a file.
        where = field.removeprefix("operation.")
        template = parse(text)
        for warning in template.warnings:
            yield ProbeWarning(stage, "template", f"{where}: {warning}")
        if _URL_FIELD.fullmatch(field):
            for name in template.emptied(filled):
                yield ProbeWarning(
                    stage, "template", f"{where}: the value of {name} is empty, and so is its path segment"
                )


def about_body(described: Request, sent: httpx.Request, stage: Stage) -> Iterator[ProbeWarning]:
    """Yield where a rendered body is no JSON, though its Content-Type says so."""
    if not (isinstance(described.body, RawBody) and sent.content):
        return
    if raw_body_context(sent.headers.get("content-type")) is not EncodingContext.JSON:
        return
    from integrator_tui.model.json_text import not_json_at

    if (at := not_json_at(sent.content.decode("utf-8", "replace"))) is not None:
        message = f"the body is not JSON after filling in: line {at[0]}, column {at[1]}"
        yield ProbeWarning(stage, "body_not_json", message)
