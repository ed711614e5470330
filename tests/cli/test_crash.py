"""An error of the program itself, in a command: it says where, and tells no value."""

from __future__ import annotations

import subprocess
import sys

from tests.cli.shell import Shell

BROKEN = """
import sys
from integrator_tui.cli import main as cli, process
from integrator_tui.cli.commands import list as listing

def broken(arguments, environment, output):
    typed = "hunter2-in-a-local"
    try:
        int("hunter2-in-words")
    except ValueError:
        raise KeyError(typed)

listing.run = broken
sys.argv = ["integrator-tui", "list"]
process.entry()
"""


def test_an_error_of_its_own_is_told_by_its_place_alone(shell: Shell) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BROKEN], env=shell.environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert done.stdout == ""
    first, second, *_ = done.stderr.splitlines()
    assert first == "error: KeyError, an error of integrator-tui itself"
    assert second.startswith("hint: ")
    assert "ValueError" in done.stderr
    assert "in broken" in done.stderr
    assert "hunter2" not in done.stderr
