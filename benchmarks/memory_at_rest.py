"""Memory of the interface at rest, the first row's detail shown: python -m benchmarks.memory_at_rest

Resident memory of the process with 10,000 small connections: at most 60 MiB. Beside it, without a limit: 1,008 of
real size, ten, and a bare Textual hello-world, which is what the interface's imports need at least. Each workspace
was listed before, so that it has an index, and each is measured in three programs.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.first_paint import HELLO
from benchmarks.fleet_data import write_fleet, write_small
from benchmarks.many_connections import environment
from benchmarks.pty_recorder import PtyRecorder
from integrator_tui.workspace.catalog.index import TOO_NEW

LIMIT_MIB = 60
QUIET = 3.0
"""Seconds without a byte after which the interface is at rest."""
_PROGRAMS = 3


def at_rest(command: Sequence[str], scratch: str) -> float:
    """Return the resident memory of `command` in MiB once its terminal is quiet, the median of three programs."""
    return statistics.median(_at_rest(command, scratch) for _ in range(_PROGRAMS))


def _at_rest(command: Sequence[str], scratch: str) -> float:
    terminal = PtyRecorder(command, environment(scratch))
    terminal.last_byte(terminal.press(b""), 120, QUIET)
    status = Path(f"/proc/{terminal.process}/status").read_text()
    terminal.kill()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def main() -> None:
    """Print a line for each."""
    with tempfile.TemporaryDirectory() as scratch:
        workspaces = {"ten": "ten", "1,008 of real size": "fleet", "10,000 small ones": "many"}
        write_small(Path(scratch) / "ten", 10)
        write_fleet(Path(scratch) / "fleet")
        write_small(Path(scratch) / "many", 10_000)
        # The index believes of no file that it is as it was read before it is two seconds old.
        time.sleep(TOO_NEW / 1e9)
        print(f"a bare hello-world: {at_rest([sys.executable, '-c', HELLO], scratch):.1f} MiB")
        for title, name in workspaces.items():
            ours = [sys.executable, "-m", "integrator_tui", "--workspace", str(Path(scratch) / name)]
            subprocess.run([*ours, "list"], env=environment(scratch), stdout=subprocess.DEVNULL, check=True)
            limit = f" (at most {LIMIT_MIB} MiB)" if name == "many" else ""
            print(f"{title}: {at_rest(ours, scratch):.1f} MiB{limit}")


if __name__ == "__main__":
    main()
