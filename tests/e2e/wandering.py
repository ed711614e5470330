"""Wandering through the program on a real terminal: any keys, sizes, stops and answers, and what is seen compared.

What the terminal shows is compared with the frame that Textual would paint of the same moment; the program tells
that frame in a file where it gets SIGUSR2. `python -m tests.e2e.wandering FIRST END STEPS` wanders for longer.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from integrator_tui.demo.exchange import Addresses
from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.demo.workspace import fill
from tests.e2e.terminal import KEYS, Terminal
from tests.tui.terminal_output.emulator import Emulator

PROGRAM = """
import asyncio, json, os, signal, socket, sys, zlib
from textual._context import visible_screen_stack
from integrator_tui.cli.process import entry
from integrator_tui.tui.terminal_output.cells import split
from integrator_tui.tui.textual_fixes.lean_app import LeanApp

path = sys.argv.pop(1)

def text_of(strip):
    told = ""
    for segment in strip:
        cells, _, first = split(segment.text)
        # What combines has nothing before it at the beginning of a row.
        told += (first if told else "") + "".join(cells)
    return told.rstrip()

def told(app):
    screen = app.screen
    if screen._layout_required or screen._dirty_widgets or screen._repaint_required:
        return
    visible_screen_stack.set(app._background_screens)
    writer = app._driver._writer
    said = {
        "screen": type(screen).__name__,
        "stale": sorted(writer.stale),
        "pens": [
            zlib.crc32(repr([(sorted(pen.attributes), pen.ink, pen.paper) for pen in row]).encode())
            for row in writer._wanted.pens
        ],
        "lines": [
            text_of(strip) for strip in screen._compositor.render_strips()
        ],
        "wanted": ["".join(glyph or "" for glyph in row).rstrip() for row in writer._wanted.glyphs],
    }
    with open(path + ".new", "w") as file:
        json.dump(said, file)
    os.rename(path + ".new", path)

ready = LeanApp._ready

async def starting(app):
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR2, told, app)
    await ready(app)

LeanApp._ready = starting
resolve = socket.getaddrinfo

def here(host, *rest, **more):
    # What is typed at random may be an address.
    if host not in ("127.0.0.1", "localhost", "::1"):
        raise socket.gaierror(socket.EAI_NONAME, "loopback only")
    return resolve(host, *rest, **more)

