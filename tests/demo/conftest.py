"""Asking the demo server with the standard library's client, which shares no code with either side."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable, Mapping
from email.message import Message
from urllib.parse import urlsplit

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer

Answer = tuple[int, Message, bytes]


@pytest.fixture
def connect(demo: ThreadedDemoServer) -> Callable[..., http.client.HTTPConnection]:
    """A connection to a port of the demo server, trusting its authority over TLS unless a context is given."""

    def connect(port: str = "http", context: ssl.SSLContext | None = None) -> http.client.HTTPConnection:
        origin = urlsplit(demo.addresses[port])
        assert origin.hostname
        if origin.scheme == "http":
            return http.client.HTTPConnection(origin.hostname, origin.port, timeout=60)
        trusting = context or ssl.create_default_context(cafile=str(demo.ca_file))
        return http.client.HTTPSConnection(origin.hostname, origin.port, timeout=60, context=trusting)

    return connect


@pytest.fixture
def ask(room: Room, connect: Callable[..., http.client.HTTPConnection]) -> Callable[..., Answer]:
    """One request in the test's room: status, headers and body of its answer."""

    def ask(
        target: str,
        method: str = "GET",
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        port: str = "http",
    ) -> Answer:
        connection = connect(port)
        try:
            connection.request(method, room.prefix + target, body, headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    return ask
