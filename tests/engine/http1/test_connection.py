"""Wire: HTTP/1.1 over one connection, with servers that keep to it and servers that do not."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator

import pytest

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.failure import StageFailed, Unanswered
from integrator_tui.engine.http1.response_parser import MAX_INTERIM
from integrator_tui.engine.net.trust_store import Trust
from tests.engine.certified import Certified
from tests.engine.dialling import dialled, get
from tests.engine.hostile import (
    Behaviour,
    HostileServer,
    answers,
    answers_then_silent,
    forever,
    keeps,
    ok,
    read_head,
    read_request,
    silent,
)
from tests.engine.memory import at_most


async def fetch(behave: Behaviour, request: httpx.Request | None = None) -> tuple[httpx.Response, bytes]:
    with HostileServer(behave) as server:
        url = f"http://{server.netloc}/"
        async with dialled(url) as wire:
            response = await wire.handle_async_request(request or get(url))
            return response, await response.aread()


async def test_an_answer() -> None:
    response, body = await fetch(answers(b"HTTP/1.1 299 As You Like\r\nX-One: 1\r\nContent-Length: 5\r\n\r\nhello"))
    assert (response.status_code, body) == (299, b"hello")
    assert response.extensions["reason_phrase"] == b"As You Like"
    assert response.http_version == "HTTP/1.1"
    assert response.headers["x-one"] == "1"
    assert response.extensions["first_byte_ms"] > 0


async def test_one_connection_serves_many_requests() -> None:
    with HostileServer(keeps(ok(b"again"))) as server:
        url = f"http://{server.netloc}/"
        async with dialled(url) as wire:
            for _ in range(5):
                response = await wire.handle_async_request(get(url))
                in_flight = wire.reusable
                assert await response.aread() == b"again"
                assert (in_flight, wire.reusable) == (False, True)
        assert server.accepted == 1


async def test_one_tls_connection_serves_many_requests(certified: Certified) -> None:
    with HostileServer(keeps(ok(b"again")), certified.contexts["good"]) as server:
        url = f"https://{server.netloc}/"
        async with dialled(url, Trust((certified.ca,))) as wire:
            for _ in range(5):
                assert wire.reusable
                assert await (await wire.handle_async_request(get(url))).aread() == b"again"
        assert server.accepted == 1


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more than was said",
    ],
)
async def test_what_is_not_kept(reply: bytes) -> None:
    with HostileServer(answers(reply)) as server:
        url = f"http://{server.netloc}/"
        async with dialled(url) as wire:
            response = await wire.handle_async_request(get(url))
            assert await response.aread() == b"ok"
            assert not wire.reusable


@pytest.mark.parametrize("secure", [False, True])
async def test_a_kept_connection_that_the_server_closed(certified: Certified, secure: bool) -> None:
    with HostileServer(answers(ok(b"once")), certified.contexts["good"] if secure else None) as server:
        url = f"http{'s' if secure else ''}://{server.netloc}/"
        async with dialled(url, Trust((certified.ca,))) as wire:
            await (await wire.handle_async_request(get(url))).aread()
            assert await asyncio.to_thread(server.gone.wait, 60)
            assert not wire.reusable
            with pytest.raises(Unanswered):
                await wire.handle_async_request(get(url))


@pytest.mark.parametrize(
    ("method", "reply", "status"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", 200),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n", 204),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n", 304),
        ("GET", ok(b""), 200),
    ],
)
async def test_answers_without_a_body_keep_the_connection(method: str, reply: bytes, status: int) -> None:
    with HostileServer(keeps(reply)) as server:
        url = f"http://{server.netloc}/"
        async with dialled(url) as wire:
            for _ in range(2):
                response = await wire.handle_async_request(httpx.Request(method, url))
                assert (response.status_code, await response.aread()) == (status, b"")
                assert wire.reusable


async def chunks() -> AsyncIterator[bytes]:
    for piece in (b"one ", b"two ", b"three"):
        yield piece


async def test_what_is_sent() -> None:
    heard: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        for _ in range(3):
            heard.append(read_request(connection))
            connection.sendall(ok(b""))

    with HostileServer(behave) as server:
        url = f"http://{server.netloc}/a%20b?c=d"
        async with dialled(url) as wire:
            for request in (
                get(url, **{"X-Custom": "yes"}),
                httpx.Request("POST", url, content=b"body"),
                httpx.Request("PUT", url, content=chunks()),
            ):
                await (await wire.handle_async_request(request)).aread()
    first, second, third = (text.decode() for text in heard)
    assert first.startswith("GET /a%20b?c=d HTTP/1.1\r\n")
    assert f"Host: {server.netloc}\r\n" in first
    assert "X-Custom: yes\r\n" in first
    assert "Accept-Encoding" not in first, "what is sent is what the request says"
    assert second.endswith("\r\n\r\nbody")
    assert "Content-Length: 4\r\n" in second
    assert third.endswith("\r\n\r\n4\r\none \r\n4\r\ntwo \r\n5\r\nthree\r\n0\r\n\r\n")


async def test_an_answer_that_comes_before_the_request_was_read() -> None:
    def early(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
        connection.shutdown(socket.SHUT_WR)
        silent(connection)

    with HostileServer(early) as server:
        url = f"http://{server.netloc}/"
        async with dialled(url) as wire:
            response = await wire.handle_async_request(httpx.Request("POST", url, content=bytes(1 << 20)))
            assert (response.status_code, await response.aread()) == (413, b"no")
            assert not wire.reusable


async def test_interim_answers_are_passed_over() -> None:
    response, body = await fetch(answers(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 3 + ok(b"final")))
    assert (response.status_code, body) == (200, b"final")


async def test_interim_answers_within_the_bound() -> None:
    many = b"HTTP/1.1 100 Continue\r\n\r\n" * MAX_INTERIM
    _, body = await fetch(answers(many + ok(b"at last")))
    assert body == b"at last"


async def test_leaving_an_answer_closes_the_connection(certified: Certified) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"
    with HostileServer(forever(head, b"x" * 1000), certified.contexts["good"]) as server:
        url = f"https://{server.netloc}/"
        async with dialled(url, Trust((certified.ca,))) as wire:
            response = await wire.handle_async_request(get(url))
            await anext(response.aiter_raw())
            await response.aclose()
            assert not wire.reusable
            assert await asyncio.to_thread(server.gone.wait, 60)


async def test_a_consumer_that_pauses_stops_the_sender() -> None:
    sent = 0

    def send(connection: socket.socket) -> None:
        nonlocal sent
        read_head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        connection.settimeout(0.5)
        try:
            while True:
                sent += connection.send(bytes(65536))
        except TimeoutError:
            stalled.set()
            connection.settimeout(None)
            silent(connection)

    stalled = threading.Event()
    with HostileServer(send) as server:
        url = f"http://{server.netloc}/"
        async with dialled(url) as wire:
            response = await wire.handle_async_request(get(url))
            pieces = response.aiter_raw()
            await anext(pieces)
            assert await asyncio.to_thread(stalled.wait, 10)
            await response.aclose()
    assert sent < 32 << 20


@pytest.mark.parametrize("secure", [False, True])
async def test_a_long_answer_is_whole_and_costs_no_memory(certified: Certified, secure: bool) -> None:
    block = bytes(range(256)) * 4096
    count = 64

    def send(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(block) * count))
        for _ in range(count):
            connection.sendall(block)

    with at_most(32), HostileServer(send, certified.contexts["good"] if secure else None) as server:
        url = f"http{'s' if secure else ''}://{server.netloc}/"
        async with dialled(url, Trust((certified.ca,))) as wire:
            response = await wire.handle_async_request(get(url))
            size = 0
            async for piece in response.aiter_raw():
                at = size % 256
                assert piece[:256] == (bytes(range(256)) * 2)[at : at + min(256, len(piece))]
                size += len(piece)
        assert size == len(block) * count


async def test_a_request_that_cannot_be_sent() -> None:
    with HostileServer(silent) as server:
        url = f"http://{server.netloc}/"
        async with dialled(url) as wire:
            with pytest.raises(StageFailed) as failed:
                await wire.handle_async_request(httpx.Request("GET", url, headers={"X": "a\r\nInjected: b"}))
    assert failed.value.kind == "protocol_error"


async def test_two_exchanges_at_once_are_a_mistake_of_ours() -> None:
    with HostileServer(answers_then_silent(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")) as server:
        url = f"http://{server.netloc}/"
        async with dialled(url) as wire:
            await wire.handle_async_request(get(url))
            with pytest.raises(RuntimeError):
                await wire.handle_async_request(get(url))
