"""`import` and `new`, given canaries in curl lines, tell none of them and write none in plain."""

from __future__ import annotations

import json
import os
import shlex
from urllib.parse import quote

from tests.canary.canaries import PASSWORD, RAW_TOKEN, Search
from tests.canary.processes import Watch
from tests.canary.sweep import Sweep
from tests.cli.shell import Shell

LINES = (
    f"curl -u {shlex.quote(f'anna:{PASSWORD}')} https://api.example.com/a -H 'X-Trace: 1'",
    f"curl -H {shlex.quote(f'Authorization: Bearer {RAW_TOKEN}')} https://b.example.com/b",
    f"curl 'https://c.example.com/c' --json {shlex.quote(json.dumps({'password': PASSWORD}))}",
)


def test_no_import_tells_a_canary(shell: Shell, search: Search) -> None:
    shell.create_identity()
    sweep = Sweep(shell, search)
    text = "\n".join(LINES)
    with Watch(os.getpid()) as watch:
        for more in (("--dry-run",), ("--folder", "prod")):
            done = shell.run("import", "curl", "-", *more, stdin=text)
            assert done.code == 0
            search.at(f"the output of import {more}", done.out + done.err)
        for line in LINES:
            done = shell.run("new", "--from-curl", "-", stdin=line)
            assert done.code == 0
            search.at("the output of new", done.out + done.err)
        # What cannot be read is told of without what stands in it.
        done = shell.run("import", "curl", "-", stdin=f"{text}\ncurl -u '{PASSWORD}")
        assert done.code == 2 and "a quote is never closed" in done.err
        search.at("the error of import", done.out + done.err)
        sweep.run("list")
    assert sum(path.suffix == ".yaml" for path in shell.workspace.rglob("*")) >= 2 * len(LINES)
    for seen in (*watch.arguments, *watch.environments):
        search.at("a process", seen)
    search.below(shell.home)
    assert search.found == set()


def test_no_export_of_integrator_tells_a_canary(shell: Shell, search: Search) -> None:
    shell.create_identity()
    auth = {"authType": "raw_bearer_token", "token": RAW_TOKEN}
    config = {
        "configType": "http",
        "baseUrl": "https://api.example.com",
        "auth": auth,
        "extra": {"token": PASSWORD},
    }
    request = {"method": "POST", "path": f"/x?token={RAW_TOKEN}", "body": {"bodyType": "raw", "raw": ""}}
    request["body"] = {"bodyType": "raw", "raw": json.dumps({"password": PASSWORD})}
    one = {"name": "x", "config": request}
    other = {"name": "sql", "type": "postgres", "config": {"configType": "postgres", "password": PASSWORD}}
    first = {"id": "1", "name": "a", "config": config, "secrets": {"key": PASSWORD}, "operations": [one]}
    with Watch(os.getpid()) as watch:
        for value in ([first, other], [first | {"description": "new"}, other]):
            for more in (("--dry-run",), ()):
                done = shell.run("import", "kinetic", "-", *more, stdin=json.dumps(value))
                assert done.code == 0
                search.at(f"the output of import {more}", done.out + done.err)
        done = shell.run("export", "kinetic")
        assert done.code == 0
        search.at("the output of export", done.out + done.err)
        done = shell.run("import", "kinetic", "-", stdin=json.dumps([first, {"name": "b"}])[:-9])
        assert done.code == 2
        search.at("the error of import", done.out + done.err)
    for seen in (*watch.arguments, *watch.environments):
        search.at("a process", seen)
    search.below(shell.home)
    assert search.found == set()


