"""`check --all --format prometheus` of 1,000 connections against ndjson: CPU time of the whole command.

    python -m benchmarks.check_formats [--quick]

Interleaved pairs, on nginx over loopback as in check_many; CPU time of the command and of its copy, since the
network's time is the same for both. At most 1.05x, for junit and nagios too.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.check_many import nginx, write_connections
from benchmarks.paired import compare, report

LIMIT = 1.05


def cpu(folder: Path, form: str, count: int) -> Callable[[], float]:
    """Return what checks every connection of `folder` and gives the CPU seconds that it took."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "integrator_tui", "--workspace", str(folder)]
    command += ["check", "--all", "--format", form, "--concurrency", "100"]

    def run() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, stdout=subprocess.PIPE, env=environment, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert done.stdout.count(b"\n") >= (1 if form == "nagios" else count), done.stdout[:200]
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return run


def main() -> None:
    count, runs = (300, 5) if "--quick" in sys.argv else (1000, 15)
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        with nginx(root) as farm:
            folder = root / "http"
            write_connections(folder, farm.http, count, None)
            for form in ("prometheus", "junit", "nagios"):
                figures = compare(cpu(folder, form, count), cpu(folder, "ndjson", count), runs=runs, warm_up=1)
                report(f"{count} as {form}, CPU, against ndjson", figures, LIMIT)


if __name__ == "__main__":
    main()
