"""First paint of a 10-connection workspace in a pty, against a bare Textual hello-world. At most 1.6x.

    python -m benchmarks.first_paint

Time runs from before the process is spawned until the bytes that carry the last row's name (ours) or the
greeting (yardstick) have been read from the terminal.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

from benchmarks.paired import Timed, compare, report

HELLO = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    def compose(self):
        yield Static("hello-from-the-yardstick")
Hello().run()
"""


def first_paint(command: list[str], sign: bytes, environment: dict[str, str]) -> Timed:
    """Return a timer of `command` until `sign` appears on its terminal of 120x40."""

    def run() -> float:
        started = time.perf_counter()
        pid, master = pty.fork()
        if pid == 0:
            os.execvpe(command[0], command, environment)
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        try:
            seen = b""
            while sign not in seen:
                ready, _, _ = select.select([master], [], [], 20)
                if not ready:
                    raise TimeoutError(f"{sign!r} never appeared")
                seen += os.read(master, 1 << 16)
            return time.perf_counter() - started
        finally:
            os.kill(pid, 9)
            os.waitpid(pid, 0)
            os.close(master)

    return run


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "connections"
        folder.mkdir()
        for number in range(10):
            name = f"Connection-{number:02d}"
            (folder / f"{number:02d}.yaml").write_text(f"name: {name}\nbase_url: http://127.0.0.1:9/\n")
        # As installed: bytecode is written at the first run and read afterwards.
        inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment = {**inherited, "TERM": "xterm-256color", "COLORTERM": "truecolor", "HOME": scratch}
        ours = [sys.executable, "-m", "integrator_tui", "--workspace", str(folder)]
        figures = compare(
            first_paint(ours, b"Connection-09", environment),
            first_paint([sys.executable, "-c", HELLO], b"hello-from-the-yardstick", environment),
        )
        report("first paint", figures, 1.6)


if __name__ == "__main__":
    main()
