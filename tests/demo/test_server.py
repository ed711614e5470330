"""Starting and stopping, in a loop at hand and in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from integrator_tui.demo.server import DemoServer, ThreadedDemoServer, running_server


def address(origin: str) -> tuple[str, int]:
    split = urlsplit(origin)
    assert split.hostname
    assert split.port
    return split.hostname, split.port


async def test_in_the_loop_at_hand(tmp_path: Path) -> None:
    async with DemoServer(tmp_path) as server:
        reader, writer = await asyncio.open_connection(*address(server.addresses.http))
        writer.write(b"GET /in/here/health HTTP/1.1\r\nConnection: close\r\n\r\n")
        assert (await reader.read()).endswith(b'{"status": "ok"}')
        writer.close()
        await writer.wait_closed()
        assert server.room("here").counts.requests == 1


async def test_the_end_closes_what_stands(tmp_path: Path) -> None:
    async with DemoServer(tmp_path) as server:
        reader, writer = await asyncio.open_connection(*address(server.addresses.http))
        writer.write(b"GET /silent HTTP/1.1\r\n\r\n")
        await asyncio.to_thread(server.room().wait_for, lambda room: room.counts.requests == 1)
    with pytest.raises(ConnectionResetError):
        await reader.read()
    writer.close()


def test_in_a_thread_that_ends_with_it(tmp_path: Path) -> None:
    before = threading.active_count()
    with running_server(tmp_path) as addresses:
        assert addresses.ca_file.is_file()
        assert len({*addresses.origins.values()}) == len(addresses.origins)
        socket.create_connection(address(addresses.http), timeout=60).close()
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address(addresses.http), timeout=60)


def test_a_failing_start_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), ThreadedDemoServer(tmp_path / "missing"):
        pass


def test_it_listens_on_loopback_only(demo: ThreadedDemoServer) -> None:
    assert {urlsplit(origin).hostname for origin in demo.addresses.origins.values()} == {"127.0.0.1"}


async def test_the_end_does_not_wait_for_a_client_that_never_reads(tmp_path: Path) -> None:
    with contextlib.ExitStack() as clients:
        async with DemoServer(tmp_path) as server:
            for path in ("/big?bytes=1e9", "/broken/endless-headers"):
                client = clients.enter_context(socket.create_connection(address(server.addresses.http), timeout=60))
                client.sendall(f"GET {path} HTTP/1.1\r\n\r\n".encode())
            await asyncio.to_thread(server.room().wait_for, lambda room: room.counts.requests == 2)
