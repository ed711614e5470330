"""`import http`: files of JetBrains' HTTP Client and of VS Code's REST Client become connections."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.shell import Finished, Shell


def imported(shell: Shell, text: str, *more: str, name: str = "shop.http") -> Finished:
    return shell.here("import", "http", str(written(shell, text, name)), *more)


def written(shell: Shell, text: str, name: str) -> Path:
    path = shell.home / "documents" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def files(shell: Shell) -> dict[str, str]:
    return {str(path.relative_to(shell.workspace)): path.read_text() for path in shell.workspace.rglob("*.yaml")}


def only(shell: Shell) -> str:
    (text,) = files(shell).values()
    return text


JETBRAINS = """\
### Log in
POST {{host}}/login HTTP/1.1
Content-Type: application/json

{"user": "{{user}}", "password": "{{password}}"}

> {%
  // keeps the token
  client.test("ok", function() { client.assert(response.status === 200) });
  client.global.set("auth_token", response.body.data["token"]);
%}

### All orders
GET {{host}}
    /orders
    ?limit={{limit}}
    &status=open
Authorization: Bearer {{auth_token}}
Accept: application/json

<> 2026-01-01T000000.200.json

### Add an order
# @no-redirect
// @timeout 10
POST {{host}}/orders
Authorization: Bearer {{auth_token}}
Content-Type: application/json

< ./order.json

>> answer.json
###
< {% request.variables.set("x", "1") %}
WEBSOCKET ws://example.com/x
"""

VS_CODE = """\
@host = https://api.example.com
@contentType = application/json
@token = {{login.response.body.$.data.token}}

# @name login
POST {{host}}/login
content-type: {{contentType}}

{"user": "me", "password": "{{$dotenv PASSWORD}}"}

###
# Some words
GET {{host}}/orders?id={{$guid}}&n={{$randomInt 1 5}}&q={{%query}}
Authorization: Bearer {{token}}

###
DELETE {{host}}/orders/{{$processEnv %ID}}
Authorization: Bearer {{login.response.body.data.token}}
"""


def test_a_file_of_jetbrains_has_names_handlers_and_an_environment(shell: Shell) -> None:
    shell.create_identity()
    environments = {
        "$shared": {"host": "https://wrong.example"},
        "dev": {"host": "https://dev.example.com/api", "user": "me"},
        "prod": {"host": "https://example.com"},
    }
    file = written(shell, json.dumps(environments), "http-client.env.json")
    private = written(shell, json.dumps({"dev": {"password": "hunter2"}}), "http-client.private.env.json")
    none = imported(shell, JETBRAINS, "--environment", str(file))
    assert none.code == 2 and "there are several environments: dev, prod" in none.err
    wrong = imported(shell, JETBRAINS, "--environment", f"{file}:devv")
    assert wrong.code == 2 and "did you mean dev?" in wrong.err
    done = imported(shell, JETBRAINS, "--environment", f"{file}:dev", "--environment", f"{private}:dev")
    assert done.code == 0, done.err
    text = only(shell)
    assert "base_url: https://dev.example.com/api\n" in text and "type: http_bearer_token" in text
    assert "token_output: body.data['token']" in text or 'token_output: body.data["token"]' in text
    assert "path: /login\n" in text and '"password": "{{password}}"' in text and "hunter2" not in text
    assert "name: All orders\n" in text and "path: /orders\n" in text
    assert 'limit: "{{limit}}"' in text and "status: open" in text
    assert '"{{{order.json}}}"' in text
    assert text.count("follow_redirect: true") == 2
    assert "shop.http:26: Add an order: the file ./order.json is not read" in done.out
    assert "left out: @timeout" in done.out and "WEBSOCKET is another protocol" in done.out


def test_a_file_of_vs_code_has_variables_and_answers_of_named_requests(shell: Shell) -> None:
    done = imported(shell, VS_CODE)
    assert done.code == 0, done.err
    text = only(shell)
    assert "name: shop\n" in text and "base_url: https://api.example.com\n" in text
    assert "type: http_bearer_token" in text and "token_output: body.data.token\n" in text
    assert '"password": "{{PASSWORD}}"' in text
    assert 'q: "{{query}}"' in text and '"n": "{{$randomInt}}"' in text
    assert "name: GET /orders\n" in text and "name: DELETE /orders/{ID}\n" in text
    assert "the variable PASSWORD of the environment is not read" in done.out
    assert "$guid is made anew for each request there" in done.out
    again = imported(shell, VS_CODE)
    assert again.code == 0 and "unchanged shop.yaml" in again.out


def test_environments_of_vs_code_are_in_its_settings(shell: Shell) -> None:
    settings = {
        "rest-client.environmentVariables": {"$shared": {"v": "v1"}, "local": {"host": "http://localhost:1"}}
    }
    file = written(shell, json.dumps(settings), "settings.json")
    assert imported(shell, "GET {{host}}/{{v}}", "--environment", f"{file}:local").code == 0
    assert "base_url: http://localhost:1\n" in only(shell) and "test_path: /v1\n" in only(shell)


def test_a_request_without_a_host_is_asked_for_by_name(shell: Shell) -> None:
    done = imported(shell, "GET /a\n\n###\nGET {{host}}/b\n###\nGET {{scheme}}://x/c")
    assert done.code == 2 and "where requests go: the base URL, host, scheme" in done.err
    assert imported(shell, "GET /a\n\n###\nGET {{host}}/b", "--base-url", "https://x.example/v1").code == 0
    assert "base_url: https://x.example" in only(shell)


def test_the_method_of_each_request_is_its_header(shell: Shell) -> None:
    shell.create_identity()
    text = """\
