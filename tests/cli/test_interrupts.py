"""SIGINT, SIGTERM, a lost terminal and a closed pipe end a command quietly, its sockets closed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from tests.cli.shell import Shell


def ends_quietly(shell: Shell, script: str, *arguments: str) -> None:
    """Run a script that interrupts the program, and look at what is left of it."""
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=shell.environment, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_check_with_130_and_closes_its_sockets(
    shell: Shell, demo: ThreadedDemoServer, room: Room, number: signal.Signals
) -> None:
    shell.write("o.yaml", f"name: O\nbase_url: {demo.addresses.http}{room.prefix}\ntest_path: /silent\n")
    with shell.start("check", "O") as process:
        room.wait_for(lambda seen: seen.counts.requests == 1)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (130, b"", b"")
    room.wait_for(lambda seen: seen.counts.abandoned == 1)


EARLY = """
import os, runpy, signal, sys

module = sys.argv.pop()

class Interrupting:
    def find_spec(name, path, target=None):
        if name == module:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupting)
runpy.run_module("integrator_tui", run_name="__main__")
"""


@pytest.mark.parametrize("module", ["integrator_tui.cli.main", "argparse", "integrator_tui.cli.commands.list"])
def test_an_interrupt_while_the_program_is_imported_is_quiet(shell: Shell, module: str) -> None:
    ends_quietly(shell, EARLY, "list", module)


LOST = """
import os, signal, sys, weakref
from integrator_tui.cli import main as cli, process

class Thing:
    pass

def interrupted(_):
    os.kill(os.getpid(), int(sys.argv[1]))
    for _ in range(1000):
        pass

def main(arguments):
    thing = Thing()
    kept = weakref.ref(thing, interrupted)
    del thing
    signal.pause()
    return 0

cli.main = main
process.entry()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_hits_where_nothing_can_be_raised_is_not_lost(shell: Shell, number: signal.Signals) -> None:
    ends_quietly(shell, LOST, str(int(number)))


TURNED = """
from integrator_tui.cli import main as cli, process

class Interrupted:
    def __set_name__(self, owner, name):
        raise KeyboardInterrupt

def in_a_class(arguments):
    class Holder:
        attribute = Interrupted()

def in_a_cleanup(arguments):
    try:
        raise KeyboardInterrupt
    finally:
        None.missing

cli.main = {}
process.entry()
"""


@pytest.mark.parametrize("where", ["in_a_class", "in_a_cleanup"])
def test_an_interrupt_that_became_another_error_is_no_crash(shell: Shell, where: str) -> None:
    ends_quietly(shell, TURNED.replace("{}", where))


def test_demo_serve_ends_on_sigterm_and_leaves_nothing(shell: Shell) -> None:
    with subprocess.Popen(
        shell.command("demo", "--serve"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env=shell.environment,
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        folder = line.split('"ca_file": "')[1].split('"')[0]
        assert os.path.exists(folder)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        assert process.returncode == 130
    assert not os.path.exists(os.path.dirname(folder))
    assert list(shell.home.rglob("*")) == [shell.workspace]


def test_a_closed_pipe_ends_quietly(shell: Shell) -> None:
    for number in range(50):
        shell.write(f"{number}.yaml", f"name: Connection {number}\nbase_url: http://127.0.0.1:9/{'x' * 3000}\n")
    read, write = os.pipe()
    os.close(read)
    done = shell.run("list", "--json", instead={1: write})
    os.close(write)
    assert (done.code, done.err) == (130, "")


@pytest.mark.parametrize("format_", ["human", "json", "ndjson"])
def test_a_pipe_closed_while_a_check_waits_ends_it_and_closes_its_sockets(
    shell: Shell, demo: ThreadedDemoServer, room: Room, format_: str
) -> None:
    shell.write("o.yaml", f"name: O\nbase_url: {demo.addresses.http}{room.prefix}\ntest_path: /silent\n")
    with shell.start("check", "O", "--format", format_) as process:
        room.wait_for(lambda seen: seen.counts.requests == 1)
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert (process.wait(timeout=60), process.stderr.read()) == (130, b"")
    room.wait_for(lambda seen: seen.counts.abandoned == 1)
