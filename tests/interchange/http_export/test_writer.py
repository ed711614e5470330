"""What stands in an exported .http file, what is told of it, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from integrator_tui.interchange.exports.outgoing import ToWrite
from integrator_tui.interchange.http_export.writer import write
from integrator_tui.model.connection import Connection


def connection(**fields: Any) -> Connection:
    return Connection.model_validate({"name": "O", "base_url": "https://a.example/v1/", **fields})


def test_a_request_without_values() -> None:
    exported = write([ToWrite(connection(test_path="/health", headers=(("Accept", "text/x"),)))])
    assert exported.text == "### O: test\n# @no-redirect\nGET https://a.example/v1/health\nAccept: text/x\n"
    assert exported.left_out == ()


def test_values_are_variables_of_the_environment_at_the_top() -> None:
    exported = write([ToWrite(connection(auth={"type": "raw_bearer_token"}, secrets=("token",)))])
    assert exported.text.splitlines()[2:4] == ["@TOKEN = {{$processEnv TOKEN}}", ""]
    assert "Authorization: Bearer {{TOKEN}}\n" in exported.text


def test_a_question_mark_begins_the_parameters_that_may_be_empty() -> None:
    params = (("limit", "{{Limit}}"), ("since", "{{Since}}"), ("all", "yes"))
    first = {"name": "A", "method": "GET", "path": "/{{id}}", "params": params}
    second = {"name": "B", "method": "GET", "path": "/x?y=1", "params": params}
    key = {"type": "api_key", "in": "query", "name": "key"}
    text = write([ToWrite(connection(operations=[first, second], auth=key, secrets=("api_key",)))]).text
    rest = "limit={{LIMIT}}&since={{SINCE}}&all=yes&key={{API_KEY}}\n"
    assert f"GET https://a.example/v1/{{{{ID}}}}?{rest}" in text
    assert f"GET https://a.example/v1/x?y=1&{rest}" in text


def test_the_token_is_taken_from_the_answer_in_both_ways() -> None:
    auth = {
        "type": "http_bearer_token",
        "request": {"path": "/token"},
        "token_output": "body.data[0]['a b'].token;",
        "expiration_output": "60",
    }
    text = write([ToWrite(connection(auth=auth))]).text
    assert "### O: token\n# @name access_token\n# @no-redirect\nPOST https://a.example/v1/token\n" in text
    assert (
        '> {% client.global.set("ACCESS_TOKEN", '
        "((body, statusCode) => (body.data[0]['a b'].token))(response.body, response.status)); %}" in text
    )
    assert '# @ACCESS_TOKEN = {{access_token.response.body.$.data[0]["a b"].token}}' in text
    assert "@ACCESS_TOKEN = {{$processEnv" not in text


def test_what_is_different_is_told() -> None:
    operations = [
        {"name": "A", "method": "GET", "path": "/{{id}}", "params": (("limit", "{{Limit}}"),)},
        {"name": "B", "body": {"kind": "raw", "raw": '{"t": "{{text}}", "n": {{{n}}}}'}},
        {"name": "C", "path": "https://b.example/"},
    ]
    options = {"verify": False, "proxy": "http://me:hunter2@proxy.example", "timeout": {"read": 5}}
    given = connection(operations=operations, options=options, test={"status": ("200",)}, ca_cert="x")
    exported = write([ToWrite(given, ca_pem="x")])
    assert "hunter2" not in repr(exported)
    assert [line.removeprefix("O: ") for line in exported.left_out] == [
        "left out, the settings of your client have it: ca_cert, options.timeout, options.proxy, options.verify",
        "left out, a .http file does not judge an answer: test",
        "left out, it has a problem: the operation C",
        "ID is put in as it is: give it percent-encoded",
        "LIMIT is put in as it is: give it percent-encoded",
        "TEXT is put in as it is: give it escaped as in a JSON string",
        "LIMIT is sent where it is empty too",
    ]


def raw(text: str) -> dict[str, Any]:
    return {"operations": [{"name": "A", "body": {"kind": "raw", "raw": text}}]}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"options": {"unix_socket": "/run/x"}}, "options.unix_socket"),
        ({"auth": {"type": "basic", "username": "my name"}}, "auth.username"),
        ({"auth": {"type": "basic", "username": "{{#a}}x{{/a}}"}}, "auth.username"),
        (
            {
                "auth": {
                    "type": "oauth2",
                    "client_id": "a b",
                    "client_auth": "basic_auth",
                    "access_token_url": "https://b",
                }
            },
            "auth.client_id",
        ),
        (
            {"auth": {"type": "http_bearer_token", "request": {"path": "/t"}, "token_output": "headers['x']"}},
            "auth.token_output",
        ),
        (raw("{{#a}}x{{/a}}"), "operations.0.body.raw (A)"),
        (raw("a {{{!}}{{b}} c"), "operations.0.body.raw (A)"),
        (raw("a\n### b"), "operations.0.body.raw (A)"),
        (raw("# a"), "operations.0.body.raw (A)"),
        (raw("< ./file"), "operations.0.body.raw (A)"),
        (raw("a\n> {% x %}"), "operations.0.body.raw (A)"),
        (raw("\n\na"), "operations.0.body.raw (A)"),
        ({"test_path": "/{{#a}}x{{/a}}"}, "test request: path"),
    ],
)
def test_what_such_a_file_cannot_say(fields: dict[str, Any], field: str) -> None:
    exported = write([ToWrite(connection(**fields))])
    assert exported.text == ""
    assert exported.refused[0].message.startswith(f"O: {field}: ")
    assert exported.refused[0].hint