GET https://a.example/1
Authorization: Basic me secret words

###
GET https://a.example/2
Authorization: Digest me pw-1

###
GET https://a.example/3
Authorization: Bearer {{unknown}}

###
GET https://a.example/4
X-Api-Key: key-1
"""
    done = imported(shell, text)
    assert done.code == 0, done.err
    found = files(shell)
    assert sorted(found) == ["shop-api-key.yaml", "shop-basic-auth.yaml", "shop-no-authentication.yaml",
                             "shop-raw-bearer-token.yaml"]  # fmt: skip
    plain = "".join(found.values()) + done.out
    assert "secret words" not in plain and "pw-1" not in plain and "key-1" not in plain
    assert "left out: the method Digest" in done.out and "the token is not known" in done.out
    assert shell.here("show", "shop (Basic Auth)", "--reveal").out.count("password: secret words") == 1


def test_a_form_on_several_lines_and_text_with_braces(shell: Shell) -> None:
    text = """\
POST https://a.example/form
Content-Type: application/x-www-form-urlencoded

name=a b
&password={{pw}}
&x=%41

###
PUT https://a.example/json
Content-Type: application/json

{"a":{"b":{{n}}}, "c": "{{s}}", "d": "{ {{"}
"""
    assert imported(shell, text).code == 0
    found = only(shell)
    assert "name: a b" in found and 'password: "{{pw}}"' in found and "x: A" in found
    assert '{"a":{"b":{{{n}}}}, "c": "{{s}}", "d": "{ {{{!}}{"}' in found


def test_a_secret_of_a_form_is_encoded_again_when_it_is_sent(shell: Shell) -> None:
    shell.create_identity()
    form = "a=1&a=2&password=p%26x%3Dy+z"
    head = "### Z\nPOST https://a.example/\nContent-Type: application/x-www-form-urlencoded\n\n"
    assert imported(shell, f"{head}{form}\n").code == 0
    assert "raw: a=1&a=2&password={{password}}\n" in only(shell) and "p%26" not in only(shell)
    assert "password: p&x=y z\n" in shell.here("show", "shop", "--reveal").out


def test_a_user_name_that_is_a_key_and_headers_that_are_none(shell: Shell) -> None:
    shell.create_identity()
    text = """\
