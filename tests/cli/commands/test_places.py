"""`rename`, `move`, `copy` and `remove`: what they do, what they say of it, and that `undo` takes it back."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.model.last_result import of_history
from integrator_tui.workspace import Workspace
from tests.cli.commands.editing import PLAIN, break_seal, changes_nothing, sealed, told
from tests.cli.data import surroundings
from tests.cli.shell import Shell
from tests.cli.terminal import Terminal

STAGE = "name: Stage\nbase_url: https://stage.example.com\nextends: o.yaml\nsecrets: {password: x}\n"
ALL = {
    "edit": ("edit", "{}", "--set", "description=x"),
    "rename": ("rename", "{}", "Purchases"),
    "move": ("move", "{}", "team"),
    "copy": ("copy", "{}", "Purchases"),
    "remove": ("remove", "{}", "--yes"),
}


def of(command: str, name: str) -> tuple[str, ...]:
    return tuple(word.format(name) for word in ALL[command])


def test_a_sealed_connection_is_renamed_moved_and_copied_without_a_key_and_all_is_taken_back(shell: Shell) -> None:
    sealed(shell)
    key = shell.key_file.read_bytes()
    shell.key_file.unlink()
    before = (shell.workspace / "o.yaml").read_bytes()
    (shell.workspace / "o.yaml").chmod(0o640)
    steps = (
        (("rename", "Orders", "Purchases"), "renamed Orders to Purchases: o.yaml\n"),
        (
            ("rename", "o.yaml", "Orders API", "--file"),
            "renamed Purchases to Orders API: o.yaml is now orders-api.yaml\n",
        ),
        (("move", "Orders API", "team/eu"), "moved Orders API: orders-api.yaml is now team/eu/orders-api.yaml\n"),
        (("copy", "Orders API", "Second"), "copied Orders API to Second: team/eu/second.yaml\n"),
        (("remove", "Second", "--yes"), "removed Second: team/eu/second.yaml\n"),
    )
    for arguments, said in steps:
        assert told(shell.here(*arguments)) == (0, said, "")
    path = shell.workspace / "team/eu/orders-api.yaml"
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700
    shell.key_file.write_bytes(key)
    shell.key_file.chmod(0o600)
    assert told(shell.here("verify")) == (0, "", "")
    backs = (
        "took back the removal of Second: team/eu/second.yaml as before\n",
        "took back the copy of Second: team/eu/second.yaml removed\n",
        "took back the move of Orders API: orders-api.yaml as before; team/eu/orders-api.yaml removed\n",
        "took back the rename of Orders API: o.yaml as before; orders-api.yaml removed\n",
        "took back the rename of Purchases: o.yaml as before\n",
    )
    for said in backs:
        assert told(shell.here("undo")) == (0, said, "")
    assert (shell.workspace / "o.yaml").read_bytes() == before
    assert (shell.workspace / "o.yaml").stat().st_mode & 0o777 == 0o640


def test_relative_paths_mean_the_same_after_a_move(shell: Shell) -> None:
    (shell.workspace / "certs").mkdir()
    (shell.workspace / "certs/ca.pem").write_text("x")
    sealed(shell, more="ca_cert_file: certs/ca.pem\n")
    assert shell.here("move", "Orders", "a/b").code == 0
    assert "ca_cert_file: ../../certs/ca.pem\n" in (shell.workspace / "a/b/o.yaml").read_text()
    assert told(shell.here("verify")) == (0, "", "")
    assert shell.here("move", "Orders", ".").code == 0
    assert "ca_cert_file: certs/ca.pem\n" in (shell.workspace / "o.yaml").read_text()
    shell.key_file.unlink()
    done = changes_nothing(shell, "move", "Orders", "c")
    assert done.code == 3, "its secrets would have to be sealed to another path"


def test_a_broken_file_is_moved_and_removed_as_it_is(shell: Shell) -> None:
    path = shell.write("o.yaml", "name: [Orders\n")
    assert told(shell.here("move", "o.yaml", "team"))[:2] == (0, "moved o: o.yaml is now team/o.yaml\n")
    assert (shell.workspace / "team/o.yaml").read_text() == "name: [Orders\n" and not path.exists()
    assert changes_nothing(shell, "rename", "team/o.yaml", "X").code == 2
    assert changes_nothing(shell, "copy", "team/o.yaml", "X").code == 2
    assert shell.here("remove", "team/o.yaml", "--yes").code == 0


def test_a_link_stays_a_link(shell: Shell) -> None:
    shell.write("real/o.yaml", PLAIN)
    (shell.workspace / "l.yaml").symlink_to("real/o.yaml")
    assert told(shell.here("move", "l.yaml", "team")) == (0, "moved Orders: l.yaml is now team/l.yaml\n", "")
    assert os.readlink(shell.workspace / "team/l.yaml") == "../real/o.yaml"
    done = changes_nothing(shell, "rename", "team/l.yaml", "Other", "--file")
    assert done.code == 2 and "is a link" in done.err
    assert told(shell.here("undo")) == (
        0,
        "took back the move of Orders: l.yaml as before; team/l.yaml removed\n",
        "",
    )
    assert os.readlink(shell.workspace / "l.yaml") == "real/o.yaml"


def test_what_is_so_already_is_said_and_nothing_is_written(shell: Shell) -> None:
    path = shell.write("team/orders.yaml", PLAIN)
    before = path.stat()
    assert told(shell.here("rename", "Orders", "Orders", "--file")) == (
        0,
        "Orders is named so already: team/orders.yaml\n",
        "",
    )
    assert told(shell.here("move", "Orders", "./team/")) == (0, "Orders lies there already: team/orders.yaml\n", "")
    assert path.stat().st_mtime_ns == before.st_mtime_ns and path.stat().st_ino == before.st_ino


def test_remove_asks_on_a_terminal(shell: Shell) -> None:
    path = shell.write("o.yaml", PLAIN)
    for answer in ("", "n", "yes"):
        assert path.exists()
        with Terminal(shell, "remove", "Orders") as terminal:
            terminal.expect(
                "Remove Orders (o.yaml) and the secrets in it? Undo brings it back, for 24 hours. [y/N] "
            )
            terminal.type(answer)
            assert terminal.finish() == 0
            assert ("removed Orders: o.yaml" if answer == "yes" else "o.yaml is left as it is") in terminal.shown
    assert not path.exists()


def test_it_works_in_a_workspace_under_git(shell: Shell) -> None:
    git = ["git", "-C", str(shell.workspace), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    shell.write("o.yaml", PLAIN)
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
    assert shell.here("move", "Orders", "team").code == 0
    assert shell.here("rename", "Orders", "Second", "--file").code == 0
    subprocess.run([*git, "add", "-A"], check=True)
    shown = subprocess.run(
        [*git, "diff", "--cached", "-M", "--name-status"], capture_output=True, text=True, check=True
    )
    assert shown.stdout.startswith("R") and shown.stdout.endswith("\to.yaml\tteam/second.yaml\n")
    done = changes_nothing(shell, "move", "Second", ".git")
    assert done.code == 2 and done.err.startswith("error: .git is no folder of the workspace\n")


@pytest.mark.parametrize("command", ALL)
def test_an_unknown_name_is_an_error_with_the_nearest(shell: Shell, command: str) -> None:
    shell.write("o.yaml", PLAIN)
    done = changes_nothing(shell, *of(command, "Ordrs"))
    assert told(done) == (
        2,
        "",
        f"error: no connection is named Ordrs in {shell.workspace}\n"
        "hint: did you mean Orders? see integrator-tui list\n",
    )


@pytest.mark.parametrize("command", ALL)
def test_two_of_one_name_are_refused_with_both_paths(shell: Shell, command: str) -> None:
    shell.write("a/o.yaml", PLAIN)
    shell.write("b/o.yaml", PLAIN)
    done = changes_nothing(shell, *of(command, "Orders"))
    assert told(done) == (
        2,
        "",
        "error: 2 connections are named Orders\nhint: name the file: a/o.yaml, b/o.yaml\n",
    )
    assert shell.here(*of(command, "a/o.yaml")).code == 0


@pytest.mark.parametrize("command", [*ALL, "new"])
def test_a_missing_workspace_is_an_error(shell: Shell, command: str) -> None:
    words = of(command, "Orders") if command != "new" else ("new", "X", "--set", "base_url=https://a.example")
    done = shell.here(*words, "--workspace", "nowhere")
    assert done.code == 2 and done.err.startswith(f"error: there is no folder {shell.home}/nowhere\nhint: ")


@pytest.mark.parametrize("command", ALL)
def test_an_unreadable_file_is_left_as_it_is(shell: Shell, command: str) -> None:
    path = shell.write("o.yaml", PLAIN)
    path.chmod(0)
    done = shell.run(*of(command, "o.yaml"), bound_by_modes=True)
    if command in ("move", "remove"):
        # Neither reads it to do what it is to do, but what it says cannot be taken back.
        assert done.code == 2 or done.err.startswith("warning: this change cannot be undone: ")
    else:
        assert done.code == 2 and "permission denied" in done.err and done.out == ""
        assert path.exists()


@pytest.mark.parametrize("command", [*ALL, "new"])
def test_a_folder_that_cannot_be_written_is_left_as_it_is(shell: Shell, command: str) -> None:
    path = shell.write("o.yaml", PLAIN)
    shell.workspace.chmod(0o500)
    words = of(command, "Orders") if command != "new" else ("new", "X", "--set", "base_url=https://a.example")
    done = shell.run(*words, bound_by_modes=True)
    shell.workspace.chmod(0o700)
    assert done.code == 2 and done.out == "" and "ermission denied" in done.err, done
    assert path.read_text() == PLAIN and len(list(shell.workspace.iterdir())) == 1


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_closed_stream_does_not_undo_what_was_done(shell: Shell, stream: str) -> None:
    shell.write("o.yaml", PLAIN)
    number = {"stdout": 1, "stderr": 2}[stream]
    for number, (words, name) in enumerate(
        ((of("rename", "Orders"), "Purchases"), (of("edit", "Purchases"), "Purchases"))
    ):
        line = subprocess.list2cmdline(shell.command(*words))
        done = subprocess.run(
            ["/bin/sh", "-c", f"{line} {1 if stream == 'stdout' else 2}>&-"],
            cwd=shell.home,
            env=shell.environment,
            capture_output=True,
            timeout=60,
        )
        assert done.returncode in (0, 1, 2) and b"Traceback" not in done.stderr, (number, done)
        assert f"name: {name}\n" in (shell.workspace / "o.yaml").read_text()


def test_names_that_look_like_options_or_paths_are_names(shell: Shell) -> None:
    shell.write("o.yaml", PLAIN)
    assert told(shell.here("rename", "--", "Orders", "--yes")) == (0, "renamed Orders to --yes: o.yaml\n", "")
    assert told(shell.here("copy", "--", "--yes", "../../up")) == (0, "copied --yes to ../../up: up.yaml\n", "")
    assert told(shell.here("rename", "../../up", "/etc/passwd", "--file")) == (
        0,
        "renamed ../../up to /etc/passwd: up.yaml is now etc-passwd.yaml\n",
        "",
    )
    assert told(shell.here("remove", "--yes", "--", "--yes")) == (0, "removed --yes: o.yaml\n", "")


@pytest.mark.parametrize("name", ["bell\a", "two\nlines", "\x1b[31mred", "half \udcff a character"])
def test_a_name_that_no_file_can_have_is_refused(shell: Shell, name: str) -> None:
    path = shell.write("o.yaml", PLAIN)
    before = path.read_bytes()
    for command in (("rename", "Orders", name), ("rename", "Orders", name, "--file"), ("copy", "Orders", name)):
        done = shell.here(*command)
        assert (done.code, done.out) == (2, "")
        assert re.fullmatch(r"error: [^\n]*(Connection Name|new name)[^\n]*\nhint: [^\n]+\n", done.err)
    assert [found.name for found in shell.workspace.iterdir()] == ["o.yaml"] and path.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("move", "o.yaml", "/etc"), "/etc is no folder of the workspace"),
        (("move", "o.yaml", "../up"), "../up is no folder of the workspace"),
        (("move", "o.yaml", ""), "the name of the folder is empty"),
        (("move", "o.yaml", "linked"), "linked is a link, and no connection is looked for behind one"),
        (("move", "o.yaml", "p.yaml"), "p.yaml cannot be made: "),
        (("move", "o.yaml", "taken"), "there is a connection Orders already: taken/x.yaml has the same name"),
        (("move", "Purchases", "taken"), "{}/taken/p.yaml is there already"),
        (("rename", "o.yaml", "Purchases"), "there is a connection Purchases already: p.yaml has the same name"),
        (("rename", "o.yaml", "  "), "the new name is empty"),
        (("copy", "o.yaml", "Orders"), "there is a connection Orders already: o.yaml has the same name"),
        (("remove", "o.yaml"), "o.yaml is to be removed, and there is no terminal to ask on"),
    ],
    ids=[
        *(
            "absolute",
            "up",
            "empty",
            "link",
            "file",
            "name_taken",
            "file_taken",
            "rename_taken",
            "blank",
            "copy_taken",
        ),
        "no_terminal",
    ],
)
def test_what_cannot_be_done_is_an_error_with_a_hint(shell: Shell, arguments: tuple[str, ...], error: str) -> None:
    shell.write("o.yaml", PLAIN)
    shell.write("p.yaml", PLAIN.replace("Orders", "Purchases"))
    shell.write("taken/x.yaml", PLAIN)
    shell.write("taken/p.yaml", PLAIN.replace("Orders", "Other"))
    (shell.workspace / "linked").symlink_to("taken")
    done = changes_nothing(shell, *arguments)
    assert done.code == 2 and done.err.startswith(f"error: {error.format(shell.workspace)}"), done.err
    assert "\nhint: " in done.err


def test_a_move_over_a_broken_seal_leaves_it_broken(shell: Shell) -> None:
    sealed(shell)
    break_seal(shell)
    done = shell.here("move", "Orders", "team")
    assert done.code == 0 and "its seal is broken" in done.err
    assert shell.here("verify").code == 3


def test_what_extends_a_file_follows_it_and_keeps_its_seal(shell: Shell) -> None:
    sealed(shell, "base/o.yaml")
    stage = (
        "name: Stage\nbase_url: https://stage.example.com\nextends: base/o.yaml # kept\nsecrets: {password: x}\n"
    )
    shell.write("s.yaml", stage)
    assert shell.here("seal", "--yes").code == 0
    assert told(shell.here("move", "Orders", "a/b")) == (0, "moved Orders: base/o.yaml is now a/b/o.yaml\n", "")
    assert "extends: a/b/o.yaml # kept\n" in (shell.workspace / "s.yaml").read_text()
    assert told(shell.here("rename", "Orders", "Base", "--file")) == (
        0,
        "renamed Orders to Base: a/b/o.yaml is now a/b/base.yaml\n",
        "",
    )
    assert told(shell.here("move", "Stage", "a")) == (0, "moved Stage: s.yaml is now a/s.yaml\n", "")
    assert "extends: b/base.yaml # kept\n" in (shell.workspace / "a/s.yaml").read_text()
    assert told(shell.here("verify")) == (0, "", "")
    assert told(shell.here("copy", "Stage", "Other")) == (0, "copied Stage to Other: a/other.yaml\n", "")
    assert "auth" not in (shell.workspace / "a/other.yaml").read_text()
    assert told(shell.here("edit", "Base", "--set", "auth.username=other")) == (
        0,
        "saved Base: a/b/base.yaml\n",
        "warning: the seals of 2 that extend it are broken now; seal them: a/other.yaml, a/s.yaml\n",
    )
    for _ in range(3):
        assert shell.here("undo").code == 0
    assert told(shell.here("undo")) == (
        0,
        "took back the rename of Base: a/b/o.yaml, s.yaml as before; a/b/base.yaml removed\n",
        "",
    )
    assert told(shell.here("verify")) == (0, "", "")
    done = shell.here("remove", "Orders", "--yes")
    assert told(done) == (
        0,
        "removed Orders: a/b/o.yaml\n",
        "warning: s.yaml: cannot be used without it, for it was extended there\n",
    )


def test_a_stage_is_edited_as_text_without_what_it_inherits(shell: Shell) -> None:
    sealed(shell)
    shell.write(
        "s.yaml", "name: Stage\nbase_url: https://stage.example.com\nextends: o.yaml\nsecrets: {password: x}\n"
    )
    assert shell.here("seal", "--yes").code == 0
    editor = shell.editor('cp "$1" "$HOME/seen"; sed -i "s/: x$/: y/; s/stage.ex/other.ex/" "$1"')
    assert told(shell.here("edit", "Stage", environment={"EDITOR": editor})) == (0, "saved Stage: s.yaml\n", "")
    assert "auth" not in (shell.home / "seen").read_text()
    assert "auth" not in (shell.workspace / "s.yaml").read_text()
    assert told(shell.here("verify")) == (0, "", "")


def test_the_history_follows(shell: Shell) -> None:
    shell.write("o.yaml", "name: Orders\nbase_url: http://127.0.0.1:9\n")
    assert shell.run("check", "Orders").code == 1
    for words in (("move", "Orders", "team"), ("rename", "Orders", "Second", "--file")):
        assert shell.run(*words).code == 0
    (kept,) = shell.run("history", "Second", "--json").json()
    assert kept["file"] == "team/second.yaml"


def test_the_last_result_stays_that_of_what_was_renamed_and_moved_and_of_what_extends_it(
    shell: Shell, demo: ThreadedDemoServer
) -> None:
    url = demo.addresses.http
    shell.write("o.yaml", f"name: Orders\nbase_url: {url}\n")
    shell.write("team/s.yaml", f"name: Stage\nbase_url: {url}\nextends: ../o.yaml\n")
    assert shell.here("check", "--all").code == 0

    def current() -> list[str]:
        """The files whose last result is one of what they say now."""
        workspace = Workspace(shell.workspace, surroundings(shell))
        latest = workspace.history.latest()
        return [
            entry.file
            for entry in workspace.catalog.entries()
            if entry.file in latest and of_history(latest[entry.file]).is_of(entry.revision.digest)
        ]

    steps = (
        (("rename", "Orders", "Purchases"), ["o.yaml", "team/s.yaml"]),
        (("rename", "Purchases", "Sales", "--file"), ["sales.yaml", "team/s.yaml"]),
        (("move", "Sales", "base"), ["base/sales.yaml", "team/s.yaml"]),
    )
    for command, files in steps:
        assert shell.here(*command).code == 0
        assert current() == files
        (newest,) = shell.here("history", files[0], "--json").json()
        assert newest["file"] == files[0]
    for _, files in reversed(steps):
        assert current() == files
        assert shell.here("undo").code == 0
    assert current() == ["o.yaml", "team/s.yaml"]
    assert [found["name"] for found in shell.here("history", "Orders", "--json").json()] == ["Orders"]
    # Another change is another version, of which nothing is known yet.
    assert shell.here("edit", "Orders", "--set", "name=Again", "--set", "test_path=/x").code == 0
    assert current() == ["team/s.yaml"]
    assert shell.here("undo").code == 0
    assert current() == ["o.yaml", "team/s.yaml"]
    assert len(shell.here("history", "Orders", "--json").json()) == 1
