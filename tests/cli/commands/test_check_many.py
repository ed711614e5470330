"""`check --all` of hundreds: two processes where there are two cores, and nobody notices but the clock."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import signal
import subprocess
import textwrap
from pathlib import Path

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.model.connection import BasicAuth, Connection, OAuth2Auth
from integrator_tui.workspace import Workspace
from integrator_tui.workspace.batch.check import Check, FileChecks
from integrator_tui.workspace.batch.run import WORTH_IT, needs_nothing, share
from integrator_tui.workspace.batch.runner import Bounds
from tests.cli.data import surroundings
from tests.cli.forked import Forked
from tests.cli.shell import Shell
from tests.waiting import ended, until

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
    with shell.start("check", "--all") as process:
        room.wait_for(lambda seen: seen.counts.requests >= 20)
        started = children(process.pid)
        assert len(started) == (1 if (os.cpu_count() or 1) > 1 else 0)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (130, b"")
    assert all(ended(child) for child in started)


def second_of(process: Forked) -> int:
    """Wait for the second process and return its id."""
    until(lambda: process.poll() is not None or children(process.pid), "the second process")
    (found,) = children(process.pid)
    return found


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="there is no second process on one core")
@pytest.mark.parametrize(
    ("number", "late"), [(signal.SIGKILL, True), (signal.SIGSTOP, False), (signal.SIGSTOP, True)]
)
def test_a_second_process_that_is_lost_costs_no_result(
    shell: Shell, demo: ThreadedDemoServer, room: Room, number: signal.Signals, late: bool
) -> None:
    fill(shell, demo.addresses.http + room.prefix, "/slow/headers?ms=100")
    with shell.start("check", "--all", "--format", "json") as process:
        second = second_of(process)
        if late:
            room.wait_for(lambda seen: seen.counts.requests >= 60)
            (second,) = children(process.pid)
        os.kill(second, number)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert [report["outcome"] for report in json.loads(out)] == ["passed"] * COUNT


def limited(shell: Shell, limits: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a shell with these limits."""
    return subprocess.run(
        ["sh", "-c", f'ulimit {limits}; exec "$@"', "sh", *shell.command(*arguments)],
        capture_output=True,
        text=True,
        cwd=shell.home,
        env=shell.environment,
        timeout=100,
    )


@pytest.mark.parametrize("descriptors", [12, 64])
def test_few_descriptors_make_it_slower_and_change_no_result(
    shell: Shell, demo: ThreadedDemoServer, descriptors: int
) -> None:
    fill(shell, demo.addresses.http, "/slow/headers?ms=10")
    done = limited(shell, f"-n {descriptors}", "check", "--all", "--concurrency", "200", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    assert [report["outcome"] for report in json.loads(done.stdout)] == ["passed"] * COUNT


def test_names_certificates_and_expressions_wait_for_a_descriptor_too(
    shell: Shell, demo: ThreadedDemoServer
) -> None:
    port = demo.addresses.https.rpartition(":")[2]
    ca = textwrap.indent(demo.addresses.ca_file.read_text(), "  ")
    for number in range(60):
        shell.write(
            f"{number:02d}.yaml",
            f"name: N{number}\nbase_url: https://localhost:{port}\ntest_path: /slow/headers?ms=100\n"
            f"ca_cert: |\n{ca}"
            "auth:\n  type: http_bearer_token\n  request:\n    path: /token\n"
            f"    body: {{form: {{client_id: demo-client, client_secret: demo-secret, n: '{number}'}}}}\n"
            "  token_output: body.access_token\n  expiration_output: body.expires_in\n",
        )
    done = limited(shell, "-n 40", "check", "--all", "--concurrency", "200", "--format", "json")
    reports = json.loads(done.stdout)
    assert [report["failure"] for report in reports] == [None] * 60
    assert (done.returncode, done.stderr) == (0, "")


def test_where_no_process_can_be_made_one_does_it_all(
    shell: Shell, demo: ThreadedDemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_more() -> int:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    fill(shell, demo.addresses.http, "/health")
    monkeypatch.setattr(os, "fork", none_more)
    workspace = Workspace(shell.workspace, surroundings(shell))
    workspace.catalog.read_ahead(workspace.catalog.files(), 2)
    checks = FileChecks(workspace.catalog.files(), workspace.catalog.entry)
    before = set(os.listdir("/proc/self/fd"))
    checking = workspace.probes.check_run(checks, {}, Bounds.of(None, None), 2)
    assert set(os.listdir("/proc/self/fd")) == before, "nothing of what was begun stays open"

    async def outcomes() -> list[str | None]:
        found: list[str | None] = [finished.report.outcome async for finished in checking.results()]
        await workspace.aclose()
        return found

    assert asyncio.run(outcomes()) == ["passed"] * COUNT
    checking.close()


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
