"""Resolver: literal addresses, kept threads, and what the system's resolver may give."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest

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


async def test_no_more_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(OSError, match="new thread"):
        await Resolver().resolve("a.example", 80)


def test_addresses_alternate_between_the_families() -> None:
    six = [(socket.AF_INET6, (f"::{number}", 80, 0, 0)) for number in range(3)]
    four = [(socket.AF_INET, ("127.0.0.1", 80))]
    assert interleave([*six, *four]) == [six[0], four[0], six[1], six[2]]
    assert interleave([*four, *six]) == [four[0], *six]
