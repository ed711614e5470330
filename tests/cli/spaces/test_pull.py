"""`pull SPACE`: three versions are merged, nothing typed here is lost, and no secret is led elsewhere unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands.kinetic_exports import connection, operation
from tests.cli.commands.test_import_kinetic import METHODS, everything
from tests.cli.shell import Finished, Shell
from tests.cli.spaces.space_server import SpaceServer
from tests.cli.spaces.workspaces import edited
from tests.cli.terminal import Terminal

SECRET = "st0red-Secret"


def pulled(shell: Shell, *more: str) -> Finished:
    return shell.here("pull", "Dev", *more)


def files(shell: Shell) -> dict[str, str]:
    return {path.name: path.read_text() for path in shell.workspace.glob("*.yaml")}


def only(space: SpaceServer) -> tuple[dict, dict]:  # type: ignore[type-arg]
    """Return the one connection of a space, and its first operation."""
    (key, values), *_ = space.connections.items()
    return values, next(iter(space.operations[key].values()))


def test_what_a_space_has_comes_with_its_ids_and_comes_again_unchanged(joined: Shell, space: SpaceServer) -> None:
    space.add(*everything())
    done = pulled(joined)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert "wrote basic.yaml: basic, https://orders.example.com, basic, 1 operation, to be given: password" in lines
    address = f"{space.url}/app/integrator/api/connections/0c000000-0000-4000-8000-000000000000"
    assert [line for line in lines if line.startswith(f"{address}: none, operation Body 0: ")]
    before = files(joined)
    done = pulled(joined)
    assert set(done.out.splitlines()) == {f"unchanged {name}.yaml" for name in METHODS}
    assert files(joined) == before
    assert joined.here("diff", "Dev").code == 0


def test_a_dry_run_prints_the_files_and_writes_none(joined: Shell, space: SpaceServer) -> None:
    space.add(connection())
    done = pulled(joined, "--dry-run")
    assert done.code == 0 and "# would write orders.yaml" in done.out and "name: Orders" in done.out
    assert list(files(joined)) == ["dev-space.yaml"]


def test_three_versions_are_merged(joined: Shell, space: SpaceServer) -> None:
    one = connection(0, "Orders", auth=METHODS["basic"])
    one["operations"].append(operation(5, "Second"))
    space.add(one)
    pulled(joined)
    assert joined.here("edit", "Orders", "--secret", "password", stdin=SECRET.encode()).code == 0
    edited(joined, "orders.yaml", ("name: Orders", "name: Orders  # mine\ntags: [mine]\ndescription: Here"))
    values, first = only(space)
    values["description"], values["config"]["testPath"] = "There", "/new"
    first["config"]["path"] = "/new/{{Order Id*}}"
    space.operations[values["id"]].pop(one["operations"][1]["id"])
    space.operations[values["id"]]["n"] = operation(9, "Third") | {"id": "n"}
    done = pulled(joined)
    assert done.code == 0
    text = files(joined)["orders.yaml"]
    for part in ("name: Orders  # mine", "tags: [mine]", "description: Here", "test_path: /new", "/new/", "Third"):
        assert part in text
    assert "Second" not in text
    for told in ("description changed here and there: kept", "changed: test_path", "new: operation Third"):
        assert told in done.out
    assert joined.here("show", "Orders", "--reveal").out.count(SECRET) == 1
    assert joined.here("verify").code == 0


def test_another_name_type_or_address_is_asked_about(joined: Shell, space: SpaceServer) -> None:
    space.add(connection(0, "Orders"), connection(1, "Billing"))
    pulled(joined)
    values = space.connections[connection(0)["id"]]
    values["name"], values["config"]["baseUrl"] = "Other", "https://evil.example.com"
    before = files(joined)
    done = pulled(joined)
    assert done.code == 2 and files(joined) == before
    assert "Orders: name Orders -> Other, base_url https://orders.example.com -> https://evil" in done.err
    with Terminal(joined, "pull", "Dev") as terminal:
        terminal.expect("Take it? [y/N]")
        terminal.type("n")
        assert terminal.finish() == 0
        assert "left as it is here: Orders" in terminal.shown
    assert files(joined) == before
    with Terminal(joined, "pull", "Dev") as terminal:
        terminal.expect("Take it? [y/N]")
        terminal.type("y")
        assert terminal.finish() == 0
    assert "base_url: https://evil.example.com" in files(joined)["orders.yaml"]
    assert joined.here("diff", "Dev").code == 0


@pytest.mark.parametrize("place", ["base", "token"])
def test_no_secret_is_led_elsewhere_unseen(joined: Shell, space: SpaceServer, place: str) -> None:
    space.add(connection(0, "Orders", auth=METHODS["oauth"]))
    pulled(joined)
    assert joined.here("edit", "Orders", "--secret", "client_secret", stdin=SECRET.encode()).code == 0
    config = only(space)[0]["config"]
    if place == "base":
        config["baseUrl"] = "https://evil.example.com"
    else:
        config["auth"]["tokenUrl"] = "https://evil.example.com/token"
    assert pulled(joined).code == 2
    done = pulled(joined, "--yes")
    assert done.code == 0 and "orders.yaml: its seal is broken now" in done.out
    assert "evil.example.com" in files(joined)["orders.yaml"]
    assert joined.here("check", "Orders").code == 3
    # Nothing but `seal` mends it: what comes next leaves it as it is.
    only(space)[0]["config"]["testPath"] = "/other"
    assert pulled(joined).code == 0
    assert joined.here("verify", "orders.yaml").code == 3
    assert joined.here("seal", "orders.yaml", "--yes").code == 0
    assert joined.here("verify").code == 0


def test_who_looked_has_it_sealed(joined: Shell, space: SpaceServer) -> None:
    space.add(connection(0, "Orders", auth=METHODS["basic"]))
    pulled(joined)
    assert joined.here("edit", "Orders", "--secret", "password", stdin=SECRET.encode()).code == 0
    only(space)[0]["config"]["baseUrl"] = "https://new.example.com"
    with Terminal(joined, "pull", "Dev") as terminal:
        terminal.expect("Take it, secrets sealed to the new address? [y/N]")
        terminal.type("y")
        assert terminal.finish() == 0
    assert joined.here("verify").code == 0


def test_a_broken_seal_stays_broken(joined: Shell, space: SpaceServer) -> None:
    space.add(connection(0, "Orders", auth=METHODS["basic"]))
    pulled(joined)
    assert joined.here("edit", "Orders", "--secret", "password", stdin=SECRET.encode()).code == 0
    edited(joined, "orders.yaml", ("test_path: /space", "test_path: /mine"))
    only(space)[0]["description"] = "There"
    assert pulled(joined).code == 0
    assert "description: There" in files(joined)["orders.yaml"]
    assert joined.here("verify", "orders.yaml").code == 3


def test_names_that_are_taken_get_a_number_and_no_difference(joined: Shell, space: SpaceServer) -> None:
    space.add(connection(0, "Dev"), connection(1, "Twice"), connection(2, "Twice"))
    done = pulled(joined)
    assert done.code == 0 and "this one is named Dev 2" in done.out and "this one is named Twice 2" in done.out
    assert joined.here("diff", "Dev").code == 0
    before = files(joined)
    assert pulled(joined).code == 0 and files(joined) == before


def test_what_is_gone_there_stays_here_and_is_told(joined: Shell, space: SpaceServer) -> None:
    space.add(connection(0, "Orders"), connection(1, "Billing"))
    pulled(joined)
    del space.connections[connection(0)["id"]]
    done = pulled(joined)
    assert done.code == 0 and "gone in the space, kept here: orders.yaml" in done.out
    assert "orders.yaml" in files(joined)


def test_another_type_of_connection_is_kept(joined: Shell, space: SpaceServer) -> None:
    config = {"configType": "postgres", "server": "db.example.com", "password": None}
    space.add({"id": "sql-1", "name": "Database", "type": "postgres", "config": config, "operations": []})
    assert pulled(joined).code == 0
    assert joined.here("diff", "Dev").code == 0
    space.connections["sql-1"]["config"]["server"] = "other.example.com"
    done = joined.here("diff", "Dev")
    assert done.out == 'Database: server: here "db.example.com", in the space "other.example.com"\n'
    assert pulled(joined).code == 0
    assert joined.here("diff", "Dev").code == 0


def test_a_connection_that_has_another_type_by_now_is_left_as_it_is(joined: Shell, space: SpaceServer) -> None:
    config = {"configType": "postgres", "server": "db.example.com", "password": None}
    space.add(
        connection(0, "Orders"),
        {"id": "sql-1", "name": "Database", "type": "postgres", "config": config, "operations": []},
    )
    pulled(joined)
    first = connection(0)["id"]
    ours, theirs = space.connections[first], space.connections["sql-1"]
    for key in ("type", "config"):
        ours[key], theirs[key] = theirs[key], ours[key]
    before = files(joined)
    done = pulled(joined)
    assert done.code == 0 and files(joined) == before
    for file in ("orders.yaml", "database.yaml"):
        assert f"{file}: of another type in the space: left as it is" in done.out
    assert joined.here("diff", "Dev").code == 1
    done = joined.here("push", "Dev")
    assert done.code == 2 and space.writes() == []


def test_a_moved_file_is_followed(joined: Shell, space: SpaceServer) -> None:
    space.add(connection(0, "Orders"))
    pulled(joined)
    assert joined.here("move", "Orders", "sub").code == 0
    only(space)[0]["config"]["testPath"] = "/new"
    assert pulled(joined).code == 0
    assert "test_path: /new" in (joined.workspace / "sub/orders.yaml").read_text()


def test_the_records_are_private_and_hold_no_secret(joined: Shell, space: SpaceServer) -> None:
    header = {"Authorization": "Bearer plain-t0ken-in-the-space"}
    space.add(connection(0, "Orders", operations=[operation(0, "Op", headers=header)]))
    assert pulled(joined).code == 0
    assert joined.here("diff", "Dev").code == 0, "what the space holds in plain is a secret here"
    records = [path for path in (joined.home / ".local/state").rglob("*") if path.is_file()]
    assert [path for path in records if "spaces" in path.parts]
    for path in records:
        assert path.stat().st_mode & 0o077 == 0 and b"plain-t0ken" not in path.read_bytes()
    assert not [path for path in Path(joined.workspace).rglob("*.yaml") if "plain-t0ken" in path.read_text()]
