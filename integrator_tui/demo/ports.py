"""The ports of the server: their names, and what each does with a connection it accepted."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from integrator_tui.demo.channel import Channel

HOST = "127.0.0.1"

Behaviour = Callable[[Channel], Awaitable[None]]
"""What happens on an accepted connection; it is closed afterwards."""


@dataclass(frozen=True)
class Port:
    """A port by name; one without a behaviour of its own speaks HTTP, with TLS where its scheme is https."""

    scheme: str
    about: str
    behaviour: Behaviour | None = None


async def stay_silent(channel: Channel) -> None:
    """Say nothing until the client goes away."""
    await channel.gone.wait()


async def hang_up(channel: Channel) -> None:
    """Close at once."""


async def reset(channel: Channel) -> None:
    """Reset once the client has said something."""
    await channel.reader.read(1)
    channel.abort()


async def greet(channel: Channel) -> None:
    """Greet like a mail server, which is not HTTP."""
    await channel.write(b"220 demo.example.com ESMTP ready\r\n")
    await channel.gone.wait()


PORTS: dict[str, Port] = {
    "http": Port("http", "HTTP, every path below"),
    "https": Port("https", "HTTPS, every path below; a certificate of the demo's authority"),
    "http_other": Port("http", "the same as `http`, as another origin"),
    "https_other": Port("https", "the same as `https`, as another origin"),
    "mtls": Port("https", "HTTPS that asks for a client certificate of the demo's authority"),
    "tls_expired": Port("https", "a certificate that ended yesterday"),
    "tls_not_yet_valid": Port("https", "a certificate that begins in 30 days"),
    "tls_expiring": Port("https", "a good certificate that ends in three days"),
    "tls_wrong_host": Port("https", "a certificate for wrong.example.com"),
    "tls_untrusted": Port("https", "a certificate of another authority"),
    "tls_self_signed": Port("https", "a certificate nobody but itself vouches for"),
    "tls_incomplete": Port("https", "a certificate without the intermediate it needs"),
    "tls_chain": Port("https", "the same certificate with its intermediate"),
    "tls_old": Port("https", "TLS 1.1 and nothing newer"),
    "tls_reset": Port("https", "a reset in the middle of the handshake", reset),
    "silent": Port("http", "accepts, and never says a word", stay_silent),
    "hangup": Port("http", "accepts, and closes at once", hang_up),
    "reset": Port("http", "accepts, and resets when the request comes", reset),
    "banner": Port("http", "speaks first, and not HTTP", greet),
}

CLOSED: dict[str, str] = {
    "refused": "refuses: nobody listens there",
    "stalled": "never accepts: its queue is full, so that connecting times out (Linux)",
}


def closed_sockets() -> dict[str, list[socket.socket]]:
    """The sockets that hold the ports nobody can connect to, the port's own first."""
    refused = socket.socket()
    refused.bind((HOST, 0))
    stalled = socket.socket()
    stalled.bind((HOST, 0))
    stalled.listen(0)
    queue = [_connecting(stalled.getsockname()) for _ in range(3)]
    return {"refused": [refused], "stalled": [stalled, *queue]}


def _connecting(address: tuple[str, int]) -> socket.socket:
    client = socket.socket()
    client.setblocking(False)
    client.connect_ex(address)
    return client
