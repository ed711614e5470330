"""Streams over real sockets: as they come, redacted, stopped at once, and no faster than they are read."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from contextlib import aclosing

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.engine.stream import cleaned
from integrator_tui.engine.target import Target
from integrator_tui.model.connection import BasicAuth, Operation
from integrator_tui.model.redact import Redactor
from integrator_tui.model.stream import Closed, Event, Opened, Received, StreamEvent, StreamLine
from tests.engine.peer import Asked, Handler, Peer, Talk, reply, routes
from tests.engine.probing import oauth, target

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
BASIC = (BasicAuth(username="u"), {"password": "s3cr3t-pw"})


def sends(*pieces: bytes, head: bytes = HEAD) -> Handler:
    async def handler(asked: Asked, talk: Talk) -> bytes | None:
        await talk.send(head)
        for piece in pieces:
            await talk.send(piece)
            await asyncio.sleep(0.01)
        return None

    return handler


async def read(engine: Engine, wanted: Target) -> list[StreamEvent]:
    async with aclosing(engine.stream(wanted)) as events:
        return [event async for event in events]


def items(events: list[StreamEvent]) -> list[Event | StreamLine]:
    return [item for event in events if isinstance(event, Received) for item in event.items]


def closed(events: list[StreamEvent]) -> Closed:
    assert isinstance(events[-1], Closed)
    return events[-1]


async def test_events_come_one_by_one(engine: Engine) -> None:
    async with Peer(sends(b"id: 1\ndata: o", b"ne\n\nevent: tick\ndata: two\n\n", b"data: cut off")) as peer:
        events = await read(engine, target(peer.url))
    opened = events[0]
    assert isinstance(opened, Opened)
    assert (opened.status, opened.is_event_stream, opened.url) == (200, True, peer.url)
    assert items(events) == [Event("message", "one", "1"), Event("tick", "two", "1")]
    assert closed(events) == Closed("the server ended the stream", events=2, bytes=53)


async def test_anything_else_comes_line_by_line(engine: Engine) -> None:
    body = gzip.compress(b'{"a": 1}\r\nb\nlast')
    async with Peer(routes({"/": reply(200, body, "Content-Encoding: gzip")})) as peer:
        events = await read(engine, target(peer.url))
    assert items(events) == [StreamLine('{"a": 1}'), StreamLine("b"), StreamLine("last")]


async def test_an_event_is_there_before_the_next_is_sent(engine: Engine) -> None:
    seen = asyncio.Event()

    async def handler(asked: Asked, talk: Talk) -> bytes | None:
        await talk.send(HEAD + b"data: first\n\n")
        await seen.wait()
        await talk.send(b"data: second\n\n")
        return None

    async with Peer(handler) as peer, aclosing(engine.stream(target(peer.url))) as events:
        async for event in events:
            if isinstance(event, Received) and event.items:
                seen.set()
    assert seen.is_set()


@pytest.mark.parametrize(("coding", "window"), [("gzip", 31), ("deflate", 15), ("deflate", -15)])
async def test_a_compressed_event_is_there_before_the_next_is_sent(
    engine: Engine, coding: str, window: int
) -> None:
    seen = asyncio.Event()
    squeeze = zlib.compressobj(6, zlib.DEFLATED, window)

    def flushed(text: str) -> bytes:
        return squeeze.compress(text.encode()) + squeeze.flush(zlib.Z_SYNC_FLUSH)

    async def handler(asked: Asked, talk: Talk) -> bytes | None:
        await talk.send(HEAD.replace(b"\r\n\r\n", f"\r\nContent-Encoding: {coding}\r\n\r\n".encode()))
        await talk.send(flushed("data: first\n\n"))
        await seen.wait()
        await talk.send(flushed("data: second\n\n") + squeeze.flush())
        return None

    async with Peer(handler) as peer, aclosing(engine.stream(target(peer.url))) as events:
        found = []
        async for event in events:
            found.append(event)
            if isinstance(event, Received) and event.items:
                seen.set()
    assert items(found) == [Event("message", "first"), Event("message", "second")]
    assert closed(found).kind == ""


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
async def test_however_lines_end_and_characters_are_cut(engine: Engine, end: str) -> None:
    body = f"\ufeffid: 1{end}data: grün €{end}data: 🗝{end}{end}: ping{end}event: ü{end}data{end}{end}".encode()
    async with Peer(sends(*(body[at : at + 1] for at in range(len(body))))) as peer:
        events = await read(engine, target(peer.url))
    assert items(events) == [Event("message", "grün €\n🗝", "1"), Event("ü", "", "1")]


async def test_closing_is_seen_by_the_server(engine: Engine) -> None:
    async def endless(asked: Asked, talk: Talk) -> bytes | None:
        await talk.send(HEAD + b"data: x\n\n")
        await talk.gone.wait()
        return None

    async with Peer(endless) as peer:
        async with aclosing(engine.stream(target(peer.url))) as events:
            async for event in events:
                if isinstance(event, Received):
                    break
        await asyncio.wait_for(peer.gone.wait(), 60)


async def test_a_cancelled_reader_closes_too(engine: Engine) -> None:
    started = asyncio.Event()

    async def endless(asked: Asked, talk: Talk) -> bytes | None:
        await talk.send(HEAD)
        started.set()
        await talk.gone.wait()
        return None

    async with Peer(endless) as peer:
        task = asyncio.create_task(read(engine, target(peer.url)))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(peer.gone.wait(), 60)


async def test_a_reader_that_pauses_stops_the_sender(engine: Engine) -> None:
    sent = 0

    async def flood(asked: Asked, talk: Talk) -> bytes | None:
        nonlocal sent
        await talk.send(HEAD)
        while True:
            await talk.send(b"data: " + b"x" * 65000 + b"\n\n")
            sent += 1

    async with Peer(flood) as peer, aclosing(engine.stream(target(peer.url))) as events:
        async for event in events:
            if isinstance(event, Received):
                break
        before = -1
        while before != sent:
            before = sent
            await asyncio.sleep(0.1)
        assert 0 < sent < 500


async def test_silence_ends_a_stream(engine: Engine) -> None:
    async def silent(asked: Asked, talk: Talk) -> bytes | None:
        await talk.send(HEAD + b"data: x\n\n")
        await talk.gone.wait()
        return None

    async with Peer(silent) as peer:
        events = await read(engine, target(peer.url, read=0.2))
        await asyncio.wait_for(peer.gone.wait(), 60)
    assert closed(events).kind == "read_timeout"
    assert closed(events).events == 1


async def test_a_slow_stream_is_no_silent_one(engine: Engine) -> None:
    pieces = [b"data: %d\n\n" % number for number in range(30)]
    async with Peer(sends(*pieces)) as peer:
        events = await read(engine, target(peer.url, read=0.15))
    assert closed(events).kind == ""
    assert len(items(events)) == 30


async def test_what_fails_is_the_end_of_the_stream(engine: Engine) -> None:
    async with Peer(routes({"/": reply(401, "who?")})) as peer:
        refused = await read(engine, target(peer.url, *BASIC))
        missing = await read(engine, target(peer.url, test_path="/{{x}}"))
        token = await read(engine, target(peer.url, oauth(peer.url + "/token"), {"client_secret": "x"}))
    assert closed(refused).kind == "credentials_rejected"
    assert items(refused) == [StreamLine("who?")]
    assert [event.kind for event in missing if isinstance(event, Closed)] == ["missing_parameter"]
    assert closed(token).kind == "token_request_failed"
    nobody = await read(engine, target(peer.url))
    assert closed(nobody).kind == "refused"
    for events in (refused, missing, token, nobody):
        assert closed(events).hint


async def test_a_stream_that_breaks_off_says_so(engine: Engine) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with Peer(sends(b"5\r\nline\n\r\n", b"zz\r\n", head=head)) as peer:
        events = await read(engine, target(peer.url))
    assert items(events) == [StreamLine("line")]
    assert closed(events).kind == "protocol_error"


async def test_no_secret_is_shown_however_it_is_cut(engine: Engine) -> None:
    body = b"data: <s3cr3t-pw> dTpzM2NyM3QtcHc=\nid: s3cr3t-pw\nevent: s3cr3t-pw\n\n"
    pieces = [body[at : at + 1] for at in range(len(body))]
    head = HEAD.replace(b"\r\n\r\n", b"\r\nX-Echo: s3cr3t-pw\r\n\r\n")
    async with Peer(sends(*pieces, head=head)) as peer:
        events = await read(engine, target(peer.url, *BASIC))
    assert "s3cr3t" not in repr(events)
    assert "dTpzM" not in repr(events)
    assert items(events) == [Event("•••", "<•••> •••", "•••")]


async def test_text_is_what_came_for_who_shows_it_to_make_visible(engine: Engine) -> None:
    async with Peer(routes({"/": reply(200, "\x1b[31mred\ttab\n")})) as peer:
        events = await read(engine, target(peer.url))
    assert items(events) == [StreamLine("\x1b[31mred\ttab")]


async def test_an_operation_streams_too(engine: Engine) -> None:
    async with Peer(routes({"/feed": reply(200, "x\n")})) as peer:
        operation = Operation(method="GET", path="/{{name}}")
        async with aclosing(engine.stream(target(peer.url, parameters={"name": "feed"}), operation)) as events:
            found = [event async for event in events]
    assert items(found) == [StreamLine("x")]


def test_of_a_cut_text_no_half_secret_is_left() -> None:
    redactor = Redactor(["s3cr3t-pw"])
    lines = cleaned((StreamLine("abc s3cr3t", 5), StreamLine("abc s3cr3t")), redactor)
    assert lines == (StreamLine("abc ", 5), StreamLine("abc s3cr3t"))
    events = cleaned((Event("message", "s3cr3t-pw s3", cut=1), Event("s3cr3t-pw", "x", "s3cr3t-pw")), redactor)
    assert events == (Event("message", "••• ", cut=1), Event("•••", "x", "•••"))
