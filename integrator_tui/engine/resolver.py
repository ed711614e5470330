"""Looking up host names: a step of its own, so that a failure of it is never taken for another.

Rules: literal addresses are not looked up; both families, all addresses, in the order of the system
(RFC 6724); look-ups run at the same time of the same host share one; each runs in a daemon thread,
for `getaddrinfo` cannot be cancelled and must not hold up the end of the program.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import socket
import threading
from typing import Final

Address = tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int]]
"""A family and the socket address that belongs to it."""

MAX_THREADS: Final = 128

_Found = tuple[Address, ...] | OSError | ValueError


class Resolver:
    """The system's resolver, shared by all dials of one event loop."""

    def __init__(self) -> None:
        self._running: dict[tuple[str, int], asyncio.Future[_Found]] = {}
        self._threads = asyncio.Semaphore(MAX_THREADS)

    async def resolve(self, host: str, port: int) -> tuple[Address, ...]:
        """Return all addresses of `host`; raises OSError (`socket.gaierror`) or ValueError (no host name)."""
        literal = parse_literal(host, port)
        if literal is not None:
            return (literal,)
        async with self._threads:
            found = await asyncio.shield(self._running.get((host, port)) or self._start(host, port))
        if isinstance(found, Exception):
            raise found
        return found

    def _start(self, host: str, port: int) -> asyncio.Future[_Found]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_Found] = loop.create_future()
        self._running[host, port] = answer

        def tell(found: _Found) -> None:
            self._running.pop((host, port), None)
            if not answer.done():
                answer.set_result(found)

        def work() -> None:
            found = _look_up(host, port)
            with contextlib.suppress(RuntimeError):  # the loop may have ended meanwhile
                loop.call_soon_threadsafe(tell, found)

        try:
            threading.Thread(target=work, name=f"resolve {host}", daemon=True).start()
        except RuntimeError as error:
            tell(OSError(errno.EAGAIN, str(error)))
        return answer


def parse_literal(host: str, port: int) -> Address | None:
    """Return the address that `host` spells out, or None for a name."""
    if ":" not in host and not host[-1:].isdigit():
        return None
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        return None
    if version == 4:
        return socket.AF_INET, (host, port)
    address, _, scope = host.partition("%")
    try:
        scope_id = int(scope) if scope.isdigit() else socket.if_nametoindex(scope) if scope else 0
    except OSError:
        return None
    return socket.AF_INET6, (address, port, 0, scope_id)


def _look_up(host: str, port: int) -> _Found:
    try:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        return error
    wanted = (socket.AF_INET, socket.AF_INET6)
    return tuple(dict.fromkeys((info[0], info[4]) for info in infos if info[0] in wanted))  # type: ignore[misc]
