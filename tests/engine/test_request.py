"""One authenticated request, its answer byte for byte."""

from __future__ import annotations

import asyncio
import gzip

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.errors import InvalidFile, MissingParameter, RequestFailed
from integrator_tui.model.connection import BasicAuth, Operation, RawBody
from integrator_tui.model.stream import Event, Line
from tests.engine.peer import Asked, Peer, Talk, reply, routes
from tests.engine.probing import oauth, target

GET = Operation(method="GET", path="/x")
BYTES = bytes(range(256)) * 10


async def test_the_body_is_what_came(engine: Engine) -> None:
    body = gzip.compress(BYTES)
    async with Peer(routes({"/x": reply(404, body, "Content-Encoding: gzip", "X-Two: a", "X-Two: b")})) as peer:
        wanted = target(peer.url, BasicAuth(username="u"), {"password": "s3cr3t-pw"})
        async with engine.request(wanted, GET) as answer:
            chunks = [chunk async for chunk in answer.chunks()]
    assert (answer.status, answer.ok, answer.said) == (404, False, "404 Whatever")
    assert b"".join(chunks) == BYTES
    assert [value for name, value in answer.headers if name.lower() == "x-two"] == ["a", "b"]


async def test_method_headers_and_body_are_sent_with_parameters_filled_in(engine: Engine) -> None:
    operation = Operation(
        method="PUT", path="/x?y={{y}}", headers=(("X-Y", "{{y}}"),), body=RawBody(raw='{"y": "{{y}}"}')
    )
    async with Peer(routes({"/x": reply(200)})) as peer:
        async with engine.request(target(peer.url, parameters={"y": 'a"b'}), operation) as answer:
            assert answer.ok
        with pytest.raises(MissingParameter):
            async with engine.request(target(peer.url), operation):
                pass
    asked = peer.asked[0]
    assert (asked.method, asked.path, asked.headers["x-y"]) == ("PUT", "/x?y=a%22b", 'a"b')
    assert asked.body == b'{"y": "a\\"b"}'


async def test_a_header_written_by_hand_takes_the_place_of_the_methods(engine: Engine) -> None:
    own = Operation(method="GET", path="/x", headers=(("authorization", "Own"),))
    async with Peer(routes({"/x": reply(200)})) as peer:
        for auth in (BasicAuth(username="u"), oauth(peer.url + "/token")):
            async with engine.request(target(peer.url, auth), own) as answer:
                assert answer.ok
    assert [asked.headers["authorization"] for asked in peer.asked] == ["Own", "Own"]


async def test_no_answer_is_an_exception(engine: Engine) -> None:
    async with Peer(routes({})) as peer:
        refused = target(peer.url, oauth(peer.url + "/token"), {"client_secret": "x"})
        with pytest.raises(RequestFailed) as caught:
            async with engine.request(refused, GET):
                pass
    assert caught.value.hint
    with pytest.raises(RequestFailed):
        async with engine.request(target(peer.url), GET):
            pass
    with pytest.raises(InvalidFile):
        async with engine.request(target("https://127.0.0.1:1", ca_cert="x"), GET):
            pass


async def test_leaving_early_closes_the_socket(engine: Engine) -> None:
    async def endless(asked: Asked, talk: Talk) -> bytes | None:
        await talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfirst")
        await talk.gone.wait()
        return None

    async with Peer(endless) as peer:
        async with engine.request(target(peer.url), GET) as answer:
            assert await anext(answer.chunks()) == b"first"
        await asyncio.wait_for(peer.gone.wait(), 5)


async def test_what_breaks_off_or_falls_silent_is_an_exception_after_what_came(engine: Engine) -> None:
    async def silent(asked: Asked, talk: Talk) -> bytes | None:
        await talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfirst")
        if asked.path == "/x":
            return None
        await talk.gone.wait()
        return None

    async with Peer(silent) as peer:
        for path in ("/x", "/silent"):
            got = b""
            with pytest.raises(RequestFailed):
                async with engine.request(target(peer.url, read=0.2), Operation(method="GET", path=path)) as answer:
                    async for chunk in answer.chunks():
                        got += chunk
            assert got == b"first"


async def test_items_are_events_or_lines(engine: Engine) -> None:
    events = reply(200, "data: a\n\ndata: b\n\n", "Content-Type: text/event-stream")
    async with Peer(routes({"/x": events, "/y": reply(200, "a\nb")})) as peer:
        async with engine.request(target(peer.url), GET) as answer:
            assert answer.is_event_stream
            assert [item async for item in answer.items()] == [Event("message", "a"), Event("message", "b")]
        async with engine.request(target(peer.url), Operation(method="GET", path="/y")) as answer:
            assert [item async for item in answer.items()] == [Line("a"), Line("b")]
