"""`--via` and `options.via`: what is refused before ssh is started, and what a file may name."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from integrator_tui.cli.formats.human import Human
from integrator_tui.model.probe import Failure, ProbeReport
from tests.cli.formats.reports import failed, passed
from tests.cli.shell import Shell

NAME = "orders.invalid"


@pytest.fixture
def orders(shell: Shell) -> Shell:
    operation = "operations: [{name: Ask, method: GET, path: /ask}]\n"
    shell.write("orders.yaml", f"name: Orders\nbase_url: http://{NAME}\ntest_path: /health\n{operation}")
    return shell


def stand_in(shell: Shell, script: str) -> None:
    """Have `ssh` be a script that leaves its words, or the file `started` if nothing else."""
    folder = shell.home / "bin"
    folder.mkdir()
    path = folder / "ssh"
    path.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {shell.home}/started\n{script}\n')
    path.chmod(0o755)
    shell.environment["PATH"] = f"{folder}:{shell.environment['PATH']}"


def allow(shell: Shell, line: str) -> None:
    settings = shell.home / ".config/integrator-tui/settings.yaml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(line)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--via=-oProxyCommand=touch x"], "begins with a dash"),
        (["--via", "a b"], "holds a blank"),
        (["--via", "a\x1b[2J"], "holds control characters"),
        (["--via", ""], "is empty"),
        (["--via", "local"], "results from here"),
        (["--via", "a" * 600], "is longer than"),
        (["--via", "bastion", "-4"], "--via and -4"),
    ],
)
@pytest.mark.parametrize("command", [("check", "Orders"), ("request", "Orders"), ("run", "Orders", "Ask")])
def test_what_is_no_host_is_refused_before_ssh_is_started(
    orders: Shell, command: tuple[str, ...], arguments: list[str], words: str
) -> None:
    stand_in(orders, "exit 255")
    done = orders.run(*command, *arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert "\x1b" not in done.err
    assert "\nhint: " in done.err
    assert not (orders.home / "started").exists()


def test_one_host_is_taken_by_request_and_run(orders: Shell) -> None:
    for command in (("request", "Orders"), ("run", "Orders", "Ask"), ("token", "Orders")):
        done = orders.run(*command, "--via", "a", "--via", "b")
        assert done.code == 2
        assert "--via is given more than once" in done.err


def test_a_file_names_a_host_only_where_the_settings_allow_it(orders: Shell) -> None:
    stand_in(orders, "echo 'ssh: Could not resolve hostname' >&2; exit 255")
    orders.write("via.yaml", f"name: Via\nbase_url: http://{NAME}\noptions: {{via: eu-bastion}}\n")
    locked = orders.run("check", "Via", "--format", "json")
    assert locked.code == 3
    (report,) = locked.json()
    assert (report["outcome"], report["failure"]["kind"], report["vantage"]) == ("error", "locked", "eu-bastion")
    assert "vantages: [eu-bastion]" in report["failure"]["hint"]
    requested = orders.run("request", "Via", "/")
    assert requested.code == 3
    assert "vantages: [eu-bastion]" in requested.err
    assert not (orders.home / "started").exists()
    allow(orders, "vantages: [eu-*]\n")
    (report,) = orders.run("check", "Via", "--format", "json").json()
    assert (report["failure"]["kind"], report["vantage"]) == ("vantage_failed", "eu-bastion")
    assert (orders.home / "started").read_text().splitlines()[-2:] == ["--", "eu-bastion"]
    # What stands on the command line needs no leave, and comes before it.
    (report,) = orders.run("check", "Via", "--via", "other", "--format", "json").json()
    assert (report["failure"]["kind"], report["vantage"]) == ("vantage_failed", "other")


@pytest.mark.parametrize(
    "options",
    ["via: -oProxyCommand=x", "via: a b", "via: ''", "via: bastion, proxy: 'http://proxy:3128'",
     "via: bastion, unix_socket: /run/app.sock"],
)  # fmt: skip
def test_a_file_that_cannot_be_meant_is_a_problem(orders: Shell, options: str) -> None:
    orders.write("via.yaml", f"name: Via\nbase_url: http://{NAME}\noptions: {{{options}}}\n")
    allow(orders, "vantages: ['*']\n")
    done = orders.run("check", "Via", "--format", "json")
    assert done.code == 2
    assert done.json()[0]["failure"]["kind"] == "invalid_file"
    assert "options.via" in done.json()[0]["failure"]["message"]


def test_a_proxy_of_the_file_is_not_reached_from_a_vantage(orders: Shell) -> None:
    orders.write("via.yaml", f"name: Via\nbase_url: http://{NAME}\noptions: {{proxy: 'http://proxy:3128'}}\n")
    done = orders.run("check", "Via", "--via", "bastion", "--format", "json")
    assert done.code == 2
    assert done.json()[0]["failure"]["kind"] == "invalid_file"


def test_dry_run_says_from_where_and_starts_nothing(orders: Shell) -> None:
    stand_in(orders, "exit 255")
    for command in (("check", "Orders"), ("request", "Orders"), ("run", "Orders", "Ask")):
        done = orders.run(*command, "--via", "bastion", "--dry-run")
        assert done.code == 0, done.err
        assert "from bastion, over ssh" in done.out
    assert not (orders.home / "started").exists()


def test_ssh_gets_no_secret_of_this_program(orders: Shell) -> None:
    stand_in(orders, f"env > {orders.home}/environment; exit 255")
    allow(orders, "secret_variables: [ORDERS_*]\n")
    given = {"INTEGRATOR_SECRET_A": "canary-1", "ORDERS_KEY": "canary-2", "SOPS_AGE_KEY": "canary-3", "KEPT": "yes"}
    orders.run("check", "Orders", "--via", "bastion", environment=given)
    told = (orders.home / "environment").read_text()
    assert "canary" not in told
    assert "KEPT=yes" in told


def test_an_ssh_that_hangs_is_bounded_by_the_time_of_the_whole(orders: Shell) -> None:
    stand_in(orders, f"echo $$ > {orders.home}/pid; exec sleep 600")
    done = orders.run("check", "Orders", "--via", "bastion", "--timeout", "1", "--format", "json")
    assert done.code == 1
    assert done.json()[0]["failure"]["kind"] == "vantage_failed"
    pid = int((orders.home / "pid").read_text())
    patience = time.monotonic() + 30
    # A signal is delivered in the system's own time.
    while _runs(pid) and time.monotonic() < patience:
        os.sched_yield()
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    """Whether a process runs: one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_hosts_of_the_configuration_are_completed(orders: Shell) -> None:
    (orders.home / ".ssh").mkdir()
    (orders.home / ".ssh/config").write_text("Host bastion eu-bastion *.example.com\n")
    done = orders.run("complete", "zsh", "check", "Orders", "--via", "")
    assert done.out.split() == ["bastion", "eu-bastion"]


