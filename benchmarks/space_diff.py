"""Comparing a workspace with a space: python -m benchmarks.space_diff, on a quiet machine

1,000 connections of nine operations each, as public exports have them, against a space on loopback in a process of
its own: `diff` after a pull, when nothing changed since: at most two seconds of wall time, the median of five runs.
Beside it what `diff` takes where nothing is known of an earlier one, as in a fresh clone, so that every file is
read, and the same 1,002 requests alone, by httpx's own client.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, ClassVar

import httpx

from benchmarks.kinetic_import import operation

AT_MOST = 2.0
RUNS = 5
CONNECTIONS, OPERATIONS = 1000, 9
API = "/app/integrator/api/connections"
TOKEN = "a-token"


def answers() -> dict[str, bytes]:
    """Return what the space answers, by path, encoded once."""
    config = {"configType": "http", "baseUrl": "https://api.example.com", "auth": None}
    listed: list[dict[str, Any]] = []
    found = {}
    for number in range(CONNECTIONS):
        key = f"connection-{number}"
        listed.append({"id": key, "name": f"System {number}", "type": "http", "config": config, "secrets": {}})
        found[f"{API}/{key}/operations"] = [operation(number * OPERATIONS + each) for each in range(OPERATIONS)]
    values = {API: listed, **found}
    return {path: json.dumps(value).encode() for path, value in values.items()}


class Space(asyncio.Protocol):
    """Answers from a table; whoever logs in gets a token."""

    table: ClassVar[dict[str, bytes]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._data = b""

    def data_received(self, data: bytes) -> None:
        self._data += data
        while b"\r\n\r\n" in self._data:
            head, _, self._data = self._data.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode().partition("?")[0]
            assert isinstance(self._transport, asyncio.Transport)
            if path.endswith("/authorize"):
                where = f"/app/oauth/callback#access_token={TOKEN}&expires_in=43200"
                self._transport.write(
                    f"HTTP/1.1 303 See Other\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n".encode()
                )
                continue
            body = self.table[path]
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
            self._transport.write(head + body)


def serve(pipe: Connection) -> None:
    async def main() -> None:
        Space.table = answers()
        server = await asyncio.get_running_loop().create_server(Space, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


def run(home: Path, port: int, *words: str) -> float:
    work = str(home / "work")
    space = [f"http://127.0.0.1:{port}", "--user", "admin"]
    command = [sys.executable, "-m", "integrator_tui", "--workspace", work, *words, *space]
    environment = {**os.environ, "HOME": str(home), "INTEGRATOR_TUI_SPACE_PASSWORD": "a password"}
    begin = time.perf_counter()
    done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL)
    assert done.returncode == 0, words
    return time.perf_counter() - begin


async def alone(port: int) -> float:
    """Return the seconds that the requests take which a comparison makes."""
    limits = httpx.Limits(max_connections=12, max_keepalive_connections=12)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits, trust_env=False) as client:
        paths = iter([API, *(f"{API}/connection-{number}/operations" for number in range(CONNECTIONS)), API])

        async def work() -> None:
            for path in paths:
                (await client.get(path)).json()

        begin = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(12)))
        return time.perf_counter() - begin


def main() -> int:
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    port = ours.recv()
    try:
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            (home / "work").mkdir()
            run(home, port, "pull")
            again = [run(home, port, "diff") for _ in range(RUNS)]
            shutil.rmtree(home / ".cache")
            first = run(home, port, "diff")
            requests = [asyncio.run(alone(port)) for _ in range(RUNS)]
    finally:
        server.terminate()
        server.join()
    median = statistics.median(again)
    what = f"{CONNECTIONS:,} connections, {CONNECTIONS * OPERATIONS:,} operations"
    print(f"{what}: {median:.2f} s (at most {AT_MOST} s); nothing known, every file read: {first:.2f} s")
    print(f"the requests alone, by httpx's own client: {statistics.median(requests):.2f} s")
    return 0 if median <= AT_MOST else 1


if __name__ == "__main__":
    sys.exit(main())