def test_no_import_of_openapi_tells_a_canary(shell: Shell, search: Search) -> None:
    shell.create_identity()
    fields = {"name": {"type": "string"}, "password": {"type": "string", "default": PASSWORD}}
    body = {"schema": {"type": "object", "properties": fields}}
    parameter = {
        "name": "token",
        "in": "query",
        "schema": {"type": "string", "enum": [RAW_TOKEN]},
        "required": True,
    }
    given = {"example": {"login": {"api_key": RAW_TOKEN, "secret": [PASSWORD, {"a": PASSWORD}]}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Canary"},
        "servers": [{"url": f"https://anna:{quote(PASSWORD, safe='')}@api.example.com"}],
        "paths": {
            "/a": {"post": {"requestBody": {"content": {"application/json": body}}, "parameters": [parameter]}},
            "/b": {"put": {"requestBody": {"content": {"application/json": given}}}},
            "/c": {"put": {"requestBody": {"content": {"application/x-www-form-urlencoded": body | given}}}},
            "/d": {"put": {"requestBody": {"content": {"multipart/form-data": body}}}},
        },
    }
    for more in (("--dry-run",), (), ()):
        done = shell.run("import", "openapi", "-", *more, stdin=json.dumps(document))
        assert done.code == 0, done.err
        search.at(f"the output of import {more}", done.out + done.err)
    done = shell.run("import", "openapi", "-", stdin=json.dumps(document)[:-9])
    assert done.code == 2
    search.at("the error of import", done.out + done.err)
    search.below(shell.home)
    assert search.found == set()


def test_no_import_of_postman_tells_a_canary(shell: Shell, search: Search) -> None:
    shell.create_identity()
    said = [{"key": "key", "value": "X-Key"}, {"key": "value", "value": RAW_TOKEN}]
    script = f"pm.environment.set('token', pm.response.json().token); // {PASSWORD}"
    login = {
        "name": "log in",
        "event": [{"listen": "test", "script": {"exec": [script]}}],
        "request": {
            "method": "POST",
            "url": "{{base}}/login",
            "description": f"with {PASSWORD}",
            "body": {"mode": "raw", "raw": json.dumps({"user": "a", "password": PASSWORD})},
            "auth": {"type": "basic", "basic": {"username": "a", "password": PASSWORD}},
        },
    }
    fields = [{"key": "password", "value": PASSWORD}, {"key": "token", "value": "{{known}}"}]
    form = {"mode": "urlencoded", "urlencoded": fields}
    body = {"mode": "formdata", "formdata": [{"key": "secret", "value": PASSWORD, "type": "text"}]}
    bearer = {"type": "bearer", "bearer": {"token": "{{token}}"}}
    items = [
        login,
        {"name": f"me {RAW_TOKEN}", "request": {"url": "{{base}}/me", "auth": bearer}},
        {"name": "k", "request": {"url": "{{base}}/k", "auth": {"type": "apikey", "apikey": said}}},
        {"name": "", "request": "{{base}}/q?api_key={{known}}&x={{known}}"},
        {"name": "u", "request": f"https://anna:{quote(PASSWORD, safe='')}@b.example.com/"},
        {"name": "h", "request": {"url": "{{base}}/h", "header": [{"key": "Cookie", "value": f"a={PASSWORD}"},
                                                                  {"key": "X-Token", "value": "{{known}}"}]}},
        {"name": "f", "request": {"method": "POST", "url": "{{base}}/f", "body": form}},
        {"name": "p", "request": {"method": "POST", "url": "{{base}}/p", "body": body}},
    ]  # fmt: skip
    info = {"name": "Canary", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}
    variables = [
        {"key": "base", "value": "https://api.example.com"},
        {"key": "known", "value": RAW_TOKEN, "type": "secret"},
    ]
    document = {"info": info, "variable": variables, "item": items}
    values = {"name": "dev", "values": variables[1:]}
    environment = shell.workspace.parent / "dev.json"
    environment.write_text(json.dumps(values))
    for more in (("--dry-run",), (), ("--environment", str(environment))):
        done = shell.run("import", "postman", "-", *more, stdin=json.dumps(document))
        assert done.code == 0, done.err
        search.at(f"the output of import {more}", done.out + done.err)
    environment.unlink()
    for wrong in (json.dumps(document)[:-9], json.dumps(document | {"variable": []})):
        done = shell.run("import", "postman", "-", stdin=wrong)
        assert done.code == 2
        search.at("the error of import", done.out + done.err)
    search.below(shell.home)
    assert search.found == set()


def test_no_import_of_an_http_file_tells_a_canary(shell: Shell, search: Search) -> None:
    shell.create_identity()
    text = f"""\
@secret = {PASSWORD}
### log in with {PASSWORD}
# @name login
POST https://api.example.com/login
Content-Type: application/json

{{"password": {json.dumps(PASSWORD)}, "x": "{{{{secret}}}}"}}

> {{%
client.global.set("token", response.body.token); // {PASSWORD}
client.global.set("{RAW_TOKEN}", 1)
%}}

###
GET https://api.example.com/me?token={RAW_TOKEN}
Authorization: Bearer {{{{token}}}}

###
GET https://api.example.com/b
Authorization: Basic anna {PASSWORD}
Cookie: a={RAW_TOKEN}

###
POST https://api.example.com/form
Content-Type: application/x-www-form-urlencoded

password={quote(PASSWORD, safe="")}&token={RAW_TOKEN}

###
GET https://api.example.com/k
X-Api-Key: {RAW_TOKEN}
a line of {RAW_TOKEN} that is none

###
GET https://anna:{quote(PASSWORD, safe="")}@api.example.com/u
"""  # fmt: skip
    for more in (("--dry-run",), (), ()):
        done = shell.run("import", "http", "-", *more, stdin=text)
        assert done.code == 0, done.err
        search.at(f"the output of import {more}", done.out + done.err)
    done = shell.run("import", "http", "-", stdin=text.replace("https://api.example.com", "{{unknown}}"))
    assert done.code == 2
    search.at("the error of import", done.out + done.err)
    search.below(shell.home)
    assert search.found == set()


def test_no_import_of_opencollection_or_httpie_tells_a_canary(shell: Shell, search: Search) -> None:
    shell.create_identity()
    login = {
        "info": {"name": f"log in with {PASSWORD}", "description": PASSWORD},
        "http": {
            "method": "POST",
            "url": "{{base}}/login",
            "body": {"type": "json", "data": json.dumps({"password": PASSWORD})},
        },
        "runtime": {"scripts": [{"type": "after-response", "code": "bru.setVar('tok', res.body.token)"}]},
    }
    owner = {"username": "a", "password": PASSWORD}
    grant = {
        "type": "oauth2",
        "flow": "resource_owner_password_credentials",
        "accessTokenUrl": "https://l.example.com/t",
        "credentials": {"clientId": "me", "clientSecret": RAW_TOKEN},
        "resourceOwner": owner,
    }
    items = [
        login,
        {"info": {"name": "me"}, "http": {"url": "{{base}}/me", "auth": {"type": "bearer", "token": "{{tok}}"}}},
        {"info": {"name": "b"}, "http": {"url": "{{base}}/b?token={{known}}", "auth": {"type": "basic"} | owner}},
        {"info": {"name": "g"}, "http": {"url": "{{base}}/g", "auth": grant}},
    ]
    variables = [
        {"name": "base", "value": "https://api.example.com"},
        {"name": "known", "value": RAW_TOKEN, "secret": True},
    ]
    collection = {"opencollection": "1.0.0", "info": {"name": "x"}, "items": items}
    environment = shell.workspace.parent / "dev.json"
    environment.write_text(
        json.dumps({"name": "dev", "variables": [*variables, {"name": "token", "secret": True}]})
    )
    session = {
        "__meta__": {"about": "HTTPie session file"},
        "auth": {"type": "basic", "raw_auth": f"a:{PASSWORD}"},
        "headers": [{"name": "X-Api-Key", "value": RAW_TOKEN}, {"name": "X-A", "value": f"\n{PASSWORD}"}],
        "cookies": [{"name": "a", "value": RAW_TOKEN}, {"name": "b", "value": f"\n{PASSWORD}"}],
    }
    given = ("--environment", str(environment))
    for form, document, more in (
        ("opencollection", collection, given),
        ("opencollection", collection, (*given, "--dry-run")),
        ("opencollection", collection, given),
        ("httpie", session, ("--base-url", "https://h.example.com")),
        ("httpie", session, ("--base-url", "https://h.example.com", "--dry-run")),
    ):
        done = shell.run("import", form, "-", *more, stdin=json.dumps(document))
        assert done.code == 0, done.err
        search.at(f"the output of import {form} {more}", done.out + done.err)
        done = shell.run("import", form, "-", *more[:2], stdin=json.dumps(document)[:-9])
        assert done.code == 2
        search.at(f"the error of import {form}", done.out + done.err)
    environment.unlink()
    search.below(shell.home)
    assert search.found == set()
