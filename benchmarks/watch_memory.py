"""`check --all --watch 1` over 200 connections for ten minutes: memory and descriptors.

    python -m benchmarks.watch_memory [--quick]

Resident memory of the process, and of its children where it has some, at the end against that after a minute: at
most 5 MB more; descriptors: none more. `--quick` watches for 90 seconds, from the thirtieth on.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from integrator_tui.demo.server import running_server

CONNECTIONS = 200
MOST_MORE_MB = 5.0
SAMPLES = 30
PAUSE_SECONDS = 0.37
"""Between samples at each end, so that they fall on every part of a round; between two rounds no socket is open."""


def processes(root: int) -> Iterator[int]:
    """Yield a process and all below it."""
    yield root
    for task in Path(f"/proc/{root}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from processes(int(child))


def measured(root: int) -> tuple[float, int]:
    """Return the median of resident memory in MB and the least of open descriptors."""
    memory, descriptors = [], []
    for _ in range(SAMPLES):
        pages = open_files = 0
        for process in processes(root):
            pages += int(Path(f"/proc/{process}/statm").read_text().split()[1])
            open_files += len(os.listdir(f"/proc/{process}/fd"))
        memory.append(pages * os.sysconf("SC_PAGESIZE") / 1e6)
        descriptors.append(open_files)
        time.sleep(PAUSE_SECONDS)
    return statistics.median(memory), min(descriptors)


def main() -> None:
    first, last = (30.0, 90.0) if "--quick" in sys.argv else (60.0, 600.0)
    with tempfile.TemporaryDirectory() as scratch, running_server(Path(scratch)) as addresses:
        folder = Path(scratch) / "connections"
        folder.mkdir()
        for number in range(CONNECTIONS):
            (folder / f"{number:03}.yaml").write_text(
                f"name: Connection {number}\nbase_url: {addresses.http}\ntest_path: /health\n"
            )
        command = [sys.executable, "-m", "integrator_tui", "--workspace", str(folder)]
        command += ["check", "--all", "--watch", "1", "--format", "ndjson"]
        environment = {**os.environ, "HOME": scratch}
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
            assert process.stdout is not None
            # Whatever changes is told: in two rounds of servers that answer, only the first is.
            told = threading.Thread(target=process.stdout.read)
            told.start()
            started = time.monotonic()
            time.sleep(first)
            before, open_before = measured(process.pid)
            time.sleep(max(0.0, last - (time.monotonic() - started) - SAMPLES * PAUSE_SECONDS))
            after, open_after = measured(process.pid)
            assert process.poll() is None, "it watches until it is told to end"
            process.send_signal(signal.SIGTERM)
            told.join()
    assert process.returncode == 0
    print(
        f"memory after {first:.0f} s and after {last:.0f} s: {before:.1f} MB, {after:.1f} MB,"
        f" {after - before:+.1f} MB (at most +{MOST_MORE_MB} MB)"
    )
    print(f"descriptors: {open_before}, {open_after}, {open_after - open_before:+d} (at most +0)")


if __name__ == "__main__":
    main()
