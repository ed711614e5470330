"""Keys over a slow line while 10,000 lines a second stream: python -m benchmarks.slow_line [--stock] [--quick]

The terminal of 120x40 is at the end of a line of 100 kB/s with 25 ms each way, whose buffers hold 2 MiB, as those
of an SSH channel do. Every 300 ms Space pauses the stream, or lets it go on: from the key to the paint that says
so, at the far end, within 100 ms in 9 of 10 cases; 50 of them are the line's own. What waits in the line is told
beside it. --stock measures Textual's own driver, and judges nothing. Run it quietly: it takes times.
"""

from __future__ import annotations

import argparse
import os
import select
import sys
from collections import deque
from time import perf_counter

from benchmarks.log_pane import percentile
from benchmarks.pty_recorder import PtyRecorder
from benchmarks.terminal_bytes import DOWN, STREAM, Source, interface

RATE = 100_000
ONE_WAY = 0.025
HOLDS = 2 << 20
KEY_LIMIT_MS = 100
KEY_EVERY = 0.3
NEVER = 10.0
SPACE = b" "
STATUS, READY = b"\x1b[5n", b"\x1b[0n"


class SlowLine:
    """Both directions of a line before a terminal that answers; `text` is what has come to its far end."""

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self._there: deque[tuple[float, bytes]] = deque()
        self._back: deque[tuple[float, bytes]] = deque()
        self._free_at = 0.0
        self.text = b""
        self.received = self.most_waiting = self._waiting = 0

    def press(self, keys: bytes) -> float:
        """Type keys at the far end; return when."""
        now = perf_counter()
        self._back.append((now + ONE_WAY, keys))
        return now

    def until(self, mark: bytes, limit: float) -> float:
        """Let the line run until what is said comes out of it, or for so many seconds; return when it did."""
        begin = len(self.text) if mark else 0
        end = perf_counter() + limit
        while (now := perf_counter()) < end:
            self._run(now)
            if mark and mark in self.text[max(0, begin - len(mark)) :]:
                return perf_counter()
        return end

    def _run(self, now: float) -> None:
        while self._back and self._back[0][0] <= now:
            os.write(self._terminal, self._back.popleft()[1])
        while self._there and self._there[0][0] <= now:
            _, piece = self._there.popleft()
            self._waiting -= len(piece)
            asked = (self.text[-len(STATUS) + 1 :] + piece).count(STATUS)
            self.text += piece
            self.received += len(piece)
            if asked:
                self._back.append((now + ONE_WAY, READY * asked))
        readable = [self._terminal] if self._waiting < HOLDS else []
        if select.select(readable, [], [], 0.001)[0]:
            piece = os.read(self._terminal, 1 << 14)
            for start in range(0, len(piece), 512):
                # The line carries a packet after the other.
                part = piece[start : start + 512]
                self._free_at = max(self._free_at, perf_counter()) + len(part) / RATE
                self._there.append((self._free_at + ONE_WAY, part))
                self._waiting += len(part)
        self.most_waiting = max(self.most_waiting, self._waiting)


def measure(terminal: PtyRecorder, count: int) -> tuple[list[float], SlowLine, float]:
    """Return the seconds of each key, the line, and the bytes a second that it carried."""
    line = SlowLine(terminal.fileno)
    line.until(b"Connection-09", 20)
    line.until(b"", 1.0)
    line.press(DOWN)
    line.until(b"", 0.5)
    line.press(STREAM)
    line.until(b"streaming", 10)
    line.until(b"", 2.0)
    began, before = perf_counter(), line.received
    times = []
    for number in range(count):
        pressed = line.press(SPACE)
        times.append(line.until(b"paused" if number % 2 == 0 else b"streaming", NEVER) - pressed)
        line.until(b"", KEY_EVERY)
    return times, line, (line.received - before) / (perf_counter() - began)


def main() -> int:
    """Measure and judge; exit 1 where the keys are late."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stock", action="store_true", help="Textual's own driver")
    parser.add_argument("--quick", action="store_true", help="a fifth of the keys")
    arguments = parser.parse_args()
    source = Source()
    with interface(source.port, *(["--driver", "stock"] if arguments.stock else [])) as terminal:
        times, line, rate = measure(terminal, 12 if arguments.quick else 60)
    p90 = percentile(times, 0.9)
    print(
        f"key to paint p50 {percentile(times, 0.5):.0f}  p90 {p90:.0f} (at most {KEY_LIMIT_MS})"
        f"  max {max(times) * 1000:.0f} ms  (n={len(times)})"
    )
    print(f"{rate / 1000:.1f} kB/s used, at most {line.most_waiting / 1000:.1f} kB waiting in the line")
    return 0 if arguments.stock or p90 <= KEY_LIMIT_MS else 1


if __name__ == "__main__":
    sys.exit(main())
