"""Resolver: literal addresses, kept threads, and what the system's resolver may give."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import socket
import threading

import pytest

from integrator_tui.engine.net import descriptors
from integrator_tui.engine.net.happy_eyeballs import interleave
from integrator_tui.engine.net.resolver import Address, Resolver, parse_literal


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", (socket.AF_INET, ("127.0.0.1", 80))),
        ("::1", (socket.AF_INET6, ("::1", 80, 0, 0))),
        ("fe80::1%7", (socket.AF_INET6, ("fe80::1", 80, 0, 7))),
        ("fe80::1%no-such-interface", None),
        ("example", None),
        ("example1", None),
        ("127.0.0.999", None),
        ("", None),
    ],
)
def test_literal_addresses(host: str, address: Address | None) -> None:
    assert parse_literal(host, 80) == address


async def test_both_families_in_the_order_of_the_system_and_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    infos = [
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", 80, 0, 0)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80)),
        (socket.AF_UNIX, socket.SOCK_STREAM, 0, "", "/nowhere"),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: infos)
    found = await Resolver().resolve("a.example", 80)
    assert [address[1][0] for address in found] == ["::1", "127.0.0.1"]


async def test_a_name_without_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [])
    with pytest.raises(socket.gaierror) as error:
        await Resolver().resolve("a.example", 80)
    assert error.value.errno == socket.EAI_NONAME


async def test_a_thread_serves_one_look_up_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[int] = []

    def getaddrinfo(host: str, port: int, **_: object) -> list[object]:
        served.append(threading.get_ident())
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    resolver = Resolver()
    for number in range(50):
        await resolver.resolve(f"{number}.example", 80)
    assert len(served) == 50
    assert len(set(served)) < 25


async def test_look_ups_run_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(20)

    def getaddrinfo(host: str, port: int, **_: object) -> list[object]:
        together.wait(10)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    resolver = Resolver()
    await asyncio.gather(*(resolver.resolve(f"{number}.example", 80) for number in range(20)))


def test_addresses_alternate_between_the_families() -> None:
    six = [(socket.AF_INET6, (f"::{number}", 80, 0, 0)) for number in range(3)]
    four = [(socket.AF_INET, ("127.0.0.1", 80))]
    assert interleave([*six, *four]) == [six[0], four[0], six[1], six[2]]
    assert interleave([*four, *six]) == [four[0], *six]


@pytest.mark.parametrize("most", [0, 1, 2])
async def test_where_no_more_threads_can_be_made_look_ups_wait_for_one(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """As under `ulimit -u`: a thread that cannot be started is no name that cannot be found."""
    started: list[threading.Thread] = []
    start = threading.Thread.start

    def limited(thread: threading.Thread) -> None:
        if len(started) >= most:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    resolver = Resolver()
    for _ in range(2):
        found = await asyncio.gather(*(resolver.resolve("localhost", port) for port in range(1, 20)))
        assert all(addresses for addresses in found)
    assert len(started) == most


async def test_a_look_up_without_a_descriptor_is_tried_again() -> None:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resolver, held = Resolver(), list[int]()
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, limit[0]), limit[1]))
    try:
        with contextlib.suppress(OSError):
            while True:
                held.append(os.dup(0))
        assert not descriptors.has_room_for(1)
        looking = asyncio.create_task(resolver.resolve("localhost", 80))
        await asyncio.sleep(0)
        for descriptor in held[:10]:
            os.close(descriptor)
        assert await looking
    finally:
        for descriptor in held[10:]:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)
