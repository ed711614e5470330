"""A server on loopback whose every byte a test writes, in a thread, for commands that run as processes."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"


class Talk(socketserver.StreamRequestHandler):
    """One connection: `head` and `body` are what was asked."""

    server: _Server

    def handle(self) -> None:
        self.head = b""
        while (line := self.rfile.readline()) not in (b"\r\n", b""):
            self.head += line
        if not self.head:
            return
        lengths = [line for line in self.head.lower().splitlines() if line.startswith(b"content-length:")]
        self.body = self.rfile.read(int(lengths[0].partition(b":")[2])) if lengths else b""
        self.server.asked.append(self)
        self.server.answer(self)

    def send(self, data: bytes) -> None:
        self.wfile.write(data)
        self.wfile.flush()

    def wait_until_left(self) -> None:
        """Block until the other side has closed the connection."""
        self.connection.settimeout(20)
        assert self.connection.recv(1) == b""
        self.server.left.set()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, answer: Callable[[Talk], None]) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.answer = answer
        self.asked: list[Talk] = []
        self.left = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that goes away is what tests are about."""


class RawServer:
    """Answers each request by a function; `left` is set when a client left where it was waited for."""

    def __init__(self, answer: Callable[[Talk], None]) -> None:
        self._server = _Server(answer)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.left = self._server.left

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def asked(self) -> tuple[Talk, ...]:
        """Every request that came whole."""
        return tuple(self._server.asked)


def gives(body: bytes, *headers: str) -> Callable[[Talk], None]:
    """Return what answers every request with 200 and a body."""
    lines = "".join(f"{header}\r\n" for header in headers).encode()
    return lambda talk: talk.send(HEAD + lines + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
