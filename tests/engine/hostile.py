"""Servers that behave badly on purpose, on real sockets: one function a behaviour, given the accepted connection.

A behaviour runs in a thread with a blocking socket and may simply stop: what it raises on a closed
connection is no error. `HostileServer` waits for all of its threads at its end, so a behaviour ends when
its connection does.
"""

from __future__ import annotations

import contextlib
import itertools
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

Behaviour = Callable[[socket.socket], None]


class HostileServer:
    """Listens on loopback and lets `behave` do what it will with each connection."""

    def __init__(
        self, behave: Behaviour, tls: ssl.SSLContext | None = None, *, family: socket.AddressFamily = socket.AF_INET
    ) -> None:
        self._behave = behave
        self._tls = tls
        self._listener = socket.create_server(
            ("::1" if family == socket.AF_INET6 else "127.0.0.1", 0), family=family, backlog=128
        )
        self.port: int = self._listener.getsockname()[1]
        self.accepted = 0
        self.met = threading.Event()
        """Set when a connection was accepted."""
        self.gone = threading.Event()
        """Set when the other side has closed a connection and its behaviour has ended."""
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    @property
    def netloc(self) -> str:
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join(60)
            assert not thread.is_alive(), "a behaviour did not end with its connection"

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.accepted += 1
                self.met.set()
                thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        self._open.add(connection)
        secured = connection
        try:
            if self._tls is not None:
                self._open.discard(connection)
                secured = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
                self._open.add(secured)
                secured.do_handshake()
            self._behave(secured)
        except (OSError, ValueError):
            pass
        finally:
            self._open.discard(secured)
            secured.close()
            connection.close()
            self.gone.set()


def read_head(connection: socket.socket) -> bytes:
    """Read a request's head, and nothing else of a request without a body."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            raise OSError("closed")
        data += piece
    return data


def read_request(connection: socket.socket) -> bytes:
    """Read a request with its body, as Content-Length or chunks frame it."""
    data = read_head(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    lower = head.lower()
    if b"transfer-encoding: chunked" in lower:
        while not body.endswith(b"0\r\n\r\n"):
            body += connection.recv(65536)
    elif b"content-length: " in lower:
        length = int(lower.split(b"content-length: ")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answers(*replies: bytes) -> Behaviour:
    """Answer each request on a connection with the next of `replies`, then close."""

    def behave(connection: socket.socket) -> None:
        for reply in replies:
            read_request(connection)
            connection.sendall(reply)

    return behave


def keeps(reply: bytes) -> Behaviour:
    """Answer every request with `reply` and keep the connection."""
    return answers(*itertools.repeat(reply, 1000))


def ok(body: bytes, *headers: bytes) -> bytes:
    """Return a whole 200 answer."""
    lines = (b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *headers)
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def forever(head: bytes, piece: bytes) -> Behaviour:
    """Send `head` and then `piece` again and again, as fast as it is taken."""

    def behave(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(head)
        many = piece * max(1, 65536 // len(piece))
        while True:
            connection.sendall(many)

    return behave


def drip(head: bytes, piece: bytes) -> Behaviour:
    """Slowloris: send `head` and then `piece` every 20 ms."""
    pause = threading.Event()

    def behave(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(head)
        while not pause.wait(0.02):
            connection.sendall(piece)

    return behave


def silent(connection: socket.socket) -> None:
    """Take everything and say nothing."""
    while connection.recv(65536):
        pass


def answers_then_silent(reply: bytes) -> Behaviour:
    """Answer once, then say nothing more."""

    def behave(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(reply)
        silent(connection)

    return behave


def resets(reply: bytes = b"") -> Behaviour:
    """Send `reply` and break the connection off with a reset."""

    def behave(connection: socket.socket) -> None:
        read_head(connection)
        if reply:
            connection.sendall(reply)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    return behave


def gzip_bomb(size: int) -> Iterator[bytes]:
    """Yield a gzip file of `size` zero bytes, some thousandth of it long."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    block = bytes(1 << 20)
    for _ in range(size >> 20):
        yield squeeze.compress(block)
    yield squeeze.flush()
