"""`import httpie`: a session becomes a connection without operations."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.shell import Finished, Shell

META = {"about": "HTTPie session file", "httpie": "3.2.4"}
NEW: dict[str, Any] = {
    "__meta__": META,
    "auth": {"raw_auth": "me:pw:1", "type": "basic"},
    "cookies": [{"name": "a", "value": "c-1", "domain": "x"}, {"name": "b", "value": "c-2"}],
    "headers": [{"name": "X-Data", "value": "{{x}}"}, {"name": "X-Api-Key", "value": "k-1"}],
}
OLD: dict[str, Any] = {
    "__meta__": META | {"httpie": "1.0.0"},
    "auth": {"type": "basic", "username": "me", "password": "pw:1"},
    "cookies": {"a": {"value": "c-1", "path": "/"}, "b": {"value": "c-2"}},
    "headers": {"X-Data": "{{x}}", "X-Api-Key": "k-1"},
}


def imported(shell: Shell, document: Any, *more: str, folder: str = "api.example.com") -> Finished:
    path = shell.home / "sessions" / folder / "me.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return shell.here("import", "httpie", str(path), *more)


def files(shell: Shell) -> dict[str, str]:
    return {str(path.relative_to(shell.workspace)): path.read_text() for path in shell.workspace.rglob("*.yaml")}


@pytest.mark.parametrize("document", [NEW, OLD])
def test_a_session_of_each_kind_has_method_headers_and_cookies(shell: Shell, document: dict[str, Any]) -> None:
    shell.create_identity()
    done = imported(shell, document)
    assert done.code == 0, done.err
    (text,) = files(shell).values()
    assert "name: me\n" in text and "base_url: https://api.example.com\n" in text and "username: me\n" in text
    assert "X-Data: " in text and "{{{!}}{x}}" in text and "X-Api-Key: " in text and "Cookie: " in text
    assert all(value not in text + done.out for value in ("pw:1", "k-1", "c-1", "c-2"))
    assert "no scheme: https is taken" in done.out
    shown = shell.here("show", "me", "--reveal").out
    assert "password: pw:1" in shown and "a=c-1; b=c-2" in shown
    again = imported(shell, document)
    assert again.code == 0 and "unchanged me.yaml" in again.out


@pytest.mark.parametrize(
    ("auth", "said"),
    [
        ({"type": "bearer", "raw_auth": "t-1"}, "type: raw_bearer_token"),
        ({"type": None, "raw_auth": None}, "type: raw_bearer_token"),
        ({"type": "digest", "raw_auth": "me:pw-1"}, "operations"),
    ],
)
def test_other_methods(shell: Shell, auth: dict[str, Any], said: str) -> None:
    shell.create_identity()
    headers = [{"name": "Authorization", "value": "Token t-1"}] if auth["type"] is None else []
    done = imported(shell, NEW | {"auth": auth, "headers": headers}, folder="localhost_8080")
    assert done.code == 0, done.err
    (text,) = files(shell).values()
    assert "base_url: http://localhost:8080\n" in text and "t-1" not in text and "pw-1" not in text
    if said == "operations":
        assert "left out: the method digest" in done.out
    else:
        assert said in text and ("prefix: Token" in text) is (auth["type"] is None)


def test_the_host_is_that_of_the_folder_else_asked_for(shell: Shell) -> None:
    shell.create_identity()
    done = imported(shell, NEW, folder="things")
    assert done.code == 2 and "where requests go: the base URL" in done.err and files(shell) == {}
    assert imported(shell, NEW, "--base-url", "https://x.example/v1", folder="things").code == 0
    (text,) = files(shell).values()
    assert "base_url: https://x.example/v1\n" in text


@pytest.mark.parametrize(
    "document", ["[]", "{}", '{"auth": {}}', '{"__meta__"', "1", '{"__meta__": {"about": []}}']
)
def test_what_is_no_session_is_refused(shell: Shell, document: str) -> None:
    done = imported(shell, document)
    assert done.code == 2 and "me.json: " in done.err and files(shell) == {}


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, [1], [{}], {"a": None}, {"a": {"value": 1}}])
@pytest.mark.parametrize("key", ["auth", "headers", "cookies"])
def test_a_value_of_the_wrong_kind_is_an_absent_one(shell: Shell, key: str, value: Any) -> None:
    shell.create_identity()
    done = imported(shell, NEW | {key: value}, "--dry-run")
    assert done.code == 0 and "Traceback" not in done.err, done.err
