"""Looking up host names: a step of its own, so that a failure of it is never taken for another.

Rules: literal addresses are not looked up; both families, all addresses, in the order of the system
(RFC 6724); look-ups of the same host at the same time share one; they run in daemon threads, for
`getaddrinfo` cannot be cancelled and must not hold up the end of the program. A thread serves one look-up
after the other and ends when it has had none for a while. A place whose addresses were given is not looked up, and
where one family is asked for no address of the other is found.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import queue
import socket
import threading
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from integrator_tui.engine.net import descriptors

Address = tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int]]
"""A family and the socket address that belongs to it."""

IDLE_SECONDS: Final = 10.0
"""How long a thread waits for another look-up."""

_PAUSE: Final = 0.05
"""Seconds until a look-up that lacked descriptors is tried again."""

_Found = tuple[Address, ...] | OSError | ValueError


class Resolver:
    """The system's resolver, shared by all dials of one event loop."""

    def __init__(
        self,
        given: Mapping[tuple[str, int], tuple[str, ...]] = MappingProxyType({}),
        family: socket.AddressFamily = socket.AF_UNSPEC,
    ) -> None:
        """`given` are the addresses of hosts and ports that are not looked up; `family` is the one that is
        dialled, AF_UNSPEC for both."""
        self.given = given
        self.family = family
        self._running: dict[tuple[str, int], asyncio.Future[_Found]] = {}
        self._threads = _Threads()

    async def resolve(self, host: str, port: int) -> tuple[Address, ...]:
        """Return all addresses of `host`; raises OSError (`socket.gaierror`) or ValueError (no host name)."""
        known = self.known(host, port)
        if known is not None:
            return known
        found = await asyncio.shield(self._running.get((host, port)) or self._start(host, port))
        if isinstance(found, Exception):
            raise found
        return found

    def known(self, host: str, port: int) -> tuple[Address, ...] | None:
        """Return the addresses that need no look-up, those that were given or the one that `host` spells out, None
        where there are none; raises OSError where all are of the other family."""
        spelled = self.given.get((host, port), (host,)) if self.given else (host,)
        found = tuple(address for text in spelled if (address := parse_literal(text, port)) is not None)
        if not found:
            return None
        if self.family == socket.AF_UNSPEC:
            return found
        fitting = tuple(address for address in found if address[0] == self.family)
        if not fitting:
            raise socket.gaierror(socket.EAI_NONAME, "no address of this family")
        return fitting

    def _start(self, host: str, port: int) -> asyncio.Future[_Found]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_Found] = loop.create_future()
        self._running[host, port] = answer

        def tell(found: _Found) -> None:
            self._running.pop((host, port), None)
            if not answer.done():
                answer.set_result(found)

        def work() -> None:
            found = _look_up(host, port, self.family)
            with contextlib.suppress(RuntimeError):  # the loop may have ended meanwhile
                loop.call_soon_threadsafe(tell, found)

        try:
            self._threads.run(work)
        except RuntimeError:
            # Not one thread can be made (`ulimit -u`): looked up here, which holds everything else up meanwhile.
            tell(_look_up(host, port, self.family))
        return answer


class _Threads:
    """As many daemon threads as there are look-ups at once, or as there can be."""

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        # Below zero, so much work waits for a thread that is busy.
        self._idle = 0
        self._count = 0

    def run(self, work: Callable[[], None]) -> None:
        """Have `work` done by an idle thread, by a new one, or where none can be made by the first that is done.

        Raises RuntimeError where there is no thread at all.
        """
        with self._lock:
            if self._idle > 0:
                self._hand_over(work)
                return
            try:
                threading.Thread(target=self._serve, args=(work,), name="resolver", daemon=True).start()
                self._count += 1
            except RuntimeError:
                if not self._count:
                    raise
                self._hand_over(work)

    def _hand_over(self, work: Callable[[], None]) -> None:
        self._idle -= 1
        self._work.put(work)

    def _serve(self, work: Callable[[], None] | None) -> None:
        while work is not None:
            work()
            work = self._next()

    def _next(self) -> Callable[[], None] | None:
        with self._lock:
            self._idle += 1
        try:
            return self._work.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            with self._lock:
                if self._idle > 0:
                    self._idle -= 1
                    self._count -= 1
                    return None
            return self._work.get()  # it was counted on in the same moment


def parse_literal(host: str, port: int) -> Address | None:
    """Return the address that `host` spells out, or None for a name."""
    if ":" not in host and not host[-1:].isdigit():
        return None
    version = _version(host)
    if version is None:
        return None
    if version == 4:
        return socket.AF_INET, (host, port)
    address, _, scope = host.partition("%")
    try:
        scope_id = int(scope) if scope.isdigit() else socket.if_nametoindex(scope) if scope else 0
    except OSError:
        return None
    return socket.AF_INET6, (address, port, 0, scope_id)


@lru_cache(maxsize=1024)
def _version(host: str) -> int | None:
    try:
        return ipaddress.ip_address(host).version
    except ValueError:
        return None


def _look_up(host: str, port: int, family: socket.AddressFamily) -> _Found:
    until = time.monotonic() + descriptors.PATIENCE
    while True:
        # Others may give theirs back while it looks.
        had_room = descriptors.has_room_for(2)
        try:
            infos = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
            break
        except (OSError, ValueError) as error:
            # Without a descriptor it reads no file and asks no server, and says that there is no such name.
            if (had_room and descriptors.has_room_for(2)) or time.monotonic() >= until:
                return error
        time.sleep(_PAUSE)
    wanted = (socket.AF_INET, socket.AF_INET6)
    found = tuple(dict.fromkeys((info[0], info[4]) for info in infos if info[0] in wanted))
    return found or socket.gaierror(socket.EAI_NONAME, "no address")  # type: ignore[return-value]
