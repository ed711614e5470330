"""The terminal of these tests: it reads what is cut anywhere, and answers each question once."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.e2e.terminal import Terminal

PROGRAM = """
import os, tty
tty.setraw(0)
came = b""
for piece in (b"\\x1b[?2026", b"hOrders\\x1b[5", b"n\\x1b[5n"):
    os.write(1, piece)
    while not came.endswith(b"x"):
        came += os.read(0, 1)
    came = came[:-1]
while came.count(b"\\x1b[0n") < 2:
    came += os.read(0, 1)
os.write(1, b" answered %d" % came.count(b"\\x1b[0n"))
os.read(0, 1)
"""


def until_sent(terminal: Terminal, data: bytes) -> None:
    """Read until these bytes came."""
    deadline = time.monotonic() + 20
    while not terminal.recording.endswith(data):
        assert terminal._read(deadline), bytes(terminal.recording)


def test_a_sequence_that_is_cut_is_read_and_answered(tmp_path: Path) -> None:
    """Nothing of it is seen, and no text behind it is taken for a part of it."""
    with Terminal([sys.executable, "-c", PROGRAM], environment={}, directory=tmp_path) as terminal:
        until_sent(terminal, b"2026")
        terminal.press("x").until("Orders")
        until_sent(terminal, b"Orders\x1b[5")
        terminal.press("x")
        until_sent(terminal, b"n\x1b[5n")
        terminal.press("x").until("answered 2")
        assert terminal.lines[0] == "Orders answered 2"
