"""Descriptors: how many files and sockets this process may have open, and waiting until there is room for one.

Rules: what is short here is nobody's fault out there, so it is waited for and never told of a target. As many
probes are begun as there is room for; the limit that a process may raise itself (getrlimit(2)) is raised for them.
"""

from __future__ import annotations

import asyncio
import errno
import os
import resource
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, TypeVar

T = TypeVar("T")

PER_PROBE: Final = 3
"""What a probe may need at once: its socket, another address or the token's server, a look-up or a certificate."""

RESERVE: Final = 20
"""What the rest of the program may need at once: files, the expression box and its pipes, a key command."""

PATIENCE: Final = 60.0
"""Seconds after which nothing is waited for any more: then something else than a probe of ours holds it all."""

_PAUSE: Final = 0.02
_USED_AT_MOST: Final = 32
_SHORT: Final = frozenset({errno.EMFILE, errno.ENFILE})
_SHORT_OF_ANYTHING: Final = _SHORT | {errno.EAGAIN, errno.ENOMEM}


def room(wanted: int) -> int:
    """Return how many probes may be under way at once, at most `wanted` and at least one."""
    used = _used()
    needed = used + RESERVE + PER_PROBE * wanted
    limit, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return wanted
    most = needed if hard == resource.RLIM_INFINITY else min(hard, needed)
    if most > limit:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            limit = most
    return max(1, min(wanted, (limit - used - RESERVE) // PER_PROBE))


def has_room_for(count: int) -> bool:
    """Return whether so many more files can be opened now."""
    opened: list[int] = []
    try:
        for _ in range(count):
            opened.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
    except OSError as error:
        return error.errno not in _SHORT
    finally:
        for descriptor in opened:
            os.close(descriptor)
    return True


async def wait_for_room(count: int = 1) -> None:
    """Wait until so many more files can be opened, PATIENCE at most."""
    until = time.monotonic() + PATIENCE
    while not has_room_for(count) and time.monotonic() < until:
        await asyncio.sleep(_PAUSE)


async def patiently(make: Callable[[], Awaitable[T]], patience: float) -> T:
    """Return what `make` gives, tried again for `patience` seconds where descriptors, processes or memory lack.

    Raises OSError as `make` does.
    """
    until = time.monotonic() + patience
    while True:
        try:
            return await make()
        except OSError as error:
            if error.errno not in _SHORT_OF_ANYTHING or time.monotonic() >= until:
                raise
        await asyncio.sleep(_PAUSE)


def _used() -> int:
    for folder in ("/proc/self/fd", "/dev/fd"):
        with suppress(OSError):
            return len(os.listdir(folder))
    return _USED_AT_MOST if has_room_for(1) else resource.getrlimit(resource.RLIMIT_NOFILE)[0]
