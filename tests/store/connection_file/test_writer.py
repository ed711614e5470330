"""Writing: the documented shape for what is new, the smallest change for what is there."""

from __future__ import annotations

import difflib
from typing import Any

import pytest

from integrator_tui.errors import SaveError
from integrator_tui.model.connection import (
    BasicAuth,
    Connection,
    FormBody,
    HttpBearerTokenAuth,
    OAuth2Auth,
    Operation,
    Options,
    Output,
    RawBearerTokenAuth,
    RawBody,
    Request,
    TokenConnection,
)
from integrator_tui.store.connection_file.reader import connection_of
from integrator_tui.store.connection_file.writer import write
from integrator_tui.store.yamltext.document import Document, parse, parse_bytes
from tests.store.corpus import CORPUS

PEM = "-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----\n"

EXAMPLE = """\
name: Orders API
type: http
description: Order service, production
documentation_link: https://docs.example.com/orders
base_url: https://orders.example.com
test_path: /health
ca_cert: |
  -----BEGIN CERTIFICATE-----
  YQ==
  -----END CERTIFICATE-----
tags: [prod, orders]
auth:
  type: http_bearer_token
  prefix: ''
  request:
    path: /oauth/token
    params: {audience: "{{audience}}"}
    headers: {Accept: application/json}
    body:
      form: {grant_type: client_credentials, client_id: svc, client_secret: "{{client_secret}}"}
    follow_redirect: true
  token_output: body['access_token']
  expiration_output: body['expires_in']
  token_connection: {base_url: "https://login.example.com"}
operations:
  - name: Open orders
    method: GET
    path: /orders
    params: {status: open, limit: "{{Limit}}"}
    outputs: {Ids: {value: body.items, children: {Id: current.id}}, Status: {value: statusCode}}
  - name: New order
    path: /orders
    body:
      raw: '{"user": "svc"}'
options:
  timeout: {read: 2.5}
  proxy: http://proxy.example.com:3128
  verify: false
secrets:
  client_secret: ''
"""

CONNECTION = Connection(
    name="Orders API",
    description="Order service, production",
    documentation_link="https://docs.example.com/orders",
    base_url="https://orders.example.com",
    test_path="/health",
    ca_cert=PEM,
    tags=("prod", "orders"),
    auth=HttpBearerTokenAuth(
        prefix="",
        request=Request(
            path="/oauth/token",
            params=(("audience", "{{audience}}"),),
            headers=(("Accept", "application/json"),),
            body=FormBody(
                form=(
                    ("grant_type", "client_credentials"),
                    ("client_id", "svc"),
                    ("client_secret", "{{client_secret}}"),
                )
            ),
            follow_redirect=True,
        ),
        token_output="body['access_token']",
        expiration_output="body['expires_in']",
        token_connection=TokenConnection(base_url="https://login.example.com"),
    ),
    operations=(
        Operation(
            name="Open orders",
            method="GET",
            path="/orders",
            params=(("status", "open"), ("limit", "{{Limit}}")),
            outputs=(
                Output(name="Ids", value="body.items", children=(("Id", "current.id"),)),
                Output(name="Status", value="statusCode"),
            ),
        ),
        Operation(name="New order", path="/orders", body=RawBody(raw='{"user": "svc"}')),
    ),
    options=Options.model_validate(
        {"timeout": {"read": 2.5}, "proxy": "http://proxy.example.com:3128", "verify": False}
    ),
    secrets=("client_secret",),
)


