"""Identities from pipes, and commands that take their time: what is waited for, and for how long."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from tests.cli.data import PASSWORD, sealed
from tests.cli.shell import Shell
from tests.waiting import ended, is_running, until


@pytest.fixture
def by_command(shell: Shell, demo: ThreadedDemoServer, room: Room) -> Shell:
    """A sealed connection whose identity a slow command would print, and one that needs no key."""
    sealed(shell, f"{demo.addresses.http}{room.prefix}")
    shell.key_file.rename(shell.home / "key")
    shell.write("plain.yaml", f"name: Plain\nbase_url: {demo.addresses.http}{room.prefix}\ntest_path: /health\n")
    (shell.home / "slow.sh").write_text("echo $$ >> pids\nexec sleep 120\n")
    return shell


def left(shell: Shell) -> list[str]:
    """The key commands that still run; one that ended may wait for its end to be seen."""
    pids = (shell.home / "pids").read_text().split()
    return [pid for pid in pids if is_running(int(pid))]


SLOW = {"SOPS_AGE_KEY_CMD": "sh slow.sh"}


def test_the_deadline_holds_for_the_key_command_and_others_do_not_wait(by_command: Shell) -> None:
    started = time.monotonic()
    done = by_command.run("check", "--all", "--timeout", "2", "--format", "json", environment=SLOW)
    assert time.monotonic() - started < 110
    closed, plain = done.json()
    assert done.code == 3
    assert (closed["failure"]["kind"], plain["outcome"]) == ("locked", "passed")
    assert "--timeout" in closed["failure"]["hint"]
    assert plain["duration_ms"] < 2000
    assert left(by_command) == []


def test_a_request_is_bounded_too(by_command: Shell, room: Room) -> None:
    done = by_command.run("request", "O", "--timeout", "1", environment=SLOW)
    assert done.code == 3 and "error: O: locked: " in done.err
    assert room.counts.requests == 0
    until(lambda: left(by_command) == [], "the end of the key command")


def test_an_interrupt_does_not_wait_for_the_key_command(by_command: Shell) -> None:
    with by_command.start("request", "O", environment=SLOW) as process:
        until(lambda: (by_command.home / "pids").exists() or process.poll() is not None, "the key command")
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 130
    all_end(by_command)


def test_an_identity_comes_through_a_pipe(by_command: Shell) -> None:
    """As sops takes it: from a process substitution, and from standard input."""
    show = " ".join(by_command.command("show", "O", "--reveal"))
    for line in (
        f"SOPS_AGE_KEY_FILE=<(cat key) {show}",
        f"SOPS_AGE_KEY_FILE=/dev/stdin {show} < <(cat key)",
        f"cat key | SOPS_AGE_KEY_FILE=/dev/stdin {show}",
    ):
        done = subprocess.run(
            ["bash", "-c", line], capture_output=True, text=True, cwd=by_command.home, env=by_command.environment
        )
        assert (done.returncode, done.stderr) == (0, "") and PASSWORD in done.stdout, line
    assert os.path.exists(by_command.home / "key")


def test_a_pipe_that_gives_nothing_is_bounded_and_keeps_no_list_waiting(by_command: Shell) -> None:
    for command, code in (("check O --timeout 1 --format json", 3), ("list", 0)):
        program = " ".join(by_command.command(*command.split()))
        done = subprocess.run(
            ["bash", "-c", f"SOPS_AGE_KEY_FILE=<(exec sleep 60 2>&-) {program}"],
            capture_output=True,
            text=True,
            cwd=by_command.home,
            env=by_command.environment,
            timeout=50,
        )
        assert (done.returncode, done.stderr) == (code, "")


@pytest.fixture
def by_source(shell: Shell, demo: ThreadedDemoServer, room: Room) -> Shell:
    """A connection whose secret a command of the user's own would print, which has a child and takes its time."""
    config = shell.home / ".config/integrator-tui"
    config.mkdir(parents=True)
    to = f"send: {{'slow:*': [{demo.addresses.http}]}}\n"
    # The child has the same output, and would go on without its parent.
    script = shell.home / "source.sh"
    script.write_text("sleep 120 &\necho $$ $! >> pids\nwait\n")
    (config / "settings.yaml").write_text(f"sources: {{slow: [sh, {script}, '{{path}}']}}\n{to}")
    shell.write(
        "o.yaml",
        f"name: O\nbase_url: {demo.addresses.http}{room.prefix}\nauth: {{type: raw_bearer_token}}\n"
        "secrets_from: {token: 'slow:x'}\n",
    )
    shell.write("plain.yaml", f"name: Plain\nbase_url: {demo.addresses.http}{room.prefix}\ntest_path: /health\n")
    shell.create_identity()
    assert shell.run("seal", "--yes").code == 0
    return shell


def all_end(shell: Shell) -> None:
    """Wait for the end of what was killed."""
    for pid in left(shell):
        assert ended(int(pid))


def test_the_deadline_holds_for_the_command_of_a_source_and_ends_it_with_its_children(
    by_source: Shell, room: Room
) -> None:
    done = by_source.run("check", "--all", "--timeout", "2", "--format", "json")
    closed, plain = done.json()
    assert done.code == 3
    assert (closed["failure"]["kind"], plain["outcome"]) == ("locked", "passed")
    assert "before a source had given its secret" in closed["failure"]["message"]
    assert "--timeout" in closed["failure"]["hint"]
    all_end(by_source)
    for command in (("request", "O"), ("token", "O")):
        done = by_source.run(*command, "--timeout", "1")
        assert done.code == 3 and "error: O: locked: " in done.err and "\nhint: raise --timeout" in done.err
        all_end(by_source)
    assert room.counts.requests == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("command", ["request", "check"])
def test_an_interrupt_ends_the_command_of_a_source_with_its_children(
    by_source: Shell, number: signal.Signals, command: str
) -> None:
    with by_source.start(command, "O", stdout=subprocess.DEVNULL) as process:
        pids = by_source.home / "pids"
        until(
            lambda: (pids.exists() and pids.read_text()) or process.poll() is not None, "the command of the source"
        )
        assert process.poll() is None
        process.send_signal(number)
        assert process.wait(timeout=20) == 130
        assert process.stderr is not None and process.stderr.read() == b""
    all_end(by_source)
