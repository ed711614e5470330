"""Keys while a source without a pace streams into the pane: python -m benchmarks.unpaced_stream [--quick]

The interface streams from a server that writes as fast as it is read, on a terminal of 120x40. Every 150 ms Space
is pressed, until the counters say paused, and again, until they say streaming: within 50 ms in 99 of 100 cases.
Then F1 opens the help a few times: nothing is drawn behind it, so no byte comes while it is open. The yardstick is
the same screen with 40 events a second. --quick presses a fifth of the keys.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.log_pane import percentile
from benchmarks.pty_recorder import PtyRecorder
from benchmarks.streaming import server

KEY_LIMIT_MS = 50
KEY_EVERY = 0.15
NEVER = 3.0
F1, ESCAPE, SPACE, STREAM, QUIT = b"\x1bOP", b"\x1b[27u", b" ", b"s", b"\x11"
HELPS = 5


@dataclass
class Figures:
    """What one run gave: seconds until a key was seen, and the bytes that were drawn behind the help."""

    pauses: list[float] = field(default_factory=list)
    resumes: list[float] = field(default_factory=list)
    helps: list[float] = field(default_factory=list)
    drawn_behind: int = 0


@contextmanager
def interface(path: str, port: int) -> Iterator[PtyRecorder]:
    """Run the interface on one connection, streaming `path`."""
    with tempfile.TemporaryDirectory() as folder:
        text = f"name: Unpaced\nbase_url: http://127.0.0.1:{port}\ntest_path: {path}\n"
        (Path(folder) / "unpaced.yaml").write_text(text)
        argv = [sys.executable, "-m", "integrator_tui", "--workspace", folder]
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "LANG": "C.UTF-8"}
        terminal = PtyRecorder(argv, environment)
        terminal.drain(2)
        terminal.press(STREAM)
        terminal.drain(1)
        yield terminal
        terminal.press(QUIT)
        terminal.close()


def measure(path: str, port: int, count: int) -> Figures:
    """Pause the stream of `path` and let it go on `count` times, and open the help over it."""
    figures = Figures()
    with interface(path, port) as terminal:
        for _ in range(count):
            figures.pauses.append(terminal.seconds_until(b"paused", terminal.press(SPACE), NEVER))
            terminal.drain(KEY_EVERY)
            figures.resumes.append(terminal.seconds_until(b"streaming", terminal.press(SPACE), NEVER))
            terminal.drain(KEY_EVERY)
        for _ in range(HELPS):
            figures.helps.append(terminal.seconds_until(b"This screen", terminal.press(F1), NEVER))
            terminal.drain(2 * KEY_EVERY)
            before = terminal.received
            terminal.drain(4 * KEY_EVERY)
            figures.drawn_behind += terminal.received - before
            terminal.press(ESCAPE)
            terminal.drain(2 * KEY_EVERY)
    return figures


def show(title: str, figures: Figures) -> None:
    """Print one line of the table."""
    for name, keys in (("pause", figures.pauses), ("resume", figures.resumes), ("F1", figures.helps)):
        middle, worst = percentile(keys, 0.5), percentile(keys, 0.99)
        print(f"{title:8} {name:6} p50 {middle:6.1f} ms  p99 {worst:6.1f} ms  (n={len(keys)})")
    print(f"{title:8} {figures.drawn_behind:,} bytes drawn behind the help")


def main() -> int:
    """Measure both; exit 1 where the keys are late or something is drawn behind the help."""
    count = 20 if "--quick" in sys.argv else 100
    with server() as port:
        show("paced", measure("/clock/100000", port, count))
        unpaced = measure(f"/bytes/{10**12}", port, count)
        show("unpaced", unpaced)
    p99 = percentile([*unpaced.pauses, *unpaced.resumes], 0.99)
    print(f"key p99 {p99:.1f} ms (at most {KEY_LIMIT_MS})")
    return 0 if p99 <= KEY_LIMIT_MS and not unpaced.drawn_behind else 1


if __name__ == "__main__":
    sys.exit(main())
