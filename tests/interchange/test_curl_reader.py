"""What becomes of curl command lines that no shell of ours reads, and what the report says."""

from __future__ import annotations

import base64
import re
import subprocess
import time
from contextlib import suppress

import pytest

from integrator_tui.errors import UsageError
from integrator_tui.interchange.curl.options import SHORT, TAKES_VALUE, named
from integrator_tui.interchange.curl.reader import looks_like_curl, read
from integrator_tui.model import rules
from integrator_tui.model.connection import (
    ApiKeyAuth,
    BasicAuth,
    Connection,
    FormBody,
    MultipartBody,
    NoAuth,
    RawBearerTokenAuth,
    RawBody,
)
from tests.servers.programs import program


def one(text: str, **given: object) -> Connection:
    found = read(text, **given).connections  # type: ignore[arg-type]
    assert len(found) == 1
    return found[0].connection


def told(text: str) -> str:
    return "\n".join(f"{remark.line}: {remark.text}" for remark in read(text).remarks)


def secrets(text: str) -> dict[str, str]:
    return {name: value.reveal() for found in read(text).connections for name, value in found.secrets.items()}


# cmd.exe, PowerShell

BODY = '{"a":"b & c","d":"100%","e":"x\\\\y"}'
CMD_OLD = 'curl "https://api.example.com/x?y=1" -H "accept: text/html" --data "{""a"":""b & c"",""d"":""100"%"""}"'
CMD_NOW = (
    'curl ^"https://api.example.com/x?y=1^&z=^%^20^" ^\r\n'
    '  -H ^"accept: text/html^" ^\r\n'
    '  -H ^"x-quote: ^\\^"q^\\^"^" ^\r\n'
    '  --data-raw ^"^{^\\^"a^\\^":^\\^"b ^& c^\\^",^\n\n^\\^"d^\\^":^\\^"100^%^\\^"^}^"'
)
CMD_BETWEEN = (
    'curl "https://api.example.com/x?y=1^&z=2" ^\n  -H "accept: text/html" ^\n'
    '  --data-raw "^{^\\^"a^\\^":^\\^"b^\\^"^}" ^\n  --compressed'
)


def test_cmd_as_browsers_write_it_now() -> None:
    operation = one(CMD_NOW).operations[0]
    assert (operation.path, operation.params) == ("/x", (("y", "1"), ("z", " ")))
    assert dict(operation.headers)["x-quote"] == '"q"'
    assert operation.body == RawBody(raw='{"a":"b & c",\n"d":"100%"}')


def test_cmd_as_browsers_wrote_it_between() -> None:
    operation = one(CMD_BETWEEN).operations[0]
    assert operation.params == (("y", "1"), ("z", "2"))
    assert operation.body == RawBody(raw='{"a":"b"}')


def test_cmd_as_browsers_wrote_it_first() -> None:
    operation = one(CMD_OLD).operations[0]
    assert operation.body == RawBody(raw='{"a":"b & c","d":"100%"}')


def test_a_variable_of_cmd_is_a_parameter() -> None:
    text = 'curl ^"https://api.example.com/x^" ^\n -H "X-Id: %USER_ID%"'
    assert one(text).headers == (("X-Id", "{{USER_ID}}"),)
    assert "%USER_ID% is a variable" in told(text)


def test_powershell_that_calls_curl() -> None:
    text = (
        "curl.exe -X POST \"https://api.example.com/x\" `\n  -H 'X-It: it''s' `\n"
        '  -H "X-Id: $env:USER_ID" `\n  -d \'{"a":1}\''
    )
    operation = one(text).operations[0]
    assert dict(operation.headers)["X-It"] == "it's"
    assert dict(operation.headers)["X-Id"] == "{{USER_ID}}"
    assert operation.body == RawBody(raw='{"a":1}')


@pytest.mark.parametrize(
    "text",
    [
        "Invoke-WebRequest -Uri https://a.example",
        "curl -Uri https://a.example -Headers @{}",
        "iwr https://a.example",
    ],
)
def test_powershells_own_command_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(text)
    assert "Copy as cURL (bash)" in caught.value.hint


@pytest.mark.parametrize("text", ["", "ls", "wget https://a.example", "# curl https://a.example"])
def test_a_text_without_curl_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read(text)


# connections


def test_one_connection_for_an_origin_and_a_method() -> None:
    found = read(
        "curl https://a.example/x -d 1\ncurl https://a.example:443/y -d 2\ncurl http://a.example/z\n"
        "curl -u me:pw https://a.example/x\ncurl -u me:other https://a.example/x\ncurl -k https://a.example/x"
    ).connections
    assert [(f.connection.base_url, len(f.connection.operations), f.line) for f in found] == [
        ("https://a.example", 2, 1),
        ("http://a.example", 0, 3),
        ("https://a.example", 0, 4),
        ("https://a.example", 0, 5),
        ("https://a.example", 0, 6),
    ]


