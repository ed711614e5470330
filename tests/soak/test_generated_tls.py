"""TLS with bytes changed on the way: whatever breaks, and wherever, has a name and closes the socket.

`INTEGRATOR_TUI_ANSWERS` is the number of connections (`make soak`).
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
import threading
from contextlib import aclosing

from integrator_tui.engine.engine import Engine
from integrator_tui.model.probe import FAILURE_KINDS
from integrator_tui.model.stream import Closed
from tests.engine.certified import Certified
from tests.engine.hostile import HostileServer, answers, ok
from tests.engine.probing import check, target

COUNT = int(os.environ.get("INTEGRATOR_TUI_ANSWERS", "125"))
BODY = b"line\n" * 2000


class Meddler:
    """Carries bytes to a server and back, and changes, drops or doubles some of what comes back."""

    def __init__(self, port: int, seed: int) -> None:
        self._port = port
        self._chance = random.Random(seed)

    def __call__(self, connection: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", self._port)) as server:
            there = threading.Thread(target=self._carry, args=(connection, server), daemon=True)
            there.start()
            self._meddle(server, connection)
            connection.shutdown(socket.SHUT_RDWR)
            there.join(60)

    @staticmethod
    def _carry(source: socket.socket, to: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                to.sendall(data)
            to.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _meddle(self, source: socket.socket, to: socket.socket) -> None:
        chance = self._chance
        untouched = chance.randrange(12_000)
        while data := source.recv(chance.randrange(1, 4000)):
            if untouched < len(data):
                changed = bytearray(data)
                at = chance.randrange(len(changed))
                match chance.randrange(4):
                    case 0:
                        changed[at] ^= 1 << chance.randrange(8)
                    case 1:
                        del changed[at : at + chance.randrange(1, 50)]
                    case 2:
                        changed[at:at] = chance.randbytes(chance.randrange(1, 50))
                    case 3:
                        return
                data = bytes(changed)
            untouched = max(0, untouched - len(data))
            to.sendall(data)


async def test_bytes_changed_on_the_way(engine: Engine, certified: Certified) -> None:
    with (
        HostileServer(answers(ok(BODY)), certified.contexts["intermediate"]) as server,
        HostileServer(Meddler(server.port, COUNT)) as between,
    ):
        wanted = target(f"https://localhost:{between.port}", ca_cert=certified.ca, connect=2, read=2)
        kinds = set()
        for _ in range(COUNT):
            async with asyncio.timeout(60):
                report = await check(engine, wanted)
            assert report.failure is None or report.failure.kind in FAILURE_KINDS
            assert report.failure is None or (report.failure.message and report.failure.hint)
            kinds.add(report.failure.kind if report.failure else "")
            async with asyncio.timeout(60), aclosing(engine.stream(wanted)) as events:
                last = [event async for event in events][-1]
            assert isinstance(last, Closed)
            assert last.kind == "" or last.kind in FAILURE_KINDS
    assert "tls_protocol" in kinds
