"""`check`: what it selects, what it prints, and how it exits."""

from __future__ import annotations

import json
import os
import socket

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from tests.cli.shell import Shell

STAGES = ["resolve", "connect", "respond"]


def orders(
    shell: Shell, demo: ThreadedDemoServer, path: str = "/health", name: str = "Orders", more: str = ""
) -> None:
    shell.write(f"{name.lower()}.yaml", f"name: {name}\nbase_url: {demo.addresses.http}\ntest_path: {path}\n{more}")


def test_one_connection_for_people(shell: Shell, demo: ThreadedDemoServer) -> None:
    orders(shell, demo)
    done = shell.run("check", "Orders")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("✓ Orders  passed")
    for stage in STAGES:
        assert any(stage in line and "passed" in line for line in done.out.splitlines())


def test_the_result_as_json(shell: Shell, demo: ThreadedDemoServer) -> None:
    orders(shell, demo)
    done = shell.run("check", "Orders", "--format", "json")
    (report,) = done.json()
    assert done.code == 0
    assert list(report) == [
        "schema", "name", "file", "outcome", "vantage", "url", "started_at", "duration_ms", "stages", "warnings",
        "failure",
    ]  # fmt: skip
    assert (report["schema"], report["warnings"]) == (1, [])
    assert (report["name"], report["file"], report["outcome"]) == ("Orders", "orders.yaml", "passed")
    assert report["url"] == f"{demo.addresses.http}/health"
    assert [stage["stage"] for stage in report["stages"]] == STAGES
    assert all(stage["outcome"] == "passed" and stage["ms"] >= 0 for stage in report["stages"])
    assert report["stages"][-1]["detail"]["status"] == 200
    assert report["failure"] is None


def test_a_bare_url_needs_no_workspace(shell: Shell, demo: ThreadedDemoServer) -> None:
    url = f"{demo.addresses.http}/health"
    done = shell.run("--workspace", "/nowhere/at/all", "check", url, "--format", "ndjson")
    report = json.loads(done.out)
    assert (done.code, report["name"], report["file"], report["url"]) == (0, url, None, url)


@pytest.mark.parametrize("format_", ["human", "json", "ndjson"])
def test_a_password_in_a_bare_url_is_refused_and_shows_nowhere(shell: Shell, format_: str) -> None:
    done = shell.run("check", "http://us3r:s3cr3t-pw@127.0.0.1:1/x", "--format", format_)
    assert done.code == 2
    assert "invalid_file" in done.out
    assert "s3cr3t" not in done.out + done.err


def test_a_refused_port_fails_with_a_hint(shell: Shell) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    done = shell.run("check", f"http://127.0.0.1:{port}/", "--format", "json")
    (report,) = done.json()
    assert done.code == 1
    assert [stage["outcome"] for stage in report["stages"]] == ["passed", "failed", "skipped"]
    assert (report["failure"]["stage"], report["failure"]["kind"]) == ("connect", "refused")
    assert report["failure"]["hint"]


@pytest.mark.parametrize(("path", "kind"), [("/status/404", "not_found"), ("/status/500", "server_error")])
def test_a_failing_answer(shell: Shell, demo: ThreadedDemoServer, path: str, kind: str) -> None:
    orders(shell, demo, path)
    done = shell.run("check", "Orders")
    assert done.code == 1
    assert f"respond: {kind}: " in done.out
    assert "  hint: " in done.out


def test_every_connection_gets_its_result_and_the_worst_code_wins(shell: Shell, demo: ThreadedDemoServer) -> None:
    orders(shell, demo)
    orders(shell, demo, "/status/503", "Billing")
    shell.write("broken.yaml", "name: [\n")
    done = shell.run("check", "--all", "--format", "json")
    assert done.code == 2
    assert [(report["name"], report["outcome"]) for report in done.json()] == [
        ("Billing", "failed"),
        ("broken", "error"),
        ("Orders", "passed"),
    ]
    broken = done.json()[1]
    assert (broken["url"], broken["stages"]) == (None, [])
    assert (broken["failure"]["stage"], broken["failure"]["kind"]) == (None, "invalid_file")


def test_tags_select(shell: Shell, demo: ThreadedDemoServer) -> None:
    orders(shell, demo, more="tags: [prod]\n")
    orders(shell, demo, name="Billing", more="tags: [test]\n")
    done = shell.run("check", "--tag", "prod", "--format", "ndjson")
    assert [json.loads(line)["name"] for line in done.out.splitlines()] == ["Orders"]


