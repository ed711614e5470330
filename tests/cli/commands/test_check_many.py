"""`check --all` of hundreds: two processes where there are two cores, and nobody notices but the clock."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.model.connection import BasicAuth, Connection, OAuth2Auth
from integrator_tui.workspace.batch.check import Check
from integrator_tui.workspace.batch.run import WORTH_IT, needs_nothing, share
from integrator_tui.workspace.batch.runner import Bounds
from tests.cli.shell import Shell

COUNT = WORTH_IT + 40


def fill(shell: Shell, base_url: str, path: str) -> None:
    for number in range(COUNT):
        shell.write(f"{number:04d}.yaml", f"name: Check {number}\nbase_url: {base_url}\ntest_path: {path}\n")


def test_every_check_has_its_report_in_order(shell: Shell, demo: ThreadedDemoServer, room: Room) -> None:
    fill(shell, demo.addresses.http + room.prefix, "/health")
    shell.write("0000.yaml", "name: [\n")
    done = shell.run("check", "--all", "--format", "json")
    reports = done.json()
    assert done.code == 2
    assert [report["file"] for report in reports] == [f"{number:04d}.yaml" for number in range(COUNT)]
    assert [report["outcome"] for report in reports] == ["error"] + ["passed"] * (COUNT - 1)
    assert room.counts.requests == COUNT - 1


def test_ndjson_is_a_line_each(shell: Shell, demo: ThreadedDemoServer, room: Room) -> None:
    fill(shell, demo.addresses.http + room.prefix, "/status/503")
    done = shell.run("check", "--all", "--format", "ndjson")
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 1
    assert {report["failure"]["kind"] for report in lines} == {"server_error"}
    assert len({report["file"] for report in lines}) == COUNT


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads the children of a process in /proc")
def test_an_interrupt_ends_both_processes(shell: Shell, demo: ThreadedDemoServer, room: Room) -> None:
    fill(shell, demo.addresses.http + room.prefix, "/silent")
    with subprocess.Popen(
        shell.command("check", "--all"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=shell.environment,
    ) as process:
        room.wait_for(lambda seen: seen.counts.requests >= 20)
        started = children(process.pid)
        assert len(started) == (1 if (os.cpu_count() or 1) > 1 else 0)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=10)
        assert (process.returncode, err) == (130, "")
    assert not any(Path(f"/proc/{child}").exists() for child in started)


def check(number: int, **more: object) -> Check:
    connection = Connection(name=str(number), base_url="http://127.0.0.1", **more)
    return Check(str(number), str(number), str(number), connection)


def test_what_holds_a_secret_or_fetches_a_token_stays_here() -> None:
    assert needs_nothing(check(1))
    assert needs_nothing(check(1, auth=BasicAuth(username="x")))
    assert not needs_nothing(check(1, auth=OAuth2Auth()))
    assert not needs_nothing(check(1, auth=BasicAuth(username="x"), secrets=("password",)))


def test_one_core_few_checks_or_one_at_a_time_stay_in_one_process() -> None:
    several, one = Bounds.of(None, None), Bounds.of(None, 1)
    apart = share(WORTH_IT, several, 2)
    assert WORTH_IT // 2 <= len(apart) < WORTH_IT * 2 // 3
    assert apart.stop == WORTH_IT
    assert not share(WORTH_IT, several, 1)
    assert not share(WORTH_IT - 1, several, 2)
    assert not share(WORTH_IT, one, 2)


TOKEN = """
auth:
  type: oauth2
  access_token_url: {base_url}/oauth/token
  client_id: demo-public
"""


def test_a_token_is_fetched_once_for_both(shell: Shell, demo: ThreadedDemoServer, room: Room) -> None:
    base_url = demo.addresses.http + room.prefix
    for number in range(COUNT):
        auth = TOKEN.format(base_url=base_url) if number % 2 else ""
        path = "/bearer/health" if number % 2 else "/health"
        shell.write(f"{number:04d}.yaml", f"name: Check {number}\nbase_url: {base_url}\ntest_path: {path}\n{auth}")
    done = shell.run("check", "--all", "--format", "json")
    assert [report["outcome"] for report in done.json()] == ["passed"] * COUNT
    assert len(room.issued) == 1
