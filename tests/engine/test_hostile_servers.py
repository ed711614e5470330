"""Servers that misbehave: a named failure within bounded time and memory, and then the next probe works."""

from __future__ import annotations

import asyncio
import gc
from contextlib import aclosing
from itertools import product
from typing import Any

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.model.connection import BasicAuth
from integrator_tui.model.probe import ProbeReport
from integrator_tui.model.stream import Closed, Received
from tests.engine.hostile import Behaviour, HostileServer, answers, drip, forever, keeps, ok, silent
from tests.engine.memory import at_most
from tests.engine.misbehaving import ALL, HEAD, PASSES, TOKEN, Misbehaving, drip_unasked, floods, slow_handshake
from tests.engine.probing import check, oauth, target

HANG = 60.0
"""Seconds after which something hangs: every limit of these tests is below one."""
LONG = 1_500_000
"""Bytes of a stream that does not end, after which we have seen enough."""
MORE = 64
"""MiB that a server may cost."""


def patience(kind: str | None) -> float:
    """Seconds to wait for an answer: few where it is to be late, many where something else is to be found."""
    return 0.3 if kind == "read_timeout" else HANG


def name(case: Misbehaving) -> str:
    return case.name.replace(" ", "_")


async def fails(engine: Engine, behave: Behaviour, **fields: Any) -> str:
    """Probe; then see that the socket was closed and the next probe passes. Return how the first ended."""
    with HostileServer(behave) as server:
        async with asyncio.timeout(HANG):
            report = await check(engine, target(f"http://{server.netloc}", **fields))
        assert await asyncio.to_thread(server.gone.wait, HANG)
    await works(engine)
    return outcome(report, "respond")


def outcome(report: ProbeReport, stage: str) -> str:
    if report.failure is None:
        return PASSES
    assert report.failure.stage == stage
    assert report.failure.message
    assert report.failure.hint
    return report.failure.kind


async def works(engine: Engine) -> None:
    with HostileServer(keeps(ok(b"hello"))) as server:
        report = await check(engine, target(f"http://{server.netloc}"))
    assert report.outcome == "passed"


@pytest.mark.parametrize("case", ALL, ids=name)
async def test_a_test_of_it(engine: Engine, case: Misbehaving) -> None:
    gc.collect()
    with at_most(MORE):
        assert await fails(engine, case.behave, read=patience(case.test)) == case.test


@pytest.mark.parametrize("case", ALL, ids=name)
async def test_a_token_from_it(engine: Engine, case: Misbehaving) -> None:
    gc.collect()
    with at_most(MORE), HostileServer(case.behave) as server, HostileServer(keeps(ok(b"in"))) as good:
        auth = oauth(f"http://{server.netloc}/token")
        wanted = target(f"http://{good.netloc}", auth, {"client_secret": "s3cr3t"}, read=patience(case.token))
        async with asyncio.timeout(HANG):
            report = await check(engine, wanted)
        assert await asyncio.to_thread(server.gone.wait, HANG)
    assert outcome(report, "authenticate") == case.token
    await works(engine)


@pytest.mark.parametrize("case", [case for case in ALL if case.stream is not None], ids=name)
async def test_a_stream_of_it(engine: Engine, case: Misbehaving) -> None:
    gc.collect()
    with at_most(MORE), HostileServer(case.behave) as server:
        async with asyncio.timeout(HANG):
            wanted = target(f"http://{server.netloc}", read=patience(case.stream), stream_response=True)
            async with aclosing(engine.stream(wanted)) as events:
                last = [event async for event in events if isinstance(event, Closed)]
        assert await asyncio.to_thread(server.gone.wait, HANG)
    assert [end.kind for end in last] == [case.stream]
    await works(engine)


ENDLESS = {
    "a line without end": (b"", b"x" * 65536),
    "empty lines": (b"", b"\n" * 65536),
    "data without an empty line": (b"", b"data: " + b"x" * 1000 + b"\n"),
    "a comment without end": (b":", b"x" * 65536),
    "a long id for short events": (b"id: " + b"x" * 1_000_000 + b"\n", b"data\n\n"),
    "long ids": (b"", b"id: " + b"x" * 100_000 + b"\ndata: x\n\n"),
    "carriage returns": (b"", b"data:x\r\r"),
}


