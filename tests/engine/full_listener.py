"""A listener whose queue is full: who connects to it gets neither an answer nor a refusal."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def full_listener() -> Iterator[int]:
    """The port of a listener that takes no more connections."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    port = listener.getsockname()[1]
    waiting = []
    for _ in range(4):
        waiting.append(socket.socket())
        waiting[-1].setblocking(False)
        waiting[-1].connect_ex(("127.0.0.1", port))
    try:
        yield port
    finally:
        for sock in (*waiting, listener):
            sock.close()
