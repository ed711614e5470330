"""First paint in a pty, against a bare Textual hello-world: of ten connections, of 1,008 of real size, of 10,000.

    python -m benchmarks.first_paint

At most 1.25x. Time runs from before the process is spawned until the bytes that carry a row's name (ours) or the
greeting (yardstick) have been read from the terminal. Each workspace was listed once before, so that it has an
index. Run it while nothing else runs.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

from benchmarks.fleet_data import write_fleet, write_small
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


def write_ten(folder: Path) -> None:
    """Write ten connections."""
    folder.mkdir()
    for number in range(10):
        name = f"Connection-{number:02d}"
        (folder / f"{number:02d}.yaml").write_text(f"name: {name}\nbase_url: http://127.0.0.1:9/\n")


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        # As installed: bytecode is written at the first run and read afterwards.
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "PYTHONDONT"))}
        environment = {**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor", "HOME": scratch}
        for title, write, sign in (
            ("ten", write_ten, b"Connection-09"),
            ("1,008 of real size", write_fleet, b"Service 0024"),
            ("10,000 small ones", write_small, b"Connection 00024"),
        ):
            folder = Path(scratch) / title.replace(" ", "-")
            write(folder)
            ours = [sys.executable, "-m", "integrator_tui", "--workspace", str(folder)]
            subprocess.run([*ours, "list", "--json"], env=environment, stdout=subprocess.DEVNULL, check=True)
            figures = compare(
                first_paint(ours, sign, environment),
                first_paint([sys.executable, "-c", HELLO], b"hello-from-the-yardstick", environment),
            )
            report(f"first paint, {title}", figures, 1.25)


if __name__ == "__main__":
    main()
