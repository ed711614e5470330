"""`push SPACE`: the smallest change goes, no secret but on demand, and nobody's work is overwritten."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands.kinetic_exports import connection, operation
from tests.cli.commands.test_import_kinetic import METHODS, everything
from tests.cli.shell import Finished, Shell
from tests.cli.spaces.space_server import API, PASSWORD, USER, Asked, Given, SpaceServer
from tests.cli.spaces.workspaces import edited, write_client_space, write_space
from tests.cli.terminal import Terminal

SECRET = "st0red-Secret"
ID = connection(0)["id"]
OPERATION = operation(0)["id"]
PATH = f"{API}/connections/{ID}"


def pushed(shell: Shell, *more: str) -> Finished:
    done = shell.here("push", "Dev", *more)
    assert PASSWORD not in done.out + done.err and "jwt-t0ken" not in done.out + done.err
    assert SECRET not in done.out + done.err
    return done


def pulled(shell: Shell) -> None:
    assert shell.here("pull", "Dev").code == 0


def stored(shell: Shell, name: str, secret: str) -> None:
    assert shell.here("edit", name, "--secret", secret, stdin=SECRET.encode()).code == 0


def written(space: SpaceServer) -> list[tuple[str, str, Any]]:
    return [each[:3] for each in space.writes()]


@pytest.fixture
def orders(joined: Shell, space: SpaceServer) -> Shell:
    """A workspace with one connection of the space, as it was pulled; its host answers nobody."""
    space.add(connection(0, "Orders", baseUrl="http://127.0.0.1:9", auth=METHODS["basic"] | {"password": "there"}))
    pulled(joined)
    return joined


def test_pull_edit_diff_push_and_pull_come_to_a_fixed_point(joined: Shell, space: SpaceServer) -> None:
    space.add(*everything())
    pulled(joined)
    edited(joined, "none.yaml", ("name: none", "name: none\ndescription: Mine"), ("/orders/", "/things/"))
    for file in ("basic.yaml", "raw.yaml", "oauth.yaml", "bearer.yaml"):
        edited(joined, file, ("test_path: /space", "test_path: /health"))
    assert joined.here("diff", "Dev").code == 1
    done = pushed(joined)
    assert (done.code, done.err) == (0, "")
    assert joined.here("diff", "Dev").out == ""
    before = {path: path.read_bytes() for path in joined.workspace.glob("*.yaml")}
    done = joined.here("pull", "Dev")
    assert done.code == 0 and {line.split()[0] for line in done.out.splitlines()} == {"unchanged"}
    assert {path: path.read_bytes() for path in joined.workspace.glob("*.yaml")} == before
    space.asked.clear()
    assert pushed(joined).code == 0 and space.writes() == []


def test_two_who_write_come_to_the_same(joined: Shell, space: SpaceServer, tmp_path: Path) -> None:
    space.add(connection(0, "Orders", baseUrl="http://127.0.0.1:9"))
    (tmp_path / "other").mkdir()
    other = Shell(tmp_path / "other")
    write_space(other, space.url)
    pulled(joined)
    pulled(other)
    edited(joined, "orders.yaml", ("test_path: /space", "test_path: /mine"), ("body.results", "body.items"))
    edited(other, "orders.yaml", ("type: http\n", "type: http\ndescription: Theirs\n"), ("/orders/", "/things/"))
    others: list[Finished] = []

    def push(method: str, path: str) -> None:
        # The other one pushes while this one looks whether the space is still as it was.
        if (method, path) == ("GET", PATH) and not others:
            others.append(Finished(-1, "", ""))
            others.append(other.run("push", "Dev"))

    space.before = push
    done = pushed(joined)
    assert done.code == 2 and "changed in the space a moment ago" in done.err
    assert others[-1].code == 0
    for shell in (joined, other, joined, other):
        assert shell.here("push", "Dev").code == 0
        pulled(shell)
    assert joined.here("diff", "Dev").out == other.here("diff", "Dev").out == ""
    values, (one,) = space.connections[ID], space.operations[ID].values()
    assert (values["config"]["testPath"], values["description"]) == ("/mine", "Theirs")
    assert one["config"]["path"].startswith("/things/") and one["outputs"]["Items"]["value"] == "body.items"
    texts = {(shell.workspace / "orders.yaml").read_text() for shell in (joined, other)}
    assert len(texts) == 1


def test_the_smallest_change_is_sent(orders: Shell, space: SpaceServer) -> None:
    edited(orders, "orders.yaml", ("type: http\n", "type: http\ndescription: New\n"))
    done = pushed(orders)
    assert done.code == 0
    assert written(space) == [("PATCH", PATH, {"description": "New"})]
    assert f"orders.yaml: updated description: PATCH {space.url}{PATH}" in done.out
    space.asked.clear()
    edited(orders, "orders.yaml", ("body.results", "body.items"))
    pushed(orders)
    config = space.operations[ID][OPERATION]["config"]
    outputs = operation()["outputs"] | {"Items": {"value": "body.items", "children": {"Id": "current.id"}}}
    body = {"name": "Open orders", "config": config, "outputs": outputs}
    assert written(space) == [("PATCH", f"{PATH}/operations/{OPERATION}", body)]


def test_no_secret_is_sent_and_null_keeps_what_is_stored(orders: Shell, space: SpaceServer) -> None:
    stored(orders, "Orders", "password")
    assert orders.here("edit", "Orders", "--set", "test_path=/health").code == 0
    assert pushed(orders).code == 0
    ((_, _, body),) = written(space)
    assert body["config"]["auth"] == METHODS["basic"] and body["config"]["testPath"] == "/health"
    assert list(body) == ["config"] and SECRET not in json.dumps(space.asked)
    assert space.connections[ID]["config"]["auth"]["password"] == "there"


def test_both_tests_are_shown(orders: Shell, space: SpaceServer) -> None:
    space.test_answer = {"status": "error", "message": "it answered\x1b[31m 404"}
    edited(orders, "orders.yaml", ("/space", "/health"))
    done = pushed(orders)
    assert done.code == 0
    assert "orders.yaml: tested by the space: error: it answered␛[31m 404\n" in done.out
    assert "orders.yaml: tested from here: failed: connect: refused: " in done.out
    assert space.asked[-1][:3] == ("POST", f"{PATH}/test", {})
    assert [each["failure"]["kind"] for each in orders.here("history", "--json").json()] == ["refused"]


def test_secrets_go_where_they_are_asked_for_alone(orders: Shell, space: SpaceServer) -> None:
    stored(orders, "Orders", "password")
    done = pushed(orders, "--with-secrets")
    assert (
        done.code == 2
        and "add --yes" in done.err
        and space.asked == [each for each in space.asked if each.method == "GET"]
    )
    with Terminal(orders, "push", "Dev", "--with-secrets") as terminal:
        terminal.expect("Send these secrets to the space? [y/N]")
        assert f"to {space.url}:" in terminal.shown and "Orders: password" in terminal.shown
        terminal.type("n")
        assert terminal.finish() == 2
    assert space.writes() == []
    with Terminal(orders, "push", "Dev", "--with-secrets") as terminal:
        terminal.expect("Send these secrets to the space? [y/N]")
        terminal.type("y")
        assert terminal.finish() == 0
        assert SECRET not in terminal.shown
    assert space.connections[ID]["config"]["auth"]["password"] == SECRET
    space.connections[ID]["config"]["auth"]["password"] = "other"
    assert pushed(orders, "--with-secrets", "--yes").code == 0
    assert space.connections[ID]["config"]["auth"]["password"] == SECRET


def test_a_dry_run_prints_the_requests_masked_and_changes_nothing(orders: Shell, space: SpaceServer) -> None:
    stored(orders, "Orders", "password")
    edited(orders, "orders.yaml", ("type: http\n", "type: http\ndescription: New\n"))
    before = (orders.workspace / "orders.yaml").read_bytes()
    done = pushed(orders, "--dry-run", "--with-secrets")
    assert done.code == 0 and space.writes() == []
    assert f"PATCH {space.url}{PATH}\nauthorization: Bearer •••\ncontent-type: application/json\n" in done.out
    assert '"password": "•••"' in done.out and '"description": "New"' in done.out
    assert (orders.workspace / "orders.yaml").read_bytes() == before


def test_a_connection_is_created_with_its_ids(joined: Shell, space: SpaceServer) -> None:
    one = connection(0, "Orders", secrets={"Key": None})
    space.add(one)
    pulled(joined)
    del space.connections[ID], space.operations[ID]
    done = pushed(joined)
    assert done.code == 0 and "to be given in the space: Key" in done.out
    (_, path, body), (_, other, child) = written(space)
    assert (path, other) == (f"{API}/connections", f"{PATH}/operations")
    assert body["id"] == ID and child["id"] == OPERATION and "operations" not in body
    assert body["secrets"] == {"Key": None}
    assert joined.here("diff", "Dev").out == ""


def test_a_connection_without_an_id_is_created_where_it_is_named(joined: Shell, space: SpaceServer) -> None:
    joined.write(
        "own.yaml",
        "name: Own\nbase_url: http://127.0.0.1:9\noperations:\n  - name: Op\n    method: GET\n    path: /x\n",
    )
    done = pushed(joined)
    assert done.code == 2 and "Own: the space never had it" in done.err and space.writes() == []
    assert "kinetic" not in (joined.workspace / "own.yaml").read_text()
    assert pushed(joined, "Own").code == 0
    text = (joined.workspace / "own.yaml").read_text()
    (key,) = space.connections
    assert f"id: {key}" in text and f"id: {next(iter(space.operations[key]))}" in text
    assert joined.here("diff", "Dev").code == 0
    assert pushed(joined).out == "unchanged own.yaml\n"


@pytest.mark.parametrize("method", ["basic", "raw", "oauth", "bearer"])
def test_what_cannot_be_created_without_a_secret_is_refused_by_name(
    joined: Shell, space: SpaceServer, method: str
) -> None:
    secrets = {"Login Password": None} if method == "bearer" else {}
    space.add(connection(0, "Orders", auth=METHODS[method], secrets=secrets))
    pulled(joined)
    del space.connections[ID], space.operations[ID]
    name = {"basic": "password", "raw": "token", "oauth": "client_secret", "bearer": "Login Password"}[method]
    for more in ((), ("--with-secrets", "--yes")):
        done = pushed(joined, *more)
        assert done.code == 2 and f"Orders: it cannot be sent without the secret {name}" in done.err
    stored(joined, "Orders", name)
    done = pushed(joined)
    assert done.code == 2 and "add --with-secrets" in done.err and space.writes() == []
    assert pushed(joined, "--with-secrets", "--yes").code == 0
    assert SECRET in json.dumps(space.connections[ID])


def test_another_method_needs_its_secret(joined: Shell, space: SpaceServer) -> None:
    space.add(connection(0, "Orders"))
    pulled(joined)
    more = ("--set", "auth.type=basic", "--set", "auth.username=svc", "--secret", "password")
    assert joined.here("edit", "Orders", *more, stdin=SECRET.encode()).code == 0
    done = pushed(joined)
    assert done.code == 2 and "without the secret password" in done.err and space.writes() == []
    assert pushed(joined, "--with-secrets", "--yes").code == 0
    assert space.connections[ID]["config"]["auth"] == METHODS["basic"] | {"password": SECRET}


def test_a_declared_secret_goes_beside_those_that_are_there(joined: Shell, space: SpaceServer) -> None:
    space.add(connection(0, "Orders", secrets={"There": "kept"}))
    pulled(joined)
    stored(joined, "Orders", "Mine")
    done = pushed(joined)
    assert done.code == 0 and "to be given in the space: Mine" in done.out
    assert space.connections[ID]["secrets"] == {"There": "kept", "Mine": None}
    assert pushed(joined, "--with-secrets", "--yes").code == 0
    assert space.connections[ID]["secrets"] == {"There": "kept", "Mine": SECRET}


def test_what_the_space_has_in_plain_stays_there_or_is_refused(joined: Shell, space: SpaceServer) -> None:
    body = {"bodyType": "raw", "raw": json.dumps({"password": SECRET, "a": 1})}
    one = operation(0, "Op", body=body, headers={"Authorization": f"Bearer {SECRET}"}, method="POST")
    space.add(connection(0, "Orders", operations=[one]))
    pulled(joined)
    edited(joined, "orders.yaml", ("path: /orders/", "path: /things/"))
    assert joined.here("seal", "orders.yaml", "--yes").code == 0
    assert pushed(joined).code == 0
    there = space.operations[ID][one["id"]]["config"]
    assert there["path"].startswith("/things/") and there["body"] == body
    assert there["headers"] == {"Authorization": f"Bearer {SECRET}"}
    edited(joined, "orders.yaml", ('"a": 1', '"a": 2'))
    assert joined.here("seal", "orders.yaml", "--yes").code == 0
    done = pushed(joined)
    assert done.code == 2 and "operation Op has it in plain in the space" in done.err
    assert pushed(joined, "--with-secrets", "--yes").code == 0
    assert '"a": 2' in space.operations[ID][one["id"]]["config"]["body"]["raw"]
    assert space.connections[ID]["secrets"]["password"] == SECRET


def test_what_changed_in_the_space_alone_is_left_there(orders: Shell, space: SpaceServer) -> None:
    space.connections[ID]["description"] = "Theirs"
    space.operations[ID][OPERATION]["config"]["path"] = "/theirs"
    edited(orders, "orders.yaml", ("test_path: /space", "test_path: /mine"))
    done = pushed(orders)
    assert done.code == 0 and "changed in the space, pull it: description, operation Open orders: path" in done.out
    assert space.connections[ID]["description"] == "Theirs"
    # Nothing of theirs counts as pulled by that.
    space.asked.clear()
    assert pushed(orders).code == 0 and space.writes() == []
    pulled(orders)
    assert orders.here("diff", "Dev").code == 0
    assert "description: Theirs" in (orders.workspace / "orders.yaml").read_text()


def test_what_changed_on_both_sides_is_asked_about(orders: Shell, space: SpaceServer) -> None:
    space.connections[ID]["config"]["testPath"] = "/theirs"
    edited(orders, "orders.yaml", ("test_path: /space", "test_path: /mine"))
    for more in ((), ("--yes",)):
        done = pushed(orders, *more)
        assert done.code == 2 and "Orders: test_path changed here and in the space" in done.err
        assert space.writes() == []
    for answer, code, path in (("n", 2, "/theirs"), ("y", 0, "/mine")):
        with Terminal(orders, "push", "Dev") as terminal:
            terminal.expect("Overwrite what the space has? [y/N]")
            terminal.type(answer)
            assert terminal.finish() == code
        assert space.connections[ID]["config"]["testPath"] == path


def test_an_id_that_is_another_connection_by_now_is_asked_about(orders: Shell, space: SpaceServer) -> None:
    space.connections[ID] |= {"name": "Another"}
    edited(orders, "orders.yaml", ("/orders/", "/mine/"))
    done = pushed(orders)
    assert done.code == 2 and "name is another one in the space than at the last pull" in done.err
    assert space.writes() == []


def test_what_was_never_pulled_is_overwritten_by_nobody(joined: Shell, space: SpaceServer) -> None:
    space.add(connection(0, "Orders"))
    joined.write("o.yaml", f"name: Orders\nbase_url: https://mine.example.com\nkinetic: {{id: {ID}}}\n")
    done = pushed(joined)
    assert done.code == 2 and "was never pulled from there" in done.err and space.writes() == []


def test_operations_are_made_changed_and_taken_out(joined: Shell, space: SpaceServer) -> None:
    one = connection(0, "Orders", baseUrl="http://127.0.0.1:9")
    one["operations"] += [operation(1, "Second"), operation(2, "Third")]
    space.add(one)
    pulled(joined)
    path = joined.workspace / "orders.yaml"
    lines = path.read_text().split("  - name: ")
    lines[1] = lines[1].replace("/orders/", "/new/")
    lines.insert(3, "Fourth\n    method: GET\n    path: /four\n")
    path.write_text("  - name: ".join([lines[0], lines[1], lines[3], lines[4]]))
    done = pushed(joined)
    assert done.code == 0
    assert [(method, where.split("/")[-1]) for method, where, _ in written(space)] == [
        ("PATCH", one["operations"][0]["id"]),
        ("POST", "operations"),
        ("DELETE", one["operations"][1]["id"]),
    ]
    assert [each["name"] for each in space.operations[ID].values()] == ["Open orders", "Third", "Fourth"]
    assert joined.here("diff", "Dev").code == 0
    pulled(joined)
    assert joined.here("diff", "Dev").code == 0


def test_an_operation_that_changed_there_is_not_taken_out(orders: Shell, space: SpaceServer) -> None:
    space.operations[ID][OPERATION]["config"]["path"] = "/theirs"
    assert orders.here("edit", "Orders", "--unset", "operations").code == 0
    done = pushed(orders)
    assert done.code == 2 and "operation Open orders was taken out here and changed in the space" in done.err
    assert space.writes() == []


def test_who_else_writes_at_that_moment_is_not_overwritten(orders: Shell, space: SpaceServer) -> None:
    edited(orders, "orders.yaml", ("test_path: /space", "test_path: /mine"))
    seen: list[str] = []

    def change(method: str, path: str) -> None:
        seen.append(path)
        if seen.count(PATH) == 1 and path == PATH:
            space.connections[ID]["config"]["testPath"] = "/theirs"

    space.before = change
    done = pushed(orders)
    assert done.code == 2 and "Orders was changed in the space a moment ago, by somebody else" in done.err
    assert space.writes() == [] and space.connections[ID]["config"]["testPath"] == "/theirs"


@pytest.mark.parametrize("place", [PATH, f"{PATH}/operations"])
def test_each_write_looks_first_at_what_it_replaces(orders: Shell, space: SpaceServer, place: str) -> None:
    edited(orders, "orders.yaml", ("test_path: /space", "test_path: /mine"), ("/orders/", "/mine/"))
    seen: list[str] = []

    def change(method: str, path: str) -> None:
        seen.append(path)
        # Behind the looks at everything and at all of the connection, right before a write: the first, the second.
        if method == "GET" and path == place and seen.count(path) == (2 if place == PATH else 4):
            space.connections[ID]["description"] = "Theirs"
            space.operations[ID][OPERATION]["config"]["params"] = {"theirs": "1"}

    space.before = change
    done = pushed(orders)
    assert done.code == 2 and "changed in the space a moment ago" in done.err
    space.before = lambda method, path: None
    assert pushed(orders).code == 0
    pulled(orders)
    values, one = space.connections[ID], space.operations[ID][OPERATION]
    assert (values["description"], values["config"]["testPath"]) == ("Theirs", "/mine")
    assert one["config"]["params"] == {"theirs": "1"} and one["config"]["path"].startswith("/mine/")
    assert orders.here("diff", "Dev").out == ""


@pytest.mark.parametrize("carried_out", [True, False])
def test_an_answer_that_is_lost_is_looked_up(orders: Shell, space: SpaceServer, carried_out: bool) -> None:
    edited(orders, "orders.yaml", ("test_path: /space", "test_path: /mine"), ("/orders/", "/things/"))
    space.answer("PATCH", PATH, Given(cut=True, after=carried_out))
    done = pushed(orders)
    if carried_out:
        assert done.code == 0 and "updated test_path (its answer was lost)" in done.out
    else:
        assert done.code == 1 and "push again" in done.err
        assert pushed(orders).code == 0
    assert space.connections[ID]["config"]["testPath"] == "/mine"
    assert orders.here("diff", "Dev").code == 0


def test_its_own_lost_write_is_not_taken_for_somebody_elses(orders: Shell, space: SpaceServer) -> None:
    edited(orders, "orders.yaml", ("test_path: /space", "test_path: /mine"))
    space.answer("PATCH", PATH, Given(cut=True, after=True))
    # Nobody can look it up either: the push ends there.
    space.before = lambda method, path: _answered(space, method, path)
    assert pushed(orders).code == 1
    space.before = lambda method, path: None
    space.given.clear()
    assert space.connections[ID]["config"]["testPath"] == "/mine"
    edited(orders, "orders.yaml", ("test_path: /mine", "test_path: /next"))
    done = pushed(orders)
    assert done.code == 0, done.err
    assert space.connections[ID]["config"]["testPath"] == "/next"
    # And a change of somebody else is one, as before.
    space.connections[ID]["config"]["testPath"] = "/mine"
    edited(orders, "orders.yaml", ("test_path: /next", "test_path: /last"))
    assert pushed(orders).code == 2


def _answered(space: SpaceServer, method: str, path: str) -> None:
    if method == "GET" and path == PATH and any(each.method == "PATCH" for each in space.asked):
        space.answer("GET", PATH, Given(503))


def test_a_push_that_ended_midway_can_be_done_again(joined: Shell, space: SpaceServer) -> None:
    joined.write(
        "own.yaml",
        "name: Own\nbase_url: http://127.0.0.1:9\noperations:\n"
        "  - {name: A, method: GET, path: /a}\n  - {name: B, method: GET, path: /b}\n",
    )
    space.answer("POST", f"{API}/connections", Given(cut=True, after=True))
    calls: list[str] = []

    def fail(method: str, path: str) -> None:
        if method == "POST" and path.endswith("/operations"):
            calls.append(path)
            if len(calls) == 2:
                space.answer("POST", path, Given(500, b'{"errorKey": "server_error", "error": "An error"}'))

    space.before = fail
    done = pushed(joined, "Own")
    assert done.code == 1 and "answered 500: An error" in done.err
    done = pushed(joined)
    assert done.code == 0, done.err
    assert len(space.connections) == 1
    assert [each["name"] for (found,) in [space.operations.values()] for each in found.values()] == ["A", "B"]
    assert joined.here("diff", "Dev").code == 0


def test_a_refusal_is_told_and_the_others_go(joined: Shell, space: SpaceServer) -> None:
    space.add(connection(0, "Orders"), connection(1, "Billing", baseUrl="http://127.0.0.1:9"))
    pulled(joined)
    for file in ("orders.yaml", "billing.yaml"):
        edited(joined, file, ("type: http\n", "type: http\ndescription: New\n"))
    wrong = {
        "error": "Request does not match the API schema",
        "validationErrors": [{"error": "Unexpected field: x"}],
    }
    space.answer("PATCH", PATH, Given(400, json.dumps(wrong).encode()))
    done = pushed(joined)
    assert done.code == 1
    assert (
        "Orders: PATCH" in done.err
        and "answered 400: Request does not match the API schema; Unexpected" in done.err
    )
    assert space.connections[connection(1)["id"]]["description"] == "New"


def test_a_broken_seal_is_not_pushed(orders: Shell, space: SpaceServer) -> None:
    stored(orders, "Orders", "password")
    edited(orders, "orders.yaml", ("test_path: /space", "test_path: /mine"))
    done = pushed(orders)
    assert done.code == 3 and "Orders" in done.err and "seal" in done.err
    assert space.writes() == []
    assert orders.here("seal", "orders.yaml", "--yes").code == 0
    assert pushed(orders).code == 0


def test_what_integrator_cannot_say_is_refused_by_name(orders: Shell, space: SpaceServer) -> None:
    edited(orders, "orders.yaml", ("type: http\n", "type: http\ndescription: New\nheaders: {X: y}\ntags: [mine]\n"))
    done = pushed(orders)
    assert done.code == 2 and "Orders: headers: Integrator has no headers of a connection" in done.err
    edited(orders, "orders.yaml", ("headers: {X: y}\n", ""))
    done = pushed(orders)
    assert done.code == 0 and "not in Integrator, and not sent: tags" in done.out


def test_names_choose_and_the_space_itself_is_never_pushed(orders: Shell, space: SpaceServer) -> None:
    space.add(connection(1, "Billing", baseUrl="http://127.0.0.1:9"))
    pulled(orders)
    for file in ("orders.yaml", "billing.yaml"):
        edited(orders, file, ("type: http\n", "type: http\ndescription: New\n"))
    done = pushed(orders, "Dev")
    assert done.code == 2 and "the connection of the space itself" in done.err
    assert pushed(orders, "Billing").code == 0
    assert [each.path for each in space.writes()] == [f"{API}/connections/{connection(1)['id']}"]
    assert pushed(orders, "Nothing").code == 2
    orders.write("only/o.yaml", "name: Elsewhere\nbase_url: http://127.0.0.1:9\n")
    done = orders.here("push", "Dev", "Orders", "--folder", "only")
    assert done.code == 2 and "does not lie in only" in done.err


def test_another_type_is_not_pushed(joined: Shell, space: SpaceServer) -> None:
    config = {"configType": "postgres", "server": "db.example.com"}
    space.add({"id": "sql-1", "name": "Database", "type": "postgres", "config": config, "operations": []})
    pulled(joined)
    assert pushed(joined).out == "unchanged database.yaml\n"
    edited(joined, "database.yaml", ("db.example.com", "other.example.com"))
    done = pushed(joined)
    assert done.code == 2 and "connections of type postgres are not pushed" in done.err and space.writes() == []


def test_every_request_has_the_token_and_none_the_password(orders: Shell, space: SpaceServer) -> None:
    edited(orders, "orders.yaml", ("test_path: /space", "test_path: /mine"))
    space.asked.clear()
    assert pushed(orders).code == 0
    assert all(isinstance(each, Asked) and each.token.startswith("jwt-t0ken") for each in space.asked)


def test_a_connection_that_leads_to_the_space_is_never_pushed(joined: Shell, space: SpaceServer) -> None:
    write_client_space(joined, space.url + "/", f"{space.url}/app/oauth/token")
    assert pushed(joined, "--yes").out == "" and joined.here("diff", "Dev").out == ""
    assert pushed(joined, "By client").code == 2
    given = {"INTEGRATOR_TUI_SPACE_PASSWORD": PASSWORD}
    done = joined.here("push", space.url, "--user", USER, "--yes", environment=given)
    assert (done.code, done.out, space.writes()) == (0, "", [])


def test_a_space_that_gives_ids_of_its_own_is_told(joined: Shell, space: SpaceServer) -> None:
    joined.write("own.yaml", "name: Own\nbase_url: http://127.0.0.1:9\n")
    space.answer("POST", f"{API}/connections", Given(200, b'{"id": "theirs", "name": "Own"}'))
    done = pushed(joined, "Own")
    assert done.code == 1 and "Own: " in done.err and "under another id, theirs" in done.err


def test_what_lay_in_a_file_before_counts_for_nothing(joined: Shell, space: SpaceServer) -> None:
    """The record of a file is that of its id."""
    space.add(connection(0, "Orders"), connection(1, "Billing"))
    pulled(joined)
    (joined.workspace / "orders.yaml").write_text((joined.workspace / "billing.yaml").read_text())
    (joined.workspace / "billing.yaml").unlink()
    edited(joined, "orders.yaml", ("test_path: /space", "test_path: /mine"))
    done = pushed(joined)
    assert done.code == 2 and "Billing: test_path differs, and was never pulled from there" in done.err


def test_who_believes_anybody_is_warned(shell: Shell, space: SpaceServer) -> None:
    write_space(shell, space.url)
    assert shell.here("edit", "Dev", "--set", "options.verify=false").code == 0
    done = shell.here("push", "Dev")
    assert done.code == 0 and done.err.startswith("warning: Dev: ")
