"""Connections of another type are kept as they are: listed, left out of a check of many, refused by name."""

from __future__ import annotations

import json

from integrator_tui.demo.server import ThreadedDemoServer
from tests.cli.data import given, plain
from tests.cli.shell import Shell

POSTGRES = "name: Data\ntype: postgres\nhost: db.example.com\ntags: [sql]\nsecrets: {}\n"


def test_a_check_of_all_leaves_them_out(shell: Shell, demo: ThreadedDemoServer) -> None:
    plain(shell, f"{demo.addresses.http}/status/200", "tags: [web]\n")
    shell.write("data.yaml", POSTGRES)
    done = given(shell, "check", "--all", "--format", "json")
    assert (done.code, [report["name"] for report in json.loads(done.out)], done.err) == (0, ["O"], "")
    done = given(shell, "check", "--tag", "web", "--tag", "sql", "--format", "ndjson")
    assert (done.code, json.loads(done.out)["name"]) == (0, "O")
    named = given(shell, "check", "Data", "--format", "json")
    (report,) = json.loads(named.out)
    assert (named.code, report["outcome"], report["failure"]["kind"]) == (2, "error", "invalid_file")
    assert "cannot be opened here" in report["failure"]["message"]
    nothing = given(shell, "check", "--tag", "sql")
    assert (nothing.code, nothing.out) == (2, b"")


def test_every_command_says_what_they_are(shell: Shell) -> None:
    shell.write("data.yaml", POSTGRES)
    (listed,) = shell.run("list", "--json").json()
    assert (listed["state"], [problem["field"] for problem in listed["problems"]]) == ("unsupported", ["type"])
    assert shell.run("show", "Data").out == POSTGRES
    for arguments in (("request", "Data"), ("run", "Data", "x"), ("token", "Data"), ("seal", "Data", "--yes")):
        done = given(shell, *arguments)
        assert done.code == 2 and "a connection of type postgres cannot be opened here" in done.err
    assert given(shell, "seal", "--yes").code == given(shell, "verify").code == 0
    assert (shell.workspace / "data.yaml").read_text() == POSTGRES
