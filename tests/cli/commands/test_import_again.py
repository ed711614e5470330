"""Importing a document once more, in every format: what was edited by hand stays, what is new there comes, a
conflict is told, stored secrets are kept, and the same document changes nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from tests.cli.shell import Finished, Shell

STORED, OTHER = "hUnt3r-stored", "hUnt3r-other"
HOST = "https://api.example.com"


class Said:
    """What a document says of one connection: a header of its request, a further request, and a secret."""

    def __init__(self, trace: str, more: bool = False, secret: str = STORED) -> None:
        self.trace, self.more, self.secret = trace, more, secret


def curl(said: Said) -> str:
    line = f"curl -u 'anna:{said.secret}' {HOST}/orders -H 'X-Trace: {said.trace}' -H 'X-Other: 1' -d a=1\n"
    return line + (f"curl -u 'anna:{said.secret}' -X DELETE {HOST}/more\n" if said.more else "")


def openapi(said: Said) -> str:
    header = {"name": "X-Trace", "in": "header", "required": True, "schema": {"enum": [said.trace]}}
    other = {"name": "X-Other", "in": "header", "required": True, "schema": {"enum": ["1"]}}
    paths = {"/orders": {"post": {"summary": "Orders", "parameters": [header, other]}}}
    if said.more:
        paths["/more"] = {"delete": {"summary": "More", "parameters": []}}
    schemes = {"key": {"type": "http", "scheme": "basic"}}
    return json.dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": "Shop"},
            "servers": [{"url": HOST}],
            "security": [{"key": []}],
            "components": {"securitySchemes": schemes},
            "paths": paths,
        }
    )


def postman(said: Said) -> str:
    headers = [{"key": "X-Trace", "value": said.trace}, {"key": "X-Other", "value": "1"}]
    items = [{"name": "Orders", "request": {"method": "POST", "url": f"{HOST}/orders", "header": headers}}]
    if said.more:
        items.append({"name": "More", "request": {"method": "DELETE", "url": f"{HOST}/more"}})
    auth = {"type": "basic", "basic": {"username": "anna", "password": said.secret}}
    info = {"name": "Shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}
    return json.dumps({"info": info, "auth": auth, "item": items})


def http(said: Said) -> str:
    proof = f"Authorization: Basic anna {said.secret}"
    text = f"### Orders\nPOST {HOST}/orders\nX-Trace: {said.trace}\nX-Other: 1\n{proof}\n"
    return text + (f"\n### More\nDELETE {HOST}/more\n{proof}\n" if said.more else "")


def opencollection(said: Said) -> str:
    auth = {"type": "basic", "username": "anna", "password": said.secret}
    headers = [{"name": "X-Trace", "value": said.trace}, {"name": "X-Other", "value": "1"}]
    request = {"method": "POST", "url": f"{HOST}/orders", "headers": headers, "auth": auth}
    items = [{"info": {"name": "Orders"}, "http": request}]
    if said.more:
        more = {"method": "DELETE", "url": f"{HOST}/more", "auth": auth}
        items.append({"info": {"name": "More"}, "http": more})
    return json.dumps({"opencollection": "1.0.0", "info": {"name": "Shop"}, "items": items})


def httpie(said: Said) -> str:
    headers = [{"name": "X-Trace", "value": said.trace}, {"name": "X-Other", "value": "1"}]
    if said.more:
        headers.append({"name": "X-More", "value": "1"})
    auth = {"type": "basic", "raw_auth": f"anna:{said.secret}"}
    return json.dumps(
        {"__meta__": {"about": "HTTPie session file"}, "auth": auth, "headers": headers, "cookies": []}
    )


def kinetic(said: Said) -> str:
    headers = {"X-Trace": said.trace, "X-Other": "1"}
    config = {"configType": "http", "method": "POST", "path": "/orders", "headers": headers}
    operations = [{"id": "o-1", "name": "Orders", "config": config}]
    if said.more:
        more = {"configType": "http", "method": "DELETE", "path": "/more"}
        operations.append({"id": "o-2", "name": "More", "config": more})
    auth = {"authType": "basic", "username": "anna", "password": said.secret}
    of_connection = {"configType": "http", "baseUrl": HOST, "auth": auth}
    one = {"id": "c-1", "name": "Shop", "type": "http", "config": of_connection, "operations": operations}
    return json.dumps([one])


Write = Callable[[Said], str]
FORMATS: dict[str, Write] = {
    "curl": curl, "openapi": openapi, "postman": postman, "http": http, "opencollection": opencollection,
    "httpie": httpie, "kinetic": kinetic,
}  # fmt: skip


def imported(shell: Shell, form: str, said: Said) -> Finished:
    (shell.home / "shop").write_text(FORMATS[form](said))
    more = ("--base-url", HOST) if form == "httpie" else ()
    done = shell.here("import", form, "shop", *more)
    assert done.code == 0, done.err
    return done


def only(shell: Shell) -> str:
    (path,) = shell.workspace.rglob("*.yaml")
    return path.read_text()


def edit(shell: Shell, old: str, new: str) -> None:
    (path,) = shell.workspace.rglob("*.yaml")
    text = re.sub(old, new, path.read_text(), count=1)
    assert text != path.read_text()
    path.write_text(text)
    assert shell.here("seal", "--yes").code == 0


@pytest.fixture
def keyed(shell: Shell) -> Shell:
    shell.create_identity()
    return shell


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_document_again_changes_nothing(keyed: Shell, form: str) -> None:
    imported(keyed, form, Said("one"))
    (path,) = keyed.workspace.rglob("*.yaml")
    before = path.stat(), path.read_bytes()
    again = imported(keyed, form, Said("one"))
    assert again.out.splitlines()[0] == f"unchanged {path.name}"
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before[0].st_mtime_ns, before[0].st_ino)
    assert path.read_bytes() == before[1]
    assert "changed:" not in again.out and "new:" not in again.out


@pytest.mark.parametrize("form", FORMATS)
def test_what_was_edited_stays_and_what_is_new_comes(keyed: Shell, form: str) -> None:
    imported(keyed, form, Said("one"))
    edit(keyed, "X-Other: ['\"]?1['\"]?", "X-Other: mine")
    edit(keyed, "\nbase_url", "\ndescription: by hand\nbase_url")
    done = imported(keyed, form, Said("two", more=form != "httpie", secret=OTHER))
    text = only(keyed)
    # The header of the document changed, and another one of the same map by hand: the map is kept, and told.
    assert "description: by hand" in text and "X-Other: mine" in text and "X-Trace: one" in text
    assert "headers changed here and there: kept as it stands here" in done.out
    assert form == "httpie" or "/more" in text
    assert done.out.splitlines()[0].startswith(("updated ", "unchanged "))
    assert keyed.here("verify").code == 0


@pytest.mark.parametrize("form", FORMATS)
def test_what_changed_there_alone_is_taken_and_told(keyed: Shell, form: str) -> None:
    imported(keyed, form, Said("one"))
    done = imported(keyed, form, Said("two"))
    assert "X-Trace: two" in only(keyed) and "X-Trace: one" not in only(keyed)
    assert "changed: " in done.out and "headers" in done.out
    assert done.out.splitlines()[0].startswith("updated ")


@pytest.mark.parametrize("form", [each for each in FORMATS if each != "httpie"])
def test_a_request_more_is_an_operation_more(keyed: Shell, form: str) -> None:
    imported(keyed, form, Said("one"))
    done = imported(keyed, form, Said("one", more=True))
    assert "new: operation" in done.out
    assert "/more" in only(keyed) and "X-Trace: one" in only(keyed)
    gone = imported(keyed, form, Said("one"))
    # Command lines are not the whole of a connection.
    assert ("/more" in only(keyed)) == (form == "curl")
    assert ("gone there" in gone.out) == (form != "curl")


@pytest.mark.parametrize("form", [each for each in FORMATS if each != "openapi"])
def test_a_stored_secret_is_never_replaced(keyed: Shell, form: str) -> None:
    imported(keyed, form, Said("one"))
    done = imported(keyed, form, Said("two", secret=OTHER))
    (path,) = keyed.workspace.rglob("*.yaml")
    shown = keyed.here("show", path.name, "--reveal").out
    assert STORED in shown and OTHER not in shown
    assert OTHER not in done.out + done.err
    assert keyed.here("verify").code == 0


def test_a_header_more_of_a_session_is_one_of_the_same_connection(keyed: Shell) -> None:
    imported(keyed, "httpie", Said("one"))
    done = imported(keyed, "httpie", Said("one", more=True))
    assert "X-More" in only(keyed) and "changed: headers" in done.out


def test_operations_alone_leave_what_came_with_the_others_known(keyed: Shell) -> None:
    imported(keyed, "kinetic", Said("one", more=True))
    edit(keyed, "\nbase_url", "\ndescription: by hand\nbase_url")
    (connection,) = json.loads(kinetic(Said("two", more=True)))
    loose = [connection["operations"][0] | {"connectionId": "c-1"}]
    done = keyed.here("import", "kinetic", "-", stdin=json.dumps(loose).encode())
    assert done.code == 0, done.err
    again = imported(keyed, "kinetic", Said("two", more=True))
    assert again.out.splitlines()[0].startswith("unchanged ")
    assert "description: by hand" in only(keyed)


# --- command lines ---


def lines(shell: Shell, *commands: str) -> str:
    done = shell.here("import", "curl", "-", stdin="\n".join(commands).encode())
    assert done.code == 0, done.err
    return done.out


def test_a_line_for_the_same_origin_and_method_is_an_operation_more(shell: Shell) -> None:
    lines(shell, f"curl {HOST}/health")
    out = lines(shell, f"curl -X PUT {HOST}/orders/1")
    assert out.startswith("updated api-example-com.yaml: ") and "new: operation PUT /orders/1" in out
    out = lines(shell, f"curl {HOST}/orders")
    text = only(shell)
    assert "test_path: /health" in text and "name: GET /orders" in text and "name: PUT /orders/1" in text
    out = lines(shell, f"curl '{HOST}/health?full=1'")
    assert "changed: test_path" in out and "test_path: /health?full=1" in only(shell)


def test_of_several_lines_to_one_path_each_keeps_its_operation(shell: Shell) -> None:
    first, second = (f'curl {HOST}/graphql --json \'{{"query": "{query}"}}\'' for query in ("a", "b"))
    lines(shell, first, second)
    before = only(shell)
    assert lines(shell, second).startswith("unchanged ")
    assert lines(shell, second, first).startswith("unchanged ")
    third = f'curl {HOST}/graphql --json \'{{"query": "c"}}\''
    assert "new: operation POST /graphql (3)" in lines(shell, first, second, third)
    assert before.rstrip() in only(shell)


def test_what_a_line_says_of_the_way_there_is_taken_and_told(shell: Shell) -> None:
    lines(shell, f"curl {HOST}/health")
    out = lines(shell, f"curl -k -m 7 {HOST}/health")
    assert "TLS NOT VERIFIED" in out and "changed: options.verify" in out and "changed: options.timeout" in out
    assert "verify: false" in only(shell) and "read: 7" in only(shell)


def test_a_secret_of_a_new_line_is_not_the_one_of_that_name_that_is_here(keyed: Shell) -> None:
    def line(path: str, secret: str) -> str:
        return f'curl {HOST}{path} --json \'{{"password": "{secret}"}}\''

    lines(keyed, line("/a", STORED))
    lines(keyed, line("/b", OTHER))
    assert lines(keyed, line("/b", OTHER), line("/a", STORED)).startswith("unchanged ")
    lines(keyed, line("/c", STORED))
    text = keyed.here("show", "api.example.com", "--reveal").out
    assert text.count("{{password}}") == 2 and text.count("{{password_2}}") == 1
    assert f"password: {STORED}" in text and f"password_2: {OTHER}" in text


def test_lines_of_another_user_are_another_connection(keyed: Shell) -> None:
    lines(keyed, f"curl -u anna:{STORED} {HOST}/a")
    out = lines(keyed, f"curl -u bob:{OTHER} {HOST}/a")
    assert out.startswith("wrote api-example-com-2.yaml: ")
    assert "username: anna" in (keyed.workspace / "api-example-com.yaml").read_text()


def test_a_dry_run_of_a_line_that_is_here_says_what_would_change(shell: Shell) -> None:
    lines(shell, f"curl {HOST}/health")
    before = only(shell)
    (shell.home / "c.sh").write_text(f"curl -X PUT {HOST}/orders/1\n")
    done = shell.here("import", "curl", "c.sh", "--dry-run")
    assert "# would update api-example-com.yaml" in done.out and only(shell) == before
