"""`check NAME` and the first paint of this build against another one, by processor time. At most 1.05x.

    python -m benchmarks.against_build OTHER/.venv/bin/python

OTHER is a checkout of the build to compare with, installed in a virtual environment of its own.
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
from pathlib import Path

from benchmarks.check_one import write_connections
from benchmarks.paired import compare_with_itself, cpu_seconds, report_spread
from integrator_tui.demo.server import running_server

LIMIT = 1.05


def cpu_of_first_paint(command: list[str], sign: bytes, environment: dict[str, str]) -> float:
    """Seconds of processor until `sign` appears on a terminal of 120x40."""
    pid, master = pty.fork()
    if pid == 0:
        os.execvpe(command[0], command, environment)
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    seen = b""
    while sign not in seen:
        ready, _, _ = select.select([master], [], [], 20)
        if not ready:
            raise TimeoutError(f"{sign!r} never appeared")
        seen += os.read(master, 1 << 16)
    os.kill(pid, 9)
    _, _, usage = os.wait4(pid, 0)
    os.close(master)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    here, other = sys.executable, sys.argv[1]
    with tempfile.TemporaryDirectory() as scratch, running_server(Path(scratch)) as addresses:
        # As installed: bytecode is written at the first run and read afterwards.
        inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment = {**inherited, "TERM": "xterm-256color", "COLORTERM": "truecolor", "HOME": scratch}
        one = Path(scratch) / "one"
        write_connections(one, addresses.http)
        ten = Path(scratch) / "ten"
        ten.mkdir()
        for number in range(10):
            (ten / f"{number:02d}.yaml").write_text(
                f"name: Connection-{number:02d}\nbase_url: http://127.0.0.1:9/\n"
            )
        # Away from both checkouts: `python -m` looks into the current folder first.
        os.chdir(scratch)

        def check(python: str) -> float:
            return cpu_seconds(
                [python, "-m", "integrator_tui", "--workspace", str(one), "check", "Orders"], environment
            )

        def paint(python: str) -> float:
            command = [python, "-m", "integrator_tui", "--workspace", str(ten)]
            return cpu_of_first_paint(command, b"Connection-09", environment)

        report_spread("check NAME", *compare_with_itself(lambda: check(here), lambda: check(other)), LIMIT)
        report_spread("first paint", *compare_with_itself(lambda: paint(here), lambda: paint(other)), LIMIT)


if __name__ == "__main__":
    main()