# @name made
POST https://a.example/rooms

###
GET https://a.example/x
X-Room: {{made.response.body.id}}
X-Session: {{made.response.body.id}}

###
GET https://b.example/x
Authorization: Basic sk-1234:
"""
    done = imported(shell, text)
    assert done.code == 0, done.err
    found = "".join(files(shell).values())
    assert "type: http_bearer_token" in found and "header: X-Session" in found and "token_output: body.id" in found
    assert 'X-Room: "{{made.response.body.id}}"' in found
    assert 'username: "{{username}}"' in found and "sk-1234" not in found + done.out


OAUTH = """\
GET {{host}}/orders
Authorization: Bearer {{$auth.token("shop")}}

###
GET {{host}}/mine
Authorization: Bearer {{$auth.token("me")}}
"""


def test_methods_in_an_environment_of_jetbrains(shell: Shell) -> None:
    shell.create_identity()
    of_shop = {"Type": "OAuth2", "Grant Type": "Client Credentials", "Token URL": "https://l.example/token",
               "Client ID": "me", "Client Secret": "cs-1", "Scope": "a b"}  # fmt: skip
    of_me = of_shop | {"Grant Type": "Password", "Username": "anna", "Password": "pw-1", "Scope": ""}
    security = {"Auth": {"shop": of_shop, "me": of_me}}
    values = {"dev": {"host": "https://a.example", "Security": security}}
    file = written(shell, json.dumps(values), "http-client.env.json")
    done = imported(shell, OAUTH, "--environment", str(file))
    assert done.code == 0, done.err
    found = files(shell)
    oauth2, fetched = found["shop-oauth-2-0.yaml"], found["shop-http-bearer-token.yaml"]
    assert "access_token_url: https://l.example/token\n" in oauth2 and "scope: a b" in oauth2
    assert (
        "client_id: me\n" in oauth2
        and "client_auth: basic_auth" in oauth2
        and "cs-1" not in oauth2 + fetched + done.out
    )
    assert "grant_type: password" in fetched and "username: anna" in fetched and "pw-1" not in fetched
    alone = imported(shell, OAUTH, "--var", "host=https://b.example", "--folder", "b")
    assert alone.code == 0 and "a flow that needs a person" in alone.out, alone.err
    assert all("type: raw_bearer_token" in text for name, text in files(shell).items() if name.startswith("b/"))


HOSTILE = ("{{a.", "### x", "@a = b", "GET https://a.example/ ", "X: y", "// @name x", "< x", "> {% ", "\ue000")


@pytest.mark.parametrize("start", HOSTILE)
def test_a_line_without_end_takes_no_time_without_end(shell: Shell, start: str) -> None:
    blanks = f"{start}{' ' * 400_000}x"
    text = f"GET https://a.example/\n{blanks}\n\n{blanks}\n###\n{blanks}\nGET https://a.example/y\n"
    done = imported(shell, text, "--dry-run")
    assert done.code in (0, 2) and "Traceback" not in done.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no request"),
        ("# nothing\n@a = b\n", "holds no request"),
        ("GET https://a.example/\n\0", "holds a NUL"),
        ("WEBSOCKET ws://a.example/\n", "another protocol"),
        ("TRACE https://a.example/", "TRACE is no method that can be sent here"),
        ("curl https://a.example/", "import curl reads it"),
        ("@a = {{b}}{{b}}\n@b = {{c}}{{c}}{{c}}\n@c = " + "x" * 300_000 + "\nGET https://a.example/{{a}}",
         "grows beyond a megabyte"),
    ],
)  # fmt: skip
def test_what_holds_no_request_is_refused_with_its_place(shell: Shell, text: str, said: str) -> None:
    done = imported(shell, text)
    assert done.code == 2 and said in done.err and "shop.http: " in done.err
    assert files(shell) == {}


@pytest.mark.parametrize(
    "text",
    [
        "GET https://a.example/\n\n> {% never closed",
        "< {% never closed\nGET https://b.example/\n###\nGET https://a.example/",
        "{{\nnever closed\nGET https://b.example/\n###\nGET https://a.example/",
        "GET https://a.example/\nno header\n: x\n\n--B\n",
        "POST https://a.example/\nContent-Type: multipart/form-data; boundary=B\n\n--B\nx\n\n--B--",
        "POST https://a.example/\nContent-Type: multipart/form-data; boundary=B\n\n",
        "POST https://a.example/\nX-REQUEST-TYPE: GraphQL\n\nquery {",
        "GRAPHQL https://a.example/\n\n{ a }\n\n{\"a\": {{x}}}",
        "GET https://a.example/?{{}}&{{ }}={{{{x}}}}\nX: {{\n",
        "https://a.example/\n###\n###\n####### x\n###",
        "GET https://a.example/\r\nX: y\r\n\r\nbody\r\n",
    ],
)  # fmt: skip
def test_what_is_written_oddly_is_read_as_far_as_it_goes(shell: Shell, text: str) -> None:
    done = imported(shell, text)
    assert done.code == 0 and "Traceback" not in done.err, done.err
    assert "base_url: https://a.example\n" in only(shell)


def test_what_jetbrains_alone_writes(shell: Shell) -> None:
    text = """\
