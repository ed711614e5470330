"""`import opencollection`: a collection in one file becomes connections."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.shell import Finished, Shell

COLLECTION = """\
opencollection: 1.0.0
info: {name: Shop, summary: Orders and more}
config:
  environments:
    - name: base
      variables: [{name: host, value: "https://dev.example.com/v1"}, {name: n, value: {type: number, data: "5"}}]
    - name: dev
      extends: base
      variables:
        - {name: token, secret: true}
        - {name: n, value: [{title: a, value: "6"}, {title: b, selected: true, value: "7"}]}
request:
  headers: [{name: X-A, value: "1"}, {name: X-B, value: "2", disabled: true}]
  auth: {type: bearer, token: "{{fetched}}"}
  variables: [{name: host, value: https://wrong.example}]
items:
  - info: {name: Log in, type: http}
    http:
      method: POST
      url: "{{host}}/login"
      body: {type: json, data: '{"user": "me", "password": "{{pw}}"}'}
    runtime:
      scripts:
        - {type: after-response, code: "const data = res.getBody();\\nbru.setEnvVar('fetched', data.token)"}
  - info: {name: Orders, type: folder}
    request: {headers: [{name: x-a, value: "3"}]}
    items:
      - info: {name: All, type: http}
        http:
          method: GET
          url: "{{host}}/orders?limit=9"
          auth: inherit
          params:
            - {name: limit, value: "{{n}}", type: query}
            - {name: off, value: x, type: query, disabled: true}
      - info: {name: One, type: http}
        http:
          url: "{{host}}/orders/:id"
          auth: inherit
          params: [{name: id, value: "17", type: path}]
        settings: {followRedirects: false, timeout: 5}
        docs: What it is.
      - info: {name: Add, type: http}
        http:
          method: POST
          url: "{{host}}/orders"
          auth: inherit
          body:
            - {title: a, body: {type: text, data: no}}
            - {title: b, selected: true, body: {type: form-urlencoded, data: [{name: a, value: "{{n}}"}]}}
  - info: {name: Ask, type: graphql}
    graphql: {url: "{{host}}/graphql", auth: inherit, body: {query: "{ a }", variables: '{"a": {{n}}}'}}
  - info: {name: Open, type: http}
    http: {url: "{{host}}/open"}
  - info: {name: Talk, type: websocket}
    websocket: {url: "wss://x"}
"""


def imported(shell: Shell, document: str, *more: str, name: str = "shop.yml") -> Finished:
    path = shell.home / "documents" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(document)
    return shell.here("import", "opencollection", str(path), *more)


def files(shell: Shell) -> dict[str, str]:
    return {str(path.relative_to(shell.workspace)): path.read_text() for path in shell.workspace.rglob("*.yaml")}


def place(shell: Shell) -> Path:
    return shell.home / "documents" / "shop.yml"


def test_a_collection_has_its_folders_environments_and_login(shell: Shell) -> None:
    done = imported(shell, COLLECTION, "--environment", f"{place(shell)}:dev")
    assert done.code == 0, done.err
    found = files(shell)
    assert sorted(found) == ["shop-http-bearer-token.yaml", "shop-no-authentication.yaml"]
    text = found["shop-http-bearer-token.yaml"]
    assert "base_url: https://dev.example.com/v1\n" in text and "description: Orders and more\n" in text
    assert "token_output: body.token\n" in text and '"password": "{{pw}}"' in text and "name: Log in" not in text
    assert "name: Orders / All" in text and 'limit: "7"' in text and "off" not in text
    assert text.count('x-a: "3"') == 3 and text.count('X-A: "1"') == 2
    assert "path: /orders/{{id}}\n" in text and "description: What it is." in text
    assert 'form: {a: "7"}' in text and '{"query": "{ a }", "variables": {"a": 7}}' in text
    assert "name: Open" in found["shop-no-authentication.yaml"]
    assert "an item of the type websocket" in done.out and "One: left out: its timeout" in done.out
    again = imported(shell, COLLECTION, "--environment", f"{place(shell)}:dev")
    assert again.code == 0 and again.out.count("unchanged") == 2


def test_other_methods_and_bodies(shell: Shell) -> None:
    shell.create_identity()
    text = """\
opencollection: "1.0.0"
info: {name: Shop}
items:
  - {info: {name: a}, http: {url: "https://a.example/a", auth: {type: basic, username: me, password: pw-1}}}
  - info: {name: b}
    http: {url: "https://a.example/b", auth: {type: apikey, key: X-K, value: k-1, placement: query}}
  - {info: {name: c}, http: {url: "https://a.example/c", auth: {type: awsv4}}}
  - info: {name: d}
    http:
      method: PUT
      url: https://a.example/d
      auth:
        {type: oauth2, flow: client_credentials, accessTokenUrl: "https://l.example/t", scope: s,
         credentials: {clientId: me, clientSecret: cs-1, placement: basic_auth_header},
         additionalParameters: {accessTokenRequest: [{name: audience, value: x, placement: body}]}}
      body: {type: multipart-form, data: [{name: f, type: file, value: [a.png]}, {name: t, type: text, value: "1"}]}
  - info: {name: e}
    http: {method: PUT, url: "https://a.example/e", body: {type: file, data: [{filePath: b.bin, contentType: a/b}]}}
"""
    done = imported(shell, text)
    assert done.code == 0, done.err
    found = files(shell)
    plain = "".join(found.values()) + done.out
    assert len(found) == 4 and all(value not in plain for value in ("pw-1", "k-1", "cs-1"))
    assert "c: left out: the method awsv4" in done.out
    oauth2 = found["shop-oauth-2-0.yaml"]
    assert "client_auth: basic_auth" in oauth2 and "params: {audience: x}" in oauth2 and "{{{a.png}}}" in oauth2
    assert '"{{{b.bin}}}"' in found["shop-no-authentication.yaml"] and "Content-Type: a/b" in plain


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("opencollection: 2.0.0\nitems: []\n", "line 1: the version 2.0.0 of OpenCollection is not known"),
        ("opencollection: 1.0.0\ninfo: {name: x}\n", "lie in files beside this one, which are not read"),
        ("info: {name: x}\n", "there is no opencollection in it"),
        ("- 1\n", "it is not an object"),
        ("opencollection: 1.0.0\nitems: [\n", "not"),
        ("opencollection: 1.0.0\nitems: [1, {}, []]\n", "holds no request"),
    ],
)
def test_what_is_no_collection_is_refused(shell: Shell, document: str, said: str) -> None:
    done = imported(shell, document)
    assert done.code == 2 and said in done.err and "shop.yml: " in done.err and files(shell) == {}


def test_an_environment_that_is_not_there(shell: Shell) -> None:
    several = imported(shell, COLLECTION, "--environment", str(place(shell)))
    assert several.code == 2 and "there are several environments: base, dev" in several.err
    wrong = imported(shell, COLLECTION, "--environment", f"{place(shell)}:devv")
    assert wrong.code == 2 and "there is no environment devv" in wrong.err and "did you mean dev?" in wrong.err


@pytest.mark.parametrize("value", ["null", "1", "true", "x", "[]", "{}", "[[]]", "[{}]", "{x: []}"])
@pytest.mark.parametrize("key", ["http", "runtime", "settings", "info", "docs"])
def test_a_value_of_the_wrong_kind_anywhere_is_an_absent_one(shell: Shell, key: str, value: str) -> None:
    odd = {"http": "{url: 'https://b.example/b'}", "info": "{name: odd}"} | {key: value}
    item = ", ".join(f"{name}: {each}" for name, each in odd.items())
    start = "opencollection: 1.0.0\nitems:\n  - {info: {name: a}, http: {url: 'https://a.example/a'}}\n"
    done = imported(shell, f"{start}  - {{{item}}}\n", "--base-url", "https://c.example", "--dry-run")
    assert done.code == 0 and "name: a\n" in done.out, done.err


def test_a_file_of_one_request_is_read_too(shell: Shell) -> None:
    done = imported(
        shell, "info: {name: All, type: http}\nhttp: {url: '{{host}}/all'}\n", "--var", "host=https://a.example"
    )
    (text,) = files(shell).values()
    assert done.code == 0 and "name: All\n" in text and "base_url: https://a.example\n" in text
