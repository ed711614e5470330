"""`list` and `show`: what they find, and from where."""

from __future__ import annotations

import subprocess

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
    for encoding in ("ascii", "utf-8"):
        done = shell.run("list", "--json", environment={"PYTHONIOENCODING": encoding})
        assert [entry["name"] for entry in done.json()] == ["Größe 😀"]


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