def test_several_vantages_end_in_a_table() -> None:
    refused = Failure("connect", "refused", "no", "")
    reports: list[ProbeReport] = [
        passed("Orders", vantage="eu"),
        failed("Orders", "prod/orders.yaml")._replace(vantage="us", failure=refused),
        passed("Billing", "b.yaml", vantage="eu"), passed("Billing", "b.yaml", vantage="us"),
    ]  # fmt: skip
    lines = list(Human(lambda text, style: text, many=True).ending(reports))
    at = next(index for index, line in enumerate(lines) if line.split() == ["eu", "us"])
    assert lines[at + 1].split()[:2] == ["Orders", "✓"]
    assert lines[at + 1].endswith("✗ refused")
    assert lines[at + 2].split()[0] == "Billing"
    assert "Orders from us" in "\n".join(lines[:at])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("via: '-oProxyCommand=id'", "begins with a dash"),
        ("via: a b", "holds a blank"),
        ("unix_socket: app.sock", "absolute path"),
    ],
)
def test_nobody_is_asked_to_allow_what_is_a_problem_of_the_file(shell: Shell, line: str, words: str) -> None:
    shell.write("orders.yaml", f"name: Orders\nbase_url: http://{NAME}\noptions: {{{line}}}\n")
    for command in (("check", "Orders"), ("request", "Orders", "/")):
        done = shell.run(*command)
        assert done.code == 2
        assert words in done.out + done.err
        assert "settings.yaml" not in done.out + done.err
