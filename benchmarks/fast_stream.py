"""A source of 110,000 lines a second in the stream pane: python -m benchmarks.fast_stream [--stock] [--quick]

The interface, on a terminal of 120x40 that takes everything, streams 1,100,000 random lines of 47 bytes from a
server in another process, over ten seconds. Until the pane says that all were received: at least 99,000 a second.
Run it quietly: it takes times. --quick sends for three seconds.
"""

from __future__ import annotations

import argparse
import os
import random
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from time import perf_counter

from benchmarks.pty_recorder import PtyRecorder
from benchmarks.terminal_bytes import HEAD, STREAM, WORDS, interface, settled

RATE = 110_000
LEAST = 99_000
TICK = 0.01


def serve(listener: socket.socket, lines: int) -> None:
    """Answer each request with so many lines, at the rate."""
    pick = random.Random(5)
    ready = [(" ".join(pick.choices(WORDS, k=8)) + "\n").encode() for _ in range(10_000)]
    while True:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                head += connection.recv(1 << 16)
            connection.sendall(HEAD % b"text/plain")
            began, sent = perf_counter(), 0
            while sent < lines:
                due = min(lines, int((perf_counter() - began) * RATE))
                connection.sendall(b"".join(ready[number % len(ready)] for number in range(sent, due)))
                sent = due
                time.sleep(TICK)


def measure(lines: int, options: list[str]) -> tuple[float, float, float]:
    """Return lines a second, the share of a core that the interface took, and bytes a second to its terminal."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        if (server := os.fork()) == 0:
            serve(listener, lines)
            os._exit(0)
        try:
            with interface(port, *options) as terminal:
                settled(terminal, 1.5)
                before, spent = terminal.received, processor_seconds(terminal)
                began = terminal.press(STREAM)
                # The counters say so where all are there.
                seconds = terminal.seconds_until(b"closed", began, 10 * lines / RATE)
                return (
                    lines / seconds,
                    (processor_seconds(terminal) - spent) / seconds,
                    (terminal.received - before) / seconds,
                )
        finally:
            os.kill(server, 9)
            os.waitpid(server, 0)


def processor_seconds(terminal: PtyRecorder) -> float:
    """Return the processor time of the interface so far (proc(5), utime and stime)."""
    fields = Path(f"/proc/{terminal.process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Measure and judge; exit 1 where too few lines were taken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stock", action="store_true", help="Textual's own driver")
    parser.add_argument("--quick", action="store_true", help="three seconds")
    arguments = parser.parse_args()
    lines = RATE * (3 if arguments.quick else 10)
    rate, share, written = measure(lines, ["--driver", "stock"] if arguments.stock else [])
    print(
        f"{rate:,.0f} lines a second (at least {LEAST:,}), {share:.0%} of a core, {written / 1000:.1f} kB/s written"
    )
    return 0 if arguments.stock or rate >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
