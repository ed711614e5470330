"""Wire: servers that do not keep to HTTP/1.1, and those that are slow on purpose."""

from __future__ import annotations

import asyncio

import pytest

from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.http1.response_parser import MAX_HEAD, MAX_HEADERS
from integrator_tui.engine.net.trust_store import Trust
from tests.engine.certified import Certified
from tests.engine.dialling import dialled, get
from tests.engine.hostile import (
    Behaviour,
    HostileServer,
    answers,
    answers_then_silent,
    drip,
    forever,
    resets,
    silent,
)
from tests.engine.memory import at_most

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


async def fails(behave: Behaviour) -> StageFailed:
    """Fetch where it must fail, then see that the next dial works and nothing is left open."""
    with HostileServer(behave) as server:
        url = f"http://{server.netloc}/"
        async with dialled(url) as wire:
            with pytest.raises(StageFailed) as failed:
                async with asyncio.timeout(60):
                    response = await wire.handle_async_request(get(url))
                    async for _ in response.aiter_raw():
                        pass
            assert not wire.reusable
            assert await asyncio.to_thread(server.gone.wait, 60)
        async with dialled(url):
            pass
    assert "\n" not in failed.value.message
    assert failed.value.hint
    return failed.value


@pytest.mark.parametrize(
    ("behave", "said"),
    [
        (answers(b""), "without an answer"),
        (resets(), "before an answer"),
        (answers(b"HTTP/1.1 200 OK\r\nContent-Le"), "before the whole answer"),
        (answers(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"), "before the whole answer"),
        (resets(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"), "before the whole answer"),
        (answers(CHUNKED + b"5\r\nhel"), "before the last chunk"),
        (answers(CHUNKED + b"5\r\nhello\r\n"), "before the last chunk"),
        (answers(CHUNKED + b"xyz\r\nhello\r\n0\r\n\r\n"), "not chunked"),
        (answers(CHUNKED + b"2\r\nhello\r\n0\r\n\r\n"), "not chunked"),
        (answers(CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n"), "not chunked"),
        (answers(CHUNKED + b"ffffffffffffffffffffff\r\nhello\r\n0\r\n\r\n"), "not chunked"),
        (answers(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"), "not HTTP/1.1"),
        (answers(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello"), "not HTTP/1.1"),
        (answers(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello"), "not HTTP/1.1"),
        (answers(b"HTTP/1.1 200 OK\r\nNo colon here\r\n\r\n"), "not HTTP/1.1"),
        (answers(b"HTTP/1.1 nonsense\r\n\r\n"), "not HTTP/1.1"),
        (answers(b"HTTP/1.1 999999 x\r\n\r\n"), "not HTTP/1.1"),
        (answers(b"SSH-2.0-OpenSSH\x1b[31m\r\n"), "not HTTP: it begins 'SSH-2.0"),
        (answers(b"\0" * 500), "not HTTP"),
        (answers(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), "not HTTP/1.1"),
        (forever(b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n"), "larger than 100 KiB"),
        (forever(b"HTTP/1.1 200 OK\r\nX-Long: ", b"long" * 256), "larger than 100 KiB"),
        (forever(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "interim"),
        (answers(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * (MAX_HEADERS + 1) + b"\r\n"), "header lines"),
        (answers(b"HTTP/1.1 200 OK\r\nX: " + b"y" * MAX_HEAD + b"\r\n\r\n"), "larger than 100 KiB"),
        (forever(CHUNKED, b"1;" + b"extension" * 1000), "longer than 16 KiB"),
        (forever(CHUNKED + b"0\r\n", b"Trailer: and more\r\n"), "trailer is larger"),
    ],
)
async def test_servers_that_do_not_keep_to_it(behave: Behaviour, said: str) -> None:
    failed = await fails(behave)
    assert failed.kind == "protocol_error"
    assert said in failed.message
    assert "\x1b" not in failed.message


@pytest.mark.parametrize(
    "behave",
    [
        silent,
        drip(b"HTTP/1.1 200 OK\r\n", b"X-Slow: y\r\n"),
        drip(b"HTTP/1.1 200 ", b"OK"),
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"."),
        drip(CHUNKED, b"1\r\n.\r\n"),
        answers_then_silent(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
    ],
)
async def test_a_deadline_ends_what_is_slow_and_closes_the_socket(behave: Behaviour) -> None:
    with HostileServer(behave) as server:
        url = f"http://{server.netloc}/"
        async with dialled(url) as wire:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    response = await wire.handle_async_request(get(url))
                    await response.aread()
            assert not wire.reusable
            assert await asyncio.to_thread(server.gone.wait, 60)


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n"]
)
async def test_a_server_that_is_always_ready_does_not_outrun_the_deadline(head: bytes) -> None:
    with at_most(32), HostileServer(forever(head, bytes(65536))) as server:
        url = f"http://{server.netloc}/"
        async with dialled(url) as wire:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    response = await wire.handle_async_request(get(url))
                    async for _ in response.aiter_raw():
                        pass
            assert await asyncio.to_thread(server.gone.wait, 60)


async def test_closing_wakes_who_reads(certified: Certified) -> None:
    for context in (None, certified.contexts["good"]):
        with HostileServer(answers_then_silent(b"HTTP/1.1 200 OK\r\n\r\nbegin"), context) as server:
            url = f"http{'s' if context else ''}://{server.netloc}/"
            async with dialled(url, Trust((certified.ca,))) as wire:
                response = await wire.handle_async_request(get(url))
                pieces = response.aiter_raw()
                assert await anext(pieces) == b"begin"
                reading = asyncio.ensure_future(anext(pieces))
                await asyncio.sleep(0)
                wire.close()
                with pytest.raises(StageFailed):
                    await reading
                assert await asyncio.to_thread(server.gone.wait, 60)
