"""Wandering through the program on a real terminal: any keys, sizes, stops and answers, and what is seen compared.

What the terminal shows is compared with the frame that Textual would paint of the same moment; the program tells
that frame in a file where it gets SIGUSR2. `python -m tests.e2e.wandering SEEDS STEPS` wanders for longer.
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
from pathlib import Path

from integrator_tui.demo.exchange import Addresses
from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.demo.workspace import fill
from tests.e2e.terminal import KEYS, Terminal
from tests.tui.terminal_output.emulator import Emulator

PROGRAM = """
import json, os, signal, sys
from textual._compositor import visible_screen_stack
from integrator_tui.tui.textual_fixes.lean_app import LeanApp
from integrator_tui.tui.terminal_output.cells import split

def shown(app):
    screen = app.screen
    if not screen._compositor.size or screen._layout_required or screen._dirty_widgets or screen._repaint_required:
        return None
    visible_screen_stack.set(app._background_screens)
    writer = app._driver._writer
    return {
        "screen": type(screen).__name__,
        "stale": sorted(writer.stale),
        "lines": [
            "".join(glyph for segment in strip for glyph in split(segment.text)[0]).rstrip()
            for strip in screen._compositor.render_strips()
        ],
        "wanted": ["".join(glyph or "" for glyph in row).rstrip() for row in writer._wanted.glyphs],
    }

ready = LeanApp._ready
async def starting(app):
    import asyncio
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR2, told, app)
    await ready(app)
LeanApp._ready = starting
from integrator_tui.cli.process import entry
told_to, sys.argv[1:] = sys.argv[1], sys.argv[2:]
def told(app):
    said = shown(app)
    if said is not None:
        with open(told_to + ".new", "w") as file:
            json.dump(said, file)
        os.rename(told_to + ".new", told_to)
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
_TYPED = ("漢字", "é", "orders", "x", "{{a}}", "body.items", "e\u0301", "👍🏽")


class Wanderer:
    """Uses one program; `differences` are what was seen and should not be."""

    def __init__(self, seed: int, folder: Path, addresses: Addresses) -> None:
        self.pick = random.Random(seed)
        self.seed = seed
        self.folder = folder
        self.differences: list[str] = []
        self.screens: set[str] = set()
        self.done: list[str] = []
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
        if chance < 0.1:
            key = pick.choice(_TYPED)
        else:
            key = pick.choice(_WALKING if chance < 0.6 else _OPENING)
        self._note(key)
        os.write(self.terminal._master, _MORE_KEYS.get(key, key).encode())
        if key == "escape":
            self.terminal.settle(0.12)

    def _compare(self) -> None:
        for _ in range(12):
            told = self._told()
            if told is None:
                return
            self.screens.add(told["screen"])
            ours = self.terminal.emulator.lines
            if ours == told["lines"]:
                return
            self.terminal.settle(0.3)
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

    def _told(self) -> dict[str, list[str]] | None:
        """Return what the program has on its screen once it is quiet, None where it has ended."""
        terminal, path = self.terminal, self.folder / "told"
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not terminal.has_ended:
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
        deadline = time.monotonic() + 20
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


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name, ThreadedDemoServer(Path(name)) as server:
        for seed in range(int(sys.argv[1]), int(sys.argv[2])):
            with tempfile.TemporaryDirectory() as folder:
                began = time.monotonic()
                seen = wander(seed, int(sys.argv[3]), Path(folder), server.addresses)
                print(seed, len(seen.done), sorted(seen.screens), f"{time.monotonic() - began:.0f}s", flush=True)
                print("ended", seen.terminal._code, "last", seen.done[-5:], flush=True)
                for difference in seen.differences:
                    print(difference, flush=True)
