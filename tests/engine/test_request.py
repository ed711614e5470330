"""One authenticated request, its answer byte for byte."""

from __future__ import annotations

import asyncio
import gzip

import pytest

from integrator_tui.engine.answer import PROGRESS
from integrator_tui.engine.engine import Engine
from integrator_tui.engine.javascript.outputs import OutputValues
from integrator_tui.engine.target import Target
from integrator_tui.errors import InvalidFile, MissingParameter, RequestFailed
from integrator_tui.model.connection import (
    BasicAuth,
    HttpBearerTokenAuth,
    Operation,
    Output,
    RawBearerTokenAuth,
    RawBody,
    Request,
)
from integrator_tui.model.stream import Event, StreamLine
from tests.engine.peer import Asked, Peer, Talk, reply, routes
from tests.engine.probing import oauth, target

GET = Operation(method="GET", path="/x")
BYTES = bytes(range(256)) * 10
EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"


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


async def test_credentials_that_are_not_used_need_no_parameter_and_no_secret(engine: Engine) -> None:
    own = Operation(method="GET", path="/x", headers=(("authorization", "Own"),))
    asking = Request(path="/token/{{realm}}")
    bearer = HttpBearerTokenAuth(request=asking, token_output="body.t", expiration_output="60")
    async with Peer(routes({"/x": reply(200)})) as peer:
        for auth in (BasicAuth(username="{{user}}"), RawBearerTokenAuth(), bearer):
            async with engine.request(target(peer.url, auth), own) as answer:
                assert answer.ok
            with pytest.raises(MissingParameter):
                async with engine.request(target(peer.url, auth), own.model_copy(update={"headers": ()})):
                    pass
    assert [asked.headers["authorization"] for asked in peer.asked] == ["Own"] * 3


async def test_a_credential_header_written_by_hand_stays_with_its_origin(engine: Engine) -> None:
    headers = (("x-key", "typed"), ("X-Plain", "1"))
    own = Operation(method="GET", path="/x", headers=headers, follow_redirect=True)
    async with Peer(routes({"/y": reply(200)})) as other:
        moved = {"/x": reply(302, b"", f"Location: {other.url}/y"), "/stays": reply(302, b"", "Location: /here")}
        async with Peer(routes({**moved, "/here": reply(200)})) as peer:
            wanted = target(peer.url, RawBearerTokenAuth(header="X-Key"), {"token": "s3cr3t-token"})
            for path in ("/x", "/stays"):
                async with engine.request(wanted, own.model_copy(update={"path": path}), timeout=9) as answer:
                    assert answer.ok
    assert [asked.headers["x-key"] for asked in peer.asked] == ["typed"] * 3
    assert ("x-key" in other.asked[0].headers, other.asked[0].headers["x-plain"]) == (False, "1")


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
        await asyncio.wait_for(peer.gone.wait(), 60)


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