def test_names_of_operations_hold_no_query_and_differ() -> None:
    text = "curl 'https://a.example/x?token=abc' -d 1\ncurl 'https://a.example/x?token=abc' -d 2"
    assert [operation.name for operation in one(text).operations] == ["POST /x", "POST /x (2)"]


def test_a_plain_get_is_the_test_path_with_its_own_options() -> None:
    connection = one("curl -sSL -m 7.5 --connect-timeout 2 https://a.example/h?x=1")
    assert (connection.test_path, connection.operations) == ("/h?x=1", ())
    assert connection.options.follow_redirect
    assert (connection.options.timeout.connect, connection.options.timeout.read) == (2, 7.5)


def test_the_headers_of_a_plain_get_become_those_of_the_connection() -> None:
    text = "curl -H 'Accept: text/plain' -H 'X-Tag: a' -H 'X-Other: b' -H 'X-Tag: c' https://a.example/h"
    made = one(text)
    assert (made.test_path, made.operations) == ("/h", ())
    assert made.headers == (("Accept", "text/plain"), ("X-Tag", "a"), ("X-Tag", "c"), ("X-Other", "b"))


def test_headers_of_a_request_with_a_body_stay_with_it() -> None:
    made = one("curl -H 'X-Tag: a' -d x=1 https://a.example/h")
    assert made.headers == ()
    assert ("X-Tag", "a") in made.operations[0].headers


@pytest.mark.parametrize("name", ["X-Api-Key", "apikey", "Ocp-Apim-Subscription-Key", "X-Access-Key"])
def test_a_header_named_like_a_key_is_the_method_api_key(name: str) -> None:
    (found,) = read(f"curl -H '{name}: 53cr37' https://a.example/h").connections
    assert found.connection.auth == ApiKeyAuth(name=name)
    assert found.connection.headers == ()
    assert {key: value.reveal() for key, value in found.secrets.items()} == {"api_key": "53cr37"}


def test_a_key_that_is_not_known_is_asked_for() -> None:
    text = 'curl -H "X-Api-Key: $KEY" https://a.example/h'
    assert one(text).auth == ApiKeyAuth()
    assert one(text).secrets == ()
    assert "--param api_key=VALUE" in told(text)


def test_a_header_named_like_a_token_stays_a_raw_token() -> None:
    assert one("curl -H 'X-Auth-Token: t0k3n' https://a.example/h").auth == RawBearerTokenAuth(
        header="X-Auth-Token", prefix=""
    )


def test_the_name_is_that_of_the_host_or_the_given_one() -> None:
    assert one("curl https://A.example:8443/x").name == "a.example:8443"
    assert one("curl https://a.example/x", name="Orders").name == "Orders"


def test_verify_is_shouted() -> None:
    assert "TLS NOT VERIFIED" in told("curl -k https://a.example")
    assert not one("curl -k https://a.example").options.verify
    assert one("curl -k --no-insecure https://a.example").options.verify


def test_proxies() -> None:
    assert one("curl -x proxy.example https://a.example").options.proxy == "http://proxy.example:1080"
    assert one("curl --socks5-hostname p:9 https://a.example").options.proxy == "socks5h://p:9"
    text = "curl -x http://me:p%40ss@p:3128 https://a.example"
    assert one(text).options.proxy == "http://me:{{proxy_password}}@p:3128"
    assert secrets(text) == {"proxy_password": "p@ss"}
    assert "cannot be used here" in told("curl -x socks4://p https://a.example")


def test_unix_sockets() -> None:
    text = "curl --unix-socket /run/docker.sock http://docker/_ping"
    assert one(text).options.unix_socket == "/run/docker.sock"
    assert "unix_sockets of your own settings" in told(text)
    assert "absolute path" in told("curl --unix-socket app.sock http://a.example")


def test_certificates_are_paths_as_written() -> None:
    connection = one("curl --cacert ca.pem --cert me.pem:phrase https://a.example")
    assert (connection.ca_cert_file, connection.options.client_cert_file) == ("ca.pem", "me.pem")
    assert secrets("curl -E me.pem:phrase https://a.example") == {"client_cert_passphrase": "phrase"}
    assert "--cacert" in told("curl --cacert ca.pem https://a.example")


# what only a shell would know


