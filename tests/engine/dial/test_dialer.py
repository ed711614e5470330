"""Dialer: resolve and connect, each failure told by the step that failed."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import aclosing
from typing import Never

import pytest

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.dial.dialer import Dialer
from integrator_tui.engine.net.trust_store import Trust
from integrator_tui.engine.origin import Origin
from tests.engine.dialling import dialled, failure_of, get, network, stages
from tests.engine.full_listener import full_listener
from tests.engine.hostile import HostileServer, keeps, ok, silent


@pytest.fixture
def full() -> Iterator[int]:
    """The port of a listener that takes no more connections."""
    with full_listener() as port:
        yield port


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that is bound, so that nobody else takes it, but not listened on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


def gai(code: int) -> object:
    def getaddrinfo(*_: object, **__: object) -> Never:
        raise socket.gaierror(code, "as it was told")

    return getaddrinfo


async def test_all_stages_of_plain_http() -> None:
    with HostileServer(keeps(ok(b"hello"))) as server:
        found, wire = await stages(f"http://localhost:{server.port}/")
        assert [(result.stage, result.outcome) for result in found] == [
            ("resolve", "passed"),
            ("connect", "passed"),
        ]
        assert "127.0.0.1" in found[0].detail["addresses"]
        assert found[1].detail["address"] == "127.0.0.1"
        assert found[1].detail["port"] == server.port
        assert all(result.ms is not None and result.ms >= 0 for result in found)
        assert wire is not None
        response = await wire.handle_async_request(get(f"http://localhost:{server.port}/"))
        assert await response.aread() == b"hello"
        await wire.aclose()


async def test_a_name_that_is_not_a_name() -> None:
    failure, _ = await failure_of(f"http://{'a' * 64}.example/")
    assert (failure.stage, failure.kind) == ("resolve", "dns_not_found")


@pytest.mark.parametrize(
    ("code", "kind"),
    [(socket.EAI_NONAME, "dns_not_found"), (socket.EAI_AGAIN, "dns_failed"), (socket.EAI_FAIL, "dns_failed")],
)
async def test_what_the_resolver_says(monkeypatch: pytest.MonkeyPatch, code: int, kind: str) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", gai(code))
    failure, _ = await failure_of("http://somewhere.example/")
    assert (failure.stage, failure.kind) == ("resolve", kind)
    assert "somewhere.example" in failure.message


async def test_a_resolver_that_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def getaddrinfo(*_: object, **__: object) -> list[object]:
        release.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    failure, _ = await failure_of("http://somewhere.example/", timeout=0.05)
    assert (failure.stage, failure.kind) == ("resolve", "dns_failed")
    assert "0.05 s" in failure.message
    release.set()


async def test_many_who_ask_for_one_name_ask_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    ready = threading.Event()

    def getaddrinfo(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        ready.wait(10)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    resolver = network().resolver
    tasks = [asyncio.create_task(resolver.resolve("one.example", 80)) for _ in range(20)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    ready.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(found[0], asyncio.CancelledError)
    assert found[1:] == [((socket.AF_INET, ("127.0.0.1", 80)),)] * 19
    assert asked == ["one.example"]


async def test_refused(closed_port: int) -> None:
    failure, failed = await failure_of(f"http://127.0.0.1:{closed_port}/")
    assert (failure.stage, failure.kind) == ("connect", "refused")
    assert failed.detail["attempts"] == [{"address": "127.0.0.1", "error": "connection refused"}]
    assert str(closed_port) in failure.message


async def test_unreachable() -> None:
    failure, _ = await failure_of("http://224.0.0.1:81/")  # no TCP to a multicast address
    assert (failure.stage, failure.kind) == ("connect", "unreachable")


async def test_connect_timeout(full: int) -> None:
    failure, _ = await failure_of(f"http://127.0.0.1:{full}/", timeout=0.2)
    assert (failure.stage, failure.kind) == ("connect", "connect_timeout")
    assert "0.2 s" in failure.message


async def test_all_addresses_are_tried_and_told(
    monkeypatch: pytest.MonkeyPatch, full: int, closed_port: int
) -> None:
    with HostileServer(silent) as server:
        places = [("127.0.0.2", closed_port), ("127.0.0.1", full), ("127.0.0.1", server.port)]
        infos = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place) for place in places]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: infos)
        found, wire = await stages("http://three.example/")
        assert wire is not None
        wire.close()
        assert found[0].detail["addresses"] == ["127.0.0.2", "127.0.0.1", "127.0.0.1"]
        assert found[1].detail["attempts"] == [{"address": "127.0.0.2", "error": "connection refused"}]


async def test_an_ipv6_origin() -> None:
    if not socket.has_ipv6:
        pytest.fail("this Python has no IPv6")
    with HostileServer(keeps(ok(b"six")), family=socket.AF_INET6) as server:
        url = f"http://[::1]:{server.port}/"
        assert str(Origin.of(httpx.URL(url))) == url[:-1]
        async with dialled(url) as wire:
            assert await (await wire.handle_async_request(get(url))).aread() == b"six"


async def test_leaving_early_closes_the_socket() -> None:
    with HostileServer(silent) as server:
        dialer = Dialer(network(), Origin("http", "127.0.0.1", server.port), Trust())
        async with aclosing(dialer.stages()) as results:
            async for result in results:
                if result.stage == "connect":
                    break
        assert dialer.connection is None
        assert await asyncio.to_thread(server.gone.wait, 60)


async def test_cancelling_a_handshake_closes_the_socket() -> None:
    with HostileServer(silent) as server:
        task = asyncio.create_task(stages(f"https://127.0.0.1:{server.port}/"))
        assert await asyncio.to_thread(server.met.wait, 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(server.gone.wait, 60)


def test_origins() -> None:
    assert Origin.of(httpx.URL("https://Example.COM/x")) == Origin("https", "example.com", 443)
    assert Origin.of(httpx.URL("http://bücher.example:81")) == Origin("http", "xn--bcher-kva.example", 81)
    assert Origin("https", "::1", 1).netloc == "[::1]:1"
