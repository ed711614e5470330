"""Streams behind proxies that compress: an event comes while the server holds the next one back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.model.connection import HttpBearerTokenAuth, Operation, Request
from integrator_tui.model.stream import Closed, Event, Received
from tests.engine.peer import Asked, Peer, Talk, reply
from tests.engine.probing import check, outcomes, stage, target
from tests.servers.compressing import COMPRESSING, compressing
from tests.servers.programs import free_ports

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


class Held:
    """Sends one event, and the next only when it is told to."""

    def __init__(self) -> None:
        self.release = asyncio.Event()

    async def __call__(self, asked: Asked, talk: Talk) -> bytes | None:
        if asked.path == "/plain":
            return reply(200, "{}")
        await talk.send(HEAD + chunk("data: one\n\n"))
        await self.release.wait()
        await talk.send(chunk("data: two\n\n") + b"0\r\n\r\n")
        return None


def chunk(text: str) -> bytes:
    return b"%x\r\n%b\r\n" % (len(text), text.encode())


@pytest.fixture(scope="module")
def ports() -> list[int]:
    """Where the streams come from, which the proxies know before there are any."""
    return free_ports(1)


@pytest.fixture(scope="module", params=COMPRESSING)
def origin(
    request: pytest.FixtureRequest, ports: list[int], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    with compressing(request.param, tmp_path_factory.mktemp(request.param), ports[0]) as proxy:
        yield proxy


@pytest.fixture
async def held(ports: list[int]) -> AsyncIterator[Held]:
    held = Held()
    async with Peer(held, port=ports[0]):
        yield held
        held.release.set()


async def test_a_stream_is_read_event_by_event(engine: Engine, origin: str, held: Held) -> None:
    seen: list[str] = []
    async with aclosing(engine.stream(target(origin, stream_response=True))) as events:
        async for event in events:
            assert not isinstance(event, Closed) or not event.kind, event
            if isinstance(event, Received):
                seen += [item.data for item in event.items if isinstance(item, Event)]
                held.release.set()
    assert seen == ["one", "two"]


async def test_a_check_passes_at_the_first_event(engine: Engine, origin: str, held: Held) -> None:
    report = await check(engine, target(origin, stream_response=True))
    assert outcomes(report) == dict.fromkeys(("resolve", "connect", "respond", "stream"), "passed")
    assert stage(report, "stream").detail["events"] == 1
    assert not held.release.is_set()


@pytest.mark.parametrize(
    "asked",
    [
        Operation(method="GET", path="/", stream_response=True),
        Operation(method="GET", path="/", headers=(("Accept", "text/event-stream"),)),
    ],
)
async def test_a_request_that_streams(engine: Engine, origin: str, held: Held, asked: Operation) -> None:
    got = b""
    async with engine.request(target(origin), asked) as answer:
        async for piece in answer.chunks():
            got += piece
            held.release.set()
    assert got == b"data: one\n\ndata: two\n\n"


async def test_a_token_that_is_streamed(engine: Engine, origin: str, held: Held) -> None:
    asked = Request(path="/token", stream_response=True)
    auth = HttpBearerTokenAuth(request=asked, token_output="body", expiration_output="60")
    report = await check(engine, target(origin, auth, test_path="/plain"))
    assert report.outcome == "passed", report.failure
    assert not held.release.is_set()


async def test_who_sets_the_header_himself_gets_what_he_asks_for(engine: Engine, origin: str, held: Held) -> None:
    """It also shows that these proxies compress at all."""
    held.release.set()
    own = Operation(method="GET", path="/", headers=(("Accept-Encoding", "gzip"),), stream_response=True)
    async with engine.request(target(origin), own) as answer:
        got = b"".join([piece async for piece in answer.chunks()])
    assert answer.by_name["content-encoding"] == "gzip"
    assert got == b"data: one\n\ndata: two\n\n"
