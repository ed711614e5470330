"""Content codings that are not undone here: told to who reads the body, handed on as they came to all others."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.errors import RequestFailed
from integrator_tui.model.connection import HttpBearerTokenAuth, OAuth2Auth, Operation, Output, Request
from integrator_tui.model.stream import Closed
from tests.engine.peer import Peer, reply, routes
from tests.engine.probing import check, kind, stage, target

BROTLI = b"\x0b\x02\x80hello\x03"
CODED = reply(200, BROTLI, "Content-Encoding: br")
OWN = (("Accept-Encoding", "br"),)


async def test_a_test_that_is_answered_in_one_passes_and_is_warned_of(engine: Engine) -> None:
    async with Peer(routes({"/": CODED})) as peer:
        report = await check(engine, target(peer.url))
    assert report.outcome == "passed"
    assert stage(report, "respond").detail["bytes"] == len(BROTLI)
    (warning,) = report.warnings
    assert (warning.stage, warning.kind) == ("respond", "odd_answer")
    assert "encoded as br, which was not asked for" in warning.message


@pytest.mark.parametrize("headers", [(), OWN])
async def test_a_request_gives_the_bytes_as_they_came(engine: Engine, headers: tuple[tuple[str, str], ...]) -> None:
    asked = Operation(method="GET", path="/", headers=headers)
    async with Peer(routes({"/": CODED})) as peer, engine.request(target(peer.url), asked) as answer:
        got = b"".join([piece async for piece in answer.chunks()])
        assert peer.asked[0].headers["accept-encoding"] == ("br" if headers else "gzip, deflate")
    assert got == BROTLI
    # Who asked for it is told nothing.
    assert len(answer.warnings) == (0 if headers else 1)


@pytest.mark.parametrize("headers", [(), OWN])
async def test_an_expression_cannot_read_it_and_the_hint_says_whose_doing_it_is(
    engine: Engine, headers: tuple[tuple[str, str], ...]
) -> None:
    asked = Operation(name="A", method="GET", path="/", headers=headers, outputs=(Output(name="B", value="body"),))
    async with Peer(routes({"/": CODED})) as peer:
        with pytest.raises(RequestFailed) as raised:
            await engine.run(target(peer.url), asked)
    assert raised.value.kind == "protocol_error"
    whose = "take br out of the request's Accept-Encoding" if headers else "the server should heed Accept-Encoding"
    assert whose in raised.value.hint


async def test_a_token_answer_in_one_is_named(engine: Engine) -> None:
    async with Peer(routes({"/token": CODED, "/": reply(200)})) as peer:
        asked = Request(path="/token", headers=OWN)
        auth = HttpBearerTokenAuth(request=asked, token_output="body", expiration_output="60")
        report = await check(engine, target(peer.url, auth))
    assert kind(report) == ("authenticate", "protocol_error")
    assert report.failure is not None
    assert "take br out of the request's Accept-Encoding" in report.failure.hint


async def test_a_token_request_that_is_refused_in_one_is_refused(engine: Engine) -> None:
    async with Peer(routes({"/token": reply(401, BROTLI, "Content-Encoding: br")})) as peer:
        auth = OAuth2Auth(access_token_url=f"{peer.url}/token", client_id="c")
        report = await check(engine, target(peer.url, auth, {"client_secret": "s3cret-s3cret"}))
    assert kind(report) == ("authenticate", "credentials_rejected")


async def test_a_stream_in_one_is_told_at_its_end(engine: Engine) -> None:
    async with Peer(routes({"/": CODED})) as peer:
        async with aclosing(engine.stream(target(peer.url, stream_response=True))) as events:
            last = [event async for event in events][-1]
        assert peer.asked[0].headers["accept-encoding"] == "identity"
    assert isinstance(last, Closed)
    assert last.kind == "protocol_error"


async def test_what_is_odd_about_a_token_answer_stands_at_authenticate(engine: Engine) -> None:
    odd = reply(200, '{"access_token": "t0ken-0123456789"}', "Content-Encoding: utf-8", "X A: t0ken-0123456789")
    async with Peer(routes({"/token": odd, "/": reply(200)})) as peer:
        auth = OAuth2Auth(access_token_url=f"{peer.url}/token", client_id="c")
        report = await check(engine, target(peer.url, auth, {"client_secret": "s3cret-s3cret"}))
    assert report.outcome == "passed", report.failure
    assert {(warning.stage, warning.kind) for warning in report.warnings} == {("authenticate", "odd_answer")}
    assert len(report.warnings) == 2
    nested = stage(report, "authenticate").detail["stages"][-1]["detail"]["warnings"]
    assert [warning["stage"] for warning in nested] == ["respond", "respond"]
    assert "t0ken-0123456789" not in str(report.to_json())
