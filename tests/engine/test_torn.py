"""An end of TLS that was not told: only its framing says whether an answer was whole (RFC 9112 9.8)."""

from __future__ import annotations

import socket
import ssl
from contextlib import aclosing

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.errors import RequestFailed
from integrator_tui.model.connection import HttpBearerTokenAuth, OAuth2Auth, Operation, Output, Request
from integrator_tui.model.stream import Closed
from tests.engine.certified import Certified
from tests.engine.hostile import Behaviour, HostileServer, read_request
from tests.engine.probing import check, kind, outcomes, target

TOKEN = b'{"access_token": "t0ken-0123456789", "expires_in": 60}'
FRAMINGS = {
    "a length": (b"Content-Length: %d\r\n\r\n" % len(TOKEN), TOKEN),
    "chunks": (b"Transfer-Encoding: chunked\r\n\r\n", b"%x\r\n%b\r\n0\r\n\r\n" % (len(TOKEN), TOKEN)),
    "only the end": (b"Connection: close\r\n\r\n", TOKEN),
    "only the end of HTTP/1.0": (b"\r\n", TOKEN),
}
BOTH = pytest.mark.parametrize("told", [True, False], ids=["told", "torn"])
EACH = pytest.mark.parametrize("framing", FRAMINGS)


def ends(framing: str, *, told: bool) -> Behaviour:
    """Answer, and end the connection with TLS's farewell or without it."""
    version = b"HTTP/1.0" if "1.0" in framing else b"HTTP/1.1"
    head, body = FRAMINGS[framing]

    def behave(connection: socket.socket) -> None:
        assert isinstance(connection, ssl.SSLSocket)
        read_request(connection)
        connection.sendall(version + b" 200 OK\r\n" + head + body)
        if told:
            connection.unwrap()

    return behave


def is_whole(framing: str, told: bool) -> bool:
    return told or not framing.startswith("only the end")


@BOTH
@EACH
async def test_a_test(engine: Engine, certified: Certified, framing: str, told: bool) -> None:
    with HostileServer(ends(framing, told=told), certified.contexts["good"]) as server:
        report = await check(engine, target(f"https://localhost:{server.port}", ca_cert=certified.ca))
    if is_whole(framing, told):
        assert report.outcome == "passed", report.failure
    else:
        assert kind(report) == ("respond", "protocol_error")
        assert report.failure is not None
        assert "without the farewell of TLS" in report.failure.message
        assert "Content-Length" in report.failure.hint


@BOTH
@EACH
@pytest.mark.parametrize("oauth", [True, False])
async def test_a_token_answer(engine: Engine, certified: Certified, framing: str, told: bool, oauth: bool) -> None:
    with HostileServer(ends(framing, told=told), certified.contexts["good"]) as server:
        url = f"https://localhost:{server.port}"
        auth = (
            OAuth2Auth(access_token_url=url, client_id="c")
            if oauth
            else HttpBearerTokenAuth(
                request=Request(path="/"), token_output="body.access_token", expiration_output="60"
            )
        )
        report = await check(engine, target(url, auth, {"client_secret": "s3cret-s3cret"}, ca_cert=certified.ca))
    if is_whole(framing, told):
        assert report.outcome == "passed", report.failure
    else:
        assert kind(report) == ("authenticate", "protocol_error")


@BOTH
@EACH
async def test_a_request_and_an_operation(engine: Engine, certified: Certified, framing: str, told: bool) -> None:
    asked = Operation(name="A", method="GET", path="/", outputs=(Output(name="T", value="body.access_token"),))
    with HostileServer(ends(framing, told=told), certified.contexts["good"]) as server:
        wanted = target(f"https://localhost:{server.port}", ca_cert=certified.ca)
        got = b""
        try:
            async with engine.request(wanted, asked) as answer:
                async for piece in answer.chunks():
                    got += piece
            ran = await engine.run(wanted, asked)
        except RequestFailed as failed:
            assert (failed.kind, is_whole(framing, told)) == ("protocol_error", False)
        else:
            assert is_whole(framing, told)
            assert ran.outputs.values == {"T": "t0ken-0123456789"}
    assert got == TOKEN


@BOTH
async def test_a_stream(engine: Engine, certified: Certified, told: bool) -> None:
    with HostileServer(ends("only the end", told=told), certified.contexts["good"]) as server:
        wanted = target(f"https://localhost:{server.port}", ca_cert=certified.ca, stream_response=True)
        async with aclosing(engine.stream(wanted)) as events:
            last = [event async for event in events][-1]
    assert isinstance(last, Closed)
    assert last.kind == ("" if told else "protocol_error")


async def test_a_status_without_a_body_needs_no_farewell(engine: Engine, certified: Certified) -> None:
    def behave(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with HostileServer(behave, certified.contexts["good"]) as server:
        report = await check(engine, target(f"https://localhost:{server.port}", ca_cert=certified.ca))
    assert set(outcomes(report).values()) == {"passed"}
