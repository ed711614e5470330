"""Broken answers are broken in the one way they promise, byte for byte on the wire."""

from __future__ import annotations

import socket
import ssl
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from integrator_tui.demo.broken import ROUTES
from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer

ENDLESS = ("/broken/endless-headers", "/broken/endless-header", "/broken/flood-1xx", "/lines/endless")


@contextmanager
def requested(demo: ThreadedDemoServer, room: Room, target: str, port: str = "http") -> Iterator[socket.socket]:
    """A socket over which the request was sent, and nothing read yet."""
    origin = urlsplit(demo.addresses[port])
    with socket.create_connection((origin.hostname, origin.port), timeout=60) as client:
        client.sendall(f"GET {room.prefix}{target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        yield client


def everything(demo: ThreadedDemoServer, room: Room, target: str) -> bytes:
    with requested(demo, room, target) as client, client.makefile("rb") as file:
        return file.read()


@pytest.mark.parametrize(
    ("path", "marks"),
    [
        ("/broken/close", ()),
        ("/broken/head", (b"Content-Le",)),
        ("/broken/short", (b"Content-Length: 100\r\n", b"\r\n\r\nten bytes.")),
        ("/broken/long", (b"Content-Length: 3\r\n", b"ten bytes.")),
        ("/broken/lengths", (b"Content-Length: 3\r\nContent-Length: 10\r\n",)),
        ("/broken/length", (b"Content-Length: -1\r\n",)),
        ("/broken/both", (b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",)),
        ("/broken/chunk", (b"\r\nzz\r\n",)),
        ("/broken/last-chunk", (b"5\r\nfirst\r\n",)),
        ("/broken/transfer", (b"Transfer-Encoding: rot13",)),
        ("/broken/status-line", (b"HTTP/1.1 fine",)),
        ("/broken/not-http", (b"SSH-2.0",)),
        ("/broken/version", (b"HTTP/9.9",)),
        ("/broken/header", (b"\r\nthis is no header\r\n",)),
        ("/broken/nul", (b"a\x00b",)),
        ("/broken/long-header", (b"." * 200_000,)),
        ("/broken/early-hints", (b"HTTP/1.1 103 ", b"HTTP/1.1 200 ")),
        ("/broken/upgrade", (b"HTTP/1.1 101 ", b"hello")),
        ("/broken/two", (b"\r\n\r\nokHTTP/1.1 200",)),
        ("/broken/gzip", (b"Content-Encoding: gzip", b'{"status"')),
        ("/broken/gzip-cut", (b"Content-Encoding: gzip", b"\x1f\x8b")),
        ("/broken/coding", (b"Content-Encoding: rot13",)),
    ],
)
def test_what_is_on_the_wire(demo: ThreadedDemoServer, room: Room, path: str, marks: tuple[bytes, ...]) -> None:
    data = everything(demo, room, path)
    assert [mark for mark in marks if mark not in data] == []
    assert bool(data) == bool(marks)


@pytest.mark.parametrize(("path", "before"), [("/broken/reset", b""), ("/broken/reset-body", b"half of")])
def test_resets(demo: ThreadedDemoServer, room: Room, path: str, before: bytes) -> None:
    with requested(demo, room, path) as client, pytest.raises(ConnectionResetError):
        data = b""
        while True:
            data += client.recv(4096)
            assert before.startswith(data) or data.endswith(before)


@pytest.mark.parametrize("path", ENDLESS)
def test_what_never_ends(demo: ThreadedDemoServer, room: Room, path: str) -> None:
    with requested(demo, room, path) as client:
        read = 0
        while read < 3_000_000:
            read += len(client.recv(1 << 20))
    room.wait_for(lambda room: (room.counts.abandoned, room.counts.connections_open) == (1, 0))


def test_a_bomb_is_small_on_the_wire(demo: ThreadedDemoServer, room: Room) -> None:
    head, _, body = everything(demo, room, "/broken/gzip-bomb?bytes=20000000").partition(b"\r\n\r\n")
    assert b"Content-Encoding: gzip" in head
    packed = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        packed, body = packed + body[: int(size, 16)], body[int(size, 16) + 2 :]
    assert len(packed) < 25_000
    assert len(zlib.decompress(packed, wbits=31)) == 20_000_000


def test_an_end_without_close_notify(demo: ThreadedDemoServer, room: Room) -> None:
    context = ssl.create_default_context(cafile=str(demo.ca_file))
    origin = urlsplit(demo.addresses.https)
    with (
        socket.create_connection((origin.hostname, origin.port), timeout=60) as plain,
        context.wrap_socket(plain, server_hostname=origin.hostname, suppress_ragged_eofs=False) as client,
    ):
        client.sendall(f"GET {room.prefix}/broken/tls-cut HTTP/1.1\r\n\r\n".encode())
        assert client.recv(4096).endswith(b"perhaps not all")
        with pytest.raises(ssl.SSLEOFError):
            client.recv(4096)


def test_every_broken_path_is_tested_here() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert [path for path in ROUTES if path not in source] == []


def test_nobody_listens(demo: ThreadedDemoServer) -> None:
    origin = urlsplit(demo.addresses["refused"])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((origin.hostname, origin.port), timeout=60)


def test_a_full_queue_takes_nobody(demo: ThreadedDemoServer) -> None:
    origin = urlsplit(demo.addresses["stalled"])
    with pytest.raises(TimeoutError):
        socket.create_connection((origin.hostname, origin.port), timeout=0.2)


def test_a_silent_port_sees_the_client_go(demo: ThreadedDemoServer) -> None:
    origin = urlsplit(demo.addresses["silent"])
    visits = demo.at("silent")
    opened = visits.counts.connections_opened
    with socket.create_connection((origin.hostname, origin.port), timeout=60):
        visits.wait_for(lambda visits: visits.counts.connections_opened == opened + 1)
        assert visits.counts.connections_open >= 1
    visits.wait_for(lambda visits: visits.counts.connections_closed == opened + 1)


def test_ports_that_do_not_speak_http(demo: ThreadedDemoServer) -> None:
    def first_bytes(port: str) -> bytes:
        origin = urlsplit(demo.addresses[port])
        with socket.create_connection((origin.hostname, origin.port), timeout=60) as client:
            if port == "reset":
                client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            return client.recv(100)

    assert first_bytes("hangup") == b""
    assert first_bytes("banner").startswith(b"220 ")
    with pytest.raises(ConnectionResetError):
        first_bytes("reset")


def test_a_client_that_resets_breaks_nothing(demo: ThreadedDemoServer, room: Room) -> None:
    with requested(demo, room, "/lines/fast?lines=0&rate=0") as client:
        client.recv(1000)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    room.wait_for(lambda room: (room.counts.abandoned, room.counts.connections_open) == (1, 0))
    assert everything(demo, room, "/until-close")