def test_names_keep_their_order(shell: Shell, demo: ThreadedDemoServer) -> None:
    orders(shell, demo)
    orders(shell, demo, name="Billing")
    done = shell.run("check", "Orders", "billing.yaml", "--format", "json")
    assert [report["name"] for report in done.json()] == ["Orders", "Billing"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "--tag", "none"],
        ["check", "Nobody"],
        ["check", "--timeout", "0", "--all"],
        ["check", "--timeout", "soon", "--all"],
        ["check", "--concurrency", "many", "--all"],
        ["frobnicate"],
    ],
)
def test_wrong_usage_is_two_lines_and_2(shell: Shell, arguments: list[str]) -> None:
    done = shell.run(*arguments)
    assert (done.code, done.out) == (2, "")
    first, second = done.err.splitlines()
    assert first.startswith("error: ") and second.startswith("hint: ")
    assert "positive_" not in first


@pytest.mark.parametrize(("format_", "empty"), [("json", "[]\n"), ("ndjson", "")])
def test_all_of_an_empty_workspace_is_empty_and_0(shell: Shell, format_: str, empty: str) -> None:
    done = shell.run("check", "--all", "--format", format_)
    assert (done.code, done.out) == (0, empty)
    assert done.err == f"warning: no connections in {shell.workspace}\n"


def test_missing_parameters_are_all_named(shell: Shell, demo: ThreadedDemoServer) -> None:
    orders(shell, demo, "/status/{{code}}?x={{Other thing}}")
    done = shell.run("check", "Orders", "--format", "json")
    failure = done.json()[0]["failure"]
    assert (done.code, failure["kind"], failure["stage"]) == (2, "missing_parameter", None)
    assert "code" in failure["message"] and "Other thing" in failure["message"]
    assert shell.run("check", "Orders", "--param", "code=200", "--param", "Other thing=1").code == 0


def test_a_timeout_bounds_the_whole_probe(shell: Shell, demo: ThreadedDemoServer, room: Room) -> None:
    orders(shell, demo, "/silent")
    done = shell.run("check", "Orders", "--timeout", "0.3", "--format", "json")
    assert done.code == 1
    assert done.json()[0]["failure"]["kind"] == "read_timeout"


def test_not_verified_is_said(shell: Shell, demo: ThreadedDemoServer) -> None:
    shell.write(
        "o.yaml",
        f"name: Orders\nbase_url: {demo.addresses.https}\ntest_path: /health\noptions: {{verify: false}}\n",
    )
    done = shell.run("check", "Orders")
    assert done.code == 0
    assert done.out.count("WARNING") == 1
    assert "  WARNING not verified: " in done.out
    (report,) = shell.run("check", "Orders", "--format", "json").json()
    assert report["outcome"] == "passed"
    assert [(warning["stage"], warning["kind"]) for warning in report["warnings"]] == [("tls", "not_verified")]
    assert report["warnings"] == report["stages"][2]["detail"]["warnings"]


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": "xterm-256color"}])
def test_no_escape_sequence_in_a_pipe(shell: Shell, demo: ThreadedDemoServer, variables: dict[str, str]) -> None:
    orders(shell, demo)
    done = shell.run("check", "--all", environment=variables)
    assert "\x1b" not in done.out + done.err


def test_a_certificate_that_cannot_be_read_is_ca_invalid(shell: Shell, demo: ThreadedDemoServer) -> None:
    shell.write("o.yaml", f"name: Orders\nbase_url: {demo.addresses.https}\nca_cert: nonsense\n")
    done = shell.run("check", "Orders", "--format", "json")
    (report,) = done.json()
    assert (done.code, report["outcome"]) == (2, "error")
    assert (report["failure"]["stage"], report["failure"]["kind"]) == (None, "ca_invalid")
    assert [stage["outcome"] for stage in report["stages"]] == ["skipped"] * 4


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
@pytest.mark.parametrize("format_", ["human", "json", "ndjson"])
def test_a_full_disk_is_two_lines(shell: Shell, demo: ThreadedDemoServer, format_: str) -> None:
    orders(shell, demo)
    with open("/dev/full", "w") as full:
        done = shell.run("check", "--all", "--format", format_, instead={1: full.fileno()})
    first, second = done.err.splitlines()
    assert done.code == 2
    assert first.startswith("error: standard output cannot be written: ") and second.startswith("hint: ")
