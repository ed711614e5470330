"""How the interface leaves a terminal: by a signal, after a stop, where the terminal hangs and where it is gone."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from tests.e2e.terminal import Terminal

ENDING = [getattr(signal, f"SIG{name}") for name in "INT TERM HUP QUIT USR1 USR2 XCPU".split()]


@pytest.fixture
def started(tmp_path: Path, demo: ThreadedDemoServer, room: Room) -> Callable[..., Terminal]:
    """Starts the interface on a connection whose answer never ends."""
    work = tmp_path / "work"
    work.mkdir()
    url = f"{demo.addresses.http}{room.prefix}"
    (work / "o.yaml").write_text(f"name: Flood\nbase_url: {url}\ntest_path: /lines/fast?lines=0&rate=0\n")
    environment = {"HOME": str(tmp_path), "TERM": "xterm-256color", "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    command = (sys.executable, "-m", "integrator_tui", "--workspace", str(work))

    def start(*wrapper: str) -> Terminal:
        return Terminal([*wrapper, *command], environment=environment, directory=tmp_path, columns=200, rows=50)

    return start


@pytest.fixture
def terminal(started: Callable[..., Terminal]) -> Iterator[Terminal]:
    with started() as terminal:
        yield terminal


def restored(terminal: Terminal) -> bool:
    """Whether every keyboard protocol and every screen that was begun has ended."""
    record = terminal.recording
    return record.count(b"\x1b[>") == record.count(b"\x1b[<u") and record.count(b"\x1b[?1049h") == record.count(
        b"\x1b[?1049l"
    )


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_ends_it_with_130_and_the_terminal_as_before(terminal: Terminal, number: signal.Signals) -> None:
    before = terminal.modes()
    terminal.until("Flood", "ctrl+q")
    os.kill(terminal.pid, number)
    assert terminal.exit_code(2.0) == 130
    assert terminal.modes() == before
    assert restored(terminal)


@pytest.mark.parametrize("stop", [signal.SIGSTOP, signal.SIGTSTP])
def test_after_a_stop_it_goes_on_and_leaves_the_terminal_as_before(
    terminal: Terminal, stop: signal.Signals
) -> None:
    before = terminal.modes()
    terminal.until("Flood", "ctrl+q")
    for number in (stop, signal.SIGCONT, signal.SIGCONT):
        os.kill(terminal.pid, number)
        terminal.settle()
    terminal.press("f1").until("This screen")
    terminal.press("escape").until_gone("This screen").press("ctrl+q")
    assert terminal.exit_code(2.0) == 0
    assert terminal.modes() == before
    assert restored(terminal)


def test_a_terminal_that_goes_away_ends_it(terminal: Terminal) -> None:
    terminal.until("Flood", "ctrl+q").hang_up()
    assert terminal.end() == 130


@pytest.mark.parametrize("driver", ["lean", "stock"])
@pytest.mark.parametrize("gone", [False, True], ids=["hangs", "is gone"])
def test_a_terminal_that_takes_nothing_more_keeps_nobody(
    started: Callable[..., Terminal], room: Room, gone: bool, driver: str
) -> None:
    with started("env", f"DRIVER={driver}", "sh", "-c", 'exec "$@" --driver "$DRIVER"', "sh") as terminal:
        terminal.until("Flood", "ctrl+q").press("s").until("streaming")
        if driver == "stock":
            terminal.until_stuck()
        else:
            # It goes on reading the stream, and draws no more than the terminal takes.
            terminal.until_full(4000)
        if gone:
            terminal.hang_up()
        else:
            os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.end() == 130
    room.wait_for(lambda seen: seen.counts.abandoned == 1)


def test_it_draws_on_standard_output_where_standard_error_is_closed(started: Callable[..., Terminal]) -> None:
    with started("sh", "-c", 'exec "$@" 2>&-', "sh") as terminal:
        terminal.until("Flood", "ctrl+q").press("ctrl+q")
        assert terminal.exit_code(2.0) == 0


@pytest.mark.parametrize("how", ["ctrl+q", "SIGTERM"])
def test_leaving_does_not_wait_for_a_key_command(
    started: Callable[..., Terminal], tmp_path: Path, demo: ThreadedDemoServer, how: str
) -> None:
    (tmp_path / "slow.sh").write_text("echo $$ > pid\nexec sleep 120\n")
    recipient = "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg"
    value = f"ENC[AES256_GCM,data:eHg=,iv:{'QUJD' * 10}QUI=,tag:QUJDREVGR0hJSktMTU5PUA==,type:str]"
    text = f"name: Flood\nbase_url: {demo.addresses.http}\nsecrets:\n  password: {value}\n  _seal: {value}\n"
    block = f"sops:\n  age:\n  - recipient: {recipient}\n    enc: x\n  lastmodified: '2024-01-01T00:00:00Z'\n"
    (tmp_path / "work/o.yaml").write_text(f"{text}{block}  mac: {value}\n  version: 3.9.0\n")
    with started("env", "SOPS_AGE_KEY_CMD=sh slow.sh") as terminal:
        terminal.until("Flood", "ctrl+q").press("t")
        while not (tmp_path / "pid").exists():
            terminal.settle(0.05)
        if how == "ctrl+q":
            terminal.press(how)
        else:
            os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.exit_code() == (0 if how == "ctrl+q" else 130)
