"""`import openapi`: documents of every version become connections; importing again keeps what was edited here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from integrator_tui.errors import UsageError
from integrator_tui.interchange.openapi.reader import read
from integrator_tui.workspace.interchange.reading.openapi_files import OpenApiFiles
from tests.cli.shell import Finished, Shell

INFO = {"title": "Shop", "version": "1"}
ID = {"name": "id", "in": "path", "required": True, "type": "string", "schema": {"type": "string"}}


def imported(shell: Shell, document: Any, *more: str, name: str = "api.json") -> Finished:
    path = shell.home / "documents" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(document if isinstance(document, str) else json.dumps(document, indent=1))
    return shell.here("import", "openapi", str(path), *more)


def files(shell: Shell) -> dict[str, str]:
    return {str(path.relative_to(shell.workspace)): path.read_text() for path in shell.workspace.rglob("*.yaml")}


def only(shell: Shell) -> str:
    (text,) = files(shell).values()
    return text


def three(operation: dict[str, Any], version: str = "3.0.3", **more: Any) -> dict[str, Any]:
    server = {"servers": [{"url": "https://api.example.com/v1"}]}
    return {"openapi": version, "info": INFO, **server, "paths": {"/orders/{id}": {"post": operation}}, **more}


OLD = """\
swagger: "2.0"
info: {title: Shop, version: "1"}
host: api.example.com
basePath: /v2
schemes: [http, https]
securityDefinitions:
  basic: {type: basic}
security: [{basic: []}]
paths:
  /orders/{id}:
    get:
      operationId: getOrder
      parameters:
        - {name: id, in: path, required: true, type: string}
        - {name: fields, in: query, type: array, items: {type: string}}
    post:
      consumes: [application/x-www-form-urlencoded]
      parameters:
        - {name: id, in: path, required: true, type: string}
        - {name: note, in: formData, required: true, type: string}
        - {name: later, in: formData, type: string}
    put:
      summary: Upload
      consumes: [multipart/form-data]
      parameters:
        - {name: id, in: path, required: true, type: string}
        - {name: file, in: formData, required: true, type: file}
  /health: {get: {summary: Health}}
