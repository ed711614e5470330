"""What stands in an exported script, and what is refused."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from integrator_tui.interchange.curl import reader as curl_reader
from integrator_tui.interchange.curl_script.script import write
from integrator_tui.interchange.curl_script.token_path import WHOLE, filter_of
from integrator_tui.interchange.exports.outgoing import ToWrite
from integrator_tui.interchange.exports.variable_names import VariableNames, variable
from integrator_tui.model.connection import Connection


def connection(**fields: Any) -> Connection:
    return Connection.model_validate({"name": "O", "base_url": "https://a.example/v1/", **fields})


def text(*connections: Connection) -> str:
    exported = write([ToWrite(each, f"{number}.yaml") for number, each in enumerate(connections)])
    assert exported.refused == ()
    return exported.text


def words(**fields: Any) -> list[str]:
    return shlex.split(text(connection(**fields)).replace("\\\n", " "))


def test_what_is_known_is_a_command_and_nothing_else() -> None:
    given = words(test_path="/health", headers=(("Accept", "text/x"), ("X-None", "")))
    assert given[:4] == ["curl", "--silent", "--show-error", "--include"]
    assert given[-1] == "https://a.example/v1/health"
    assert given[given.index("--header") + 1] == "Accept: text/x"
    assert "X-None;" in given


def test_options() -> None:
    given = words(options={"verify": False, "follow_redirect": True, "timeout": {"connect": 2, "read": 0.5}})
    assert {"--insecure", "--location"} <= set(given)
    assert given[given.index("--connect-timeout") + 1] == "2"
    assert given[given.index("--max-time") + 1] == "0.5"


def test_a_unix_socket() -> None:
    given = words(options={"unix_socket": "/run/a b.sock"})
    assert given[given.index("--unix-socket") + 1] == "/run/a b.sock"


def test_a_stream_is_bounded_by_its_silence_only() -> None:
    given = words(options={"stream_response": True, "timeout": {"read": 0.5}})
    assert "--no-buffer" in given and "--max-time" not in given
    assert given[given.index("--speed-time") + 1] == "1"


@pytest.mark.parametrize("password", ["hunter2", "hunt@er2", "hunt@er@2"])
def test_the_password_of_a_proxy_is_a_variable(password: str) -> None:
    given = text(connection(options={"proxy": f"http://user:{password}@proxy.example:3128"}))
    assert "hunt" not in given
    assert """curl_option proxy http://user:"$(url_text "$PROXY_PASSWORD")"@proxy.example:3128""" in given


def test_a_proxy_without_a_password_stands_as_it_is() -> None:
    given = words(options={"proxy": "socks5h://proxy.example:1080"})
    assert given[given.index("--proxy") + 1] == "socks5h://proxy.example:1080"


def test_the_secrets_of_several_connections_are_told_apart() -> None:
    one = connection(name="One", auth={"type": "raw_bearer_token"}, secrets=("token",))
    given = text(one, one.model_copy(update={"name": "Two"}), one)
    assert all(f'"${name}"' in given for name in ("ONE_TOKEN", "TWO_TOKEN", "ONE_TOKEN_2"))


def test_a_secret_that_lies_in_a_variable_is_called_as_that_is() -> None:
    given = text(connection(auth={"type": "api_key"}, secrets_from=(("api_key", "env:ORDERS_KEY"),)))
    assert "curl_option header 'X-Api-Key: '\"$ORDERS_KEY\"" in given


def test_a_declared_secret_without_a_value_is_a_variable() -> None:
    auth = {"type": "basic", "username": "me"}
    exported = write([ToWrite(connection(auth=auth), "o.yaml", declared=("password",))])
    assert 'curl_option user me:"$PASSWORD"' in exported.text


@pytest.mark.parametrize(
    ("auth", "header"),
    [
        ({"type": "raw_bearer_token", "header": "X-Key", "prefix": ""}, "X-Key: $TOKEN"),
        ({"type": "raw_bearer_token"}, "Authorization: Bearer $TOKEN"),
        ({"type": "raw_bearer_token", "prefix": "Key {{key id}}"}, "Authorization: Key $KEY_ID $TOKEN"),
        ({"type": "http_bearer_token", "prefix": "Token"}, "Authorization: Token $ACCESS_TOKEN"),
        ({"type": "oauth2"}, "Authorization: Bearer $ACCESS_TOKEN"),
        ({"type": "api_key"}, "X-Api-Key: $API_KEY"),
    ],
)
def test_the_test_alone_is_one_command(auth: dict[str, str], header: str) -> None:
    given = shlex.split(alone(auth=auth).replace("\\\n", " "))
    assert given[0] == "curl"
    assert given[given.index("--header") + 1] == header


def test_alone_curl_asks_for_the_password_and_values_are_encoded() -> None:
    given = alone(auth={"type": "basic", "username": "it's me"}, secrets=("password",), test_path="/x")
    assert given.startswith("curl ") and "PASSWORD" not in given
    assert shlex.split(given.replace("\\\n", " "))[-1] == "https://a.example/v1/x"
    given = alone(auth={"type": "api_key", "name": "key", "in": "query"}, test_path="/{{a b}}?a=1")
    assert given.endswith("""https://a.example/v1/"$(url_text "$A_B")"'?a=1&key='"$(url_text "$API_KEY")\"""")
    assert given.startswith("url_text() {")


