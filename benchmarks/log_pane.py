"""The log pane under a stream, beside Textual's own Log and RichLog: python -m benchmarks.log_pane [--quick]

1,000,000 lines (100,000 with --quick) of about 95 bytes are streamed at 10,000 a second into a log on a terminal
of 120x40, while a key is typed every 150 ms into an input above it. A key's time is that from writing it to
reading the output in which its letter was painted; a letter that never came counts as 3 s. The second half of
our pane's stream is for its own keys: Home, until the pane says that it was scrolled, and End. Memory is what
the process holds after the stream less what it held before. RichLog cannot keep up: it gets a tenth of the lines.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from time import perf_counter

from benchmarks.pty_recorder import PtyRecorder

RATE = 10_000
LETTERS = "абвгдежзиклмнопрстуфхцчшщъыьэюя"
KEY_EVERY = 0.15
NEVER = 3.0
KEY_LIMIT_MS = 100
MEMORY_LIMIT_MB = 100
START, TO_PANE, CLEAR_INPUT, QUIT = b"\x14", b"\x07", b"\x15", b"\x11"
HOME, END = b"\x1b[H", b"\x1b[F"


@dataclass
class Figures:
    """What one run gave: key times in seconds, the application's own account, bytes a second to the terminal."""

    letters: list[float] = field(default_factory=list)
    homes: list[float] = field(default_factory=list)
    account: dict[str, float] = field(default_factory=dict)
    bytes_a_second: float = 0.0


def percentile(values: list[float], share: float) -> float:
    """Return the value below which `share` of `values` lie, in milliseconds."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000


def type_letters(terminal: PtyRecorder, until: float, done: Path) -> list[float]:
    """Type letters, each of them seen once before it is typed again, until that time or the end of the stream."""
    times: list[float] = []
    for number, letter in enumerate(cycle(LETTERS)):
        if perf_counter() > until or done.exists():
            return times
        if number % len(LETTERS) == 0:
            terminal.press(CLEAR_INPUT)
            terminal.drain(KEY_EVERY)
        mark = letter.encode()
        times.append(terminal.seconds_until(mark, terminal.press(mark), NEVER))
        terminal.drain(KEY_EVERY)
    raise AssertionError("a cycle has no end")


def press_home(terminal: PtyRecorder, done: Path) -> list[float]:
    """Press Home and End on the pane until the stream ends."""
    times: list[float] = []
    terminal.press(TO_PANE)
    terminal.drain(0.5)
    while not done.exists():
        times.append(terminal.seconds_until(b"scrolled", terminal.press(HOME), NEVER))
        terminal.drain(KEY_EVERY)
        terminal.press(END)
        terminal.drain(0.7)
    return times


def measure(kind: str, count: int) -> Figures:
    """Run the application with one kind of log and press keys while it streams."""
    figures = Figures()
    with tempfile.TemporaryDirectory() as folder:
        done, account = Path(folder) / "done", Path(folder) / "account.json"
        argv = [sys.executable, "-m", "benchmarks.log_pane_app", kind, str(count), folder]
        terminal = PtyRecorder(argv, {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"})
        terminal.drain(3)
        began, before = terminal.press(START), terminal.received
        ours = kind == "LogPane"
        figures.letters = type_letters(terminal, began + count / RATE * (0.5 if ours else 100), done)
        if ours:
            figures.homes = press_home(terminal, done)
        figures.bytes_a_second = (terminal.received - before) / (perf_counter() - began)
        while not account.exists() and not terminal.ended:
            terminal.drain(0.2)
        terminal.press(QUIT)
        terminal.close()
        figures.account = json.loads(account.read_text())
    return figures


def show(kind: str, count: int, figures: Figures) -> None:
    """Print one line of the table."""
    keys = figures.letters
    print(
        f"{kind:8} {count:>9,} lines  {figures.account['achieved']:>7,.0f}/s"
        f"  key p50 {percentile(keys, 0.5):6.1f}  p99 {percentile(keys, 0.99):7.1f} ms (n={len(keys)})"
        f"  memory +{figures.account['added_mb']:6.1f} MB  {figures.bytes_a_second / 1000:6.1f} kB/s written"
    )


def main() -> int:
    """Measure all three and say whether our pane keeps within its limits; exit 1 where it does not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="100,000 lines")
    parser.add_argument("--only", choices=["LogPane", "Log", "RichLog"], help="one of the three")
    arguments = parser.parse_args()
    lines = 100_000 if arguments.quick else 1_000_000
    counts = {"LogPane": lines, "Log": lines, "RichLog": lines // 10}
    results: dict[str, Figures] = {}
    for kind, count in counts.items():
        if arguments.only in {None, kind}:
            results[kind] = measure(kind, count)
            show(kind, count, results[kind])
    return judge(results, lines) if "LogPane" in results else 0


def judge(results: dict[str, Figures], lines: int) -> int:
    """Print our pane's figures against its limits and, where it ran, against Log's."""
    ours = results["LogPane"]
    account = ours.account
    p99 = max(percentile(ours.letters, 0.99), percentile(ours.homes, 0.99))
    whole = account["there"] + account["dropped"] == lines and not account["wrong"]
    print(
        f"LogPane's own keys: p50 {percentile(ours.homes, 0.5):.1f}  p99 {percentile(ours.homes, 0.99):.1f} ms"
        f" (n={len(ours.homes)})"
    )
    print(f"key p99 {p99:.1f} ms (at most {KEY_LIMIT_MS})")
    print(f"memory +{account['added_mb']:.1f} MB (at most {MEMORY_LIMIT_MB})")
    print(f"lines there {account['there']:,.0f}, dropped {account['dropped']:,.0f}, wrong {account['wrong']:.0f}")
    if "Log" in results:
        log = results["Log"]
        keys = percentile(ours.letters, 0.99) / percentile(log.letters, 0.99)
        memory = account["added_mb"] / max(0.1, log.account["added_mb"])
        written = ours.bytes_a_second / log.bytes_a_second
        print(f"LogPane to Log: key p99 {keys:.2f}x, memory {memory:.2f}x, bytes to the terminal {written:.2f}x")
    return 0 if p99 <= KEY_LIMIT_MS and account["added_mb"] <= MEMORY_LIMIT_MB and whole else 1


if __name__ == "__main__":
    sys.exit(main())