async def slow(asked: Asked, talk: Talk) -> bytes | None:
    await talk.send(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(30):
        await asyncio.sleep(0.02)
        await talk.send(b"x")
    return None


async def test_a_stream_that_comes_slowly_is_no_silent_one(engine: Engine) -> None:
    wanted = Operation(method="GET", path="/x", stream_response=True)
    async with Peer(slow) as peer, engine.request(target(peer.url, read=0.3), wanted) as answer:
        assert len(b"".join([chunk async for chunk in answer.chunks()])) == 30


async def test_any_other_answer_has_to_be_whole_within_the_read_timeout(engine: Engine) -> None:
    async with Peer(slow) as peer:
        with pytest.raises(RequestFailed) as caught:
            async with engine.request(target(peer.url, read=0.3), GET) as answer:
                assert [chunk async for chunk in answer.chunks()]
    assert caught.value.kind == "read_timeout"
    assert "--stream" in caught.value.hint


async def test_a_long_download_is_not_ended_while_it_gets_on(engine: Engine) -> None:
    async def steady(asked: Asked, talk: Talk) -> bytes | None:
        await talk.send(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(12):
            await asyncio.sleep(0.1)
            await talk.send(b"x" * PROGRESS)
        return None

    async with Peer(steady) as peer, engine.request(target(peer.url, read=1), GET) as answer:
        assert sum([len(chunk) async for chunk in answer.chunks()]) == 12 * PROGRESS


async def test_what_the_consumer_takes_is_not_the_servers_time(engine: Engine) -> None:
    async with Peer(slow) as peer, engine.request(target(peer.url, read=1.5), GET) as answer:
        got = b""
        async for chunk in answer.chunks():
            if not got:
                await asyncio.sleep(1.6)
            got += chunk
    assert len(got) == 30


async def test_items_are_events_or_lines(engine: Engine) -> None:
    events = reply(200, "data: a\n\ndata: b\n\n", "Content-Type: text/event-stream")
    async with Peer(routes({"/x": events, "/y": reply(200, "a\nb")})) as peer:
        async with engine.request(target(peer.url), GET) as answer:
            assert answer.is_event_stream
            assert [item async for batch in answer.batches() for item in batch] == [
                Event("message", "a"),
                Event("message", "b"),
            ]
        async with engine.request(target(peer.url), Operation(method="GET", path="/y")) as answer:
            assert [item async for batch in answer.batches() for item in batch] == [
                StreamLine("a"),
                StreamLine("b"),
            ]


@pytest.mark.parametrize(
    ("headers", "content_type"),
    [((), "application/json"), ((("content-type", "text/plain"),), "text/plain")],
)
async def test_content_is_sent_as_it_is(
    engine: Engine, headers: tuple[tuple[str, str], ...], content_type: str
) -> None:
    operation = Operation(method="PUT", path="/x", headers=headers)
    async with Peer(routes({"/x": reply(200)})) as peer:
        wanted = target(peer.url, BasicAuth(username="u"), {"password": "s3cr3t-pw"})
        async with engine.request(wanted, operation, content=BYTES + b"{{x}}") as answer:
            assert answer.ok
    asked = peer.asked[0]
    assert (asked.method, asked.body) == ("PUT", BYTES + b"{{x}}")
    assert asked.headers["content-type"] == content_type
    assert asked.headers["authorization"] == "Basic dTpzM2NyM3QtcHc="


async def test_content_that_holds_a_secret_stays_with_its_origin(engine: Engine) -> None:
    operation = Operation(method="POST", path="/x", follow_redirect=True)
    async with Peer(routes({"/y": reply(200)})) as other:
        moved = reply(307, b"", f"Location: {other.url}/y")
        async with Peer(routes({"/x": moved})) as peer:
            wanted = target(peer.url, BasicAuth(username="u"), {"password": "s3cr3t-pw"})
            async with engine.request(wanted, operation, content=b"harmless") as answer:
                assert answer.ok
            with pytest.raises(RequestFailed) as caught:
                async with engine.request(wanted, operation, content=b"<s3cr3t-pw>"):
                    pass
    assert caught.value.kind == "redirected"
    assert [asked.body for asked in other.asked] == [b"harmless"]
    assert "authorization" not in other.asked[0].headers


@pytest.mark.parametrize(
    ("status", "kind", "hint"),
    [
        (302, "redirected", "--location"),
        (401, "credentials_rejected", "Username"),
        (403, "forbidden", "rights"),
        (404, "not_found", "path"),
        (418, "unexpected_status", "body"),
        (503, "server_error", "log"),
    ],
)
async def test_an_answer_that_is_none_says_why(engine: Engine, status: int, kind: str, hint: str) -> None:
    async with Peer(routes({"/x": reply(status, b"why", "Location: /elsewhere?q=s3cr3t-pw")})) as peer:
        wanted = target(peer.url, BasicAuth(username="u"), {"password": "s3cr3t-pw"})
        async with engine.request(wanted, GET) as answer:
            failure = answer.failure
            assert b"".join([chunk async for chunk in answer.chunks()]) == b"why"
    assert failure is not None
    assert (failure.stage, failure.kind) == ("respond", kind)
    assert hint in failure.hint
    assert "test" not in failure.hint
    assert "s3cr3t" not in failure.message
    assert str(status) in failure.message


@pytest.mark.parametrize(("status", "headers"), [(300, ()), (304, ("Location: /elsewhere",))])
async def test_nobody_is_told_to_follow_what_leads_nowhere(
    engine: Engine, status: int, headers: tuple[str, ...]
) -> None:
    leading = routes({"/x": reply(status, b"", *headers)})
    async with Peer(leading) as peer, engine.request(target(peer.url), GET) as answer:
        assert answer.failure is not None
        assert answer.failure.kind == "redirected"
        assert "follow" not in answer.failure.hint


async def test_a_failure_says_where_and_how(engine: Engine) -> None:
    async def silent(asked: Asked, talk: Talk) -> bytes | None:
        await talk.gone.wait()
        return None

    async def failed(wanted: Target, *, timeout: float | None = None) -> tuple[str, str]:
        with pytest.raises(RequestFailed) as caught:
            async with engine.request(wanted, GET, timeout=timeout):
                pass
        assert caught.value.hint
        return caught.value.stage, caught.value.kind

    async with Peer(routes({})) as peer:
        assert await failed(target(peer.url, oauth(peer.url), {"client_secret": "x"})) == (
            "authenticate",
            "token_request_failed",
        )
    assert await failed(target(peer.url)) == ("connect", "refused")
    async with Peer(silent) as peer:
        assert await failed(target(peer.url, read=0.2)) == ("respond", "read_timeout")
        assert await failed(target(peer.url), timeout=1) == ("respond", "read_timeout")
    with pytest.raises(InvalidFile) as caught:
        async with engine.request(target("https://127.0.0.1:1", ca_cert="x"), GET):
            pass
    assert caught.value.kind == "ca_invalid"


async def test_the_time_of_the_whole_bounds_a_body_that_goes_on(engine: Engine) -> None:
    async def drips(asked: Asked, talk: Talk) -> bytes | None:
        await talk.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while not talk.gone.is_set():
            await talk.send(b"x")
            await asyncio.sleep(0.02)
        return None

    async with Peer(drips) as peer:
        with pytest.raises(RequestFailed) as caught:
            async with engine.request(target(peer.url), GET, timeout=1) as answer:
                async for _ in answer.chunks():
                    pass
        await asyncio.wait_for(peer.gone.wait(), 60)
    assert caught.value.kind == "read_timeout"
    assert "--timeout" in caught.value.hint


async def test_a_terminal_gets_no_secret_and_nothing_to_act_on(engine: Engine) -> None:
    body = gzip.compress(b"\x1b[31ms3cr3t-pw dTpzM2NyM3QtcHc=\r\n")
    async with Peer(routes({"/x": reply(200, body, "Content-Encoding: gzip", "X-Echo: s3cr3t-pw\x1b")})) as peer:
        wanted = target(peer.url, BasicAuth(username="u"), {"password": "s3cr3t-pw"})
        async with engine.request(wanted, GET) as answer:
            assert "".join([text async for text in answer.shown()]) == "␛[31m••• •••\n"
            assert ("x-echo", "•••␛") in answer.told_headers
            assert answer.told({"s3cr3t-pw": ["s3cr3t-pw\x07"]}) == {"s3cr3t-pw": ["•••␇"]}


async def test_an_operation_gives_its_outputs_whatever_the_status(engine: Engine) -> None:
    outputs = (Output(name="Id", value="body.id"), Output(name="Status", value="statusCode + headers['x-two']"))
    operation = Operation(name="O", method="GET", path="/x", outputs=outputs)
    async with Peer(routes({"/x": reply(404, b'{"id": 7}', "X-Two: a", "X-Two: b")})) as peer:
        ran = await engine.run(target(peer.url), operation)
    assert ran.outputs == OutputValues({"Id": 7, "Status": "404a, b"})
    assert (ran.answer.status, ran.answer.ok) == (404, False)


async def test_a_streamed_operation_sees_the_first_event_else_the_whole_body(engine: Engine) -> None:
    async def goes_on(asked: Asked, talk: Talk) -> bytes | None:
        await talk.send(EVENTS + b': hello\n\ndata: {\ndata: "id": 7}\n\ndata: 2\n\n')
        await talk.gone.wait()
        return None

    def operation(path: str) -> Operation:
        outputs = (Output(name="Body", value="body"),)
        return Operation(name="O", method="GET", path=path, outputs=outputs, stream_response=True)

    async with Peer(goes_on) as peer:
        ran = await engine.run(target(peer.url), operation("/x"))
        assert ran.outputs.values == {"Body": {"id": 7}}
        await asyncio.wait_for(peer.gone.wait(), 60)
    no_event = reply(200, b"data: half", "Content-Type: text/event-stream")
    lines = reply(200, b'{"a": 1}\n{"a": 2}\n', "Content-Type: application/x-ndjson")
    async with Peer(routes({"/x": no_event, "/y": lines})) as peer:
        assert (await engine.run(target(peer.url), operation("/x"))).outputs.values == {"Body": "data: half"}
        ran = await engine.run(target(peer.url), operation("/y"))
        assert ran.outputs.values == {"Body": '{"a": 1}\n{"a": 2}\n'}


async def test_an_operation_reads_no_answer_without_end(engine: Engine) -> None:
    async def endless(asked: Asked, talk: Talk) -> bytes | None:
        head = EVENTS if asked.path == "/events" else b"HTTP/1.1 200 OK\r\n\r\n"
        await talk.send(head)
        while not talk.gone.is_set():
            await talk.send(b": nothing\n" * 10_000)
        return None

    async with Peer(endless) as peer:
        for path in ("/x", "/events"):
            operation = Operation(name="O", method="GET", path=path, stream_response=True)
            with pytest.raises(RequestFailed) as caught:
                await engine.run(target(peer.url, read=60), operation)
            assert caught.value.kind == "response_too_large"
            assert "16 MiB" in caught.value.message