"""


def test_a_document_of_2_0_has_its_host_forms_files_and_basic_auth(shell: Shell) -> None:
    done = imported(shell, OLD, name="api.yaml")
    text = only(shell)
    assert done.code == 0, done.err
    assert "base_url: https://api.example.com/v2\n" in text and "test_path: /health\n" in text
    assert "type: basic" in text and "password:" in text and 'username: "{{username}}"' in text
    assert "name: getOrder" in text and "path: /orders/{{id}}\n" in text and 'fields: "{{fields}}"' in text
    assert 'form: {note: "{{note}}"}' in text and "name: POST /orders/{id}" in text
    assert '"{{{file}}}"' in text and "file_name: file" in text
    assert ":15: the parameter fields is a list" in done.out
    assert "left out of the body, for they may be absent: later" in done.out
    assert "would be sent" not in done.out and "wrote shop.yaml" in done.out


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "3.2.0"])
def test_a_document_of_3_has_servers_parameters_and_a_body_of_its_schema(shell: Shell, version: str) -> None:
    kind: Any = ["string", "null"] if version != "3.0.3" else "string"
    schema = {
        "type": "object",
        "required": ["name", "count", "password", "kind"],
        "properties": {
            "name": {"type": kind},
            "count": {"type": "integer"},
            "password": {"type": "string", "example": "hunter2"},
            "kind": {"enum": ["small", "large"]},
            "note": {"type": "string"},
        },
    }
    operation = {
        "summary": "Add it",
        "parameters": [
            {"$ref": "#/components/parameters/Id"},
            {"name": "limit", "in": "query", "schema": {"type": "integer"}},
            {"name": "q", "in": "query", "required": True, "schema": {"type": "string"}},
            {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
            {"name": "Accept", "in": "header", "schema": {"type": "string"}},
        ],
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}},
    }
    components = {
        "parameters": {"Id": ID},
        "schemas": {"Order": schema},
        "securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "key"}},
    }
    document = three(operation, version, components=components, security=[{"key": []}])
    assert imported(shell, document).code == 0
    text = only(shell)
    assert "path: /orders/{{id}}?q={{q}}" in text and 'params: {limit: "{{limit}}"}' in text
    assert 'X-Trace: "{{#X-Trace}}{{X-Trace}}{{/X-Trace}}"' in text and "Accept" not in text
    assert '"name": "{{name}}"' in text and '"count": {{count}}' in text and '"kind": "small"' in text
    assert '"password": "{{password}}"' in text and "hunter2" not in text and '"note"' not in text
    assert "in: query" in text and "api_key:" in text
    given = [f"--param={each}" for each in ("id=1", "q=x y", "name=n", "count=2", "password=p", "api_key=k")]
    sent = shell.here("run", "Shop", "Add it", "--dry-run", *given)
    assert "POST /v1/orders/1?q=x%20y&key=" in sent.out and "X-Trace" not in sent.out, sent.err
    sent = shell.here("run", "Shop", "Add it", "--dry-run", "--param=X-Trace=t", "--param=limit=3", *given)
    assert "&limit=3" in sent.out and "X-Trace: t" in sent.out, sent.err


def test_examples_that_are_text_give_a_form_its_fields_and_keep_no_secret(shell: Shell) -> None:
    xml = "<a><password>hunter2</password><b token='hunter2'/><pwd><![CDATA[hunter2]]></pwd><c>{{d}}</c></a>"
    form = "user=a%20b&note=&password=hunter2"
    document = three({"requestBody": {"content": {"application/xml": {"example": xml}}}})
    for path, example in (("/login", form), ("/twice", f"{form}&note=b%26c")):
        content = {"application/x-www-form-urlencoded": {"example": example}}
        document["paths"][path] = {"post": {"requestBody": {"content": content}}}
    assert imported(shell, document).code == 0
    text = only(shell)
    assert "hunter2" not in text
    assert "<a><password>{{{password}}}</password><b token='{{{token}}}'/><pwd><![CDATA[{{{pwd}}}]]></pwd>" in text
    assert "<c>{{{!}}{d}}</c></a>" in text
    assert "form: {user: a b, note: '', password: \"{{password}}\"}" in text
    assert "raw: user=a+b&note=&password={{password}}&note=b%26c" in text


def test_methods_that_3_2_adds_are_told_and_left_out(shell: Shell) -> None:
    document = three({}, "3.2.0")
    document["paths"]["/orders/{id}"] |= {"query": {}, "additionalOperations": {"LINK": {}}}
    done = imported(shell, document)
    assert "the method QUERY cannot be sent here" in done.out and "the methods LINK cannot" in done.out


def test_what_3_2_calls_itself_is_where_relative_servers_and_references_begin(shell: Shell) -> None:
    own = "https://docs.example.com/shop/api.json"
    document = three({"parameters": [{"$ref": f"{own}#/components/parameters/Id"}]}, "3.2.0")
    document |= {"$self": own, "servers": [{"url": "../v3"}], "components": {"parameters": {"Id": ID}}}
    assert imported(shell, document).code == 0
    assert "base_url: https://docs.example.com/v3" in only(shell)


SCHEMES = {
    "basic": ({"type": "http", "scheme": "Basic"}, "type: basic", "password"),
    "bearer": ({"type": "http", "scheme": "bearer"}, "type: raw_bearer_token", "token"),
    "header": ({"type": "apiKey", "in": "header", "name": "X-Key"}, "name: X-Key", "api_key"),
    "query": ({"type": "apiKey", "in": "query", "name": "k"}, "in: query", "api_key"),
    "cookie": ({"type": "apiKey", "in": "cookie", "name": "sid"}, 'Cookie: "sid={{s}}"', "s"),
    "oauth": (
        {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/token", "scopes": {}}}},
        "access_token_url: https://api.example.com/token",
        "client_secret",
    ),
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_security_scheme_is_a_method_whose_secret_has_to_be_given(shell: Shell, scheme: str) -> None:
    described, expected, secret = SCHEMES[scheme]
    document = three({}, components={"securitySchemes": {"s": described}}, security=[{"s": ["a", "b"]}])
    done = imported(shell, document)
    assert f"to be given: {secret}" in done.out
    text = only(shell)
    assert expected in text and f"{secret}:" in text
    assert scheme != "oauth" or "scope: a b" in text


@pytest.mark.parametrize(
    ("described", "why"),
    [
        ({"type": "oauth2", "flows": {"implicit": {}}}, "needs a person"),
        ({"type": "http", "scheme": "digest"}, "HTTP digest"),
        ({"type": "mutualTLS"}, "options.client_cert_file"),
        (None, "is not described"),
    ],
    ids=["implicit", "digest", "certificate", "missing"],
)
def test_a_scheme_that_cannot_be_used_is_told_and_is_none(shell: Shell, described: Any, why: str) -> None:
    schemes = {"s": described} if described else {}
    done = imported(shell, three({}, components={"securitySchemes": schemes}, security=[{"s": []}]))
    assert why in done.out
    assert "auth:" not in only(shell)


def test_there_is_one_connection_for_an_origin_and_a_method(shell: Shell) -> None:
    document = three({"security": []}, components={"securitySchemes": {"s": SCHEMES["bearer"][0]}})
    document["security"] = [{"s": []}]
    document["paths"]["/other"] = {"servers": [{"url": "https://b.example.com"}], "get": {}, "put": {}}
    document["paths"]["/own"] = {"get": {}}
    imported(shell, document)
    assert len(files(shell)) == 3


@pytest.mark.parametrize(
    ("servers", "more", "expected"),
    [
        ([{"url": "https://{h}.example.com", "variables": {"h": {"default": "a"}}}], (), "https://a.example.com"),
        ([{"url": "https://{h}.example.com"}], ("--var", "h=b"), "https://b.example.com"),
        ([{"url": "{serverUrl}/app"}], ("--var", "serverUrl=https://c.example.com"), "https://c.example.com/app"),
        ([{"url": "{serverUrl}/app"}], ("--base-url", "https://d.example.com"), "https://d.example.com/app"),
        ([{"url": "/v9"}], ("--base-url", "https://e.example.com"), "https://e.example.com/v9"),
        ([], ("--base-url", "https://f.example.com/x"), "https://f.example.com/x"),
        ([{"url": "https://a.b"}, {"url": "https://g.example.com"}], ("--server", "2"), "https://g.example.com"),
    ],
    ids=["default", "variable", "placeholder", "base", "relative", "absent", "second"],
)
def test_where_requests_go(shell: Shell, servers: Any, more: tuple[str, ...], expected: str) -> None:
    done = imported(shell, three({}) | {"servers": servers}, *more)
    assert done.code == 0, done.err
    assert f"base_url: {expected}\n" in only(shell)


@pytest.mark.parametrize(
    ("servers", "named"),
    [
        ([{"url": "https://{h}.example.com:{port}"}], "h, port"),
        ([], "the base URL"),
        ([{"url": "/v1"}], "the base"),
    ],
    ids=["variables", "absent", "relative"],
)
def test_a_host_that_nobody_knows_is_named_and_nothing_written(shell: Shell, servers: Any, named: str) -> None:
    done = imported(shell, three({}) | {"servers": servers})
    assert done.code == 2 and named in done.err and "--base-url" in done.err
    assert files(shell) == {}


def test_files_below_the_folder_are_read_and_nothing_else(shell: Shell, tmp_path: Path) -> None:
    folder = shell.home / "documents"
    (folder / "parts").mkdir(parents=True)
    (tmp_path / "outside.yaml").write_text("name: out\nin: query\n")
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (folder / "parts/one.yaml").write_text("A: {name: inside, in: query}\nB: {$ref: '../parts/one.yaml#/A'}\n")
    refused = ("link.yaml", "../outside.yaml", str(tmp_path / "outside.yaml"), "http://127.0.0.1:9/x", "file:///x")
    refs = ["parts/one.yaml#/B", *refused, "parts", "#/nowhere"]
    done = imported(shell, three({"parameters": [{"$ref": ref} for ref in refs]}))
    assert done.code == 0
    for ref in refs[1:]:
        assert f"left out: $ref {ref}: " in done.out
    text = only(shell)
    assert 'inside: "{{inside}}"' in text and "out" not in text


def test_what_holds_itself_ends(shell: Shell) -> None:
    schemas = {
        "Tree": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Tree"}, "v": {}}},
        "Wide": {"allOf": [{"$ref": "#/components/schemas/Wide"}] * 9},
        "Round": {"$ref": "#/components/schemas/Round"},
    }
    paths = {
        f"/{name}": {"post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": ref}}}}}}
        for name in schemas
        for ref in [f"#/components/schemas/{name}"]
    }
    done = imported(shell, three({}) | {"components": {"schemas": schemas}, "paths": paths})
    assert done.code == 0
    assert "$ref #/components/schemas/Round leads in a circle" in done.out
    assert "made only in part" in done.out


def test_aliases_that_multiply_are_cut(shell: Shell) -> None:
    laughs = "\n".join(f"x-{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))
    text = f"""\