def test_what_the_shell_would_put_in_is_a_parameter_and_nothing_is_run() -> None:
    text = 'curl "https://a.example/x?d=$(touch /tmp/never)&e=`id -u`&f=${F:-1}&g=$1"'
    assert one(text).test_path == "/x?d={{touch}}&e={{id}}&f={{F}}&g={{1}}"
    assert "not run: the parameter touch" in told(text)


def test_a_brace_before_a_variable_stays_a_brace() -> None:
    body = (
        one('curl -d "{\\"a\\":{$X}}" -H \'Content-Type: application/json\' https://a.example').operations[0].body
    )
    assert isinstance(body, RawBody)
    from integrator_tui.model.encoding import EncodingContext
    from integrator_tui.model.template import parse

    assert parse(body.raw).render({"X": "1"}, EncodingContext.TEXT) == '{"a":{1}}'


def test_variables_that_the_text_sets_or_that_are_given() -> None:
    text = "H=a.example P='/x'\ncurl https://$H$P"
    assert one(text).base_url == "https://a.example"
    assert one("curl https://$HOST/x", variables={"HOST": "b.example"}).base_url == "https://b.example"
    assert one("curl $BASE/x", base_url="https://b.example/v1").test_path == "/v1/x"
    assert one("curl {{base}}/x", base_url="https://b.example").test_path == "/x"


def test_an_unknown_host_stays_open_with_its_names() -> None:
    imported = read("curl https://$HOST:$PORT/x\ncurl https://a.example/y")
    assert imported.open == ("HOST", "PORT")


def test_an_unknown_token_or_password_is_told() -> None:
    text = 'curl -H "Authorization: Bearer $T" https://a.example'
    assert isinstance(one(text).auth, RawBearerTokenAuth)
    assert one(text).secrets == ()
    assert "--param token=VALUE" in told(text)
    assert "$T is a variable of the shell" in told(text) and "the parameter T" not in told(text)
    assert "the password is not known" in told("curl -u me:$PW https://a.example")


@pytest.mark.parametrize(
    "text", ["curl 'https://a.example/x", 'curl "https://a.example', "curl https://a.example -d $'x"]
)
def test_a_text_that_is_cut_off_in_a_quote_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"line \d: a quote is never closed"):
        read(f"curl https://a.example/y\n{text}\ncurl https://a.example/z")


# secrets


def test_basic_of_a_header_is_basic_auth() -> None:
    value = base64.b64encode(b"me:p:w").decode()
    assert one(f"curl -H 'Authorization: Basic {value}' https://a.example").auth == BasicAuth(username="me")
    assert secrets(f"curl -H 'Authorization: Basic {value}' https://a.example") == {"password": "p:w"}


def test_secrets_of_one_name_and_other_values_have_other_names() -> None:
    text = "curl 'https://a.example/x?token=a1' -d b\ncurl 'https://a.example/x?token=a2' -d token=a1 -u u:w"
    assert secrets("curl 'https://a.example/x?token=a1' -d b\ncurl 'https://a.example/x?token=a2' -d b") == {
        "token": "a1",
        "token_2": "a2",
    }
    assert len(read(text).connections) == 2


def test_a_secret_named_like_the_methods_own_has_another_name() -> None:
    text = "curl -u me:pw -d 'password=other' https://a.example"
    assert one(text).operations[0].body == FormBody(form=(("password", "{{password_2}}"),))
    text = "curl -H \"Authorization: Bearer $T\" -d 'token=abc' https://a.example"
    assert one(text).operations[0].body == FormBody(form=(("token", "{{token_2}}"),))


def test_bodies_of_json_xml_and_parts_keep_no_secret() -> None:
    text = """curl -H 'Content-Type: application/json' -d '{"a": {"api_key" : "k\\"1"}}' https://a.example"""
    assert one(text).operations[0].body == RawBody(raw='{"a": {"api_key" : "{{api_key}}"}}')
    assert secrets(text) == {"api_key": 'k"1'}
    text = (
        """curl -H 'Content-Type: text/xml' -d '<a token="t1"><p:password>p1</p:password></a>' https://a.example"""
    )
    body = RawBody(raw='<a token="{{{token}}}"><p:password>{{{password}}}</p:password></a>')
    assert one(text).operations[0].body == body and secrets(text) == {"token": "t1", "password": "p1"}
    parts = one("curl -F password=pw1 -F a=b https://a.example").operations[0].body
    assert isinstance(parts, MultipartBody)
    assert [part.content for part in parts.multipart] == ["{{{password}}}", "b"]


# options


