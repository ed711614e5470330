"""A terminal that sends what nobody typed: the interface goes on, and no key is pressed by what is none."""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal
from tests.tui.textual_fixes.test_terminal_input import ANSWERS

BYTES = int(os.environ.get("INTEGRATOR_TUI_PTY_BYTES", "1500"))
NAMES = ("Billing", "Orders", "Stock")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    work = tmp_path / "work"
    work.mkdir()
    for name in NAMES:
        (work / f"{name.lower()}.yaml").write_text(f"name: {name}\nbase_url: http://127.0.0.1:9\n")
    environment = {"HOME": str(tmp_path), "TERM": "xterm-256color", "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "integrator_tui", "--workspace", str(work)]
    with Terminal(command, environment=environment, directory=tmp_path) as terminal:
        yield terminal.until(*NAMES, "Method", "ctrl+q").settle()


def leaves(terminal: Terminal) -> bool:
    """Press ctrl+q behind all that was sent, answer what it asks, and say whether the program ended by that."""
    # Whatever is open ends: a paste by its mark, anything else by Escape.
    terminal.send(b"\x1b[201~\x1b[201~\x11")
    deadline = time.monotonic() + max(60.0, BYTES / 50)
    while time.monotonic() < deadline and not terminal.has_ended:
        terminal.settle(0.1)
        if "Unsaved changes" in terminal.text:
            terminal.press("right", "enter")
    return terminal.has_ended and terminal.exit_code() == 0


def test_answers_in_bytes_press_no_key(terminal: Terminal) -> None:
    before = terminal.text
    for answer in ANSWERS.values():
        for at in range(len(answer)):
            terminal.send(answer[at : at + 1])
    assert terminal.settle().text == before
    terminal.press("down").until("  Orders")
    assert leaves(terminal)


def test_bytes_that_are_no_text_change_nothing(terminal: Terminal) -> None:
    before = terminal.text
    terminal.send(bytes(byte | 0x80 for byte in random.Random(3).randbytes(BYTES)))
    assert terminal.settle(0.5).text == before
    assert leaves(terminal)


def test_any_bytes_do_not_end_it(terminal: Terminal) -> None:
    terminal.send(random.Random(4).randbytes(BYTES).replace(b"\x11", b""))
    assert not terminal.has_ended
    assert leaves(terminal)


def test_a_size_that_no_terminal_has_is_not_believed(terminal: Terminal) -> None:
    terminal.resize(65535, 65535).settle()
    assert leaves(terminal)
