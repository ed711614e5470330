"""Connecting to the first address that answers: happy eyeballs (RFC 8305).

Rules: addresses alternate between the families, beginning with the resolver's first (section 4); the
next attempt starts 250 ms after the last, or at once where that failed (section 5); the first to
connect wins and the others are closed.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Sequence
from typing import Final

from integrator_tui.engine.net.channel import writable
from integrator_tui.engine.net.resolver import Address

ATTEMPT_DELAY: Final = 0.25
"""Seconds between two attempts (RFC 8305 section 8)."""

_PAUSE: Final = 0.02
"""Seconds until a unix socket that has no room is asked again."""

_UNDER_WAY: Final = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY})


class Attempts:
    """What became of the addresses tried: the one that connected, and the error of each that did not."""

    def __init__(self) -> None:
        self.sock: socket.socket | None = None
        self.address: Address | None = None
        self.errors: dict[str, OSError] = {}


def interleave(addresses: Sequence[Address]) -> list[Address]:
    """Return `addresses` alternating between the families, the first one's family first."""
    first = [address for address in addresses if address[0] == addresses[0][0]]
    other = [address for address in addresses if address[0] != addresses[0][0]]
    mixed: list[Address] = []
    for index in range(max(len(first), len(other))):
        mixed += first[index : index + 1] + other[index : index + 1]
    return mixed


async def connect(addresses: Sequence[Address], attempts: Attempts) -> None:
    """Connect to one of `addresses` and tell `attempts`; without a connection `attempts.sock` stays None.

    `attempts` is filled while this runs, so that it is complete when a timeout ends it.
    """
    if len(addresses) == 1:
        await _attempt(addresses[0], attempts)
        return
    waiting = interleave(addresses)
    running: set[asyncio.Task[None]] = set()
    try:
        while (waiting or running) and attempts.sock is None:
            if waiting:
                running.add(asyncio.create_task(_attempt(waiting.pop(0), attempts)))
            delay = ATTEMPT_DELAY if waiting else None
            _, running = await asyncio.wait(running, timeout=delay, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)


async def _attempt(address: Address, attempts: Attempts) -> None:
    try:
        sock = await connect_to(address)
    except OSError as error:
        attempts.errors[address[1][0]] = error
        return
    if attempts.sock is not None:
        sock.close()
        return
    attempts.sock, attempts.address = sock, address


async def connect_to_unix(path: str) -> socket.socket:
    """Return a non-blocking socket connected to the unix socket at `path`; raises OSError."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        while (code := sock.connect_ex(path)) in _UNDER_WAY:
            # Too many wait to be accepted there, and nothing tells when there is room (connect(2), EAGAIN).
            await asyncio.sleep(_PAUSE)
        if code:
            raise OSError(code, os.strerror(code))
    except BaseException:
        sock.close()
        raise
    return sock


async def connect_to(address: Address) -> socket.socket:
    """Return a non-blocking socket connected to `address`; raises OSError."""
    sock = socket.socket(address[0], socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        code = sock.connect_ex(address[1])
        if code in _UNDER_WAY:
            # Asked again at once: what is near has answered already, and need not be waited for.
            code = sock.connect_ex(address[1])
        if code in _UNDER_WAY:
            await writable(sock)
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code and code != errno.EISCONN:
            raise OSError(code, os.strerror(code))
    except OverflowError as error:  # a port above 65535
        sock.close()
        raise OSError(errno.EADDRNOTAVAIL, "no such port") from error
    except BaseException:
        sock.close()
        raise
    return sock
