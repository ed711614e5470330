"""`undo` as a process: what it says, and its exit codes."""

from __future__ import annotations

from integrator_tui.workspace import Workspace
from tests.cli.data import surroundings
from tests.cli.shell import Shell


def test_it_takes_back_what_another_process_did(shell: Shell) -> None:
    path = shell.write("o.yaml", "name: Orders\nbase_url: https://a.example\n")
    before = path.read_bytes()
    workspace = Workspace(shell.workspace, surroundings(shell))
    workspace.editor.rename(workspace.catalog.entry("o.yaml"), "Purchases")
    done = shell.run("undo")
    assert (done.code, done.out, done.err) == (0, "took back the rename of Purchases: o.yaml as before\n", "")
    assert path.read_bytes() == before
    done = shell.run("undo")
    assert done.code == 2 and done.out == ""
    assert done.err.startswith("error: there is no change to take back\nhint: ")


def test_a_file_that_changed_since_is_left_with_exit_2(shell: Shell) -> None:
    path = shell.write("o.yaml", "name: Orders\nbase_url: https://a.example\n")
    workspace = Workspace(shell.workspace, surroundings(shell))
    workspace.editor.rename(workspace.catalog.entry("o.yaml"), "Purchases")
    path.write_text("name: Theirs\nbase_url: https://a.example\n")
    done = shell.run("undo")
    assert done.code == 2 and "o.yaml changed since" in done.err
    assert path.read_text() == "name: Theirs\nbase_url: https://a.example\n"


def test_what_a_change_of_keys_dropped_lets_nothing_older_be_taken_back(shell: Shell) -> None:
    shell.create_identity()
    assert shell.run("new", "Plain", "--from-curl", "-", stdin="curl https://a.example/a").code == 0
    assert shell.run("new", "Sec", "--from-curl", "-", stdin="curl -u a:b https://b.example/b").code == 0
    assert shell.run("keys", "rotate").code == 0
    done = shell.run("undo")
    assert (done.code, done.out) == (2, "")
    assert "the last change of keys" in done.err
    assert {path.name for path in shell.workspace.glob("*.yaml")} >= {"plain.yaml", "sec.yaml"}


def test_a_change_that_is_not_kept_lets_nothing_older_be_taken_back(shell: Shell) -> None:
    shell.create_identity()
    path = shell.write("o.yaml", "name: Orders\nbase_url: https://a.example\n")
    plain = "name: Plain\nbase_url: https://a.example\nsecrets: {password: in plain text}\n"
    shell.write("p.yaml", plain)
    workspace = Workspace(shell.workspace, surroundings(shell))
    workspace.editor.rename(workspace.catalog.entry("o.yaml"), "Purchases")
    workspace.editor.rename(workspace.catalog.entry("p.yaml"), "Renamed")
    assert workspace.undo.lost
    done = shell.run("undo")
    assert (done.code, done.out) == (2, "")
    assert "name: Purchases" in path.read_text()
