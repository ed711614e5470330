"""`list` and `show`: what they find, and from where."""

from __future__ import annotations

import json
import subprocess

from integrator_tui.demo.server import ThreadedDemoServer
from tests.cli.shell import Shell

ORDERS = "name: Orders\nbase_url: https://orders.example.com\n"


def test_a_workspace_is_listed_from_a_folder_that_is_gone(shell: Shell) -> None:
    shell.write("orders.yaml", ORDERS)
    gone = shell.home / "gone"
    gone.mkdir()
    leave = ["sh", "-c", 'cd "$0" && rmdir "$0" && exec "$@"', str(gone)]
    done = subprocess.run(
        [*leave, *shell.command("list", "--json")],
        capture_output=True,
        text=True,
        env=shell.environment,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert '"Orders"' in done.stdout


def test_a_workspace_that_is_no_folder_is_not_an_empty_one(shell: Shell) -> None:
    path = shell.write("orders.yaml", ORDERS)
    for arguments in (["list", "--json"], ["check", "--all"], ["verify"]):
        done = shell.run("--workspace", str(path), *arguments)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith("error: ")
        assert len(done.err.splitlines()) == 2


def test_secrets_that_stay_closed_are_told_with_their_file(shell: Shell) -> None:
    shell.write("sub/orders.yaml", f"{ORDERS}secrets:\n  token: t0k3n\n")
    for arguments in ([], ["--json"]):
        done = shell.run("show", "Orders", "--reveal", *arguments)
        assert (done.code, done.out) == (3, "")
        assert done.err.startswith("error: sub/orders.yaml: plain text stands below secrets")


def test_json_is_json_in_any_encoding(shell: Shell) -> None:
    shell.write("orders.yaml", "name: Größe 😀\nbase_url: https://orders.example.com\n")
    for encoding in ("ascii", "latin-1", "utf-8"):
        _, out, _ = shell.run_bytes("list", "--json", environment={"PYTHONIOENCODING": encoding})
        assert [entry["name"] for entry in json.loads(out.decode("utf-8"))] == ["Größe 😀"]


def test_a_name_that_looks_like_an_option_stands_behind_two_dashes(shell: Shell) -> None:
    shell.write("orders.yaml", "name: --json\nbase_url: https://orders.example.com\n")
    assert shell.run("show", "--json", "--", "--json").json()["name"] == "--json"
    done = shell.run("verify", "orders.yaml", "--", "--json", "-x")
    assert (done.code, done.err.splitlines()[0]) == (2, f"error: no connection is named -x in {shell.workspace}")


def test_the_json_of_a_connection_has_every_key_of_its_file(shell: Shell) -> None:
    shell.write(
        "orders.yaml",
        f"{ORDERS}x-team: {{a: [1, ~]}}\ndescription: ~\nauth: {{type: none}}\noptions:\n  verify: true\n"
        "  timeout: {connect: 5, retries: 3}\noperations:\n- name: 007\n  method: POST\n  x-note: 010\n"
        "  outputs: {Ids: {value: body, unit: s}}\n",
    )
    assert shell.run("show", "Orders", "--json").json() == {
        "name": "Orders",
        "type": "http",
        "base_url": "https://orders.example.com",
        "operations": [
            {"name": "007", "method": "POST", "outputs": {"Ids": {"value": "body", "unit": "s"}}, "x-note": "010"}
        ],
        "x-team": {"a": ["1"]},
        "auth": {"type": "none"},
        "options": {"verify": True, "timeout": {"connect": 5.0, "retries": "3"}},
    }


def test_what_is_wrong_with_a_file_is_said_once(shell: Shell) -> None:
    shell.write("orders.yaml", ORDERS)
    shell.write("broken.yaml", "name: [x\n")
    (shell.workspace / "loop.yaml").symlink_to("loop.yaml")
    done = shell.run("show", "broken.yaml")
    assert (done.code, done.err.count("not valid YAML"), len(done.err.splitlines())) == (2, 1, 2)
    rows = [line.strip() for line in shell.run("list").out.splitlines() if "loop.yaml" in line]
    assert len(rows) == 1 and rows[0].startswith("loop.yaml: too many levels of symbolic links")


def test_a_name_besides_all_is_wrong_usage(shell: Shell) -> None:
    shell.write("orders.yaml", ORDERS)
    done = shell.run("check", "--all", "Orders")
    assert (done.code, done.out) == (2, "")
    assert "--all takes every connection" in done.err and "hint: leave it out" in done.err


def test_a_name_without_results_says_nothing_off_a_terminal(shell: Shell) -> None:
    shell.write("orders.yaml", ORDERS)
    done = shell.run("history", "Orders")
    assert (done.code, done.out, done.err) == (0, "", "")


def names(shell: Shell, *arguments: str) -> list[str]:
    done = shell.run("list", "--json", *arguments)
    assert (done.code, done.err) == (0, "")
    return [entry["name"] for entry in done.json()]


def test_a_filter_chooses_what_is_listed(shell: Shell) -> None:
    operations = "operations: [{name: Open orders, method: GET, path: /x}]\n"
    shell.write("prod/orders.yaml", f"{ORDERS}tags: [prod]\n{operations}")
    shell.write("stock.yaml", "name: Stock\nbase_url: ftp://stock.example.com\n")
    assert names(shell, "orders") == ["Orders"]
    assert names(shell, '"open orders" tag:PROD') == ["Orders"]
    assert names(shell, "is:problem") == ["Stock"]
    assert names(shell, "--", "-tag:prod") == ["Stock"]
    assert names(shell, "nothing") == []
    done = shell.run("list", "--operations", "tag:prod")
    assert "Open orders" in done.out
    assert "Stock" not in done.out
    done = shell.run("list", "nothing")
    assert (done.code, done.out) == (0, "")
    assert done.err == f"warning: no connection fits in {shell.workspace}\n"
    done = shell.run("list", "is:faild")
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[0] == "error: no connection is ever faild"
    assert done.err.splitlines()[1].startswith("hint: did you mean failed? one of ")


def test_a_filter_knows_the_last_results_of_this_machine(shell: Shell, demo: ThreadedDemoServer) -> None:
    shell.write("good.yaml", f"name: Good\nbase_url: {demo.addresses.http}\ntest_path: /health\n")
    shell.write("bad.yaml", "name: Bad\nbase_url: http://127.0.0.1:9\n")
    shell.write("new.yaml", "name: New\nbase_url: http://127.0.0.1:9\n")
    assert shell.run("check", "Good", "--warn-ms", "0.001").code == 0
    assert shell.run("check", "Bad").code == 1
    assert names(shell, "is:failed") == ["Bad"]
    assert names(shell, "is:passed") == names(shell, "is:warning") == ["Good"]
    assert names(shell, "is:untested") == ["New"]
    assert names(shell, "is:untested is:failed") == ["Bad", "New"]
    done = shell.run("check", "--filter", "is:failed is:untested", "--format", "json")
    assert (done.code, [report["name"] for report in done.json()]) == (1, ["Bad", "New"])
    done = shell.run("check", "--filter=-name:a", "--all", "--format", "json")
    assert [report["name"] for report in done.json()] == ["Good", "New"]
    done = shell.run("check", "Good", "--filter", "name:bad", "--format", "json")
    assert [report["name"] for report in done.json()] == ["Good", "Bad"]
    done = shell.run("check", "--all", "--filter", "nothing")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: no connection fits the filter nothing\nhint: ")
    settings = shell.home / ".config/integrator-tui/settings.yaml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text("history: false\n")
    for command in (("list",), ("check", "--filter")):
        done = shell.run(*command, "is:failed")
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith("error: the history is switched off\nhint: ")
