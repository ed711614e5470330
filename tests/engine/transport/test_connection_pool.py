"""StagedTransport's connections: how many, kept how long, bounded in time, and closed when they are left."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import AsyncExitStack

import pytest

from integrator_tui.engine import StagedTransport
from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.settings import EngineSettings
from tests.engine.certified import Certified
from tests.engine.full_listener import full_listener
from tests.engine.hostile import (
    Behaviour,
    HostileServer,
    answers_then_silent,
    drip,
    forever,
    keeps,
    ok,
    read_head,
    silent,
)

NOBODY = EngineSettings(ca_file="/dev/null", ca_dir="/dev/null")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"


def client(limits: httpx.Limits | None = None, **timeouts: float | None) -> httpx.AsyncClient:
    timeout = httpx.Timeout(**{"timeout": 10, **timeouts})
    return httpx.AsyncClient(transport=StagedTransport(limits=limits, settings=NOBODY), timeout=timeout)


async def closed(server: HostileServer) -> bool:
    return await asyncio.to_thread(server.gone.wait, 60)


async def test_one_connection_after_the_other_and_as_many_as_talk_at_once() -> None:
    with HostileServer(keeps(ok(b"x"))) as server:
        url = f"http://{server.netloc}/"
        async with client() as http:
            for _ in range(5):
                await http.get(url)
            assert server.accepted == 1
            async with http.stream("GET", url), http.stream("GET", url):
                await http.get(url)
            assert server.accepted == 3


async def test_as_many_talk_at_once_as_there_are_places() -> None:
    three = asyncio.Barrier(3)
    now, most = 0, 0

    async def talk(http: httpx.AsyncClient, url: str) -> None:
        nonlocal now, most
        async with http.stream("GET", url):
            now += 1
            most = max(most, now)
            await three.wait()
            now -= 1

    with HostileServer(keeps(ok(b"x"))) as one, HostileServer(keeps(ok(b"x"))) as other:
        async with client(httpx.Limits(max_connections=3)) as http:
            urls = [f"http://{server.netloc}/" for server in (one, other)] * 15
            await asyncio.gather(*[talk(http, url) for url in urls])
    assert most == 3


async def test_an_idle_connection_makes_room_for_another_origin() -> None:
    with HostileServer(keeps(ok(b"x"))) as one, HostileServer(keeps(ok(b"x"))) as other:
        async with client(httpx.Limits(max_connections=1)) as http:
            await http.get(f"http://{one.netloc}/")
            await http.get(f"http://{other.netloc}/")
            assert await closed(one)
            assert not other.gone.is_set()


async def test_who_waits_for_a_place_waits_for_the_time_of_the_pool() -> None:
    with HostileServer(answers_then_silent(HEAD)) as server:
        url = f"http://{server.netloc}/"
        async with client(httpx.Limits(max_connections=1), pool=0.05) as http:
            async with http.stream("GET", url):
                with pytest.raises(httpx.PoolTimeout, match="all 1 connections"):
                    await http.get(url)
            async with http.stream("GET", url) as response:
                assert response.status_code == 200


async def test_a_place_is_given_back_after_every_kind_of_end() -> None:
    with HostileServer(silent) as server, HostileServer(keeps(ok(b"x"))) as good:
        url = f"http://{server.netloc}/"
        async with client(httpx.Limits(max_connections=1), read=0.05, pool=5) as http:
            with pytest.raises(httpx.ReadTimeout):
                await http.get(url)
            with pytest.raises(httpx.ConnectError):
                await http.get("http://127.0.0.1:1/")
            with pytest.raises(httpx.LocalProtocolError):
                await http.get(url, headers={"X": "\n"})
            waiting = asyncio.create_task(http.get(url, timeout=None))
            await asyncio.to_thread(server.met.wait, 5)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            assert (await http.get(f"http://{good.netloc}/")).text == "x"


async def test_few_are_kept_and_none_when_nobody_wants_them() -> None:
    for limits, expected in ((httpx.Limits(max_keepalive_connections=0), 3), (httpx.Limits(keepalive_expiry=0), 3)):
        with HostileServer(keeps(ok(b"x"))) as server:
            async with client(limits) as http:
                for _ in range(3):
                    await http.get(f"http://{server.netloc}/")
            assert server.accepted == expected


async def test_without_limits_everything_is_kept() -> None:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=None)
    with HostileServer(keeps(ok(b"x"))) as server:
        async with client(limits) as http:
            for _ in range(2):
                async with AsyncExitStack() as at_once:
                    opening = [http.stream("GET", f"http://{server.netloc}/") for _ in range(20)]
                    for response in [await at_once.enter_async_context(stream) for stream in opening]:
                        assert await response.aread() == b"x"
        assert server.accepted == 20


@pytest.mark.parametrize(
    "behave",
    [silent, answers_then_silent(HEAD + b"half"), drip(HEAD[:20], b"x"), forever(b"HTTP/1.1 200 OK\r\n\r\n", b"x")],
    ids=["before the answer", "in the body", "in the head", "in a flood"],
)
@pytest.mark.parametrize("secure", [False, True])
async def test_a_cancellation_closes_the_socket(certified: Certified, behave: Behaviour, secure: bool) -> None:
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()

    def tells(connection: socket.socket) -> None:
        loop.call_soon_threadsafe(asked.set)
        behave(connection)

    with HostileServer(tells, certified.contexts["good"] if secure else None) as server:
        transport = StagedTransport(ca_cert=certified.ca, settings=NOBODY)
        async with httpx.AsyncClient(transport=transport, timeout=None) as http:
            task = asyncio.create_task(http.get(f"http{'s' if secure else ''}://{server.netloc}/"))
            await asked.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await closed(server)


async def test_leaving_a_stream_closes_the_socket() -> None:
    with HostileServer(forever(b"HTTP/1.1 200 OK\r\n\r\n", b"x")) as server:
        async with client() as http:
            async with http.stream("GET", f"http://{server.netloc}/") as response:
                assert await anext(response.aiter_raw())
            assert await closed(server)


async def test_a_body_nobody_wanted_that_had_come_leaves_no_connection_behind() -> None:
    with HostileServer(keeps(ok(b"unread"))) as server:
        async with client() as http:
            async with http.stream("GET", f"http://{server.netloc}/"):
                pass
            assert await closed(server)


@pytest.mark.parametrize(
    "where", ["idle", "before the answer", "in the body", "in the handshake", "at the proxy", "for a place"]
)
async def test_aclose_closes_every_socket(where: str) -> None:
    behave: dict[str, Behaviour] = {
        "idle": keeps(ok(b"x")),
        "in the body": answers_then_silent(HEAD),
    }
    with HostileServer(behave.get(where, silent)) as server:
        proxy = f"http://{server.netloc}" if where == "at the proxy" else None
        secure = where in ("in the handshake", "at the proxy")
        transport = StagedTransport(proxy=proxy, limits=httpx.Limits(max_connections=1), settings=NOBODY)
        http = httpx.AsyncClient(transport=transport, timeout=None)
        url = f"http{'s' if secure else ''}://{server.netloc}/"
        if where == "idle":
            await http.get(url)
        else:
            tasks = [asyncio.create_task(http.get(url)) for _ in range(2 if where == "for a place" else 1)]
            assert await asyncio.to_thread(server.met.wait, 5)
            await transport.aclose()
            for task in tasks:
                with pytest.raises((httpx.ReadError, httpx.ConnectError)):
                    await task
        await transport.aclose()
        assert await closed(server)
        await http.aclose()


async def test_after_aclose_it_may_be_used_again() -> None:
    transport = StagedTransport(settings=NOBODY)
    with HostileServer(keeps(ok(b"x"))) as server:
        for _ in range(2):
            async with httpx.AsyncClient(transport=transport) as http:
                assert (await http.get(f"http://{server.netloc}/")).text == "x"
        assert server.accepted == 2


async def test_the_time_to_connect() -> None:
    with full_listener() as port:
        async with client(connect=0.05) as http:
            with pytest.raises(httpx.ConnectTimeout, match=r"0\.05 s"):
                await http.get(f"http://127.0.0.1:{port}/")


async def test_the_time_for_the_handshake() -> None:
    with HostileServer(silent) as server:
        async with client(connect=0.05) as http:
            with pytest.raises(httpx.ConnectTimeout, match="handshake"):
                await http.get(f"https://{server.netloc}/")


async def test_the_time_for_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def getaddrinfo(*_: object, **__: object) -> list[object]:
        over.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    async with client(connect=0.05) as http:
        with pytest.raises(httpx.ConnectTimeout, match="resolver"):
            await http.get("http://slow.example/")
    over.set()


async def test_the_time_for_a_proxy() -> None:
    with HostileServer(silent) as proxy:
        transport = StagedTransport(proxy=f"http://{proxy.netloc}", settings=NOBODY)
        async with httpx.AsyncClient(transport=transport, timeout=0.05) as http:
            with pytest.raises(httpx.ConnectTimeout, match="proxy"):
                await http.get("https://orders.invalid/")


async def test_a_proxy_that_is_not_there() -> None:
    for url in ("http://127.0.0.1:1", "socks5://127.0.0.1:1"):
        async with httpx.AsyncClient(transport=StagedTransport(proxy=url, settings=NOBODY)) as http:
            with pytest.raises(httpx.ConnectError, match="refused"):
                await http.get("http://orders.invalid/")


async def test_the_time_to_write_is_that_of_a_piece() -> None:
    over = threading.Event()

    def takes_nothing(connection: socket.socket) -> None:
        read_head(connection)
        over.wait(10)

    with HostileServer(takes_nothing) as server:
        async with client(write=0.1) as http:
            with pytest.raises(httpx.WriteTimeout, match=r"0\.1 s"):
                await http.post(f"http://{server.netloc}/", content=bytes(64 << 20))
        over.set()


async def test_an_answer_that_keeps_moving_is_not_late() -> None:
    """The bound is for one wait, as httpx has it: thirty pieces take longer than it."""

    def slowly(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n")
        pause = threading.Event()
        for _ in range(30):
            pause.wait(0.02)
            connection.sendall(b".")

    with HostileServer(slowly) as server:
        async with client(read=0.5) as http:
            assert (await http.get(f"http://{server.netloc}/")).text == "." * 30


async def test_a_request_without_times_waits_for_as_long_as_it_takes() -> None:
    """A request that no client made has no `timeout` among its extensions."""
    with HostileServer(keeps(ok(b"x"))) as server:
        transport = StagedTransport(settings=NOBODY)
        response = await transport.handle_async_request(httpx.Request("GET", f"http://{server.netloc}/"))
        assert await response.aread() == b"x"
        await transport.aclose()
