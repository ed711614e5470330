"""A process that holds secrets leaves no core file."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from tests.cli.shell import Shell
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, which Linux has")


def core_limit(pid: int) -> list[str]:
    """Return the soft and the hard limit of the size of a core file."""
    limits = Path(f"/proc/{pid}/limits").read_text().splitlines()
    return next(line for line in limits if line.startswith("Max core file size")).split()[4:6]


def allow_core_dumps() -> None:
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


def test_a_check_that_opened_secrets(shell: Shell, demo: ThreadedDemoServer, room: Room) -> None:
    shell.write(
        "o.yaml",
        f"name: O\nbase_url: {demo.addresses.http}{room.prefix}\ntest_path: /silent\n"
        "auth:\n  type: basic\n  username: demo\nsecrets:\n  password: demo-password\n",
    )
    assert shell.run("keys", "init").code == 0
    assert shell.run("seal", "--yes").code == 0
    with subprocess.Popen(
        shell.command("check", "O"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=shell.environment,
        preexec_fn=allow_core_dumps,
    ) as process:
        room.wait_for(lambda seen: seen.counts.requests == 1)
        assert core_limit(process.pid) == ["0", "0"]
        process.terminate()
        process.communicate(timeout=60)


def test_the_interface_before_anything_is_typed(shell: Shell) -> None:
    environment = {**shell.environment, "TERM": "xterm-256color", "PATH": os.environ["PATH"]}
    with Terminal(shell.command(), environment=environment, directory=shell.home) as terminal:
        terminal.until("No connections yet")
        assert core_limit(terminal.pid) == ["0", "0"]
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 0
