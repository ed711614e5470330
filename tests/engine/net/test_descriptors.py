"""How many probes there is room for, and waiting for a descriptor that is free."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import resource
from collections.abc import Iterator

import pytest

from integrator_tui.engine.net import descriptors


@pytest.fixture
def limit() -> Iterator[int]:
    """A limit of this process that it may not raise, for one test."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowered = len(os.listdir("/proc/self/fd")) + 60
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowered, before[1]))
    yield lowered
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@contextlib.contextmanager
def exhausted() -> Iterator[list[int]]:
    """Every descriptor that is left, held."""
    held: list[int] = []
    with contextlib.suppress(OSError):
        while True:
            held.append(os.dup(0))
    try:
        yield held
    finally:
        for descriptor in held:
            os.close(descriptor)


def test_the_limit_is_raised_as_far_as_is_wanted_and_allowed(limit: int) -> None:
    assert descriptors.room(100) == 100
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert limit < soft <= hard


def test_where_it_cannot_be_raised_fewer_are_begun(limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(which: int, limits: tuple[int, int]) -> None:
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "setrlimit", refused)
    assert 10 <= descriptors.room(100) <= 14
    assert descriptors.room(3) == 3
    with exhausted():
        assert descriptors.room(100) == 1
    monkeypatch.undo()


async def test_a_free_descriptor_is_waited_for(limit: int) -> None:
    with exhausted() as held:
        assert not descriptors.has_room_for(1)
        waiting = asyncio.create_task(descriptors.wait_for_room(2))
        await asyncio.sleep(0)
        assert not waiting.done()
        os.close(held.pop())
        os.close(held.pop())
        await waiting
    assert descriptors.has_room_for(20)


async def test_what_lacks_for_a_moment_is_tried_again_and_what_is_wrong_is_not() -> None:
    short = [errno.EAGAIN, errno.EMFILE, errno.ENOMEM]

    async def make() -> int:
        if short:
            raise OSError(short.pop(), "short")
        return 7

    assert await descriptors.patiently(make, 5) == 7
    short.append(errno.ENOENT)
    with pytest.raises(FileNotFoundError):
        await descriptors.patiently(make, 5)
    short += [errno.EMFILE] * 2
    with pytest.raises(OSError, match="short"):
        await descriptors.patiently(make, 0)
