"""Stages on the command line: `new --extends`, what the seal shows, `check`, `run` and `compare`."""

from __future__ import annotations

import json

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from tests.cli.shell import Shell


def base(shell: Shell, demo: ThreadedDemoServer, more: str = "") -> None:
    shell.write(
        "orders.yaml",
        f"name: Orders\nbase_url: {demo.addresses.http}\ntest_path: /basic/health\n"
        "headers: {X-Team: orders}\nauth: {type: basic, username: demo}\n"
        "operations:\n  - {name: Echo, method: GET, path: /basic/echo, outputs: {Path: {value: body.path}}}\n"
        + more,
    )


def staged(shell: Shell, demo: ThreadedDemoServer) -> None:
    done = shell.run(
        "new", "Orders (test)", "--extends", "orders.yaml", "--folder", "test", "--base-url", demo.addresses.http
    )
    assert (done.code, done.err) == (0, "")


def test_a_stage_is_made_with_what_is_its_own(shell: Shell, demo: ThreadedDemoServer) -> None:
    shell.create_identity()
    base(shell, demo, "secrets: {password: demo-password}\n")
    assert shell.run("seal", "--yes").code == 0
    done = shell.run(
        "new", "T", "--extends", "orders.yaml", "--folder", "test", "--base-url", "http://127.0.0.1:9", "--dry-run"
    )
    text = "name: T\ntype: http\nbase_url: http://127.0.0.1:9\ntest_path: /basic/health\nextends: ../orders.yaml\n"
    assert (done.code, done.out) == (0, text)
    staged(shell, demo)
    (made,) = (shell.workspace / "test").iterdir()
    assert "extends: ../orders.yaml\n" in made.read_text()
    again = shell.run("new", "Other", "--extends", "orders.yaml", "--base-url", "http://127.0.0.1:9")
    assert "still to be stored: password" in again.out
    rows = {found["file"]: found for found in shell.run("list", "--json").json()}
    assert rows[str(made.relative_to(shell.workspace))]["auth"] == "basic"
    assert "auth" not in shell.run("show", "Orders (test)", "--json").json()


def test_a_stage_is_made_with_keys_and_secrets_of_its_own_in_one_go(shell: Shell, demo: ThreadedDemoServer) -> None:
    shell.create_identity()
    base(shell, demo)
    keys = ("--set", f"base_url={demo.addresses.http}", "--set", "tags=[test]", "--secret", "password")
    done = shell.run("new", "--extends", "orders.yaml", "--set", "name=T", *keys, stdin="demo-password")
    assert (done.code, done.err) == (0, "")
    assert done.out == "wrote t.yaml: T, a stage of orders.yaml\n"
    text = (shell.workspace / "t.yaml").read_text()
    assert "demo-password" not in text
    assert "auth" not in text
    assert "extends: orders.yaml\n" in text
    assert shell.run("check", "T").code == 0


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--extends", "orders.yaml"), "the stage has no name"),
        (("T", "--extends", "orders.yaml"), "--base-url URL"),
        (("T", "--extends", "nothing.yaml", "--base-url", "http://a.example"), "in the workspace to extend"),
        (("T", "--extends", "../orders.yaml", "--base-url", "http://a.example"), "in the workspace to extend"),
        (("T", "--extends", "stage.yaml", "--base-url", "http://a.example"), "extend orders.yaml"),
        (("T", "--extends", "broken.yaml", "--base-url", "http://a.example"), "cannot be extended"),
        (("T", "--extends", "orders.yaml", "--base-url", "ftp://a.example"), "--base-url"),
        (("T", "--extends", "orders.yaml", "--from-curl", "-"), "choose one way"),
        (("T", "--extends", "orders.yaml", "--set", "base_url=ftp://a.example"), "base_url: the scheme"),
        (("T", "--extends", "orders.yaml", "--base-url", "http://a.example", "--set", "name=U"), "given twice"),
        (
            ("T", "--extends", "orders.yaml", "--base-url", "http://a.x", "--set", "base_url=http://b.x"),
            "given twice",
        ),
        (("T", "--extends", "orders.yaml", "--set", "base_url=http://a.x", "--set", "extends=x"), "given twice"),
        (("T", "--extends", "orders.yaml", "--set", "base_url=http://a.x", "--set", "auth.usrname=x"), "username"),
    ],
)
def test_what_is_no_stage_is_refused(
    shell: Shell, demo: ThreadedDemoServer, arguments: tuple[str, ...], word: str
) -> None:
    base(shell, demo)
    shell.write("stage.yaml", "name: S\nbase_url: http://127.0.0.1:9\nextends: orders.yaml\n")
    shell.write("broken.yaml", "name: B\nbase_url: [\n")
    done = shell.run("new", *arguments)
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 2)
    assert word in done.err
    assert len(list(shell.workspace.rglob("*.yaml"))) == 3


def test_the_secret_of_an_inherited_method_has_to_be_here(
    shell: Shell, demo: ThreadedDemoServer, room: Room
) -> None:
    base(shell, demo)
    shell.write("stage.yaml", f"name: S\nbase_url: {demo.addresses.http}{room.prefix}\nextends: orders.yaml\n")
    done = shell.run("check", "S", "--format", "json")
    (report,) = done.json()
    assert (done.code, report["failure"]["kind"]) == (2, "missing_parameter")
    assert "secret password" in report["failure"]["hint"]
    for command in (("request", "S"), ("run", "S", "Echo"), ("check", "S", "--dry-run")):
        assert shell.run(*command).code == 2
    assert room.counts.requests == 0, "nothing was sent with an empty password"
    (own,) = shell.run("check", "Orders", "--format", "json").json()
    assert own["failure"]["kind"] == "credentials_rejected", "where the method is the file's own, it may be empty"