@version = v2
### Send a file
# @no-cookie-jar
POST https://api.example.com/{{version}}/files
Content-Type: multipart/form-data; boundary=cut

--cut
Content-Disposition: form-data; name="note"

hello {{name}}
--cut
Content-Disposition: form-data; name="file"; filename="a.png"
Content-Type: image/png

< ./a.png
--cut--

### Ask
GRAPHQL https://api.example.com/graphql

query Orders($n: Int) { orders(first: $n) { id } }

{"n": {{n}}}

### Body with variables of the file
PUT https://api.example.com/{{version}}/orders/{{$random.uuid}}
Content-Type: application/json

<@ ./order.json

> {%
    client.test("ok", function () { client.assert(response.status === 200); });
%}
"""
    done = imported(shell, text)
    assert done.code == 0, done.err
    found = only(shell)
    assert (
        "name: Send a file\n" in found and "path: /v2/files\n" in found and "content: hello {{{name}}}\n" in found
    )
    assert 'content: "{{{a.png}}}"' in found and "content_type: image/png" in found
    assert '{"query": "query Orders($n: Int) { orders(first: $n) { id } }", "operationName": "Orders"' in found
    assert '"variables": {"n": {{{n}}}}' in found and "method: PUT" in found and '"{{{order.json}}}"' in found
    assert "$random.uuid is made anew for each request there" in done.out


def test_what_vs_code_alone_writes(shell: Shell) -> None:
    text = """\
@base = https://api.example.com
@page = 2

# @name list
# @prompt term what to look for
GET {{base}}/search
    ?term={{term}}
    &page={{page}}
    &at={{$timestamp -1 d}}

###

POST {{base}}/graphql
X-REQUEST-TYPE: GraphQL

query { orders { id } }

###

// @no-redirect
POST {{base}}/form
Content-Type: application/x-www-form-urlencoded

term={{term}}
&page={{page}}

###

PATCH {{base}}/orders/{{list.response.body.$.first.id}}
Content-Type: application/json

{"page": {{page}}}
"""
    done = imported(shell, text)
    assert done.code == 0, done.err
    found = only(shell)
    assert "name: list\n" in found and 'term: "{{term}}"' in found and 'page: "2"' in found
    assert '{"query": "query { orders { id } }"}' in found
    assert 'form: {term: "{{term}}", page: "2"}' in found and '{"page": 2}' in found
    assert found.count("follow_redirect: true") == 3 and "method: PATCH" in found
    assert "$timestamp is made anew for each request there" in done.out
