"""Cancelled at any moment, a probe, a stream and a token leave no socket open and nobody waiting."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import random
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from typing import Any

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.engine.target import Target
from tests.engine.certified import Certified
from tests.engine.hostile import HostileServer, read_request
from tests.engine.probing import check, oauth, target

TIMES = 40


def slowly(connection: socket.socket) -> None:
    """Give tokens and event streams a few bytes at a time."""
    pause = threading.Event()
    token = b'HTTP/1.1 200 OK\r\nContent-Length: 39\r\n\r\n{"access_token": "t", "expires_in": 60}'
    stream = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + b"data: event\n\n" * 20
    answer = token
    while answer is token:
        answer = token if b"/token" in read_request(connection) else stream
        for at in range(0, len(answer), 25):
            pause.wait(0.001)
            connection.sendall(answer[at : at + 25])


async def probe(engine: Engine, wanted: Target) -> None:
    await check(engine, wanted)


async def stream(engine: Engine, wanted: Target) -> None:
    async with aclosing(engine.stream(wanted)) as events:
        async for _ in events:
            pass


async def token(engine: Engine, wanted: Target) -> None:
    await engine.token(wanted)


@pytest.fixture
async def quiet_loop() -> AsyncIterator[list[dict[str, Any]]]:
    """What the event loop had to complain of: exceptions that nobody saw."""
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    yield complaints
    gc.collect()
    await asyncio.sleep(0)
    assert complaints == []


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("start", [probe, stream, token])
async def test_at_any_moment(
    engine: Engine,
    certified: Certified,
    quiet_loop: list[dict[str, Any]],
    start: Callable[[Engine, Target], Coroutine[Any, Any, None]],
    secure: bool,
) -> None:
    chance = random.Random(start.__name__)
    context = certified.contexts["good"] if secure else None
    with HostileServer(slowly, context) as server:
        url = f"http{'s' if secure else ''}://localhost:{server.port}"
        for number in range(TIMES):
            auth = oauth(url + "/token") if number % 2 or start is token else None
            wanted = target(
                url, auth, {"client_secret": f"s3cr3t-{number}"} if auth else None, ca_cert=certified.ca
            )
            others = [asyncio.create_task(start(engine, wanted)) for _ in range(2)]
            await asyncio.sleep(chance.random() * 0.03)
            others[0].cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await others[0]
            if number % 3:  # who waits for a token of the first has to go on alone
                async with asyncio.timeout(60):
                    await others[1]
            else:
                others[1].cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await others[1]
        # Only where all connections are closed do the threads of the server end.
