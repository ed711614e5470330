"""GraphQL as the body of a request: one JSON text with query, operation and variables (GraphQL over HTTP)."""

from __future__ import annotations

import json

from integrator_tui.interchange.collections.requests import ForeignRaw


def graphql_body(query: str, variables: str = "", operation: str = "") -> ForeignRaw | None:
    """Return the body, None where there is no query; `variables` are JSON, in which templates may stand."""
    if not query:
        return None
    members = [f'"query": {json.dumps(query, ensure_ascii=False)}']
    if operation:
        members.append(f'"operationName": {json.dumps(operation, ensure_ascii=False)}')
    if variables.strip():
        members.append(f'"variables": {variables.strip()}')
    return ForeignRaw("{" + ", ".join(members) + "}", "application/json")
