"""A pager ends with the program that lent it the terminal."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

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
