"""What is sent to a terminal of 120x40 in truecolor: python -m benchmarks.terminal_bytes [--stock] [--idle SECONDS]

Bytes until the first paint is whole, of a character in a field, of a cursor key in list and form, of a dialog that
opens, of an event of 30 characters in the stream pane, ten a second and their counters, of 10,000 random lines a
second, and of a minute in which nothing happens. vim, less and `tail -f` are measured beside it where they are
there. Bytes do not depend on how busy the machine is, but for the lines, whose figure is a rate. --stock measures
Textual's own driver, and judges nothing.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks.pty_recorder import PtyRecorder

LIMITS = {
    "first paint": 8000,
    "a character in a field": 100,
    "a cursor key in the list": 300,
    "a cursor key in the form": 300,
    "opening a dialog": 2000,
    "opening the help, a page of text": 6000,
    "an event in the stream pane": 150,
    "10,000 random lines a second, a second": 35_000,
    "idle": 0,
}
DOWN, UP, ESCAPE, F1, TAB = b"\x1b[B", b"\x1b[A", b"\x1b[27u", b"\x1bOP", b"\t"
PALETTE, EDIT, STREAM = b"\x10", b"e", b"s"
LINES_SECONDS = 4.0
EVENTS = 40
WORDS = [f"{word:05x}" for word in random.Random(1).sample(range(1 << 20), 4_000)]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nConnection: close\r\n\r\n"


def line(pick: random.Random) -> bytes:
    return (" ".join(pick.choices(WORDS, k=16))).encode()


class Source:
    """A server: /events gives an event for each `go`, /lines 10,000 random lines a second."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._events = threading.Semaphore(0)
        threading.Thread(target=self._serve, daemon=True).start()

    def go(self) -> None:
        """Send one event."""
        self._events.release()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        head = b""
        try:
            while b"\r\n\r\n" not in head:
                head += connection.recv(1 << 16)
            is_events = head.split(b" ", 2)[1] == b"/events"
            connection.sendall(HEAD % (b"text/event-stream" if is_events else b"text/plain"))
            self._feed_events(connection) if is_events else self._feed_lines(connection)
        except OSError:
            connection.close()

    def _feed_events(self, connection: socket.socket) -> None:
        pick = random.Random(3)
        while True:
            self._events.acquire()
            connection.sendall(b"event: order\ndata: " + b" ".join(line(pick).split()[:5]) + b"\n\n")

    def _feed_lines(self, connection: socket.socket) -> None:
        pick, began, sent = random.Random(2), time.perf_counter(), 0
        while True:
            due = int((time.perf_counter() - began) * 10_000)
            connection.sendall(b"".join(line(pick) + b"\n" for _ in range(due - sent)))
            sent = due
            time.sleep(0.01)


@contextmanager
def interface(port: int, *options: str) -> Iterator[PtyRecorder]:
    """Run the interface on ten connections, two of them streams, without waiting for its first paint."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(10):
            path = {0: "/events", 1: "/lines"}.get(number, f"/orders/{number}")
            text = f"name: Connection-{number:02d}\nbase_url: http://127.0.0.1:{port}\ntest_path: {path}\n"
            (Path(folder) / f"{number:02d}.yaml").write_text(text)
        argv = [sys.executable, "-m", "integrator_tui", "--workspace", folder, *options]
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "LANG": "C.UTF-8"}
        terminal = PtyRecorder(argv, environment)
        yield terminal
        terminal.kill()


def settled(terminal: PtyRecorder, quiet: float = 0.4) -> int:
    """Read until nothing came for a while; return the bytes that came."""
    before = terminal.received
    while True:
        now = terminal.received
        terminal.drain(quiet)
        if terminal.received == now or terminal.ended:
            return terminal.received - before


def pressed(terminal: PtyRecorder, *keys: bytes) -> int:
    """Return the median of the bytes that each of the keys causes."""
    sizes = []
    for key in keys:
        terminal.press(key)
        sizes.append(settled(terminal))
    return int(median(sizes))


def measured(options: list[str], idle: float) -> dict[str, float]:
    """Return the figures by their names."""
    source = Source()
    found: dict[str, float] = {}
    with interface(source.port, *options) as terminal:
        found["first paint"] = settled(terminal, 1.5)
        found["a cursor key in the list"] = pressed(terminal, *[DOWN] * 7)
        found["opening a dialog"] = pressed(terminal, PALETTE)
        pressed(terminal, ESCAPE)
        found["opening the help, a page of text"] = pressed(terminal, F1)
        pressed(terminal, ESCAPE, EDIT)
        found["a character in a field"] = pressed(terminal, *(b"%c" % c for c in b"qwertyuiop"))
        found["a cursor key in the form"] = pressed(terminal, *[TAB] * 7)
    with interface(source.port, *options) as terminal:
        settled(terminal, 1.5)
        at = terminal.press(STREAM)
        # A busy machine takes its time until it listens.
        terminal.seconds_until(b"streaming", at, 20)
        for _ in range(60):
            source.go()
        terminal.drain(3)
        before = terminal.received
        for _ in range(EVENTS):
            source.go()
            terminal.drain(0.1)
        found["an event in the stream pane"] = (terminal.received - before) / EVENTS
    with interface(source.port, *options) as terminal:
        settled(terminal, 1.5)
        if idle:
            before = terminal.received
            terminal.drain(idle)
            found["idle"] = terminal.received - before
        pressed(terminal, DOWN)
        terminal.press(STREAM)
        terminal.drain(1.5)
        before, began = terminal.received, time.perf_counter()
        terminal.drain(LINES_SECONDS)
        rate = (terminal.received - before) / (time.perf_counter() - began)
        found["10,000 random lines a second, a second"] = rate
    return found


def yardsticks() -> None:
    """Print what vim, less and tail -f take, where they are there."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lines.txt"
        pick = random.Random(4)
        file.write_bytes(b"".join(line(pick) + b"\n" for _ in range(1000)))
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "LANG": "C.UTF-8"}
        for argv, keys in ((["vim", "-u", "NONE", str(file)], b"ix"), (["less", str(file)], b"j")):
            if shutil.which(argv[0]):
                terminal = PtyRecorder(argv, environment)
                first = settled(terminal)
                print(f"{argv[0]:5} first paint {first:,}, a key {pressed(terminal, *(b'%c' % c for c in keys)):,}")
                terminal.kill()
        terminal = PtyRecorder(["tail", "-n", "0", "-f", str(file)], environment)
        settled(terminal)
        with file.open("ab") as more:
            more.write(line(pick) + b"\n")
        print(f"tail  a line {settled(terminal, 1.5):,}")
        terminal.kill()


def main() -> int:
    """Measure and judge; exit 1 where a figure is over its limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stock", action="store_true", help="Textual's own driver")
    parser.add_argument("--idle", type=float, default=60, metavar="SECONDS", help="how long nothing happens")
    arguments = parser.parse_args()
    options = ["--driver", "stock"] if arguments.stock else []
    found = measured(options, arguments.idle)
    for name, value in found.items():
        print(f"{name:40} {value:>9,.0f} bytes (at most {LIMITS[name]:,})")
    yardsticks()
    return 0 if arguments.stock or all(value <= LIMITS[name] for name, value in found.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
