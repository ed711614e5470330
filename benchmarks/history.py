"""A history of 100,000 results: opening it, adding one, and what a check pays for it.

    python -m benchmarks.history [--quick]

Opening: a new HistoryFile over a full history of 1,000 connections, with what a writer left in the spool, gives the
last 200 results of one of them. At most 50 ms; the yardstick opens the same database with sqlite3 and runs that
query alone. Adding one: at most 2 ms; the yardstick opens the same database with sqlite3 and inserts a row. What a
check pays: processor time of `check NAME` against the same with its history taken out, at most 1.05x. --quick has
10,000 results and fewer runs.
"""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.check_one import write_connections
from benchmarks.paired import Timed, compare, report
from integrator_tui.demo.server import running_server
from integrator_tui.history.history_file import NAME, HistoryFile
from integrator_tui.model.history import HistoryBounds, HistoryEntry
from integrator_tui.model.probe import StageResult

WORKSPACE = "/home/me/connections"
FILES = 1000
SHOWN = 200
WAITING = 100

STAGES = (
    StageResult("resolve", "passed", 0.41, {"addresses": ["192.0.2.7", "2001:db8::7"]}),
    StageResult("connect", "passed", 1.12, {"address": "192.0.2.7", "port": 443}),
    StageResult(
        "tls",
        "passed",
        8.21,
        {
            "version": "TLSv1.3",
            "subject": "CN=orders.example.com,O=Example Corporation,L=Example City,C=US",
            "issuer": "CN=Example Intermediate CA 7,O=Example Trust Services,C=US",
            "not_after": "2027-01-03T11:12:13Z",
            "days_left": 41,
            "sha256": "0123456789abcdef",
        },
    ),
    StageResult(
        "authenticate", "passed", 20.3, {"method": "http_bearer_token", "expires_in_s": 3600, "cached": True}
    ),
    StageResult("respond", "passed", 11.7, {"status": 200, "bytes": 1733, "http_version": "HTTP/1.1"}),
)

WITH = """
import sys
from integrator_tui.cli.process import entry
sys.argv[1:] = {arguments!r}
entry()
"""
WITHOUT = (
    """
import sys, types
class History:
    def __init__(self, *given): pass
    record = flush = __init__
sys.modules["integrator_tui.workspace.history"] = types.SimpleNamespace(History=History)
from integrator_tui.workspace.settings import UserSettings
UserSettings.mistakes = lambda self: ()
"""
    + WITH
)


def made(number: int, now: datetime, count: int) -> HistoryEntry:
    """The result of a check; the last of `count` ended now."""
    return HistoryEntry(
        kind="check",
        name=f"Orders API {number % FILES}",
        file=f"prod/orders-{number % FILES:04}.yaml",
        operation=None,
        outcome="passed",
        started_at=now - timedelta(seconds=30 * (count - number)),
        duration_ms=41.7,
        address="https://orders.example.com/health",
        revision="0123456789abcdef",
        stages=STAGES,
    )


def opened(folder: Path) -> HistoryFile:
    return HistoryFile(folder, WORKSPACE, HistoryBounds(days=10_000, megabytes=1000))


def fill(folder: Path, count: int) -> None:
    now = datetime.now(UTC)
    for first in range(0, count, 5000):
        opened(folder).add([made(number, now, count) for number in range(first, first + 5000)])
    opened(folder).entries(last=1)


def timed(what: Timed) -> float:
    started = time.perf_counter()
    what()
    return time.perf_counter() - started


def opening(folder: Path, count: int, runs: int) -> None:
    file = "prod/orders-0007.yaml"
    now = datetime.now(UTC)
    filled = [made(number, now, count) for number in range(WAITING)]

    def ours() -> float:
        opened(folder).add(filled)
        return timed(lambda: len(opened(folder).entries(file, last=SHOWN)))

    def yardstick() -> float:
        def read() -> float:
            with closing(sqlite3.connect(folder / NAME)) as database:
                return len(
                    database.execute(
                        "SELECT * FROM result WHERE subject = (SELECT id FROM subject WHERE file = ?)"
                        " ORDER BY at DESC LIMIT ?",
                        (file.encode(), SHOWN),
                    ).fetchall()
                )

        return timed(read)

    figures = compare(ours, yardstick, runs=runs)
    told(f"opening {count:,} results, {WAITING} of them new", figures, 50, "sqlite3 with that query alone")
    everything = compare(lambda: timed(lambda: len(opened(folder).entries(last=SHOWN))), yardstick, runs=runs)
    told(f"the last {SHOWN} of all", everything, 50, "the same")
    latest = compare(lambda: timed(lambda: len(opened(folder).latest())), yardstick, runs=runs)
    told(f"the last result of each of {FILES:,}", latest, 50, "the same")


def adding(folder: Path, count: int, runs: int) -> None:
    now = datetime.now(UTC)
    number = 0

    def one(entry: HistoryEntry) -> float:
        opened(folder).add([entry])
        return 0.0

    def ours() -> float:
        nonlocal number
        number += 1
        return timed(lambda: one(made(number, now, count)))

    def yardstick() -> float:
        def insert() -> float:
            with closing(sqlite3.connect(folder / NAME)) as database, database:
                database.execute("INSERT OR REPLACE INTO note VALUES ('yardstick', 1)")
            return 0.0

        return timed(insert)

    # More than it takes for one of them to move all into the database.
    figures = compare(ours, yardstick, runs=max(runs, 400))
    told("adding one", figures, 2, "a row with sqlite3, synced")
    total = timed(lambda: float(sum(ours() for _ in range(400)))) / 400
    print(f"  … on average of 400 with what moves them into the database: {total * 1000:.3f} ms")


def told(title: str, figures: tuple[float, float, float], limit: float, against: str) -> None:
    ours, yardstick, ratio = figures
    print(
        f"{title}: {ours * 1000:.3f} ms (at most {limit} ms) against {yardstick * 1000:.3f} ms for {against}"
        f" = {ratio:.2f}x"
    )


def check_pays(home: Path, runs: int) -> None:
    with running_server(home) as addresses:
        folder = home / "connections"
        write_connections(folder, addresses.http)
        arguments = ["--workspace", str(folder), "check", "Orders"]
        environment = {"PATH": os.environ["PATH"], "HOME": str(home)}

        def process(script: str) -> Timed:
            command = [sys.executable, "-c", script.format(arguments=arguments)]

            def run() -> float:
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

            return run

        report("check NAME, processor time", compare(process(WITH), process(WITHOUT), runs=runs), 1.05)


def main() -> None:
    quick = "--quick" in sys.argv
    count, runs = (10_000, 5) if quick else (100_000, 25)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "history"
        fill(folder, count)
        size = (folder / NAME).stat().st_size
        print(f"{count:,} results: {size / 1e6:.1f} MB, {size / count:.0f} bytes each")
        opening(folder, count, runs)
        adding(folder, count, runs)
        home = Path(scratch) / "home"
        home.mkdir()
        check_pays(home, 5 if quick else 40)


if __name__ == "__main__":
    main()
