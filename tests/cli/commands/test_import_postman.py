"""`import postman`: collections become connections; importing again keeps what was edited here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shell import Finished, Shell

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def imported(shell: Shell, document: Any, *more: str, name: str = "c.json") -> Finished:
    return shell.here("import", "postman", str(written(shell, document, name)), *more)


def written(shell: Shell, document: Any, name: str) -> Path:
    path = shell.home / "documents" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(document if isinstance(document, str) else json.dumps(document, indent=1))
    return path


def files(shell: Shell) -> dict[str, str]:
    return {str(path.relative_to(shell.workspace)): path.read_text() for path in shell.workspace.rglob("*.yaml")}


def only(shell: Shell) -> str:
    (text,) = files(shell).values()
    return text


def request(name: str, url: str = "{{base}}/a", method: str = "GET", **more: Any) -> dict[str, Any]:
    return {"name": name, "request": {"method": method, "url": url, **more}}


def collection(*items: Any, **more: Any) -> dict[str, Any]:
    variables = [{"key": "base", "value": "https://api.example.com/v1"}]
    info = {"name": "Shop", "schema": SCHEMA}
    return {"info": info, "variable": variables, "item": list(items), **more}


def bearer(token: str) -> dict[str, Any]:
    return {"type": "bearer", "bearer": [{"key": "token", "value": token}]}


def test_folders_are_part_of_the_name_and_the_base_url_is_that_of_the_variable(shell: Shell) -> None:
    orders = {"name": "Orders", "item": [request("All", "{{base}}/orders?limit={{limit}}"), request("One")]}
    done = imported(shell, collection(orders, request("Health", "{{base}}/health")))
    text = only(shell)
    assert done.code == 0, done.err
    assert "name: Shop\n" in text and "base_url: https://api.example.com/v1\n" in text
    assert "name: Orders / All" in text and 'limit: "{{limit}}"' in text and "test_path: /health\n" in text
    assert "wrote shop.yaml: Shop, https://api.example.com/v1, none, 3 operations" in done.out


def test_each_origin_and_method_is_a_connection(shell: Shell) -> None:
    shell.create_identity()
    key = {"type": "apikey", "apikey": {"key": "X-Key", "value": "k-1"}}
    items = (request("a"), request("b", auth={"type": "noauth"}), request("c", "http://other.example:80/x"))
    assert imported(shell, collection(*items, auth=key)).code == 0
    found = files(shell)
    assert sorted(found) == [
        "shop-api-example-com-api-key.yaml",
        "shop-api-example-com-no-authentication.yaml",
        "shop-other-example.yaml",
    ]
    assert "base_url: http://other.example\n" in found["shop-other-example.yaml"]
    assert "k-1" not in "".join(found.values())


def test_an_environment_wins_over_the_collection_and_the_command_line_over_both(shell: Shell) -> None:
    values = [{"key": "base", "value": "https://dev.example.com"}, {"key": "v", "value": "2", "enabled": True},
              {"key": "off", "value": "no", "enabled": False}]  # fmt: skip
    file = written(shell, {"name": "dev", "values": values}, "dev.json")
    document = collection(request("a", "{{base}}/{{v}}/{{off}}"))
    done = imported(shell, document, "--environment", f"{file}:dev", "--var", "v=3", "--folder", "dev")
    assert done.code == 0, done.err
    assert "base_url: https://dev.example.com\n" in only(shell) and "path: /3/{{{off}}}\n" in only(shell)
    wrong = imported(shell, document, "--environment", f"{file}:prod")
    assert wrong.code == 2 and "dev.json: it is an environment of another name" in wrong.err


def test_hosts_that_nobody_knows_are_listed_and_nothing_is_written(shell: Shell) -> None:
    document = collection(request("a", "{{host}}/a"), request("b", "https://{{other}}/a"), variable=[])
    done = imported(shell, document)
    assert done.code == 2 and "not known, and needed to say where requests go: host, other" in done.err
    assert files(shell) == {}
    assert imported(shell, document, "--base-url", "https://x.example/v2").code == 0
    assert "base_url: https://x.example" in only(shell)


@pytest.mark.parametrize("host", ["a..b", "a b", "x:99999", "[::1", ":80", "a_{b}"])
def test_a_host_that_is_none_leaves_its_request_out_alone(shell: Shell, host: str) -> None:
    done = imported(shell, collection(request("a"), request("b", f"https://{host}/x"), variable=[
        {"key": "base", "value": "https://api.example.com/v1"}]))  # fmt: skip
    assert done.code == 0 and "b: left out: " in done.out, done.err
    assert "base_url: https://api.example.com/v1\n" in only(shell)


def test_a_host_that_is_named_like_a_secret_is_where_requests_go(shell: Shell) -> None:
    variables = [{"key": "base", "value": "{{token}}.example.com"}, {"key": "token", "value": "https://api"}]
    assert imported(shell, collection(request("a"), variable=variables)).code == 0
    assert "base_url: https://api.example.com\n" in only(shell)


LOGIN = request("Log in", "{{base}}/login", "POST", auth={"type": "noauth"},
                body={"mode": "raw", "raw": '{"user": "me", "password": "{{pw}}"}',
                      "options": {"raw": {"language": "json"}}})  # fmt: skip


@pytest.mark.parametrize(
    ("script", "expression"),
    [
        (['pm.environment.set("tok", pm.response.json().access_token);'], "body.access_token"),
        (["const json = pm.response.json()", "pm.globals.set('tok', json.data['token'])"], "body.data['token']"),
        (["let {token} = JSON.parse(responseBody)", "postman.setEnvironmentVariable('tok', token);"], "body.token"),
        (["var h = pm.response.headers.get('X-Token');", "pm.collectionVariables.set('tok', h)"],
         "headers['x-token']"),
    ],
)  # fmt: skip
def test_a_login_whose_answer_is_the_token_of_others_is_their_method(
    shell: Shell, script: list[str], expression: str
) -> None:
    login = {**LOGIN, "event": [{"listen": "test", "script": {"exec": script}}]}
    done = imported(shell, collection(login, request("a"), auth=bearer("{{tok}}")))
    assert done.code == 0, done.err
    text = only(shell)
    assert "type: http_bearer_token" in text and f"token_output: {expression}\n" in text
    assert ("path: /login\n" in text and "name: Log in" not in text and "  pw:\n" in text) or "  pw: null" in text
    assert '"password": "{{pw}}"' in text
    assert "the token is fetched by this request" in done.out


def test_what_renews_a_token_is_not_what_fetches_it(shell: Shell) -> None:
    event = [{"listen": "test", "script": {"exec": ["pm.environment.set('tok', pm.response.json().t)"]}}]
    header = [{"key": "Authorization", "value": "Bearer {{tok}}"}]
    renew = {**request("Renew", "{{base}}/renew", "POST", header=header), "event": event}
    done = imported(shell, collection(renew, {**LOGIN, "event": event}, request("a", header=header)))
    text = only(shell)
    assert done.code == 0 and "path: /login\n" in text and "name: Renew\n" in text and "name: Log in" not in text


def test_short_secrets_are_masked_as_whole_words(shell: Shell) -> None:
    shell.create_identity()
    auth = {"type": "basic", "basic": {"username": "me", "password": "test"}}
    done = imported(shell, collection(request("Run test", auth=auth), request("Run tests", auth=auth)))
    text = only(shell)
    assert "name: Run •••\n" in text and "name: Run tests\n" in text and "the test asks for this path" in done.out


def test_other_scripts_are_told_and_never_run(shell: Shell) -> None:
    event = [{"listen": "test", "script": {"exec": "pm.environment.set('id', pm.response.json().id)"}},
             {"listen": "prerequest", "script": {"exec": ["pm.variables.set('now', Date.now());"]}}]  # fmt: skip
    done = imported(shell, collection({**request("a"), "event": event}, request("b", "{{base}}/{{id}}")))
    assert "a: left out: the answer of this request sets id: it is an input where it is used" in done.out
    assert "a: left out: the script before this request is not run: now stay as they are" in done.out
    assert "path: /{{{id}}}\n" in only(shell)


def test_no_secret_of_a_token_address_or_an_xml_attribute_stays_in_plain(shell: Shell) -> None:
    said = {
        "grant_type": "client_credentials",
        "accessTokenUrl": "https://login.example.com/token?realm=a&api_key=hunter2",
        "clientId": "svc",
    }
    xml = "<a><b token=\"hunter2\" xmlns:token='urn:x'/><password><![CDATA[hunter2]]></password></a>"
    body = {"mode": "raw", "raw": xml, "options": {"raw": {"language": "xml"}}}
    auth = {"type": "oauth2", "oauth2": [{"key": k, "value": v} for k, v in said.items()]}
    shell.create_identity()
    assert imported(shell, collection(request("a", method="POST", auth=auth, body=body))).code == 0
    text = only(shell)
    assert "hunter2" not in text
    assert "access_token_url: https://login.example.com/token?realm=a&api_key={{api_key}}\n" in text
    assert "<b token=\"{{{token}}}\" xmlns:token='urn:x'/><password><![CDATA[{{{password}}}]]></password>" in text


def test_oauth2_has_its_client_and_its_password_grant(shell: Shell) -> None:
    shell.create_identity()
    said = {"grant_type": "client_credentials", "accessTokenUrl": "https://login.example.com/token",
            "clientId": "svc", "clientSecret": "cs-1", "scope": "a b", "client_authentication": "body",
            "tokenRequestParams": [{"key": "audience", "value": "x", "send_as": "request_body"}]}  # fmt: skip
    grant = said | {"grant_type": "password_credentials", "username": "me", "password": "pw-1"}
    first = request("a", auth={"type": "oauth2", "oauth2": [{"key": k, "value": v} for k, v in said.items()]})
    second = request("b", auth={"type": "oauth2", "oauth2": [{"key": k, "value": v} for k, v in grant.items()]})
    third = request("c", auth={"type": "oauth2", "oauth2": [{"key": "authUrl", "value": "https://x/"}]})
    done = imported(shell, collection(first, second, third))
    assert done.code == 0, done.err
    oauth2 = files(shell)["shop-oauth-2-0.yaml"]
    assert "access_token_url: https://login.example.com/token\n" in oauth2 and "client_id: svc" in oauth2
    assert "scope: a b" in oauth2 and "params: {audience: x}" in oauth2 and "cs-1" not in oauth2
    fetched = files(shell)["shop-http-bearer-token.yaml"]
    assert "grant_type: password" in fetched and 'password: "{{password}}"' in fetched and "pw-1" not in fetched
    assert 'token_connection: {base_url: "https://login.example.com"}' in fetched
    assert "flow that needs a person" in done.out


def test_importing_again_keeps_what_was_edited_here_and_every_secret(shell: Shell) -> None:
    shell.create_identity()
    items = [request("a"), request("same", "{{base}}/s", "POST"), request("other", "{{base}}/s", "POST")]
    assert imported(shell, collection(*items, auth=bearer("t-1"))).code == 0
    file = shell.workspace / "shop.yaml"
    file.write_text(file.read_text().replace("name: other", "name: mine").replace("  - name: a\n", "  - name: A\n"))
    again = imported(shell, collection(*items, auth=bearer("t-1")))
    assert again.code == 0 and "unchanged shop.yaml" in again.out
    new = [request("first", "{{base}}/s", "POST"), *items[:2], request("other", "{{base}}/s?x=1", "POST")]
    done = imported(shell, collection(*new, auth=bearer("t-2")))
    text = only(shell)
    assert done.code == 0, done.err
    assert "name: mine" in text and "name: A\n" in text and "name: first" in text
    assert "new: operation first" in done.out and "changed: operation other: params" in done.out
    assert shell.here("seal", "--yes").code == 0
    assert shell.here("show", "Shop", "--reveal").out.count("token: t-1") == 1


def test_two_connections_of_one_origin_and_method_stay_apart(shell: Shell) -> None:
    shell.create_identity()
    first, second = (request(name, auth=bearer(f"t-{name}")) for name in "ab")
    assert imported(shell, collection(first, second)).code == 0
    before = files(shell)
    again = imported(shell, collection(first, second))
    assert again.out.count("unchanged") == 2 and files(shell) == before
    turned = imported(shell, collection(second, first))
    assert turned.code == 0 and files(shell) == before, turned.err
    more = imported(shell, collection(request("c", auth=bearer("t-c")), first, second))
    assert more.code == 0, more.err
    assert {file: files(shell)[file] for file in before} == before and len(files(shell)) == 3


def test_names_and_ids_that_stand_twice_are_told_apart(shell: Shell) -> None:
    shell.create_identity()
    twice = {**request("a"), "id": "1"}
    assert imported(shell, collection(twice, twice, {"name": "", "request": "{{base}}/b?token=t-1"})).code == 0
    text = only(shell)
    assert "name: a\n" in text and "name: a (2)\n" in text and "name: GET /b\n" in text and "t-1" not in text


def test_a_hundred_folders_deep_and_a_thousand(shell: Shell) -> None:
    def nested(depth: int) -> str:
        return '{"name":"f","item":[' * depth + json.dumps(request("deep")) + "]}" * depth

    start = json.dumps(collection())[: -len("[]}")]
    text = start.replace('"item": ', '"item": [') + nested(100) + "]}"
    done = imported(shell, text)
    assert done.code == 0, done.err
    assert "name: f / … / f / deep\n" in only(shell)
    deep = imported(shell, start.replace('"item": ', '"item": [') + nested(600) + "]}")
    assert deep.code == 2 and ("folders inside each other" in deep.err or "nested too deep" in deep.err)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (json.dumps(collection(request("a")), indent=1)[:-30], "not valid JSON"),
        ({"requests": [], "order": [], "name": "x"}, "a collection of version 1"),
        ({"values": [], "name": "x"}, "this is an environment"),
        ({"openapi": "3.1.0"}, "a document of OpenAPI"),
        ([1], "it is not an object"),
        ({"info": {"name": "x", "schema": SCHEMA.replace("2.1.0", "3.0.0")}, "item": []}, "version 3.0"),
        ({"info": {"name": "x", "schema": "https://example.com/"}, "item": []}, "no schema of a collection"),
        ({"info": {"name": "x", "schema": SCHEMA}, "item": {}}, "are no list"),
        (collection(), "holds no request"),
        (collection(request("a", "ftp://x.example/")), "ftp is not http or https"),
        (collection(1, {"name": "x"}), "neither a folder nor a request"),
        (collection(request("a"), variable=[{"key": "base", "value": "{{v}}{{v}}"}, *(
            {"key": "v" * n, "value": f"{{{{{'v' * (n + 1)}}}}}" * 20} for n in range(1, 9)), 
            {"key": "v" * 9, "value": "x" * 1000}]), "grows beyond a megabyte"),
    ],
)  # fmt: skip
def test_what_is_no_collection_is_refused_with_its_place(shell: Shell, document: Any, said: str) -> None:
    done = imported(shell, document)
    assert done.code == 2 and said in done.err and "c.json: " in done.err
    assert files(shell) == {} and "Traceback" not in done.err


def test_a_file_of_100_megabytes_is_refused(shell: Shell) -> None:
    path = written(shell, "", "large.json")
    with path.open("r+b") as file:
        file.truncate(100 * 1024 * 1024)
    done = shell.here("import", "postman", str(path))
    assert done.code == 2 and "large.json holds more than 32 MiB" in done.err


def test_variables_that_hold_themselves_stay_inputs(shell: Shell) -> None:
    variables = [{"key": "base", "value": "https://a.example"}, {"key": "x", "value": "{{y}}"},
                 {"key": "y", "value": "{{x}}"}]  # fmt: skip
    assert imported(shell, collection(request("a", "{{base}}/{{x}}"), variable=variables)).code == 0
    assert "path: /{{{x}}}\n" in only(shell)


@pytest.mark.parametrize("value", [None, 1, True, "x", [], {}, [[]], [{}], {"x": []}])
@pytest.mark.parametrize("key", ["url", "header", "body", "auth", "method", "description", "event", "variable"])
def test_a_value_of_the_wrong_kind_anywhere_is_an_absent_one(shell: Shell, key: str, value: Any) -> None:
    odd = request("odd", "{{base}}/odd")
    if key in ("event", "variable"):
        odd[key] = value
    else:
        odd["request"][key] = value
    done = imported(shell, collection(request("a"), odd), "--base-url", "https://b.example", "--dry-run")
    assert done.code == 0 and "Traceback" not in done.err, done.err
    assert "name: a\n" in done.out


def test_the_environment_is_for_documents_of_requests(shell: Shell) -> None:
    file = written(shell, "curl https://a.example/x", "c.txt")
    done = shell.here("import", "curl", str(file), "--environment", "x.json")
    assert done.code == 2 and "--environment is for" in done.err
    done = imported(shell, collection(request("a")), "--environment", "no-such.json")
    assert done.code == 2 and "no-such.json cannot be read" in done.err


def test_requests_that_inherit_one_grant_are_one_connection(shell: Shell) -> None:
    shell.create_identity()
    said = {"grant_type": "password_credentials", "accessTokenUrl": "https://login.example.com/token",
            "clientId": "svc", "username": "me", "password": "pw-1", "scope": "a"}  # fmt: skip
    grant = {"type": "oauth2", "oauth2": [{"key": k, "value": v} for k, v in said.items()]}
    folder = {"name": "inside", "auth": grant, "item": [request("a"), request("b", "{{base}}/b")]}
    done = imported(shell, collection(folder))
    assert done.code == 0, done.err
    text = only(shell)
    assert "name: inside / a\n" in text and "name: inside / b\n" in text and "pw-1" not in text
