"""Proxies on loopback for tests: HTTP CONNECT and forwarding, and SOCKS5, with account of what was asked."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field

from tests.engine.hostile import Behaviour, read_head


def relay(one: socket.socket, two: socket.socket) -> None:
    """Carry bytes both ways until both sides have ended."""

    def carry(source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    back = threading.Thread(target=carry, args=(two, one), daemon=True)
    back.start()
    carry(one, two)
    back.join(60)


@dataclass
class Asked:
    """What a proxy was asked for, in order."""

    targets: list[str] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)


def http_proxy(asked: Asked, port: int, refusal: bytes = b"") -> Behaviour:
    """Lead every CONNECT, whatever the name, to `port` here; forward plain requests there too."""

    def behave(connection: socket.socket) -> None:
        head = read_head(connection)
        asked.heads.append(head)
        asked.targets.append(head.split(b" ")[1].decode())
        if refusal:
            connection.sendall(refusal)
            return
        with socket.create_connection(("127.0.0.1", port)) as upstream:
            if head.startswith(b"CONNECT "):
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                upstream.sendall(head)
            relay(connection, upstream)

    return behave


def take(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise OSError("closed")
        data += piece
    return data


def socks_proxy(
    asked: Asked, port: int, *, reply: int = 0, user: str = "", bound: bytes = b"\x01\0\0\0\0\0\0"
) -> Behaviour:
    """RFC 1928: lead every name to `port` here, or refuse with `reply`; `user` is `name:password` (RFC 1929)."""

    def behave(connection: socket.socket) -> None:
        _, count = take(connection, 2)
        methods = take(connection, count)
        wanted = 2 if user else 0
        if wanted not in methods:
            connection.sendall(b"\x05\xff")
            return
        connection.sendall(bytes((5, wanted)))
        if user:
            name = take(connection, take(connection, 2)[1]).decode()
            password = take(connection, take(connection, 1)[0]).decode()
            good = f"{name}:{password}" == user
            connection.sendall(b"\x01\x00" if good else b"\x01\x01")
            if not good:
                return
        kind = take(connection, 4)[3]
        if kind == 3:
            host = take(connection, take(connection, 1)[0]).decode()
        else:
            host = socket.inet_ntop(
                socket.AF_INET if kind == 1 else socket.AF_INET6, take(connection, 4 if kind == 1 else 16)
            )
        asked.targets.append(f"{host}:{int.from_bytes(take(connection, 2), 'big')}")
        connection.sendall(bytes((5, reply, 0)) + bound)
        if reply == 0:
            with socket.create_connection(("127.0.0.1", port)) as upstream:
                relay(connection, upstream)

    return behave
