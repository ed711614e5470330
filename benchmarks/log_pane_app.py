"""The application that benchmarks/log_pane.py measures: an input above a log that lines are streamed into.

Ctrl+t starts the stream, ctrl+g gives our pane the focus. When all lines are there the file `done` appears in the
folder that the command line names; some seconds later, when nobody presses keys any more, the lines are read back
and what the application knows of itself is written to `account.json`.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.widgets import Input, Log, RichLog

from integrator_tui.model.stream import Opened, Received, StreamLine
from integrator_tui.tui.widgets.log.line_store import LineStore
from integrator_tui.tui.widgets.log.pane import LogPane

RATE = 10_000
TICK = 0.01
KEYS_END_WITHIN = 4.0
WORDS = [f"{word:05x}" for word in random.Random(1).sample(range(1 << 20), 4_000)]

Append = Callable[[Sequence[str]], Any]


def line(number: int, pick: random.Random) -> str:
    return f"line {number:07} {' '.join(pick.choices(WORDS, k=14))}"


def memory_mb() -> float:
    """Return the resident memory of this process in MiB."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


async def stream(count: int, append: Append) -> float:
    """Append `count` lines at RATE, every TICK as many as are due; return the lines a second that came about."""
    pick, began, sent = random.Random(2), perf_counter(), 0
    while sent < count:
        due = min(count, int((perf_counter() - began) * RATE))
        if due > sent:
            append([line(number, pick) for number in range(sent, due)])
        sent = due
        await asyncio.sleep(TICK)
    return count / (perf_counter() - began)


def kept(store: LineStore) -> dict[str, float]:
    """Read every line that is there, and count those that are not the one of their number; line 0 is a note."""
    wrong = 0
    for start in range(max(1, store.oldest), store.end, 1_000):
        for number, held in enumerate(store.get(start, 1_000), start - 1):
            wrong += not held.text.startswith(f"line {number:07} ")
    return {"there": store.end - max(1, store.oldest), "dropped": max(0, store.oldest - 1), "wrong": wrong}


class Measured(App[None]):
    """An input and one of the three logs."""

    BINDINGS: ClassVar[list[BindingType]] = [("ctrl+t", "start", "Start"), ("ctrl+g", "pane", "Pane")]

    def __init__(self, kind: str, count: int, folder: Path) -> None:
        super().__init__()
        self.pane, log, rich_log = LogPane(), Log(), RichLog()
        self.kind, self.count, self.folder = kind, count, folder
        self.log_widget = {"LogPane": self.pane, "Log": log, "RichLog": rich_log}[kind]
        appends: dict[str, Append] = {
            "LogPane": self.to_pane,
            "Log": log.write_lines,
            "RichLog": lambda lines: [rich_log.write(text) for text in lines],
        }
        self.append = appends[kind]

    def compose(self) -> ComposeResult:
        yield Input()
        yield self.log_widget

    def on_mount(self) -> None:
        field = self.query_one(Input)
        field.cursor_blink = False
        field.focus()

    def to_pane(self, lines: Sequence[str]) -> None:
        self.pane.take(Received(tuple(map(StreamLine, lines)), sum(map(len, lines))))

    def action_start(self) -> None:
        self.run_worker(self.measure())

    def action_pane(self) -> None:
        self.pane.focus_log()

    async def measure(self) -> None:
        if self.kind == "LogPane":
            self.pane.take(Opened(200, "OK", (), "text/plain", False, "http://127.0.0.1/"))
        before = memory_mb()
        told = {"achieved": await stream(self.count, self.append), "added_mb": memory_mb() - before}
        (self.folder / "done").touch()
        await asyncio.sleep(KEYS_END_WITHIN)
        if self.kind == "LogPane":
            told |= kept(self.pane.view.store)
        (self.folder / "account.part").write_text(json.dumps(told))
        (self.folder / "account.part").rename(self.folder / "account.json")


if __name__ == "__main__":
    Measured(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])).run()
