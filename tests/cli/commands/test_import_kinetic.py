"""`import kinetic` and `export kinetic`: what Integrator has comes, stays and goes back; importing again merges."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.commands.kinetic_exports import connection, operation, text
from tests.cli.shell import Finished, Shell
from tests.cli.terminal import Terminal

SECRET = "hUnt3r-c4nary"


def imported(shell: Shell, value: Any, *more: str) -> Finished:
    (shell.home / "c.json").write_text(value if isinstance(value, str) else text(value))
    return shell.here("import", "kinetic", str(shell.home / "c.json"), *more)


def exported(shell: Shell, *names: str) -> Any:
    done = shell.here("export", "kinetic", *names)
    assert (done.code, done.err) == (0, "")
    return json.loads(done.out)


def files(shell: Shell) -> dict[str, str]:
    return {str(path.relative_to(shell.workspace)): path.read_text() for path in shell.workspace.rglob("*.yaml")}


def stripped(value: Any) -> Any:
    """Return a connection as a strict export has it: without what a server adds, null where nothing is."""
    gone = ("status", "insertedAt", "updatedAt", "lockVersion")
    found = {key: each for key, each in value.items() if key not in gone}
    inner = ({key: each for key, each in one.items() if key not in gone} for one in value["operations"])
    return found | {"operations": [one | {"notes": one["notes"] or ""} for one in inner]}


METHODS: dict[str, Any] = {
    "none": None,
    "basic": {"authType": "basic", "username": "svc", "password": None},
    "raw": {"authType": "raw_bearer_token", "header": "X-Auth", "prefix": "Token", "token": None},
    "oauth": {
        "authType": "client_credentials",
        "tokenUrl": "https://login.example.com/token",
        "clientId": "svc",
        "clientSecret": None,
        "clientAuth": "basic_auth",
        "scope": None,
        "caCert": None,
    },
    "bearer": {
        "authType": "http_bearer_token",
        "header": "Authorization",
        "prefix": "Bearer",
        "token": {
            "connection": {"baseUrl": "https://login.example.com", "caCert": None},
            "operation": {
                "configType": "http",
                "method": "POST",
                "path": "/token",
                "params": {},
                "headers": {"X-Trace": ["a", "b"]},
                "body": {"bodyType": "www_form_urlencoded", "form": {"password": "{{Login Password}}"}},
                "followRedirect": False,
                "streamResponse": False,
                "includeEmptyParams": False,
            },
            "tokenOutput": "body.access_token",
            "expirationOutput": "body.expires_in",
        },
    },
}


def everything() -> list[dict[str, Any]]:
    """Return a connection of every method and operations of every kind of body."""
    found = [connection(n, name, auth=auth) for n, (name, auth) in enumerate(METHODS.items())]
    found[4]["secrets"] = {"Login Password": None}
    bodies = (
        {"bodyType": "raw", "raw": '{ {{#A}}"a": {{{A [object]}}},{{/A}} }'},
        {"bodyType": "raw", "raw": ""},
        {"bodyType": "www_form_urlencoded", "form": {"a": "{{A}}"}},
        {"bodyType": "multipart_form", "parts": []},
        {"bodyType": "multipart_form", "parts": [{"name": "f", "content": "x", "fileName": "f.txt"}]},
    )
    found[0]["operations"] = [
        operation(100 + n, f"Body {n}", body=body, method="PUT", headers={"X-Trace": ["a", "b"]})
        for n, body in enumerate(bodies)
    ]
    broken: dict[str, Any] = {
        "path": "/x/{[Direction  [ASC, DESC]}}{{#A [Optional]}}{{/A [Object]}}",
        "params": {"a=": "{{b}}"},
    }
    found[0]["operations"].append(operation(110, "Body 0", **broken))
    return found


def test_an_export_comes_and_goes_back_as_it_was(shell: Shell) -> None:
    given = everything()
    done = imported(shell, given)
    assert (done.code, done.err) == (0, "")
    assert exported(shell) == sorted((stripped(each) for each in given), key=lambda each: str(each["name"]))
    first = files(shell)
    (shell.home / "again.json").write_text(shell.here("export", "kinetic").out)
    for path in shell.workspace.glob("*.yaml"):
        path.unlink()
    assert shell.here("import", "kinetic", str(shell.home / "again.json")).code == 0
    assert files(shell) == first


def test_an_export_has_sorted_keys_and_importing_it_again_changes_nothing(shell: Shell) -> None:
    assert imported(shell, everything()).code == 0
    out = shell.here("export", "kinetic").out
    assert out == json.dumps(json.loads(out), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    before = files(shell)
    done = imported(shell, out)
    wanted = [f"unchanged {name}.yaml" for name in sorted(METHODS)]
    assert sorted(line for line in done.out.splitlines() if line.startswith(("unch", "wrote", "upd"))) == wanted
    assert files(shell) == before


def test_what_is_kept_lies_in_the_file_and_names_what_has_to_be_given(shell: Shell) -> None:
    done = imported(shell, connection(auth=METHODS["basic"], secrets={"Open API Key": None}))
    assert done.out.splitlines()[0] == (
        "wrote orders.yaml: Orders, https://orders.example.com, basic, 1 operation,"
        " to be given: Open API Key, password"
    )
    found = files(shell)["orders.yaml"]
    assert "kinetic:\n      empty_body: www_form_urlencoded\n      id: 0b000000" in found
    assert "\nkinetic:\n  id: 0c000000-0000-4000-8000-000000000000\n" in found
    assert "secrets:\n  Open API Key: null\n  password: null\n" in found.replace("Key:\n", "Key: null\n")
    assert shell.here("list", "--json").json()[0]["state"] == "ok"
    dry = shell.here("run", "Orders", operation()["id"], "--param", "Order Id*=7", "--dry-run")
    assert dry.code == 0 and "/orders/7" in dry.out


def test_placeholders_count_as_unset(shell: Shell) -> None:
    basic = {"authType": "basic", "username": "changeit", "password": "changeit"}
    given = [connection(1, "A", baseUrl="https://update.me", auth=basic), connection(2, "B", baseUrl="")]
    done = imported(shell, given)
    assert (done.code, done.out, files(shell)) == (2, "", {})
    assert "the base URL is not known: A, B" in done.err and "--base-url" in done.err
    done = imported(shell, given, "--base-url", "https://all.example.com", "--var", "A=https://a.example.com/")
    assert (done.code, done.err) == (0, "")
    assert "the username is not set" in done.out
    assert [each["config"]["baseUrl"] for each in exported(shell)] == [
        "https://a.example.com",
        "https://all.example.com",
    ]
    assert exported(shell, "A")[0]["config"]["auth"] == {
        "authType": "basic",
        "username": "changeit",
        "password": None,
    }


def test_a_token_is_asked_for_nowhere_where_its_address_was_taken_out(shell: Shell) -> None:
    bearer: Any = json.loads(
        json.dumps(METHODS["bearer"]).replace("https://login.example.com", "https://update.me")
    )
    oauth = METHODS["oauth"] | {"tokenUrl": "https://update.me"}
    for auth, field in ((bearer, "auth.token_connection.base_url"), (oauth, "auth.access_token_url")):
        done = imported(shell, connection(auth=auth))
        assert (done.code, files(shell)) == (2, {}) and f"Orders: {field}" in done.err


def test_on_a_terminal_base_urls_are_asked_for(shell: Shell) -> None:
    given = [connection(1, "A", baseUrl="https://update.me"), connection(2, "B", baseUrl=None)]
    (shell.home / "c.json").write_text(text(given))
    with Terminal(shell, "import", "kinetic", "c.json") as terminal:
        for name in "AB":
            terminal.expect(f"Base URL of {name}:")
            terminal.type(f"https://{name.lower()}.example.com")
        terminal.expect("wrote b.yaml: B, https://b.example.com")
        assert terminal.finish() == 0


def test_what_looks_like_a_secret_is_encrypted_and_null_in_the_next_export(shell: Shell) -> None:
    shell.create_identity()
    body = {"bodyType": "raw", "raw": f'{{"user": "{{{{User}}}}", "password": "{SECRET}1"}}'}
    more: dict[str, Any] = {"headers": {"X-Api-Key": f"{SECRET}2"}, "params": {"token": f"{SECRET}3"}, "body": body}
    given = connection(
        auth={"authType": "raw_bearer_token", "token": f"{SECRET}4"},
        secrets={"token": f"{SECRET}5", "Other": f"{SECRET}6"},
        operations=[operation(path=f"/x?api_key={SECRET}7", method="POST", **more)],
    )
    done = imported(shell, given)
    assert (done.code, done.err) == (0, "")
    assert SECRET not in done.out + files(shell)["orders.yaml"]
    assert "the secret token is named token_2 here" in done.out
    revealed = shell.here("show", "Orders", "--reveal").out
    assert all(f"{SECRET}{number}" in revealed for number in range(1, 8))
    (found,) = exported(shell)
    assert found["config"]["auth"]["token"] is None
    assert set(found["secrets"].values()) == {None} and {"Other", "token"} <= found["secrets"].keys()
    assert SECRET not in json.dumps(found)
    assert shell.here("verify").code == 0


def test_a_secret_of_a_request_never_has_the_name_of_the_methods_own(shell: Shell) -> None:
    shell.create_identity()
    body = {"bodyType": "raw", "raw": f'{{"password": "{SECRET}"}}'}
    auth = {"authType": "basic", "username": "svc", "password": SECRET}
    assert imported(shell, connection(auth=auth, operations=[operation(method="POST", body=body)])).code == 0
    (found,) = exported(shell)
    assert found["operations"][0]["config"]["body"]["raw"] == '{"password": "{{password_2}}"}'
    assert found["secrets"] == {"password_2": None}


def test_importing_again_merges_by_operation_and_keeps_hand_edits_and_secrets(shell: Shell) -> None:
    shell.create_identity()
    first = connection(operations=[operation(1, "A"), operation(2, "B"), operation(3, "C"), operation(4, "D")])
    assert imported(shell, first | {"secrets": {"key": SECRET}}).code == 0
    path = shell.workspace / "orders.yaml"
    hand = path.read_text().replace("name: Orders\n", "name: Orders # ours\ndescription: by hand\n")
    hand = hand.replace(
        "- name: B\n    method: GET\n    path: /orders", "- name: B\n    method: GET\n    path: /mine"
    )
    path.write_text(hand)
    assert shell.here("seal", "--yes").code == 0
    second = connection(
        description="theirs",
        testPath="/new",
        operations=[operation(1, "A", path="/theirs"), operation(2, "B", path="/theirs"), operation(5, "E")],
        secrets={"key": "another"},
    )
    done = imported(shell, second)
    assert (done.code, done.err) == (0, "")
    told = {line.partition(": Orders: ")[2] for line in done.out.splitlines()[1:]}
    assert told == {
        "description changed here and there: kept as it stands here",
        "changed: test_path",
        "changed: operation A: path",
        "operation B: path changed here and there: kept as it stands here",
        "gone there, and taken out here: operation C",
        "gone there, and taken out here: operation D",
        "new: operation E",
    }
    assert "# ours" in path.read_text()
    shown = shell.here("show", "Orders", "--json", "--reveal").json()
    assert [each["name"] for each in shown["operations"]] == ["A", "B", "E"]
    assert shown["secrets"] == {"key": SECRET} and shown["test_path"] == "/new"
    assert shell.here("verify").code == 0


def test_an_import_leaves_a_broken_seal_broken(shell: Shell) -> None:
    shell.create_identity()
    given = connection(secrets={"key": SECRET})
    assert imported(shell, given).code == 0
    path = shell.workspace / "orders.yaml"
    path.write_text(path.read_text().replace("orders.example.com", "evil.example.com"))
    imported(shell, given | {"description": "new"})
    assert "description: new" in path.read_text()
    assert shell.here("verify").code == 3


def test_other_types_are_kept_as_they_are(shell: Shell) -> None:
    sql = {"configType": "postgres", "host": "db.example.com", "port": 5432, "password": SECRET}
    given = connection(name="Warehouse", type="postgres") | {"config": sql, "secrets": {"x": SECRET}}
    done = imported(shell, [given, connection(2, "Bad", configType="invalid", errorMessage="?")])
    assert done.code == 0 and SECRET not in "".join(files(shell).values())
    assert {each["name"]: each["state"] for each in shell.here("list", "--json").json()} == {
        "Bad": "unsupported",
        "Warehouse": "unsupported",
    }
    (found,) = exported(shell, "Warehouse")
    assert found["config"] == sql | {"password": None} and found["type"] == "postgres"
    assert found["id"] == given["id"] and len(found["operations"]) == 1
    assert exported(shell, "Bad")[0]["type"] == "http"
    assert imported(shell, given).out.splitlines()[0] == "unchanged warehouse.yaml"


def test_absent_null_and_empty_are_alike(shell: Shell) -> None:
    bare = {"name": "Bare", "type": "HTTP", "config": {"baseUrl": "https://a.example.com"}}
    nothing: dict[str, Any] = {}
    empty: dict[str, Any]
    for empty in (
        nothing,
        {"params": None, "headers": None, "body": None},
        {"params": {}, "headers": {}, "body": {}},
    ):
        one = {"name": "x", "config": {"method": "GET", "path": "/x", **empty}, "outputs": None}
        assert imported(shell, bare | {"operations": [one], "secrets": None, "description": None}).code == 0
        (found,) = exported(shell, "Bare")
        assert found["operations"][0]["config"]["body"] == {"bodyType": "raw", "raw": ""}
    assert len(files(shell)) == 1


def test_operations_alone_go_to_their_connection(shell: Shell) -> None:
    one = operation(9, "Late")
    done = imported(shell, [one])
    assert (done.code, files(shell)) == (2, {})
    assert "operations of connections that are not here" in done.err and "Late" in done.err
    assert imported(shell, connection()).code == 0
    assert imported(shell, [one]).code == 0
    assert [each["name"] for each in exported(shell)[0]["operations"]] == ["Open orders", "Late"]
    without = {key: value for key, value in connection().items() if key != "operations"}
    assert imported(shell, [without]).out.splitlines()[0] == "unchanged orders.yaml"


def test_a_second_connection_of_a_name_gets_another(shell: Shell) -> None:
    done = imported(shell, [connection(1), connection(2)])
    assert "this one is named Orders 2" in done.out
    again = imported(shell, [connection(1), connection(2)])
    assert "changed" not in again.out.replace("unchanged", "") and len(files(shell)) == 2


BAD = {
    "cut off": (text([connection()])[:-40], "the file is cut off"),
    "no JSON": ("name: x", "this is no JSON"),
    "empty": ("[]", "it holds no connection"),
    "nested": ("[" * 100_000, "nested too deeply"),
    "twice": (text([connection(1), connection(1, "B")]), "two connections have the id"),
    "operation twice": (
        text(connection(operations=[operation(1), operation(1, "B")])),
        "two operations have the id",
    ),
    "key twice": ('{"name": "a", "name": "b"}', "the key name stands twice"),
    "another document": ('{"openapi": "3.0.0"}', "import openapi"),
    "a number": ("[7]", "[0]: a connection or an operation is wanted here"),
    "old method": (text(connection(auth={"type": "bearer_token", "token": {}})), "config.auth"),
    "old word": (text(connection(auth={"authType": "bearer_token"})), "bearer_token is not known"),
    "config": (text(connection() | {"config": 7}), "$.config: an object is wanted here"),
    "header": (text(connection(operations=[operation(headers={"a": {"b": 1}})])), "text is wanted here"),
    "surrogate": ('{"name": "\\ud800", "config": {}}', "surrogate"),
    "no name": (text(connection(name="")), "a connection needs a name"),
}


@pytest.mark.parametrize("case", sorted(BAD))
def test_bad_input_is_named_and_nothing_is_written(shell: Shell, case: str) -> None:
    given, wanted = BAD[case]
    done = imported(shell, given)
    assert (done.code, done.out, files(shell)) == (2, "", {})
    assert wanted in done.err and "Traceback" not in done.err
    assert [line.split(":")[0] for line in done.err.splitlines()] == ["error", "hint"]


def test_a_huge_file_is_refused(shell: Shell) -> None:
    with open(shell.home / "huge.json", "wb") as stream:
        stream.truncate(100 * 1024 * 1024)
    done = shell.here("import", "kinetic", str(shell.home / "huge.json"))
    assert done.code == 2 and "8 MiB" in done.err


def test_one_bad_connection_leaves_the_others_unwritten(shell: Shell) -> None:
    done = imported(shell, [connection(1), connection(2, "B", baseUrl="ftp://x")])
    assert (done.code, files(shell)) == (2, {}) and "base_url" in done.err


def test_a_dry_run_prints_the_files_and_writes_nothing(shell: Shell) -> None:
    done = imported(shell, connection(secrets={"key": SECRET}), "--dry-run")
    assert done.code == 0 and SECRET not in done.out and files(shell) == {}
    assert "# would write orders.yaml" in done.out and "base_url: https://orders.example.com" in done.out


INEXPRESSIBLE = {
    "HEAD": ("operations: [{name: x, method: HEAD, path: /x}]", "operations.0.method (x): Integrator has no HEAD"),
    "headers": ("headers: {A: b}", "headers: Integrator has no headers"),
    "test": ("test: {expect: body.ok}", "test: Integrator cannot say"),
    "api key": ("auth: {type: api_key, in: query, name: k}\nsecrets: {api_key: x}", "auth.in: query"),
    "prefix": ("auth: {type: raw_bearer_token, prefix: ''}\nsecrets: {token: x}", "auth.prefix"),
    "audience": (
        "auth: {type: oauth2, access_token_url: https://a.example.com/t, client_id: c, params: {audience: a}}",
        "auth.params",
    ),
    "verify": ("options: {verify: false}", "options.verify"),
    "socket": ("options: {unix_socket: /run/app.sock}", "options.unix_socket"),
}


@pytest.mark.parametrize("case", sorted(INEXPRESSIBLE))
def test_what_integrator_cannot_say_is_refused_by_name(shell: Shell, case: str) -> None:
    more, wanted = INEXPRESSIBLE[case]
    shell.write("x.yaml", f"name: X\nbase_url: https://x.example.com\n{more}\n")
    done = shell.here("export", "kinetic")
    assert (done.code, done.out) == (2, "")
    assert f"error: X: {wanted}" in done.err and "hint: " in done.err


def test_what_matters_here_alone_is_left_out_and_told(shell: Shell) -> None:
    shell.write("x.yaml", "name: X\nbase_url: https://x.example.com\ntags: [prod]\noptions: {timeout: {read: 9}}\n")
    done = shell.here("export", "kinetic", "X")
    assert done.code == 0 and "options" not in done.out
    assert done.err == "warning: X: left out, Integrator has nothing like it: tags, options.timeout\n"


def test_a_copy_is_another_connection_for_integrator(shell: Shell) -> None:
    assert imported(shell, connection()).code == 0
    assert shell.here("copy", "Orders", "Orders B").code == 0
    one, other = exported(shell, "Orders", "Orders B")
    assert "id" in one and "id" not in other and "id" not in other["operations"][0]
    assert imported(shell, connection()).out.splitlines()[0] == "unchanged orders.yaml"


def test_an_edited_file_keeps_what_is_integrators(shell: Shell) -> None:
    assert imported(shell, connection()).code == 0
    assert shell.here("edit", "Orders", "--set", "description=new").code == 0
    assert shell.here("rename", "Orders", "Sales").code == 0
    (found,) = exported(shell)
    assert (found["id"], found["operations"][0]["id"]) == (connection()["id"], connection()["operations"][0]["id"])
    assert found["operations"][0]["config"]["body"]["bodyType"] == "www_form_urlencoded"


def test_where_one_cannot_be_saved_all_are_as_before(shell: Shell) -> None:
    shell.create_identity()
    given = [connection(1, "A"), connection(2, "B", secrets={"key": SECRET})]
    assert imported(shell, given).code == 0
    before = files(shell)
    shell.key_file.unlink()
    changed = [each | {"documentationLink": "https://docs.example.com"} for each in given]
    changed = [each | {"config": each["config"] | {"testPath": "/other"}} for each in changed]
    done = imported(shell, [*changed, connection(3, "C")])
    assert (done.code, done.out) == (3, "")
    assert files(shell) == before


def test_two_with_one_id_need_a_folder(shell: Shell) -> None:
    for folder in ("dev", "prod"):
        assert imported(shell, connection(), "--folder", folder).code == 0
    done = imported(shell, connection(description="new"))
    assert (done.code, done.out) == (2, "") and "dev/orders.yaml" in done.err and "--folder" in done.err
    assert imported(shell, connection(description="new"), "--folder", "prod").code == 0
    assert {file: "new" in found for file, found in files(shell).items()} == {
        "dev/orders.yaml": False,
        "prod/orders.yaml": True,
    }


def test_a_moved_file_is_found_by_its_id_and_what_came_before_is_known(shell: Shell) -> None:
    assert imported(shell, connection()).code == 0
    assert shell.here("move", "Orders", "prod").code == 0
    done = imported(shell, connection(description="new"))
    assert done.out.startswith("updated prod/orders.yaml") and "changed: description" in done.out