def test_alone_it_becomes_a_connection_again() -> None:
    auth = {"type": "raw_bearer_token", "header": "X-Key", "prefix": "Key"}
    (read,) = curl_reader.read(alone(auth=auth, test_path="/health", headers=(("Accept", "a/b"),))).connections
    assert (read.connection.base_url, read.connection.test_path) == ("https://a.example", "/v1/health")
    assert ("Accept", "a/b") in read.connection.headers
    assert "TOKEN" in read.connection.model_dump_json()


def alone(**fields: Any) -> str:
    return write([ToWrite(connection(**fields), "o.yaml")], test_alone=True).text.rstrip("\n")


def test_the_operations_are_named() -> None:
    operations = [{"name": "Open #1", "method": "GET", "path": "/orders"}]
    assert "# O: Open #1\ncurl " in text(connection(operations=operations))


@pytest.mark.parametrize(("name", "expected"), [("a b", "A_B"), ("1st", "_1ST"), ("", "_"), ("ä-b.c", "_B_C")])
def test_variables(name: str, expected: str) -> None:
    assert variable(name) == expected


def test_no_variable_has_another_meaning() -> None:
    names = VariableNames()
    given = [
        names.of("O", "o.yaml", "template", name) for name in ("a b", "a-b", "path", "LD_PRELOAD", "home", "a b")
    ]
    assert given == ["A_B", "A_B_2", "PATH_VALUE", "LD_PRELOAD_VALUE", "HOME_VALUE", "A_B"]
    assert names.of("O", "o.yaml", "own", "a b") == "A_B_3"
    sourced = [names.of("O", "o.yaml", "own", name, "KEY") for name in ("x", "y")]
    assert sourced == ["KEY", "KEY"]


@pytest.mark.parametrize(
    ("expression", "path"),
    [
        ("body", WHOLE),
        (" body . access_token ; ", '.["access_token"]'),
        ("body['a b'].c[0][\"d\"]", '.["a b"]["c"][0]["d"]'),
        ("body?.a?.['b']", '.["a"]["b"]'),
        ("body.a || body.b", None),
        ("body.a + ''", None),
        ("headers['x-token']", None),
        ("bodyguard.a", None),
        ("body['it\\'s']", None),
        ("JSON.parse(body).a", None),
    ],
)
def test_paths_of_tokens(expression: str, path: str | None) -> None:
    assert filter_of(expression) == path


BEARER = {
    "type": "http_bearer_token",
    "request": {"path": "/t"},
    "token_output": "body.a",
    "expiration_output": "60",
}


@pytest.mark.parametrize(
    ("fields", "field", "way"),
    [
        ({"auth": BEARER | {"token_output": "body.a + body.b"}}, "auth.token_output", "token NAME"),
        (
            {"auth": BEARER | {"request": {"stream_response": True}}},
            "auth.request.stream_response",
            "switch it off",
        ),
        (
            {"auth": {"type": "api_key"}, "secrets": ("api_key",), "options": {"follow_redirect": True}},
            "options.follow_redirect",
            "write the address that it leads to",
        ),
        (
            {"operations": [{"name": "A", "path": "/a", "method": "PUT", "follow_redirect": True}]},
            "operations.0.follow_redirect (A)",
            "write the address that it leads to",
        ),
        (
            {"operations": [{"name": "A", "method": "HEAD", "body": {"kind": "raw", "raw": "x"}}]},
            "operations.0.body (A)",
            "remove the body",
        ),
        (
            {"operations": [{"name": "A", "body": {"kind": "raw", "raw": "x" * 90_001}}]},
            "operations.0.body.raw (A)",
            "from a file",
        ),
        (
            {"operations": [{"name": "A", "body": {"kind": "multipart", "multipart": [{"name": "a=b"}]}}]},
            "operations.0.body.multipart.0.name (A)",
            "another name",
        ),
        (
            {"operations": [{"name": "A", "path": "/a{{#b}}?b={{b}}{{/b}}"}]},
            "operations.0.path (A)",
            "as parameters",
        ),
    ],
)
def test_what_a_command_cannot_say(fields: dict[str, Any], field: str, way: str) -> None:
    exported = write([ToWrite(connection(**fields), "o.yaml")])
    assert exported.text == ""
    (refusal,) = exported.refused
    assert refusal.message.startswith(f"O: {field}: ")
    assert way in refusal.hint


def test_what_is_left_out_is_told() -> None:
    operations = [{"name": "A", "path": "/a"}, {"name": "B", "path": "https://b.example/b"}]
    exported = write([ToWrite(connection(test={"status": ("200",)}, operations=operations), "o.yaml")])
    assert [line.split(": ")[-1] for line in exported.left_out] == ["test", "the operation B"]
    assert "b.example" not in exported.text
