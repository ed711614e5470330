"""A pager, and an editor, end with the program that lent them the terminal."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from integrator_tui.starting import end

FEED = """
import signal, sys
from integrator_tui.tui.flows.programs.pager import feed
signal.signal(signal.SIGTERM, signal.default_int_handler)
feed(["sh", "-c", sys.argv[1]], (str(number) for number in range(int(sys.argv[2]))))
"""


@pytest.mark.parametrize("lines", [1, 1_000_000], ids=["all was written", "it reads no more"])
@pytest.mark.parametrize("deaf", [False, True], ids=["ends", "does not want to"])
def test_a_pager_ends_with_the_program(tmp_path: Path, lines: int, deaf: bool) -> None:
    trap = "trap '' TERM; " if deaf else ""
    script = f"{trap}echo $$ > {tmp_path}/new && mv {tmp_path}/new {tmp_path}/pid; exec sleep 100"
    with subprocess.Popen([sys.executable, "-c", FEED, script, str(lines)], stderr=subprocess.DEVNULL) as program:
        while not (tmp_path / "pid").exists():
            assert program.poll() is None
        pager = os.pidfd_open(int((tmp_path / "pid").read_text()))
        try:
            program.send_signal(signal.SIGTERM)
            assert select.select([pager], [], [], 30)[0], "it went on"
        finally:
            os.close(pager)
            program.kill()


class _InterruptedAgain(subprocess.Popen[str]):
    """A program that a second signal comes for while it is waited for."""

    def wait(self, timeout: float | None = None) -> int:
        if timeout == WAITED:
            raise KeyboardInterrupt
        return super().wait(timeout)


WAITED = 71.0


def test_a_second_interrupt_leaves_no_program_that_does_not_want_to_end() -> None:
    words = ["sh", "-c", "trap '' TERM; echo deaf; exec sleep 100"]
    process = _InterruptedAgain(words, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None and process.stdout.readline() == "deaf\n"
        with pytest.raises(KeyboardInterrupt):
            end(process, WAITED)
        assert process.wait(30) == -signal.SIGKILL
    finally:
        process.kill()


EVERYWHERE = """
import subprocess, sys
from integrator_tui.tui.flows.programs.pager import feed
from integrator_tui.workspace.editing.editor_process import run_editor
made, popen = [], subprocess.Popen

def noted(*given, **named):
    made.append(popen(*given, **named))
    return made[-1]

subprocess.Popen = noted
names = []

# Where Python raises KeyboardInterrupt after a signal: where a function begins, or one written in C ended.
places = ("call", "c_return")

def counting(frame, event, _):
    if event in places:
        names.append(frame.f_code.co_name)

class Interrupting:
    def __init__(self, left):
        self.left = left

    def __call__(self, frame, event, _):
        self.left -= event in places
        if self.left < 0:
            sys.setprofile(None)
            raise KeyboardInterrupt

use = {"pager": lambda words: feed(words, ["one"]), "editor": run_editor}[sys.argv[1]]
sys.setprofile(counting)
use(["true"])
sys.setprofile(None)
left = []
for at in range(names.index("waited") + 3):
    made.clear()
    sys.setprofile(Interrupting(at))
    try:
        use(["sleep", "100"])
    except KeyboardInterrupt:
        left += [(at, names[at]) for process in made if process.poll() is None]
    for process in made:
        process.kill()
print(at, left)
"""


@pytest.mark.parametrize("use", ["pager", "editor"])
def test_none_is_left_running_wherever_an_interrupt_comes(use: str) -> None:
    done = subprocess.run([sys.executable, "-c", EVERYWHERE, use], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    count, _, left = done.stdout.partition(" ")
    assert int(count) > 20
    assert left == "[]\n"