socket.getaddrinfo = here
entry()
"""
"""The program, which writes what it has on its screen to the file that is its first argument."""

_MORE_KEYS: Mapping[str, str] = {
    **KEYS,
    "f2": "\x1bOQ", "f3": "\x1bOR", "f4": "\x1bOS", "f5": "\x1b[15~", "f6": "\x1b[17~", "f7": "\x1b[18~",
    "f8": "\x1b[19~", "f9": "\x1b[20~", "delete": "\x1b[3~",
}  # fmt: skip
_WALKING = (
    *("down", "up", "pagedown", "pageup", "home", "end", "right", "left", "tab", "shift+tab", "enter") * 2,
    *("escape",) * 12,
)
_OPENING = (
    *"naetsdrxcmRKVWTEO/ ALuHgGjkbhmywfFqP|<>", "!", "f1", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "ctrl+p",
    "ctrl+r", "ctrl+s", "ctrl+t", "ctrl+z", "ctrl+y", "delete",
)  # fmt: skip
_ACTIONS = (
    "Operation: Open orders", "Operation: Echo", "Preview", "Request", "Fleet", "Stream", "Edit", "New operation",
    "Edit operation", "Test all", "Token", "Test",
)  # fmt: skip
_TYPED = ("demo-secret", "漢字", "é", "orders", "x", "{{a}}", "body.items", "e\u0301", "👍🏽")


REDRAWN = 0.3
"""How often what is seen is compared with the same painted once more, too."""


class Wanderer:
    """Uses one program; `differences` are what was seen and should not be."""

    def __init__(self, seed: int, folder: Path, addresses: Addresses) -> None:
        self.pick = random.Random(seed)
        self.seed = seed
        self.folder = folder
        self.differences: list[str] = []
        self.screens: set[str] = set()
        self.done: list[str] = []
        self.waited = 0
        """How often rows that said the same already waited to be sent."""
        work = folder / "work"
        fill(work, addresses)
        (work / "broken.yaml").write_text("name: Brök漢字n\nbase_url: [\n")
        self.terminal = Wandered(
            [sys.executable, "-c", PROGRAM, str(folder / "told"), "--workspace", str(work)],
            environment={
                "HOME": str(folder), "TERM": "xterm-256color", "PATH": os.environ["PATH"], "LANG": "C.UTF-8",
                "PAGER": "sh -c 'cat; printf \"pager %s\" $$'",
                "EDITOR": f"{sys.executable} -c 'print(\"editor\\n\" * 40)'",
                "PYTHONPATH": os.getcwd(),
            },
            directory=folder,
        )  # fmt: skip
        self.terminal.pick = self.pick

    def step(self) -> bool:
        """Do something and compare; return whether the program still runs."""
        terminal, pick = self.terminal, self.pick
        chance = pick.random()
        if chance < 0.04:
            for _ in range(pick.choice((1, 2))):
                sizes = {(80, 24), (120, 40), (50, 12), (100, 30)} - {(terminal.columns, terminal.rows)}
                size = pick.choice(sorted(sizes))
                self._note(f"resize {size}")
                terminal.resize(*size)
                terminal.columns, terminal.rows = size
                terminal.emulator.resize(*size)
        elif chance < 0.07:
            self._note("stop")
            os.kill(terminal.pid, signal.SIGTSTP)
            terminal.until_stopped()
            terminal.garble_all()
            os.kill(terminal.pid, signal.SIGCONT)
        elif chance < 0.12:
            terminal.answering = pick.choice(("yes", "yes", "late", "lost", "twice"))
            self._note(f"answers {terminal.answering}")
        elif chance < 0.3:
            self._go(pick.choice(_ACTIONS))
        else:
            for _ in range(pick.choice((1, 1, 2, 3, 6))):
                self._press()
                if pick.random() < 0.5:
                    terminal.settle(pick.choice((0.0, 0.02, 0.1, 0.3)))
        self._compare()
        return not terminal.has_ended

    def _note(self, what: str) -> None:
        self.done.append(what)

    def _press(self) -> None:
        pick = self.pick
        chance = pick.random()
        self._type(pick.choice(_TYPED if chance < 0.1 else _WALKING if chance < 0.6 else _OPENING))

    def _type(self, key: str) -> None:
        self._note(key)
        with suppress(OSError):  # the program has ended
            os.write(self.terminal._master, _MORE_KEYS.get(key, key).encode())
        if key == "escape":
            self.terminal.settle(0.12)

    def _go(self, name: str) -> None:
        """Run an action by its name, from the main screen where nothing is unsaved."""
        for key in (*["escape"] * 3, "ctrl+p", name, "enter"):
            self._type(key)

    def _compare(self) -> None:
        told, ours = self._told(), list[str]()
        for _ in range(12):
            if told is None:
                return
            self.screens.add(told["screen"])
            ours = self.terminal.emulator.lines
            # Rows that wait for an answer are seen in other colours than they will be, though they say the same.
            if ours == told["lines"] and told["stale"]:
                self.waited += 1
            if ours == told["lines"] and not told["stale"]:
                if self.pick.random() < REDRAWN:
                    self._compare_redrawn(told)
                return
            # Something goes on, as a clock does.
            self.terminal.settle(0.3)
            told = self._told()
        assert told is not None
        wrong = [
            f"    row {y}: {a!r}\n     not {b!r}"
            for y, (a, b) in enumerate(zip(ours, told["lines"], strict=False))
            if a != b
        ]
        what = f"writer knows: {told['wanted'] == told['lines']}, stale: {told['stale']}"
        last = " ".join(self.done[-25:])
        self.differences.append(f"seed {self.seed}, {told['screen']}, {what}, after {last}:\n" + "\n".join(wrong))
        os.kill(self.terminal.pid, signal.SIGCONT)
        self.terminal.settle(0.5)

    def _compare_redrawn(self, told: dict[str, Any]) -> None:
        """Compare all that is seen, colours too, with what is seen when everything is painted once more."""
        terminal = self.terminal
        before = [list(row) for row in terminal.emulator.cells]
        terminal.garble_all()
        os.kill(terminal.pid, signal.SIGCONT)
        for _ in range(12):
            # A terminal that answers late is waited for.
            again = self._told()
            if again is None or (terminal.emulator.lines == told["lines"] and not again["stale"]):
                break
        after = terminal.emulator.cells
        if again is None or again["lines"] != told["lines"] or again["pens"] != told["pens"] or before == after:
            # It has ended, or goes on to something else.
            return
        wrong = [f"row {y}: {told['lines'][y]!r}" for y in range(terminal.rows) if before[y] != after[y]]
        last = " ".join(self.done[-25:])
        cells = [
            (y, x, before[y][x], after[y][x])
            for y in range(terminal.rows)
            for x in range(terminal.columns)
            if before[y][x] != after[y][x]
        ]
        what = f"stale before: {told['stale']}, after: {again['stale']}, {len(cells)} cells, the first {cells[0]}"
        where = f"seed {self.seed}, {told['screen']}, redrawn, {what}, after {last}:"
        self.differences.append(where + "\n" + "\n".join(wrong))

    def _told(self) -> dict[str, Any] | None:
        """Return what the program has on its screen once it is quiet, None where it has ended."""
        terminal, path = self.terminal, self.folder / "told"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            terminal.settle(0.15)
            path.unlink(missing_ok=True)
            if terminal.has_ended:
                return None
            os.kill(terminal.pid, signal.SIGUSR2)
            until = time.monotonic() + 1.5
            while not path.exists() and time.monotonic() < until:
                terminal._read(time.monotonic() + 0.02)
            if path.exists():
                terminal.settle(0.05)
                return dict(json.loads(path.read_text()))
        return None


class Wandered(Terminal):
    """A terminal that answers in time, late, twice or not at all, as `answering` says."""

    answering = "yes"
    pick: random.Random

    def __init__(self, *arguments: object, **options: object) -> None:
        self.emulator = Emulator("xterm-256color", 80, 24)
        self._owed = 0
        super().__init__(*arguments, answers_status=False, **options)  # type: ignore[arg-type]

    def until_stopped(self) -> None:
        """Read until the process is stopped, as a shell waits for it (proc(5), state)."""
        deadline = time.monotonic() + 60
        while Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
            assert time.monotonic() < deadline, "the process does not stop"
            self._read(time.monotonic() + 0.02)
        self.settle(0.05)

    def garble_all(self) -> None:
        self.emulator.resize(self.columns, self.rows)

    def _answer(self, data: bytes) -> None:
        self.emulator.feed_bytes(data)
        asked = len(self.emulator.answers)
        self.emulator.answers.clear()
        os.write(self._master, "".join(self.emulator.reports).encode())
        self.emulator.reports.clear()
        times = {"lost": 0, "twice": 2 * asked, "late": self._owed}.get(self.answering, asked + self._owed)
        self._owed = asked if self.answering == "late" else 0
        os.write(self._master, b"\x1b[0n" * times)
        super()._answer(data.replace(b"\x1b[5n", b""))


def wander(seed: int, steps: int, folder: Path, addresses: Addresses) -> Wanderer:
    """Take so many steps, and return what was seen."""
    wanderer = Wanderer(seed, folder, addresses)
    with wanderer.terminal as terminal:
        terminal.until("New Connection")
        for _ in range(steps):
            if not wanderer.step():
                break
    return wanderer


def main(first: int, end: int, steps: int) -> None:
    """Wander with each seed, and tell what was seen."""
    with tempfile.TemporaryDirectory() as name, ThreadedDemoServer(Path(name)) as server:
        for seed in range(first, end):
            with tempfile.TemporaryDirectory() as folder:
                seen = wander(seed, steps, Path(folder), server.addresses)
            found = [f"seed {seed}: {len(seen.done)} acts on {', '.join(sorted(seen.screens))}", *seen.differences]
            sys.stdout.write("\n".join(found) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
