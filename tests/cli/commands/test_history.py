"""`history`: what checks, requests and runs left, and what becomes of a command where it cannot be kept."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.model.moved import Moved
from integrator_tui.workspace import Workspace
from tests.cli.data import plain, surroundings
from tests.cli.raw_server import RawServer, gives
from tests.cli.shell import Shell
from tests.cli.terminal import Terminal

OPERATION = "test_path: {path}\noperations:\n  - {{name: Open orders, method: GET, path: /health}}\n"
NOBODY = "http://127.0.0.1:9"


def folder(shell: Shell) -> Path:
    return shell.home / ".local/state/integrator-tui/history"


def settings(shell: Shell, text: str) -> Path:
    path = shell.home / ".config/integrator-tui/settings.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def said(text: str) -> str:
    """Text with its times and durations as letters."""
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", "WHEN", text)
    text = re.sub(r" +(now|\d+[sm])(?=  )", " AGE", text)
    text = re.sub(r"\((now|\d+[sm])\)", "(AGE)", text)
    return re.sub(r" +\d+(\.\d+)? m?s", " TIME", text)


def test_what_was_checked_requested_and_run(shell: Shell, demo: ThreadedDemoServer) -> None:
    plain(shell, demo.addresses.http, OPERATION.format(path="/health"))
    assert shell.run("check", "O").code == 0
    assert shell.run("run", "O", "Open orders").code == 0
    assert shell.run("request", "O", "/status/503?a=b").code == 1
    plain(shell, demo.addresses.http, OPERATION.format(path="/status/500"))
    assert shell.run("check", "O").code == 1
    shell.run("check", f"{demo.addresses.http}/status/404?id=7")
    done = shell.run("history")
    url = f"{demo.addresses.http}/status/404?id=•••"
    name = url if len(url) <= 39 else f"{url[:39]}…"
    width = len(name)
    assert (done.code, done.err) == (0, "")
    assert said(done.out) == (
        f"✗ WHEN AGE  {name}  failed TIME  respond: not_found\n"
        f"✗ WHEN AGE  {'O':<{width}}  failed TIME  respond: server_error\n"
        f"✗ WHEN AGE  {'O › request /status/503?a=•••':<{width}}  failed TIME  respond: server_error\n"
        f"✓ WHEN AGE  {'O › Open orders':<{width}}  passed TIME\n"
        f"✓ WHEN AGE  {'O':<{width}}  passed TIME\n"
    )
    done = shell.run("history", "O", "--last", "1")
    assert said(done.out) == (
        "✗ WHEN AGE  O  failed TIME  respond: server_error\n"
        "worked last: WHEN (AGE); since then changed: status, file\n"
    )


def test_json_is_a_list_newest_first(shell: Shell, demo: ThreadedDemoServer) -> None:
    assert shell.run("history", "--json").out == "[]\n"
    plain(shell, demo.addresses.http, OPERATION.format(path="/status/500"))
    shell.write("folder/p.yaml", f"name: P\nbase_url: {NOBODY}\n")
    shell.run("run", "O", "Open orders")
    shell.run("check", "O")
    shell.run("check", "--all", "--format", "json")
    found = shell.run("history", "--json").json()
    assert [(each["name"], each["file"], each["operation"], each["outcome"]) for each in found[-2:]] == [
        ("O", "o.yaml", None, "failed"),
        ("O", "o.yaml", "Open orders", "passed"),
    ]
    assert {each["name"] for each in found[:2]} == {"O", "P"}
    times = [each["started_at"] for each in found]
    assert times == sorted(times, reverse=True)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", each) for each in times)
    assert found[-1]["failure"] is None and found[-1]["duration_ms"] > 0
    assert found[-2]["failure"].keys() == {"stage", "kind", "message", "hint"}
    assert found[-2]["url"] == f"{demo.addresses.http}/status/500"
    for name in ("P", "folder/p.yaml", "./folder/p.yaml"):
        assert [each["name"] for each in shell.run("history", name, "--json").json()] == ["P"]
    assert len(shell.run("history", "--json", "--last", "2").json()) == 2


def test_what_could_not_be_made_is_kept_too(shell: Shell) -> None:
    plain(shell, NOBODY, "test_path: /{{Id}}\noperations: [{name: Go, method: GET, path: '/{{Id}}'}]\n")
    shell.write("bad.yaml", "name: [\n")
    assert shell.run("check", "--all").code == 2
    assert shell.run("run", "O", "Go").code == 2
    assert shell.run("request", "O", "/{{Id}}").code == 2
    found = shell.run("history", "--json").json()
    kinds = {(each["name"], each["operation"], each["outcome"], each["failure"]["kind"]) for each in found}
    assert kinds == {
        ("O", None, "error", "missing_parameter"),
        ("O", "Go", "error", "missing_parameter"),
        ("bad", None, "error", "invalid_file"),
    }
    assert shell.run("history", "bad.yaml").code == 0


def test_a_name_that_is_gone_and_one_that_never_was(shell: Shell) -> None:
    plain(shell, NOBODY)
    shell.run("check", "O")
    (shell.workspace / "o.yaml").unlink()
    for name in ("O", "o.yaml"):
        assert "connect: refused" in shell.run("history", name).out
    done = shell.run("history", "Nobody")
    assert (done.code, done.out) == (2, "")
    assert (
        done.err == f"error: no connection is named Nobody in {shell.workspace}, and none was\n"
        "hint: see integrator-tui list\n"
    )
    shell.write("a/x.yaml", f"name: X\nbase_url: {NOBODY}\n")
    shell.write("b/x.yaml", f"name: X\nbase_url: {NOBODY}\n")
    done = shell.run("history", "X")
    assert done.code == 2 and "a/x.yaml, b/x.yaml" in done.err


def test_it_follows_a_rename_of_ours(shell: Shell) -> None:
    plain(shell, NOBODY)
    shell.run("check", "O")
    workspace = Workspace(shell.workspace, surroundings(shell))
    workspace.editor.rename(workspace.catalog.entry("o.yaml"), "Renamed")
    (shell.workspace / "o.yaml").rename(shell.workspace / "p.yaml")
    workspace.history.moved(Moved("o.yaml", "p.yaml", "Renamed"))
    (found,) = shell.run("history", "Renamed", "--json").json()
    assert (found["name"], found["file"]) == ("Renamed", "p.yaml")
    assert shell.run("history", "O").code == 2


def test_another_workspace_has_its_own(shell: Shell, tmp_path: Path) -> None:
    plain(shell, NOBODY)
    shell.run("check", "O")
    (tmp_path / "other").mkdir()
    (tmp_path / "link").symlink_to(shell.workspace)
    assert shell.run("--workspace", str(tmp_path / "other"), "history", "--json").json() == []
    assert len(shell.run("--workspace", str(tmp_path / "link"), "history", "--json").json()) == 1


@pytest.mark.parametrize("text", ["history: false\n", "remember: false\n", "history: off\n", "history: [\n"])
def test_switched_off_keeps_nothing_and_says_so(shell: Shell, text: str) -> None:
    plain(shell, NOBODY)
    settings(shell, text)
    done = shell.run("check", "O")
    assert done.code == 1 and not folder(shell).exists()
    broken = text not in ("history: false\n", "remember: false\n")
    assert done.err.startswith("warning: ") if broken else done.err == ""
    done = shell.run("history", "--json")
    assert (done.code, done.out) == (2, "")
    assert "error: the history is switched off\nhint: " in done.err


def test_bounds_come_from_the_settings(shell: Shell) -> None:
    plain(shell, NOBODY)
    settings(shell, "history: {count: 2}\n")
    for _ in range(3):
        shell.run("check", "O")
    assert len(shell.run("history", "--json").json()) == 2


@pytest.mark.parametrize("bound", ["days: 1e300", "count: 1e400", "count: 99999999999999999999", "size: 1e308"])
def test_a_bound_that_bounds_nothing_changes_nothing(shell: Shell, bound: str) -> None:
    plain(shell, NOBODY)
    code = shell.run("check", "O").code
    settings(shell, f"history: {{{bound}}}\n")
    assert shell.run("check", "O").code == code
    done = shell.run("history", "--json")
    assert (done.code, done.err, len(done.json())) == (0, "", 2)


def test_a_history_that_may_not_be_looked_into_is_told(shell: Shell) -> None:
    plain(shell, NOBODY)
    shell.run("check", "O")
    state = folder(shell).parent
    state.chmod(0)
    try:
        done = shell.run("history", bound_by_modes=True)
        checked = shell.run("check", "O", bound_by_modes=True)
    finally:
        state.chmod(0o700)
    assert (done.code, done.out) == (2, "") and "permission denied" in done.err and done.err.count("\n") == 2
    assert checked.code == 1


def test_an_unknown_key_of_the_settings_is_told(shell: Shell, demo: ThreadedDemoServer) -> None:
    plain(shell, demo.addresses.http, "test_path: /health\n")
    path = settings(shell, "theme: dark\nhistroy: false\n")
    warning = f"warning: {path}:2: histroy: unknown key histroy (did you mean history?)\n"
    for arguments in (("check", "O"), ("history",)):
        done = shell.run(*arguments)
        assert (done.code, done.err) == (0, warning)


# what is in the way changes nothing


def in_the_way() -> dict[str, object]:
    def a_file(path: Path) -> None:
        path.parent.parent.mkdir(parents=True)
        path.parent.write_text("")

    def no_folder(path: Path) -> None:
        path.parent.mkdir(parents=True)
        path.write_text("")

    def a_fifo(path: Path) -> None:
        import os

        path.mkdir(parents=True)
        os.mkfifo(path / "new.ndjson")

    def a_link(path: Path) -> None:
        path.mkdir(parents=True)
        (path / "new.ndjson").symlink_to("/dev/full")

    return {f.__name__: f for f in (a_file, no_folder, a_fifo, a_link)}


@pytest.mark.parametrize("way", in_the_way())
def test_a_check_is_the_same_whatever_is_in_the_way(shell: Shell, demo: ThreadedDemoServer, way: str) -> None:
    plain(shell, demo.addresses.http, "test_path: /health\noperations: [{name: Go, method: GET, path: /health}]\n")
    in_the_way()[way](folder(shell))  # type: ignore[operator]
    for arguments in (("check", "O"), ("check", "O", "--format", "json"), ("run", "O", "Go"), ("request", "O")):
        done = shell.run(*arguments)
        assert done.code == 0 and done.out
        assert done.err in ("", "HTTP/1.1 200 OK\n")
    done = shell.run("history")
    assert done.code in (0, 2) and "Traceback" not in done.err
    assert done.code == 0 or re.fullmatch(r"error: .*\nhint: .*\n", done.err)


def test_a_locked_history_holds_nobody_up(shell: Shell) -> None:
    plain(shell, NOBODY)
    shell.run("check", "O")
    shell.run("history")
    with closing(sqlite3.connect(folder(shell) / "history.db", isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        assert shell.run("check", "O").code == 1
        done = shell.run("history")
        assert done.code == 2
        assert done.err.endswith("is in use by another program\nhint: try again in a moment\n")
    assert len(shell.run("history", "--json").json()) == 2


def test_a_damaged_history_is_told_once_and_by_history_alone(shell: Shell) -> None:
    plain(shell, NOBODY)
    shell.run("check", "O")
    shell.run("history")
    (folder(shell) / "history.db").write_bytes(b"nothing")
    done = shell.run("check", "O")
    assert (done.code, done.err) == (1, "")
    done = shell.run("history", "--json")
    aside = folder(shell) / "damaged.db"
    assert done.err == f"warning: the history was damaged; it was set aside as {aside}, and begun anew\n"
    assert (done.code, len(done.json())) == (0, 1)
    assert aside.read_bytes() == b"nothing"
    assert shell.run("history").err == ""


def test_names_that_would_act_on_a_terminal_do_not(shell: Shell) -> None:
    evil = "\x1b[2J\u202eevil" + "x" * 1_000_000
    shell.write("o.yaml", f"name: {json.dumps(evil)}\nbase_url: {NOBODY}\n")
    assert shell.run("check", "o.yaml").code == 2
    assert (folder(shell) / "new.ndjson").stat().st_size < 2000
    with Terminal(shell, "history") as terminal:
        assert terminal.finish() == 0
        assert "␛[2J�evil" in terminal.shown and "\x1b[2J" not in terminal.shown
    (found,) = shell.run("history", "o.yaml", "--json").json()
    assert found["name"].startswith(evil[:50]) and len(found["name"]) == 300


def test_a_request_that_is_left_early_is_kept_with_its_answer(shell: Shell) -> None:
    with RawServer(gives(b"x" * 100)) as server:
        plain(shell, server.url)
        assert shell.run("request", "O", "/{{Id}}", "--param", "Id=1").code == 0
    (found,) = shell.run("history", "--json").json()
    assert (found["kind"], found["outcome"], found["operation"]) == ("request", "passed", None)
    assert found["url"] == f"{server.url}/{{{{Id}}}}"
