"""Single values by their dotted keys, against the reader of files: what is set reads as what a file would say."""

from __future__ import annotations

import pytest

from integrator_tui.errors import UsageError
from integrator_tui.model.connection import Connection
from integrator_tui.store.connection_file import reader
from integrator_tui.store.connection_file.assignment import with_assignments
from integrator_tui.store.yamltext.document import parse

BASE = Connection(name="A", base_url="https://a.example")
HEAD = "name: A\nbase_url: https://a.example\n"


def said(text: str) -> Connection:
    connection, _ = reader.read(parse(HEAD + text))
    assert connection is not None
    return connection


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"test_path": "0123"}, "test_path: '0123'"),
        ({"ca_cert": "a\nb"}, "ca_cert: |-\n  a\n  b"),
        ({"tags": "[a, 'b c', 01]"}, "tags: [a, 'b c', '01']"),
        ({"tags": ""}, ""),
        ({"tags.0": "a", "tags.1": "b"}, "tags: [a, b]"),
        ({"options.timeout": "{read: 3}"}, "options: {timeout: {read: 3}}"),
        ({"options.verify": "false"}, "options: {verify: false}"),
        ({"auth": "{type: basic, username: u}"}, "auth: {type: basic, username: u}"),
        ({"auth.username": "u", "auth.type": "basic"}, "auth: {type: basic, username: u}"),
        (
            {
                "auth.type": "http_bearer_token",
                "auth.request.body.form.a.b": "c",
                "auth.request.params": "{x: '1'}",
            },
            "auth: {type: http_bearer_token, request: {params: {x: '1'}, body: {form: {a.b: c}}}}",
        ),
        (
            {
                "auth.type": "http_bearer_token",
                "auth.request.body.raw": "{}",
                "auth.token_connection.base_url": "x",
            },
            "auth: {type: http_bearer_token, request: {body: {raw: '{}'}}, token_connection: {base_url: x}}",
        ),
        (
            {"operations.0.name": "O", "operations.0.outputs.Ids.value": "body", "operations.0.headers.X": "[a"},
            "operations: [{name: O, headers: {X: '[a'}, outputs: {Ids: {value: body}}}]",
        ),
        (
            {"operations": "[{name: O, outputs: {a.b: {value: x, children: {c: d}}}}]"},
            "operations: [{name: O, outputs: {a.b: {value: x, children: {c: d}}}}]",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_is_set_is_what_a_file_says(values: dict[str, str], text: str) -> None:
    assert with_assignments(BASE, values) == said(text)


@pytest.mark.parametrize(
    ("text", "gone", "left"),
    [
        ("tags: [a, b, c]", "tags.1", "tags: [a, c]"),
        ("auth: {type: basic, username: u}", "auth.username", "auth: {type: basic}"),
        ("auth: {type: basic, username: u}", "auth.type", ""),
        (
            "operations: [{name: O, params: {a: '1', b: '2'}}]",
            "operations.0.params.a",
            "operations: [{name: O, params: {b: '2'}}]",
        ),
        ("operations: [{name: O, body: {raw: x}}]", "operations.0.body.raw", "operations: [{name: O}]"),
        (
            "operations: [{name: O, body: {raw: x}}]",
            "operations.0.body.form",
            "operations: [{name: O, body: {raw: x}}]",
        ),
        ("operations: [{name: O, outputs: {a: {value: x}}}]", "operations.0.outputs.a", "operations: [{name: O}]"),
        (
            "operations: [{name: O, outputs: {a: {value: x, children: {c: d}}}}]",
            "operations.0.outputs.a.children.c",
            "operations: [{name: O, outputs: {a: {value: x}}}]",
        ),
        ("secrets: {a: x, b: y}", "secrets.a", "secrets: {b: y}"),
        ("options: {timeout: {read: 3, connect: 2}}", "options.timeout.read", "options: {timeout: {connect: 2}}"),
    ],
    ids=lambda value: value,
)
def test_what_is_taken_back_is_what_a_file_without_it_says(text: str, gone: str, left: str) -> None:
    assert with_assignments(said(text), {}, [gone]) == said(left)


def test_another_method_keeps_the_fields_that_both_have() -> None:
    before = said("auth: {type: raw_bearer_token, header: X-Key, prefix: ''}")
    after = with_assignments(before, {"auth.type": "http_bearer_token"})
    assert after == said("auth: {type: http_bearer_token, header: X-Key, prefix: ''}")


def test_a_header_that_is_sent_twice_is_set_once() -> None:
    before = said("operations: [{name: O, headers: {X: [a, b], Y: c}}]")
    after = with_assignments(before, {"headers.X": "d"}, below="operations.0")
    assert after == said("operations: [{name: O, headers: {X: d, Y: c}}]")


@pytest.mark.parametrize(
    ("key", "value", "message", "hint"),
    [
        (
            "operations.Open.path",
            "x",
            "operations.Open is no item of operations",
            "a number from 0 to 0; or set operations as YAML",
        ),
        ("base_url.x", "y", "base_url.x is no key: base_url is one value", "set base_url"),
        ("auth.request.body", "{form: {}, raw: x}", "auth.request.body is no key of type: none", ""),
        (
            "options.timeout.raed",
            "3",
            "options.timeout.raed is no key of a connection file",
            "did you mean options.timeout.read?",
        ),
        ("tags", "&a [x]", "tags is read as YAML: ", ""),
        ("sops", "x", "sops is no key of a connection file", "there are: name, type"),
        ("", "x", "", ""),
        ("options", "[a]", "options: a mapping of keys to values is wanted here", "the keys here are"),
        ("options", "{verfy: true}", "options.verfy: unknown key verfy", "did you mean verify?"),
    ],
    ids=["item", "below_text", "foreign", "nearest", "anchor", "sops", "empty", "list", "unknown_inside"],
)
def test_what_is_no_key_or_no_value_is_told(key: str, value: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as raised:
        with_assignments(BASE, {key: value})
    assert raised.value.message.startswith(message) and hint in raised.value.hint, raised.value.message
