"""A secret in the body of a foreign request, wherever it stands in it, is told by no import and in no file."""

from __future__ import annotations

import json
import shlex
from urllib.parse import quote

import pytest

from tests.canary.canaries import PASSWORD, RAW_TOKEN, Search
from tests.cli.shell import Shell

HOST = "https://api.example.com"
FORM = "application/x-www-form-urlencoded"
NESTED = json.dumps({"a": [{"password": PASSWORD}], "secret": {"x": RAW_TOKEN, "y": [RAW_TOKEN]}, "name": "n"})
QUERY = f"mutation {{ login(password: {json.dumps(PASSWORD)}) {{ id }} }}"
ADDRESS = f"https://anna:{quote(PASSWORD, safe='')}@h.example/?token={RAW_TOKEN}"
BODIES: dict[str, tuple[str, str]] = {
    "nested JSON": ("application/json", NESTED),
    "JSON in JSON": ("application/json", json.dumps({"data": NESTED})),
    "JSON sent as text": ("text/plain", NESTED),
    "GraphQL": ("application/json", json.dumps({"query": QUERY, "variables": {"token": RAW_TOKEN}})),
    "an address in JSON": ("application/json", json.dumps({"callback": ADDRESS})),
    "a form": (FORM, f"user=a&password={quote(PASSWORD, safe='')}&token={RAW_TOKEN}"),
    "JSON in a form": (FORM, f"user=a&payload={quote(NESTED, safe='')}"),
    "a form sent as text": ("text/plain", f"user=a&password={quote(PASSWORD, safe='')}&token={RAW_TOKEN}"),
    "lines": ("text/plain", f"user: a\npassword: {PASSWORD}\ntoken = {RAW_TOKEN}\n"),
    "XML": ("text/xml", f"<a><token>{RAW_TOKEN}</token></a>"),
}


def curl(media_type: str, body: str) -> str:
    command = ["curl", f"{HOST}/x", "-H", f"Content-Type: {media_type}", "--data-binary", body]
    parts = ["curl", f"{HOST}/p", "--form-string", f"data={body}"]
    return f"{shlex.join(command)}\n{shlex.join(parts) if media_type != FORM else ''}\n"


def postman(media_type: str, body: str) -> str:
    header = [{"key": "Content-Type", "value": media_type}]
    request = {"method": "POST", "url": f"{HOST}/x", "header": header, "body": {"mode": "raw", "raw": body}}
    part = {"key": "data", "value": body, "type": "text", "contentType": media_type}
    parts = {"method": "POST", "url": f"{HOST}/p", "body": {"mode": "formdata", "formdata": [part]}}
    field = {"mode": "urlencoded", "urlencoded": [{"key": "data", "value": body}]}
    forms = {"method": "POST", "url": f"{HOST}/f", "body": field}
    info = {"name": "x", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}
    shapes = [request] if media_type == FORM else [request, parts, forms]
    return json.dumps({"info": info, "item": [{"name": str(n), "request": one} for n, one in enumerate(shapes)]})


def http(media_type: str, body: str) -> str:
    return f"### x\nPOST {HOST}/x\nContent-Type: {media_type}\n\n{body}\n"


def opencollection(media_type: str, body: str) -> str:
    headers = [{"name": "Content-Type", "value": media_type}]
    one = {"method": "POST", "url": f"{HOST}/x", "headers": headers, "body": {"type": "text", "data": body}}
    return json.dumps({"opencollection": "1.0.0", "info": {"name": "x"}, "items": [{"info": {}, "http": one}]})


def kinetic(media_type: str, body: str) -> str:
    raw = {"bodyType": "raw", "raw": body}
    parts = {"bodyType": "multipart_form", "parts": [{"name": "data", "content": body, "contentType": media_type}]}
    form = {"bodyType": "www_form_urlencoded", "form": {"data": body}}
    operations = []
    for number, one in enumerate((raw, parts, form) if media_type != FORM else (raw,)):
        headers = {"content-type": media_type} if number == 0 else {}
        config = {"configType": "http", "method": "POST", "path": "/x", "headers": headers, "body": one}
        operations.append({"id": f"o-{number}", "name": f"x {number}", "config": config})
    config = {"configType": "http", "baseUrl": HOST, "auth": None}
    return json.dumps([{"id": "c", "name": "x", "type": "http", "config": config, "operations": operations}])


def openapi(media_type: str, body: str) -> str:
    content = {media_type: {"schema": {"type": "string"}, "example": body}}
    paths = {"/x": {"post": {"requestBody": {"content": content}}}}
    return json.dumps({"openapi": "3.1.0", "info": {"title": "x"}, "servers": [{"url": HOST}], "paths": paths})


FORMATS = {
    "curl": curl, "postman": postman, "http": http, "opencollection": opencollection, "kinetic": kinetic,
    "openapi": openapi,
}  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
def test_no_import_of_a_body_tells_a_canary(shell: Shell, search: Search, form: str) -> None:
    shell.create_identity()
    for number, (what, (media_type, body)) in enumerate(BODIES.items()):
        document = FORMATS[form](media_type, body).encode()
        for more in (("--dry-run",), ()):
            done = shell.here("import", form, "-", *more, "--folder", f"f{number}", stdin=document)
            assert done.code == 0, (what, done.err)
            search.at(f"{what}, the output of import {more}", done.out + done.err)
        found = sorted((shell.workspace / f"f{number}").glob("*.yaml"))
        assert found and all("{{" in path.read_text() for path in found), what
        search.below(shell.workspace / f"f{number}")
        assert search.found == set(), what
    search.below(shell.home)
    assert search.found == set()