def test_a_changed_base_breaks_the_seals_of_its_stages_and_says_which_field(
    shell: Shell, demo: ThreadedDemoServer
) -> None:
    shell.create_identity()
    base(shell, demo)
    shell.write(
        "stage.yaml",
        f"name: S\nbase_url: {demo.addresses.http}\ntest_path: /basic/health\nextends: orders.yaml\n"
        "secrets: {password: demo-password}\n",
    )
    assert shell.run("seal", "--yes").code == 0
    assert shell.run("check", "S").code == 0
    assert shell.run("run", "S", "Echo").code == 0
    file = shell.workspace / "orders.yaml"
    file.write_text(file.read_text().replace("X-Team: orders", "X-Team: evil"))
    done = shell.run("check", "S", "--format", "json")
    assert (done.code, done.json()[0]["failure"]["kind"]) == (3, "seal_broken")
    assert shell.run("seal", "Orders", "--yes").code == 0
    assert shell.run("check", "S").code == 3, "sealing the base seals no stage of it"
    told = shell.run("seal", "S", "--yes").out
    assert "* headers.X-Team (orders.yaml): evil" in told
    assert "  base_url: " in told
    assert shell.run("check", "S").code == 0


def test_alike_is_0(shell: Shell, demo: ThreadedDemoServer) -> None:
    for name in ("A", "B"):
        shell.write(f"{name}.yaml", f"name: {name}\nbase_url: {demo.addresses.http}\ntest_path: /health\n")
    done = shell.run("compare", "A", "B")
    first, second, last = done.out.splitlines()
    assert (done.code, done.err, last) == (0, "", "alike")
    assert first.startswith("✓ A  passed") and first.endswith("200 OK")
    assert second.startswith("✓ B  passed")
    kept = shell.run("history", "--json").json()
    assert {found["name"] for found in kept} == {"A", "B"}


def test_each_difference_is_a_line_by_its_path(shell: Shell, demo: ThreadedDemoServer) -> None:
    for name, path in (("A", "/echo/one?a=1"), ("B", "/echo/two?b=2"), ("C", "/status/503")):
        shell.write(f"{name}.yaml", f"name: {name}\nbase_url: {demo.addresses.http}\ntest_path: {path}\n")
    done = shell.run("compare", "A", "B")
    assert done.code == 1
    assert 'B: body.path: "/echo/one" → "/echo/two"' in done.out
    done = shell.run("compare", "A", "B", "C")
    assert done.code == 1
    assert "C: verdict: passed → failed (respond: server_error)" in done.out
    assert "C: status: 200 OK → 503 Service Unavailable" in done.out


def test_operations_are_compared_with_the_same_inputs(shell: Shell, demo: ThreadedDemoServer) -> None:
    for name, more in (("A", ""), ("B", "headers: {X-Mine: b}\n")):
        shell.write(
            f"{name}.yaml",
            f"name: {name}\nbase_url: {demo.addresses.http}\n{more}"
            "operations:\n  - {name: Echo, method: GET, path: '/echo/{{Id}}'}\n",
        )
    done = shell.run("compare", "A", "B", "--operation", "Echo", "--param", "Id=7")
    assert done.code == 1
    assert "body.headers" in done.out
    assert '"/echo/7"' not in done.out
    missing = shell.run("compare", "A", "B", "--operation", "Echo")
    assert missing.code == 2
    assert "  missing_parameter: missing parameter: Id" in missing.out
    assert shell.run("compare", "A", "B", "--operation", "Ecko").code == 2
    assert shell.run("compare", "A", "B", "--operation", "Echo", "--param", "Ib=7").code == 2


def test_a_broken_seal_is_3_and_a_failure_1(shell: Shell, demo: ThreadedDemoServer) -> None:
    shell.create_identity()
    for name in ("A", "B"):
        shell.write(
            f"{name}.yaml",
            f"name: {name}\nbase_url: {demo.addresses.http}\ntest_path: /basic/health\n"
            "auth: {type: basic, username: demo}\nsecrets: {password: demo-password}\n",
        )
    assert shell.run("seal", "--yes").code == 0
    assert shell.run("compare", "A", "B").code == 0
    file = shell.workspace / "B.yaml"
    file.write_text(file.read_text().replace("/basic/health", "/basic/echo"))
    for more in ((), ("--operation", "Nothing")):
        done = shell.run("compare", "A", "B", *more)
        assert done.code == (2 if more else 3)
    assert "seal_broken" in shell.run("compare", "A", "B").out
    shell.write("C.yaml", "name: C\nbase_url: http://127.0.0.1:9\n")
    assert shell.run("compare", "A", "C").code == 1


@pytest.mark.parametrize("names", [("A",), ("A", "A"), ("A", "a.yaml"), ("A", "B", "A")])
def test_several_are_wanted(shell: Shell, names: tuple[str, ...]) -> None:
    for name in ("A", "B"):
        shell.write(f"{name.lower()}.yaml", f"name: {name}\nbase_url: http://127.0.0.1:9\n")
    done = shell.run("compare", *names)
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 2)


def test_the_json_of_a_stage_has_its_own_keys_alone(shell: Shell, demo: ThreadedDemoServer) -> None:
    base(shell, demo)
    shell.write("stage.yaml", f"name: S\nbase_url: {demo.addresses.http}\nextends: orders.yaml\nheaders: {{}}\n")
    shown = json.loads(shell.run("show", "S", "--json").out)
    assert list(shown) == ["name", "type", "base_url", "extends", "headers"]
