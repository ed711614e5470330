"""200 checks from one vantage, all over one connection to it, against `ssh -W` over the same connection.

    python -m benchmarks.ssh_vantage [--quick]

Needs root, sshd and namespaces (`.ci/servers`): the vantage is this machine, reached over an sshd of its own.
Yardstick, in turn: as many `ssh -W` over the same control socket, 25 at a time, each with the same request alone.
Told are the wall time, and the processor time of this process and its children. --quick makes three runs.
"""

from __future__ import annotations

import asyncio
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from integrator_tui.engine.engine import Engine
from integrator_tui.engine.net.happy_eyeballs import connect_to_unix
from integrator_tui.engine.settings import EngineSettings
from integrator_tui.engine.ssh.command import SshSettings
from integrator_tui.engine.target import Target
from integrator_tui.model.connection import Connection
from integrator_tui.model.secret import Secret
from integrator_tui.workspace.batch.pool import Job, many
from tests.servers.far_host import FarHost, near_host

CHECKS = 200
AT_ONCE = 25
LIMIT = 1.3


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True


def serve() -> None:
    """Serve on a port of loopback that is told on standard output, until standard input ends."""
    server = _Server(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    sys.stdin.read()


async def checked(engine: Engine, target: Target) -> None:
    """Make all checks; each has to pass."""

    async def one() -> str | None:
        report = await engine.check(target, "Bench", None)
        return report.outcome if report.failure is None else f"{report.failure.kind}: {report.failure.message}"

    jobs = [Job("", one) for _ in range(CHECKS)]
    outcomes = {outcome async for _, outcome in many(jobs, concurrency=AT_ONCE, per_host=None)}
    assert outcomes == {"passed"}, outcomes


async def floor(far: FarHost, path: str, port: int) -> None:
    """Make as many requests with `ssh -W`, which has nothing to log in to: the control socket is there."""
    command = ("/usr/bin/ssh", "-F", f"{far.folder}/config", "-S", path, "-W", f"127.0.0.1:{port}", "bastion")

    async def one() -> bool:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
        assert process.stdin is not None
        assert process.stdout is not None
        # Closed last: an end of input that comes before the channel is open can be lost, and is waited for.
        process.stdin.write(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        answer = await process.stdout.read()
        process.stdin.close()
        return b" 200 OK" in answer and await process.wait() == 0

    jobs = [Job("", one) for _ in range(CHECKS)]
    assert {passed async for _, passed in many(jobs, concurrency=AT_ONCE, per_host=None)} == {True}


def processor() -> float:
    """Seconds of processor that this process and its children have used."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


async def measured(make: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    started, used = time.perf_counter(), processor()
    await make()
    return time.perf_counter() - started, processor() - used


async def compare(far: FarHost, port: int, runs: int) -> None:
    settings = SshSettings(far.program, dict(os.environ), far.folder / "run")
    (far.folder / "run").mkdir()
    engine = Engine(EngineSettings(ssh=lambda: settings))
    connection = Connection(name="Bench", base_url=f"http://127.0.0.1:{port}", test_path="/health")
    target = Target(connection, lambda ref: Secret(""), via="bastion")
    try:
        await checked(engine, target)
        ((path,),) = (list(folder.iterdir()) for folder in (far.folder / "run").iterdir())
        (await connect_to_unix(str(path))).close()
        ratios, rows = [], []
        for _ in range(runs):
            ours = await measured(lambda: checked(engine, target))
            raw = await measured(lambda: floor(far, str(path), port))
            rows.append((ours, raw))
            ratios.append((ours[0] / raw[0], ours[1] / raw[1]))
    finally:
        await engine.aclose()
    for what, at in (("wall time", 0), ("processor time", 1)):
        mine = statistics.median(row[0][at] for row in rows)
        other = statistics.median(row[1][at] for row in rows)
        ratio = statistics.median(pair[at] for pair in ratios)
        print(
            f"{CHECKS} checks from one vantage, {what}: {mine:.2f} s against {other:.2f} s with ssh -W"
            f" = {ratio:.2f}x (at most {LIMIT}x)"
        )


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.ssh_vantage", "--serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as server,
    ):
        assert server.stdin is not None
        assert server.stdout is not None
        port = int(server.stdout.readline())
        asyncio.run(compare(near_host(Path(folder)), port, 3 if "--quick" in sys.argv else 11))
        server.stdin.close()


if __name__ == "__main__":
    serve() if "--serve" in sys.argv else main()
