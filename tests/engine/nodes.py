"""Nodes of one service: servers that tell which of them was asked, on any address of loopback or a unix socket."""

from __future__ import annotations

import json
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer as _TcpServer
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any


@dataclass(slots=True)
class Node:
    """A server under way; `asked` holds the Host and the path of each request."""

    name: str
    port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)
    moved: str = ""
    server_name: list[str | None] = field(default_factory=list)


class _Threaded(ThreadingMixIn, _TcpServer):
    daemon_threads = True
    request_queue_size = 128


class _Threaded6(_Threaded):
    address_family = socket.AF_INET6


class _Unix(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True


def _handler(node: Node) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            node.asked.append((self.headers["Host"], self.path))
            body = json.dumps({"node": node.name, "access_token": f"token-of-{node.name}"}).encode()
            moves = self.path == "/moved"
            self.send_response(302 if moves else 200)
            if moves:
                self.send_header("Location", node.moved)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _answer

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

        def address_string(self) -> str:
            return ""

    return Handler


@contextmanager
def node(name: str, host: str, port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[Node]:
    """Run a node on a TCP address, or on a unix socket where `host` is a path."""
    found = Node(name)
    server: _Threaded | _Unix
    if host.startswith("/"):
        server = _Unix(host, _handler(found))
    else:
        server = (_Threaded6 if ":" in host else _Threaded)((host, port), _handler(found))
        found.port = server.server_address[1]
    if tls is not None:
        tls.sni_callback = lambda _, server_name, __: found.server_name.append(server_name)
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join(60)
        if host.startswith("/"):
            os.unlink(host)