def test_every_option_of_the_curl_here_is_known() -> None:
    said = subprocess.run([program("curl"), "--help", "all"], capture_output=True, text=True, check=True).stdout
    for short, long, value in re.findall(r"^ *(?:-(.), )?--([\w.-]+)( +[<\[]\S)?", said, re.MULTILINE):
        found = named(long)
        assert found is not None, long
        assert TAKES_VALUE[found[0]] == bool(value), long
        assert not short or named(SHORT[short]) == found, long


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--resolve a.example:443:127.0.0.1", "--resolve is left out"),
        ("--connect-to ::b.example:", "--connect-to is left out"),
        ("-K conf", "-K is not read"),
        ("-n", "-n is not read"),
        ("-b jar.txt", "-b FILE is not read"),
        ("-d @-", "standard input is not read"),
        ("-c jar", "-c is left out"),
        ("-H @headers", "the file is not read"),
        ("--http2", "--http2 is left out"),
        ("--nonsense=s3cret", "curl has no option --nonsense"),
        ("--hea x", "--hea could be"),
        ("-X", "-X wants a value"),
    ],
)
def test_what_is_not_taken_is_told_by_name(options: str, words: str) -> None:
    assert words in told(f"curl https://a.example {options}")
    assert "s3cret" not in told(f"curl https://a.example {options}")


def test_lines_of_remarks() -> None:
    assert told("curl https://a.example\n\ncurl \\\n  -k https://b.example").startswith("3: TLS NOT VERIFIED")


# anything at all


@pytest.mark.parametrize(
    "text",
    [
        "curl 'https://a.example",
        'curl "https://a.example',
        "curl $'https://a.example",
        "curl \\",
        "curl $(",
        "curl `",
        "curl https://a.example -d $'\\xff\\x00'",
        "curl 'http://[::1'",
        "curl 'http://a.example:99999/'",
        "curl http://",
        "curl 'http://a.example/[1-99999999999]'",
        "curl 'http://a b/'",
        "curl -F x https://a.example",
        "curl <<EOF",
        "curl 'http://a.example/" + "{a,b}" * 40 + "'",
        "curl " + "-d x " * 3000 + "https://a.example",
        "curl \x00 \x1b[",
        "curl https://a.example -H 'A: b\nc'",
        "curl https://a.example -u '\x07:x'",
        "curl ^",
        'curl ^"',
        "curl.exe `\n'",
        "curl 'https://{{a}}{{b}}/{{{c}}}'",
    ],
)
def test_nothing_takes_it_down(text: str) -> None:
    try:
        imported = read(text)
    except UsageError:
        return
    for found in imported.connections:
        rules.problems(found.connection)


def test_ipv6_and_ranges() -> None:
    assert one("curl 'http://[::1]:8080/x'").base_url == "http://[::1]:8080"
    assert "more than 16" in told("curl 'http://a.example/[1-99999999999]'")


@pytest.mark.parametrize(
    "text", ["curl https://a", "$ curl -s x", "  sudo curl x", "/usr/bin/curl x", "curl.exe x", "curl \\\n x"]
)
def test_what_looks_like_curl(text: str) -> None:
    assert looks_like_curl(text)


@pytest.mark.parametrize("text", ["", "curly x", "see curl x", "https://a.example", "curl"])
def test_what_does_not_look_like_curl(text: str) -> None:
    assert not looks_like_curl(text)


def test_no_method_is_made_of_nothing() -> None:
    assert one("curl https://a.example").auth == NoAuth()


@pytest.mark.parametrize(
    "given",
    ["-u sk_live_1234: https://a.example", "https://sk_live_1234@a.example", "-u sk_live_1234:x https://a.example"],
)
def test_a_user_name_without_a_password_is_a_key(given: str) -> None:
    assert one(f"curl {given}").auth == BasicAuth(username="{{username}}")
    assert secrets(f"curl {given}")["username"] == "sk_live_1234"
    assert "sk_live" not in told(f"curl {given}")


@pytest.mark.parametrize(
    "text",
    [
        "curl 'https://" + "{{a}}" * 5000 + "/x'",
        "curl 'https://a.example/" + "{{a}}" * 5000 + "'",
        "curl https://a.example -d " + "a'b'" * 100_000,
        'curl https://a.example -d "' + "$a" * 20_000 + '"',
        "curl https://a.example -d '" + '{"' * 100_000 + "'",
        "curl https://a.example -d '" + "<a>" * 100_000 + "'",
        "curl ^" + '"^' * 100_000,
        "curl https://$H/x\n" * 5_000,
        "curl 'https://a.example/?" + "a=1&" * 50_000 + "'",
        "curl " + "$(" * 20_000,
        "curl <<EOF\n" * 5_000,
    ],
    ids=range(11),
)
def test_no_text_takes_long(text: str) -> None:
    started = time.process_time()
    with suppress(UsageError):
        read(text)
    assert time.process_time() - started < 3