openapi: 3.0.0
info: {{title: Shop, version: '1'}}
servers: [{{url: 'https://a.example.com'}}]
x-0: &a0 [lol]
{laughs}
paths: {{/a: {{post: {{requestBody: {{content: {{application/json: {{example: *a11}}}}}}}}}}}}
"""
    done = imported(shell, text, name="api.yaml")
    assert done.code == 0 and "made only in part" in done.out
    assert len(only(shell)) < 200_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"openapi": "3.0.0", "paths": {\n"/a": {', "line 2: not valid JSON"),
        ("openapi: 3.0.0\npaths: {\n", "line 3: not valid YAML"),
        ("openapi: 4.0.0\n", "line 1: the version 4.0.0"),
        ('{"a": 1,\n"swagger": "1.2"}', "line 2: the version 1.2"),
        ("a: 1\n", "no OpenAPI document"),
        ("- a\n", "no OpenAPI document"),
        ("openapi: 3.0.0\npaths: {}\n", "describes no operation"),
        ("a: &a [*a]\n", "holds itself"),
        ("[" * 100_000, "nested"),
        ("a: " + "[" * 300, "nested"),
    ],
    ids=["cut", "cut yaml", "version", "old", "other", "list", "empty", "alias", "deep json", "deep yaml"],
)
def test_what_is_no_document_is_an_error_with_its_place(shell: Shell, text: str, said: str) -> None:
    done = imported(shell, text, name="api.yaml" if text.startswith("a: [") else "api")
    assert done.code == 2 and said in done.err and "hint:" in done.err
    assert files(shell) == {}


def test_importing_again_takes_what_is_new_and_keeps_what_was_edited(shell: Shell) -> None:
    shell.create_identity()
    schemes = {"securitySchemes": {"s": SCHEMES["bearer"][0]}}
    document = three({"summary": "Add"}, components=schemes, security=[{"s": []}])
    document["paths"]["/gone"] = {"get": {"summary": "Gone"}}
    document["paths"]["/mine"] = {"get": {"summary": "Mine", "description": "then"}}
    assert imported(shell, document).code == 0
    assert shell.here("edit", "Shop", "--secret", "token", stdin=b"s3cret-value").code == 0
    path = shell.workspace / "shop.yaml"
    assert shell.here("edit", "Shop", "--set", "options.timeout.read=7").code == 0
    assert shell.here("edit", "Shop", "--set", "operations.2.description=mine").code == 0
    assert "unchanged shop.yaml" in imported(shell, document).out
    del document["paths"]["/gone"]
    document["paths"]["/orders/{id}"]["post"]["summary"] = "Add one"
    document["paths"]["/mine"]["get"]["description"] = "now"
    document["paths"]["/new"] = {"get": {"summary": "New"}}
    done = imported(shell, document)
    assert done.code == 0, done.err
    text = path.read_text()
    assert "updated shop.yaml" in done.out and len(files(shell)) == 1
    assert "name: Add one" in text and "name: New" in text and "Gone" not in text
    assert "description: mine" in text and "read: 7" in text
    assert "description changed here and there: kept as it stands here" in done.out
    assert "token: ENC[" in text and "kinetic" not in text
    assert shell.here("verify").code == 0


def test_a_dry_run_shows_the_files_and_writes_none(shell: Shell) -> None:
    done = imported(shell, three({}), "--dry-run", "--folder", "prod")
    assert "# would write prod/shop.yaml" in done.out and "\nname: Shop\n" in done.out
    assert files(shell) == {}


def test_a_document_comes_by_standard_input_without_files_beside_it(shell: Shell) -> None:
    document = three({"parameters": [{"$ref": "x.json"}]})
    done = shell.here("import", "openapi", "-", stdin=json.dumps(document).encode())
    assert done.code == 0 and "a document from standard input has no folder" in done.out


def test_a_server_that_is_not_there_is_wrong_usage(shell: Shell) -> None:
    assert "there is no server 3" in imported(shell, three({}), "--server", "3").err
    assert imported(shell, three({}), "--server", "0").code == 2
    assert shell.here("import", "curl", "-", "--server", "2", stdin=b"curl a.example.com").code == 2


def test_importing_again_where_it_is_not_known_what_came_keeps_what_differs(shell: Shell) -> None:
    document = three({"summary": "Add", "description": "then"})
    imported(shell, document)
    for path in (shell.home / ".local/state/integrator-tui/imported").rglob("*.json"):
        path.unlink()
    document["paths"]["/orders/{id}"]["post"]["description"] = "now"
    document["paths"]["/new"] = {"get": {"summary": "New"}}
    done = imported(shell, document)
    text = only(shell)
    assert "name: New" in text and "description: then" in text
    assert "kept as it stands here" in done.out


def test_a_connection_that_was_renamed_here_is_found_and_keeps_its_name(shell: Shell) -> None:
    document = three({"summary": "Add"})
    imported(shell, document)
    assert shell.here("rename", "Shop", "Store").code == 0
    document["paths"]["/new"] = {"get": {"summary": "New"}}
    assert imported(shell, document).code == 0
    text = only(shell)
    assert "name: Store\n" in text and "name: New" in text


def test_a_document_that_is_too_much_for_one_file_is_refused(shell: Shell) -> None:
    document = three({})
    document["paths"] = {f"/a{n}": {"get": {}} for n in range(4000)}
    done = imported(shell, document)
    assert done.code == 2 and "4000 operations are too much for one file" in done.err
    assert files(shell) == {}


ODD: tuple[Any, ...] = (None, True, 5, "", [], {}, "x", [1], [None], {"a": 1}, {"$ref": "#"}, {"$ref": 5}, "{{x}}")


def test_a_value_of_the_wrong_kind_anywhere_is_no_crash() -> None:
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"enum": ["x"]}, "b": {"allOf": [{}]}}}
    query = {"name": "q", "in": "query", "required": True, "schema": schema}
    media = {"schema": schema, "examples": {"e": {"value": {"a": 1}}}}
    operation = {
        "parameters": [query, {"name": "c", "in": "cookie"}],
        "requestBody": {"content": {"application/json": media}},
        "security": [{"s": ["a"]}],
    }
    document = three(operation, "3.2.0", components={"securitySchemes": {"s": SCHEMES["oauth"][0]}})
    for path in places(document):
        for odd in ODD:
            changed = json.loads(json.dumps(document))
            holder = changed
            for key in path[:-1]:
                holder = holder[key]
            holder[path[-1]] = odd
            from_files = OpenApiFiles(None)
            with suppress(UsageError):
                read(from_files.document(json.dumps(changed)), from_files.load, base_url="https://b.example.com")
    old = OLD.replace("schemes: [http, https]", "schemes: 5")
    from_files = OpenApiFiles(None)
    assert read(from_files.document(old), from_files.load).connections


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where every value below a document stands."""
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield (*path, key)
        yield from places(value[key], (*path, key))
