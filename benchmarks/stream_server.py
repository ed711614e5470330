"""A server that writes as fast as it is read: bytes, server-sent events, and events that carry their own time.

    python -m benchmarks.stream_server [CERTIFICATE KEY]

Prints its port on one line and serves until standard input closes. Paths: /bytes/N (lines of text, chunked),
/events/N, /clock/N (N events, the first with the head, the others 25 ms apart; each says the nanoseconds of the
system's monotonic clock at which it was written). One process for all connections, plain sockets, no framework.
"""

from __future__ import annotations

import socket
import ssl
import sys
import threading
import time
from collections.abc import Iterator

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
LINE = b"2026-11-24T12:00:00.000Z INFO orders: order 4711 of customer c-17 was accepted after 12.5 ms\n"
EVENT = b'event: order\nid: 4711\ndata: {"id": 4711, "customer": "c-17", "state": "accepted", "ms": 12.5}\n\n'
CHUNK = 64 << 10
BETWEEN_EVENTS = 0.025


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def repeated(piece: bytes, count: int) -> Iterator[bytes]:
    """Yield chunked pieces, `count` of them in all, many to a chunk and many chunks to a write."""
    together = CHUNK // len(piece)
    block = chunk(piece * together) * 16
    for _ in range(count // (together * 16)):
        yield block
    if rest := count % (together * 16):
        yield chunk(piece * rest)


def clock(count: int) -> Iterator[bytes]:
    """Yield events that say when they were written."""
    for number in range(count):
        if number:
            time.sleep(BETWEEN_EVENTS)
        yield chunk(b"data: %d\n\n" % time.monotonic_ns())


def serve(connection: socket.socket) -> None:
    """Answer one request, then close."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    head = b""
    while b"\r\n\r\n" not in head:
        head += (received := connection.recv(1 << 16))
        if not received:
            return
    _, kind, count = head.split(b" ", 2)[1].split(b"/")
    connection.sendall(HEAD % (b"text/plain" if kind == b"bytes" else b"text/event-stream"))
    match kind:
        case b"bytes":
            body = repeated(LINE, int(count) // len(LINE))
        case b"events":
            body = repeated(EVENT, int(count))
        case _:
            body = clock(int(count))
    for data in body:
        connection.sendall(data)
    connection.sendall(b"0\r\n\r\n")


def handle(connection: socket.socket, tls: ssl.SSLContext | None) -> None:
    try:
        with tls.wrap_socket(connection, server_side=True) if tls else connection as channel:
            serve(channel)
    except OSError as error:
        print(f"stream_server: {error}", file=sys.stderr)


def main() -> None:
    tls = None
    if sys.argv[1:]:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*sys.argv[1:3])
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    print(listener.getsockname()[1], flush=True)

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=handle, args=(connection, tls), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