def diff(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def sound(name: str) -> tuple[Document, Connection]:
    document = parse_bytes((CORPUS / "sound" / f"{name}.yaml").read_bytes())
    connection = connection_of(document)
    assert connection is not None
    return document, connection


def changed(document: Document, connection: Connection, **fields: Any) -> list[str]:
    return diff(document.text, write(document, connection.model_copy(update=fields)))


def test_a_new_file_has_the_documented_shape() -> None:
    assert write(None, CONNECTION) == EXAMPLE
    assert connection_of(parse(EXAMPLE)) == CONNECTION


def test_the_least_file() -> None:
    assert write(None, Connection(name="x", base_url="https://a.example")) == (
        "name: x\ntype: http\nbase_url: https://a.example\n"
    )


def test_a_changed_value_keeps_its_quotes_and_comment() -> None:
    document, connection = sound("comments")
    assert changed(document, connection, base_url="https://new.example.com", name="New: orders") == [
        "-name: Orders   # shown in the list",
        '+name: "New: orders"   # shown in the list',
        "-base_url: 'https://orders.example.com'    # production",
        "+base_url: 'https://new.example.com'    # production",
    ]


def test_a_new_key_takes_its_place_in_the_order() -> None:
    document, connection = sound("comments")
    assert changed(document, connection, test_path="/health") == ["+test_path: /health"]
    text = write(document, connection.model_copy(update={"test_path": "/health"}))
    assert "# production\ntest_path: /health\n\n# ----" in text


def test_a_value_that_becomes_its_default_goes() -> None:
    document, connection = sound("unknown_keys")
    options = connection.options.model_copy(update={"verify": True})
    assert changed(document, connection, options=options) == ["-  verify: false"]


def test_maps_and_lists_are_edited_item_by_item() -> None:
    document, connection = sound("comments")
    auth = connection.auth
    assert isinstance(auth, HttpBearerTokenAuth)
    headers = (("X-Trace", "1"), *auth.request.headers[:1], ("X-Team", "billing"))
    params = (("audience", "orders"), ("renamed", "it's"), ("more", "{{x}}"))
    request = auth.request.model_copy(update={"headers": headers, "params": params})
    assert changed(
        document, connection, auth=auth.model_copy(update={"request": request}), tags=("prod", "new")
    ) == [
        """-        params: {audience: orders, "odd key": 'it''s', }   # trailing comma""",
        """+        params: {audience: orders, "renamed": 'it''s', more: "{{x}}", }   # trailing comma""",
        '+            X-Trace: "1"',
        "-            X-Team: platform",
        "+            X-Team: billing",
        "-- orders",
        "+- new",
    ]


def test_operations_are_told_apart_by_their_names() -> None:
    document, connection = sound("comments")
    first, second = connection.operations
    new = Operation(name="New", path="/n", method="GET")
    lines = changed(document, connection, operations=(new, first.model_copy(update={"path": "/o"}), second))
    assert lines == [
        "+- name: New" if line.startswith("+- ") else line
        for line in ["+  - name: New", "+    method: GET", "+    path: /n", "-    path: /orders", "+    path: /o"]
    ]
    assert changed(document, connection, operations=(first,))[0] == "-  - name: Close"


def test_an_item_that_moves_takes_along_what_stands_in_it() -> None:
    first = "  - name: One # c1\n    path: 007 # p1\n    x-note: theirs\n"
    second = "  - name: Two # c2\n    x-note: theirs\n    path: /2"
    head = "name: x\nbase_url: https://a.example\ntags: [a, # ca\n  'b', # cb\n  c]\noperations:\n"
    document = parse(head + first + second)
    connection = connection_of(document)
    assert connection is not None
    one, two = connection.operations
    moved = {"operations": (two.model_copy(update={"method": "GET"}), one), "tags": ("c", "a", "b")}
    assert write(document, connection.model_copy(update=moved)) == (
        head.replace("[a, # ca\n  'b', # cb\n  c]", "[c, # ca\n  a, # cb\n  'b']")
        + second.replace("    x-note", "    method: GET\n    x-note")
        + "\n"
        + first
    )


def test_another_method_keeps_what_both_have() -> None:
    document = parse(
        "name: x\nbase_url: https://a.example\nauth:\n  # the token\n  type: raw_bearer_token\n"
        "  header: X-Auth   # theirs\n  prefix: ''\nsecrets:\n  token: ''\n"
    )
    connection = connection_of(document)
    assert connection is not None
    fetched = HttpBearerTokenAuth(header="X-Auth", prefix="", request=Request(path="/t"), token_output="body.t")
    assert changed(document, connection, auth=fetched) == [
        "-  type: raw_bearer_token",
        "+  type: http_bearer_token",
        "+  request:",
        "+    path: /t",
        "+  token_output: body.t",
    ]
    assert changed(document, connection, auth=BasicAuth(username="j")) == [
        "-  type: raw_bearer_token",
        "-  header: X-Auth   # theirs",
        "-  prefix: ''",
        "+  type: basic",
        "+  username: j",
    ]
    assert changed(document, connection, auth=RawBearerTokenAuth(header="X-Auth")) == ["-  prefix: ''"]


def test_a_certificate_becomes_a_literal_block_even_in_braces() -> None:
    document = parse(
        "name: x\nbase_url: https://a.example\nauth: {type: oauth2, client_id: c, access_token_url: 'https://a.example'}\n"
    )
    connection = connection_of(document)
    assert connection is not None
    assert isinstance(connection.auth, OAuth2Auth)
    auth = connection.auth.model_copy(update={"ca_cert": PEM})
    text = write(document, connection.model_copy(update={"auth": auth, "ca_cert": PEM}))
    assert text.count("ca_cert: |\n") == 2


def test_unknown_keys_are_never_dropped() -> None:
    document, connection = sound("unknown_keys")
    text = write(document, connection.model_copy(update={"auth": OAuth2Auth(client_id="c"), "options": Options()}))
    assert "base_urll: https://typo.example.com   # a slip\n" in text
    assert "x-note: {a: [1, 2]}\n" in text


def test_unknown_keys_below_what_another_method_does_not_have_stay() -> None:
    document = parse(
        "name: x\nbase_url: https://a.example\nauth:\n  type: http_bearer_token\n  request:\n    path: /t\n"
        "    x-note: theirs   # kept\n  token_output: body.t\n"
    )
    connection = connection_of(document)
    assert connection is not None
    assert changed(document, connection, auth=BasicAuth(username="j")) == [
        "-  type: http_bearer_token",
        "+  type: basic",
        "+  username: j",
        "-    path: /t",
        "-  token_output: body.t",
    ]


def test_windows_line_ends_and_the_mark_stay() -> None:
    for name in ("crlf", "bom"):
        document, connection = sound(name)
        text = write(document, connection.model_copy(update={"ca_cert": PEM + PEM, "tags": ("a", "b", "c")}))
        assert text.startswith("\ufeff") == (name == "bom")
        assert ("\r\n" in text) == (name == "crlf")
        assert text.count("\n") == text.count("\r\n") or name == "bom"


def test_json_stays_json() -> None:
    import json

    document, connection = sound("json")
    text = write(document, connection.model_copy(update={"tags": (), "base_url": "https://new.example.com"}))
    assert json.loads(text) == {
        "name": "Json",
        "base_url": "https://new.example.com",
        "auth": {"type": "basic", "username": "joe"},
        "secrets": {"password": ""},
    }


@pytest.mark.parametrize("text", ["", "- a\n", "name: x\nname: y\n", "name: [\n", "name: &a x\n"])
def test_a_broken_file_is_not_written(text: str) -> None:
    with pytest.raises(SaveError, match="the file is broken") as raised:
        write(parse(text), CONNECTION)
    assert raised.value.hint


def test_what_does_not_read_back_is_not_written() -> None:
    endless = Connection(name="x", options=Options.model_validate({"timeout": {"read": float("inf")}}))
    with pytest.raises(SaveError, match="does not read back"):
        write(None, endless)
    with pytest.raises(SaveError, match="does not read back"):
        write(None, Connection(name="x", secrets=("_seal",)))
