"""`diff SPACE`: who logs in and how, what is told of differences, and what a space does wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.commands.kinetic_exports import connection, operation
from tests.cli.commands.test_import_kinetic import everything
from tests.cli.shell import Finished, Shell
from tests.cli.spaces.space_server import API, CLIENT, CLIENT_SECRET, PASSWORD, USER, Given, SpaceServer
from tests.cli.spaces.workspaces import edited, write_client_space, write_space
from tests.cli.terminal import Terminal

LISTED = f"{API}/connections"
SECRETS = (PASSWORD, CLIENT_SECRET, "jwt-t0ken", "c0de-1")


def diffed(shell: Shell, *more: str, **environment: str) -> Finished:
    """Compare, and see that no secret of the way there is told."""
    done = shell.here("diff", *(more or ("Dev",)), environment=environment)
    assert not [secret for secret in SECRETS if secret in done.out + done.err]
    assert "Traceback" not in done.err
    return done


def pulled(shell: Shell) -> None:
    assert shell.here("pull", "Dev").code == 0


def test_each_difference_is_a_line_with_name_field_and_both_values(joined: Shell, space: SpaceServer) -> None:
    basic = {"authType": "basic", "username": "svc", "password": None}
    one = connection(0, "Orders", auth=basic)
    one["operations"].append(operation(7, "Gone here"))
    space.add(one, connection(1, "Only there"))
    pulled(joined)
    assert (diffed(joined).code, diffed(joined).out) == (0, "")
    values = space.connections[one["id"]]
    values["description"], values["config"]["baseUrl"] = "There", "https://user:hidden@new.example.com"
    values["secrets"]["Key"] = "stored"
    found = space.operations[one["id"]]
    found[one["operations"][0]["id"]]["config"]["params"] = {"limit": "5"}
    found[one["operations"][0]["id"]]["outputs"]["Items"]["value"] = "body.items"
    del found[one["operations"][1]["id"]]
    edited(joined, "orders.yaml", ("username: svc", "username: other"))
    (joined.workspace / "only-there.yaml").unlink()
    joined.write("own.yaml", "name: Own\nbase_url: https://own.example.com\n")
    done = diffed(joined)
    assert (done.code, done.err) == (1, "")
    assert done.out.splitlines() == [
        "Only there: connection: here –, in the space 0c000000-0000-4000-8000-000000000001",
        'Orders: description: here "", in the space "There"',
        'Orders: base_url: here "https://orders.example.com", in the space "https://new.example.com"',
        'Orders: auth.username: here "other", in the space "svc"',
        "Orders: secrets.Key: here –, in the space null",
        'Orders: operations.Open orders.params.limit: here "{{Limit [0-100]}}", in the space "5"',
        'Orders: operations.Open orders.outputs.Items.value: here "body.results", in the space "body.items"',
        'Orders: operations.Gone here: here "GET /orders/{{Order Id*}}", in the space –'.replace('"', ""),
        "Own: connection: here own.yaml, in the space –",
    ]


def test_order_server_fields_null_and_empty_texts_are_no_difference(joined: Shell, space: SpaceServer) -> None:
    space.add(*everything())
    pulled(joined)
    for values in space.connections.values():
        values |= {"lockVersion": 99, "updatedAt": "2027-01-01T00:00:00Z", "status": {"healthy": True}}
        values["description"] = None
        values["config"] = dict(reversed(values["config"].items()))
        if values["config"]["testPath"] == "":
            values["config"]["testPath"] = None
        for one in space.operations[values["id"]].values():
            one["notes"], one["documentationLink"] = "", None
            if one["config"]["body"].get("form") == {}:
                one["config"]["body"] = None
            one["outputs"] = dict(reversed(one["outputs"].items()))
    assert (diffed(joined).code, diffed(joined).out) == (0, "")


def test_long_texts_are_shown_where_they_differ(joined: Shell, space: SpaceServer) -> None:
    body = {"bodyType": "raw", "raw": "a" * 500 + "\n\x1b[31mhere"}
    one = connection(0, "Long", operations=[operation(0, "Op", body=body, method="POST")])
    space.add(one)
    pulled(joined)
    space.operations[one["id"]][one["operations"][0]["id"]]["config"]["body"]["raw"] += " and there"
    line = diffed(joined).out.splitlines()[0]
    assert "here …" in line and "and there" in line and len(line) < 500 and "\x1b" not in line


def test_an_url_takes_a_user_and_a_password(shell: Shell, space: SpaceServer) -> None:
    space.add(connection())
    password = {"INTEGRATOR_TUI_SPACE_PASSWORD": PASSWORD}
    done = diffed(shell, space.url + "/", "--user", USER, **password)
    assert (done.code, len(done.out.splitlines())) == (1, 1)
    done = diffed(shell, space.url, **password)
    assert done.code == 2 and "hint: add --user NAME" in done.err
    done = diffed(shell, space.url, "--user", USER)
    assert done.code == 2 and "INTEGRATOR_TUI_SPACE_PASSWORD" in done.err
    done = diffed(shell, f"{space.url}?x=1", "--user", USER, **password)
    assert done.code == 2 and "a space has no query" in done.err
    done = diffed(shell, "Nowhere")
    assert done.code == 2 and "--user" in done.err


def test_the_password_is_asked_for_on_a_terminal(shell: Shell, space: SpaceServer) -> None:
    space.add(connection())
    with Terminal(shell, "diff", space.url, "--user", USER) as terminal:
        terminal.expect(f"Password of {USER}: ")
        terminal.type(PASSWORD)
        assert terminal.finish() == 1
        assert "in the space 0c000000" in terminal.shown and PASSWORD not in terminal.shown


def test_a_client_logs_in_by_the_code_flow(shell: Shell, space: SpaceServer) -> None:
    space.add(connection())
    password = {"INTEGRATOR_TUI_SPACE_PASSWORD": PASSWORD}
    write_client_space(shell, space.url, f"{space.url}/app/oauth/token")
    assert diffed(shell, "By client", "--user", USER, **password).code == 1
    assert diffed(shell, "By client", **password).code == 2
    given = {**password, "INTEGRATOR_TUI_SPACE_CLIENT_SECRET": CLIENT_SECRET}
    assert diffed(shell, space.url, "--user", USER, "--client", CLIENT, **given).code == 1
    done = diffed(shell, space.url, "--user", USER, "--client", CLIENT, **password)
    assert done.code == 2 and "INTEGRATOR_TUI_SPACE_CLIENT_SECRET" in done.err
    given["INTEGRATOR_TUI_SPACE_CLIENT_SECRET"] = "wr0ng-secret"
    done = diffed(shell, space.url, "--user", USER, "--client", CLIENT, **given)
    assert done.code == 1 and "wr0ng" not in done.err


def test_a_client_secret_goes_to_no_other_host(shell: Shell, space: SpaceServer) -> None:
    write_client_space(shell, space.url, "https://login.example.com/token")
    done = diffed(shell, "By client", "--user", USER, INTEGRATOR_TUI_SPACE_PASSWORD=PASSWORD)
    assert done.code == 2 and "its client secret is for https://login.example.com/token" in done.err
    assert space.logins == 0


def test_a_password_whose_seal_is_broken_goes_nowhere(joined: Shell, space: SpaceServer) -> None:
    edited(joined, "dev-space.yaml", (space.url, space.url.replace("127.0.0.1", "127.0.0.2")))
    done = diffed(joined)
    assert done.code == 3 and "seal" in done.err
    assert space.logins == 0


def test_a_method_that_no_space_knows_is_refused(shell: Shell, space: SpaceServer) -> None:
    shell.write("s.yaml", f"name: S\nbase_url: {space.url}\n")
    done = diffed(shell, "S")
    assert done.code == 2 and "a space is not reached with none" in done.err


@pytest.mark.parametrize("seconds", [3600, 29])
def test_one_token_serves_all_requests_while_it_lives(joined: Shell, space: SpaceServer, seconds: int) -> None:
    space.expires_in = seconds
    space.add(*(connection(number, f"C {number}") for number in range(4)))
    assert diffed(joined).code == 1
    assert space.logins == 1


def test_a_token_that_ends_early_is_fetched_once_more(joined: Shell, space: SpaceServer) -> None:
    space.add(*(connection(number, f"C {number}") for number in range(3)))
    ended: list[str] = []

    def end(method: str, path: str) -> None:
        if path.endswith("/operations") and not ended:
            ended.append(path)
            space.tokens.clear()

    space.before = end
    assert diffed(joined).code == 1
    assert space.logins == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Given(401, b'{"message": "the token has no right"}'), "answered 401: the token has no right"),
        (Given(400, b'{"error": "E", "validationErrors": [{"error": "Unexpected field: x"}]}'),
         "answered 400: E; Unexpected field: x"),
        (Given(200, b"<html>login</html>", "text/html"), "answered HTML in place of JSON"),
        (Given(503, b"<html>busy</html>", "text/html"), "answered 503: HTML"),
        (Given(200, b'[{"id": "1", "name": "half'), "the JSON ends in the middle"),
        (Given(200, b"[" * 100_000), "the JSON "),
        (Given(200, b""), "answered nothing"),
        (Given(200, b'{"connections": []}'), "a list is wanted there"),
        (Given(200, b"[1]"), "an object is wanted there"),
        (Given(200, b'[{"name": "A"}]'), "id is missing"),
        (Given(200, b'[{"id": "..", "name": "A"}]'), "the id is none"),
        (Given(200, b'[{"id": "1", "name": "A"}, {"id": "1", "name": "B"}]'), "the id of another one"),
        (Given(302, b""), "answered 302"),
        (Given(cut=True), "GET http"),
    ],
)  # fmt: skip
def test_what_a_space_answers_wrong_is_told_with_its_place(
    joined: Shell, space: SpaceServer, given: Given, said: str
) -> None:
    space.add(connection())
    for command in ("diff", "pull"):
        space.answer("GET", LISTED, given)
        if given.cut:
            # What is read may be asked for once more by the transport, and is cut again.
            space.answer("GET", LISTED, given)
        before = sorted(path.name for path in joined.workspace.iterdir())
        done = joined.here(command, "Dev")
        space.given.clear()
        assert done.code == 1 and done.out == "", done
        assert said in done.err and LISTED in done.err
        assert done.err.startswith("error: ") and "\nhint: " in done.err
        assert sorted(path.name for path in joined.workspace.iterdir()) == before


def test_what_goes_wrong_among_many_is_told_as_it_is(joined: Shell, space: SpaceServer) -> None:
    space.add(*(connection(number, f"C {number}") for number in range(20)))
    path = f"{LISTED}/{connection(7)['id']}/operations"
    for given in (Given(200, b'[{"id": "1", "name": "half'), Given(500), Given(401, b'{"message": "no"}')):
        space.answer("GET", path, given)
        space.answer("GET", path, given)
        done = diffed(joined)
        space.given.clear()
        assert done.code == 1 and done.out == "" and done.err.startswith(f"error: GET {space.url}{path}: ")


def test_a_broken_connection_of_the_space_is_told_with_its_place(joined: Shell, space: SpaceServer) -> None:
    space.add(connection(0), connection(1, "Odd", auth={"authType": "kerberos"}))
    done = joined.here("pull", "Dev")
    assert done.code == 2 and "kerberos is not known" in done.err and space.url in done.err
    assert [path.name for path in joined.workspace.glob("*.yaml")] == ["dev-space.yaml"]


def test_wrong_credentials_are_told_without_them(shell: Shell, space: SpaceServer) -> None:
    # This space says them back.
    wrong = "an0ther-Passw0rd"
    done = diffed(shell, space.url, "--user", USER, INTEGRATOR_TUI_SPACE_PASSWORD=wrong)
    assert done.code == 1 and "answered 401" in done.err and wrong not in done.err
    assert "hint: see that user and password are right" in done.err


def test_a_space_that_changes_while_it_is_read_is_read_again(joined: Shell, space: SpaceServer) -> None:
    space.add(connection(0, "A"), connection(1, "B"))
    seen = []

    def change(method: str, path: str) -> None:
        if path.endswith("/operations"):
            seen.append(path)
            if len(seen) == 1:
                space.add(connection(2, "C"))
                space.connections.pop(connection(1)["id"])

    space.before = change
    done = diffed(joined)
    assert [line.split(":")[0] for line in done.out.splitlines()] == ["A", "C"]


def test_a_space_that_never_stops_changing_is_given_up(joined: Shell, space: SpaceServer) -> None:
    space.add(connection(0, "A"))

    def change(method: str, path: str) -> None:
        space.connections[connection(0)["id"]]["lockVersion"] += 1

    space.before = change
    done = joined.here("pull", "Dev")
    assert done.code == 1 and "changed while it was read" in done.err
    assert not (joined.workspace / "a.yaml").exists()


def test_a_folder_belongs_to_each_space(shell: Shell, space: SpaceServer) -> None:
    """Spaces that were made of one template have the same ids."""
    with SpaceServer() as prod:
        for each, url, folder in ((space, space.url, "dev"), (prod, prod.url, "prod")):
            each.add(connection(0, "Orders", baseUrl=f"https://{folder}.example.com"))
            write_space(shell, url, f"{folder} space", f"{folder}/space.yaml")
            assert shell.here("pull", f"{folder} space").code == 0
        assert (shell.workspace / "dev/orders.yaml").exists() and (shell.workspace / "prod/orders.yaml").exists()
        for folder in ("dev", "prod"):
            assert diffed(shell, f"{folder} space").code == 0
        shell.here("move", "dev/orders.yaml", "dev/deeper")
        assert diffed(shell, "dev space").code == 0
        assert diffed(shell, "dev space", "--folder", "prod").code == 1


def test_a_file_that_cannot_be_read_is_told_and_the_rest_compared(joined: Shell, space: SpaceServer) -> None:
    space.add(connection())
    pulled(joined)
    joined.write("broken.yaml", "name: [\n")
    done = diffed(joined)
    assert done.code == 2 and "not compared: broken.yaml" in done.err
    done = joined.here("pull", "Dev")
    assert done.code == 2 and "broken.yaml" in done.err


def cached(shell: Shell) -> list[Path]:
    return list((shell.home / ".cache/integrator-tui/spaces").glob("*.json"))


def test_what_was_equal_is_compared_again_where_either_side_changed(joined: Shell, space: SpaceServer) -> None:
    space.add(*(connection(number, f"C {number}") for number in range(3)))
    pulled(joined)
    assert diffed(joined).out == ""
    (cache,) = cached(joined)
    before = cache.read_bytes()
    assert cache.stat().st_mode & 0o077 == 0
    for values in space.connections.values():
        values |= {"lockVersion": 50, "updatedAt": "2027-01-01T00:00:00Z"}
    assert diffed(joined).out == "" and cache.read_bytes() == before
    space.connections[connection(1)["id"]]["description"] = "There"
    assert diffed(joined).out == 'C 1: description: here "", in the space "There"\n'
    edited(joined, "c-2.yaml", ("test_path: /space", "test_path: /mine"))
    assert diffed(joined).out.splitlines()[1:] == ['C 2: test_path: here "/mine", in the space "/space"']
    space.operations[connection(0)["id"]].clear()
    assert len(diffed(joined).out.splitlines()) == 3
    (joined.workspace / "c-0.yaml").unlink()
    assert diffed(joined).out.splitlines()[0].startswith("C 0: connection: here –")


def test_a_damaged_cache_is_as_none(joined: Shell, space: SpaceServer) -> None:
    space.add(connection())
    pulled(joined)
    diffed(joined)
    for content in (b"", b"[]", b'{"format": "1", "equal": 5}', b'{"equal": {"orders.yaml": [1]}}', b"\xff"):
        cached(joined)[0].write_bytes(content)
        assert diffed(joined).out == ""
    space.connections[connection()["id"]]["description"] = "There"
    assert diffed(joined).code == 1


def test_a_second_file_of_an_id_is_seen_beside_what_was_equal(joined: Shell, space: SpaceServer) -> None:
    space.add(connection(0, "Orders"))
    pulled(joined)
    assert diffed(joined).code == 0
    text = (joined.workspace / "orders.yaml").read_text()
    joined.write("sub/copy.yaml", text)
    done = diffed(joined)
    assert done.code == 2 and "is here more than once" in done.err


def test_a_space_is_not_asked_from_here_where_its_connection_looks_from_elsewhere(
    joined: Shell, space: SpaceServer
) -> None:
    settings = joined.home / ".config/integrator-tui/settings.yaml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text("vantages: [bastion]\n")
    pulled(joined)
    asked = space.logins
    edited(joined, "dev-space.yaml", ("base_url:", "options: {via: bastion}\nbase_url:"))
    assert joined.here("seal", "--yes").code == 0
    done = diffed(joined)
    assert done.code == 2 and "error: Dev is reached from bastion\n" in done.err
    assert space.logins == asked


def test_what_was_pulled_is_known_to_be_equal(joined: Shell, space: SpaceServer) -> None:
    space.add(connection(0, "Orders"), connection(1, "Stock"))
    pulled(joined)
    (cache,) = cached(joined)
    before = cache.read_bytes()
    assert b"orders.yaml" in before and b"stock.yaml" in before
    assert diffed(joined).out == "" and cache.read_bytes() == before
    edited(joined, "orders.yaml", ("name: Orders", "name: Mine"))
    assert diffed(joined).out.startswith("Mine: name: ")


def test_where_nothing_is_known_many_files_are_compared_as_few_are(
    joined: Shell, space: SpaceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from integrator_tui.workspace.catalog.known_files import AHEAD

    # As on a machine with a second core: another process reads the files ahead.
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1})
    space.add(*(connection(number, f"System {number}") for number in range(AHEAD + 1)))
    pulled(joined)
    cached(joined)[0].unlink()
    edited(joined, "system-7.yaml", ("name: System 7\n", "name: Mine\n"))
    done = diffed(joined)
    assert done.code == 1 and len(done.out.splitlines()) == 1 and done.out.startswith("Mine: name: ")