@pytest.mark.parametrize(("which", "content_type"), [*product(ENDLESS, ("text/event-stream", "text/plain"))])
async def test_a_stream_without_end(engine: Engine, which: str, content_type: str) -> None:
    begin, piece = ENDLESS[which]
    head = HEAD + b"Content-Type: " + content_type.encode() + b"\r\n\r\n"
    read = 0
    gc.collect()
    with at_most(MORE), HostileServer(forever(head + begin, piece)) as server:
        wanted = target(f"http://{server.netloc}", BasicAuth(username="u"), {"password": "s3cr3t-pw"})
        async with asyncio.timeout(HANG), aclosing(engine.stream(wanted)) as events:
            async for event in events:
                read += event.bytes if isinstance(event, Received) else 0
                if read > LONG:
                    break
        assert await asyncio.to_thread(server.gone.wait, HANG)
    assert read > LONG
    await works(engine)


@pytest.mark.parametrize(
    ("behave", "kind"),
    [(slow_handshake, "tls_timeout"), (floods, "tls_protocol"), (lambda _: None, "tls_protocol")],
)
async def test_a_handshake_with_it(engine: Engine, behave: Behaviour, kind: str) -> None:
    gc.collect()
    with at_most(MORE), HostileServer(behave) as server:
        async with asyncio.timeout(HANG):
            report = await check(engine, target(f"https://{server.netloc}", connect=0.4))
        assert await asyncio.to_thread(server.gone.wait, HANG)
    assert outcome(report, "tls") == kind
    await works(engine)


@pytest.mark.parametrize(
    ("scheme", "behave"),
    [
        ("http", forever(HEAD, b"X-More: and more\r\n")),
        ("http", forever(b"", b"HTTP/1.1 100 Continue\r\n\r\n")),
        ("http", drip(HEAD, b"X-Slow: y\r\n")),
        ("http", forever(HEAD + b"\r\n" + bytes(1000), bytes(65536))),
        ("http", answers(b"HTTP/1.1 407 Who\r\nContent-Length: 1000000000000\r\n\r\n")),
        ("http", silent),
        ("socks5", drip_unasked(b"\x05")),
        ("socks5", floods),
        ("socks5", silent),
    ],
)
async def test_a_proxy_like_it(engine: Engine, scheme: str, behave: Behaviour) -> None:
    gc.collect()
    with at_most(MORE), HostileServer(behave) as proxy:
        wanted = target("https://hidden.example", proxy=f"{scheme}://{proxy.netloc}", connect=0.4)
        async with asyncio.timeout(HANG):
            report = await check(engine, wanted)
        assert await asyncio.to_thread(proxy.gone.wait, HANG)
    assert outcome(report, "connect") == "vantage_failed"
    await works(engine)


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://[::",
        "javascript:alert(1)",
        "//",
        "http://user:pw@/",
        "http://a b/",
    ],
)
async def test_where_it_leads(engine: Engine, location: str) -> None:
    moved = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()
    assert await fails(engine, keeps(moved), follow_redirect=True) == "redirected"


async def test_a_redirect_with_a_body_without_end(engine: Engine) -> None:
    behave = forever(b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", bytes(65536))
    assert await fails(engine, behave, follow_redirect=True) == "redirected"


async def test_an_answer_nobody_asked_for_is_taken_for_none(engine: Engine) -> None:
    """What follows the token answer on its connection is no answer to the test request."""
    smuggled = ok(TOKEN) + ok(b"smuggled")
    with HostileServer(answers(smuggled, ok(b"second"))) as server:
        url = f"http://{server.netloc}"
        report = await check(engine, target(url, oauth(url + "/token"), {"client_secret": "s3cr3t"}))
        assert server.accepted == 2
    assert report.outcome == "passed"
    detail = next(stage.detail for stage in report.stages if stage.stage == "respond")
    assert detail["bytes"] == len(TOKEN)
