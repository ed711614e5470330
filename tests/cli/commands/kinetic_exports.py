"""Exports of Integrator in the shapes that its schema and public exports have; nothing in them is copied."""

from __future__ import annotations

import json
from typing import Any


def operation(number: int = 0, name: str = "Open orders", **config: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "configType": "http",
        "method": "GET",
        "path": "/orders/{{Order Id*}}",
        "params": {"limit": "{{Limit [0-100]}}"},
        "headers": {"accept": "application/json"},
        "body": {"form": {}, "bodyType": "www_form_urlencoded"},
        "includeEmptyParams": False,
        "followRedirect": False,
        "streamResponse": False,
    }
    return {
        "id": f"0b000000-0000-4000-8000-{number:012}",
        "connectionId": "0c000000-0000-4000-8000-000000000000",
        "name": name,
        "notes": None,
        "documentationLink": "",
        "config": usual | config,
        "outputs": {
            "Items": {"value": "body.results", "children": {"Id": "current.id"}},
            "_Status Code": {"value": "statusCode"},
        },
        "lockVersion": 3,
    }


def connection(number: int = 0, name: str = "Orders", **more: Any) -> dict[str, Any]:
    """Return a connection with one operation; `auth`, `baseUrl`, `testPath` and `caCert` go into its config."""
    keys = ("auth", "baseUrl", "testPath", "caCert", "configType")
    config = {key: more.pop(key) for key in keys if key in more}
    own = f"0c000000-0000-4000-8000-{number:012}"
    found: dict[str, Any] = {
        "id": own,
        "name": name,
        "type": "http",
        "description": "",
        "documentationLink": "",
        "config": {
            "auth": None,
            "configType": "http",
            "caCert": None,
            "baseUrl": "https://orders.example.com",
            "testPath": "/space",
            **config,
        },
        "secrets": {},
        "status": {"healthy": False},
        "insertedAt": "2026-01-01T00:00:00Z",
        "updatedAt": "2026-01-01T00:00:00Z",
        "lockVersion": 7,
        "operations": [operation(number) | {"connectionId": own}],
    }
    return found | more


def text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
