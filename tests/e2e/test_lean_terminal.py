"""The lean driver on a real terminal: whatever that answers, what is wanted is shown in the end."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal
from tests.tui.terminal_output.emulator import Emulator

Start = Callable[..., Terminal]

FAILING = """
import sys
from integrator_tui.tui.terminal_output.screen_writer import ScreenWriter
frame, count = ScreenWriter.frame, 0
def failing(self, rows):
    global count
    count += 1
    if count > 3:
        raise ZeroDivisionError("a value that nobody may see")
    return frame(self, rows)
ScreenWriter.frame = failing
from integrator_tui.cli.process import entry
entry()
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    work = tmp_path / "work"
    work.mkdir()
    for number in range(8):
        text = f"name: Connection-{number}\nbase_url: http://127.0.0.1:9\ntest_path: /{number}\n"
        (work / f"{number}.yaml").write_text(text)
    environment = {"HOME": str(tmp_path), "TERM": "xterm-256color", "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    running: list[Terminal] = []

    def begin(
        *options: str,
        program: tuple[str, ...] = ("-m", "integrator_tui"),
        answers_status: bool = True,
        term: str = "",
        size: tuple[int, int] = (80, 24),
    ) -> Terminal:
        command = [sys.executable, *program, "--workspace", str(work), *options]
        used = {**environment, "TERM": term} if term else environment
        terminal = Terminal(
            command,
            environment=used,
            directory=tmp_path,
            columns=size[0],
            rows=size[1],
            answers_status=answers_status,
        )
        running.append(terminal)
        return terminal.until("Connection-7", "Method", "ctrl+q")

    yield begin
    for terminal in running:
        terminal.__exit__(None, None, None)


def used(terminal: Terminal) -> None:
    """Move, open the help and close it, and leave."""
    for number in range(1, 8):
        terminal.press("down").until(f"{number}.yaml")
    terminal.press("f1").until("This screen").press("escape").until_gone("This screen")
    terminal.press("ctrl+q")
    assert terminal.exit_code(2.0) == 0


def test_each_frame_asks_for_the_status_and_is_small(start: Start) -> None:
    terminal = start()
    before = len(terminal.settle().recording)
    terminal.press("down").until("1.yaml").settle()
    sent = bytes(terminal.recording[before:])
    assert b"\x1b[5n" in sent
    assert len(sent) < 300
    used_before = terminal.modes()
    terminal.press("up").until("0.yaml")
    used(terminal)
    assert terminal.modes() != used_before
    assert b"\x1b[r\x1b[m" in terminal.recording


def test_a_terminal_that_never_answers_is_used_all_the_same(start: Start) -> None:
    used(start(answers_status=False))


def test_answers_that_nobody_asked_for_press_no_key(start: Start) -> None:
    terminal = start(answers_status=False)
    terminal.send(b"\x1b[0n\x1b[3n\x1b[0n" * 50)
    used(terminal)


def test_answers_that_are_cut_press_no_key(start: Start) -> None:
    terminal = start()
    for piece in (b"\x1b", b"[", b"0", b"n", b"\x1b[", b"0n\x1b", b"[0n"):
        terminal.send(piece)
    used(terminal)


def test_after_many_sizes_everything_is_shown(start: Start) -> None:
    terminal = start()
    for columns, rows in ((40, 10), (120, 40), (80, 24), (50, 12), (80, 24)):
        terminal.resize(columns, rows)
        terminal.press("down")
    terminal.settle()
    terminal.send(b"\x1b[0n")
    used_rows = [f"Connection-{number}" for number in range(8)]
    terminal.until(*used_rows)


def test_what_others_wrote_on_the_screen_is_painted_over(start: Start) -> None:
    terminal = start().settle().garble()
    terminal.press("ctrl+l")
    terminal.until(*(f"Connection-{number}" for number in range(8)), "Base URL", "ctrl+q").until_gone("#")
    used(terminal)


def test_an_error_of_the_driver_ends_it_and_the_stock_one_goes_on(start: Start) -> None:
    terminal = start(program=("-c", FAILING))
    terminal.press("down", "down", "down")
    terminal.until("the lean driver met an error of its own", "(ZeroDivisionError); the stock driver goes on")
    assert "a value" not in terminal.text
    terminal.press("f1").until("This screen").press("escape").until_gone("This screen").press("ctrl+q")
    assert terminal.exit_code(2.0) == 0


def test_the_stock_driver_is_chosen_on_the_command_line_and_in_the_settings(start: Start, tmp_path: Path) -> None:
    terminal = start("--driver", "stock")
    assert b"\x1b[5n" not in terminal.recording
    used(terminal)
    settings = tmp_path / ".config/integrator-tui/settings.yaml"
    settings.parent.mkdir(parents=True)
    settings.write_text("driver: stock\n")
    assert b"\x1b[5n" not in start().recording
    assert b"\x1b[5n" in start("--driver", "lean").recording


def test_what_stopped_and_went_on_is_painted_in_full(start: Start) -> None:
    terminal = start()
    os.kill(terminal.pid, signal.SIGTSTP)
    terminal.settle()
    terminal.garble()
    os.kill(terminal.pid, signal.SIGCONT)
    terminal.until(*(f"Connection-{number}" for number in range(8)), "Base URL", "ctrl+q")
    used(terminal)


@pytest.mark.parametrize("term", ["screen", "linux", "vt100"])
def test_with_16_colours_the_theme_is_ansi(start: Start, term: str) -> None:
    terminal = start(term=term)
    terminal.settle()
    assert b"48;5;" not in terminal.recording
    assert b"48;2;" not in terminal.recording
    assert b"\x1b[41m" not in terminal.recording
    terminal.press("ctrl+p").until("Palette").type("Theme: dark").press("enter").until_gone("Theme:")
    used(terminal)


TERMS = ["xterm-256color", "screen", "tmux", "linux", "vt100"]
STOPS = (
    (("down", "down", "up"), "1.yaml"),
    (("f1",), "This screen"),
    (("end",), "Everywhere"),
    (("escape",), "-Esc closes"),
    (("ctrl+p",), "type the name"),
    (("escape",), "-type the name"),
    (("a",), "Duplicate"),
    (("escape",), "-Duplicate"),
    (("/",), "Connection-0"),
    (("7",), "Connection-7"),
    (("escape",), "Connection-0"),
    (("e",), "Update Connection"),
    (("end", *"漢é"), "unsaved"),
    (("tab", "tab", "pagedown", "pagedown"), "Read Timeout"),
    (("pageup",), "Update Connection"),
    (("f1",), "This screen"),
    (("escape",), "-Esc closes"),
    (("escape",), "Unsaved changes"),
)
"""Keys, and what is to be seen after them, or no more."""


def shown(terminal: Terminal, term: str) -> Emulator:
    """What a terminal of this kind shows of everything that was sent."""
    emulator = Emulator(term, terminal.columns, terminal.rows)
    emulator.feed(terminal.recording.decode())
    return emulator


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
@pytest.mark.parametrize("term", TERMS)
def test_both_drivers_show_the_same_on_the_screen(start: Start, term: str, size: tuple[int, int]) -> None:
    lean, stock = (start("--driver", driver, term=term, size=size) for driver in ("lean", "stock"))
    for keys, text in STOPS:
        for key in keys:
            for terminal in (lean, stock):
                terminal.press(key)
        for terminal in (lean, stock):
            terminal.until_gone(text[1:]) if text.startswith("-") else terminal.until(text)
        # What comes last is drawn a moment later, and the same is shown then.
        for _ in range(20):
            ours, theirs = shown(lean.settle(), term), shown(stock.settle(), term)
            if ours.cells == theirs.cells:
                break
        assert ours.lines == theirs.lines, keys
        assert ours.cells == theirs.cells, keys
