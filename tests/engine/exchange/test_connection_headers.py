"""Headers of a connection: with every request of its own, and with the token request never."""

from __future__ import annotations

from typing import Any

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.model.connection import (
    BasicAuth,
    Connection,
    FormBody,
    HttpBearerTokenAuth,
    MultipartBody,
    Operation,
    Part,
    RawBody,
    Request,
)
from tests.engine.peer import Asked, Peer, Talk, reply
from tests.engine.probing import check, oauth, target

HEADERS = (("Accept", "application/json"), ("X-Tag", "a"), ("X-Tag", "b"), ("X-Key", "{{key}}"))
SECRET = {"key": "s3cr3t-key"}


async def handler(asked: Asked, talk: Talk) -> bytes:
    if asked.path == "/token":
        return reply(200, '{"access_token": "t0k3n", "expires_in": 60}')
    return reply(200)


async def ask(engine: Engine, operation: Operation, **fields: Any) -> Asked:
    """Send an operation, and return how it arrived."""
    async with Peer(handler) as peer:
        wanted = target(peer.url, None, SECRET, headers=HEADERS, **fields)
        async with engine.request(wanted, operation) as answer:
            assert answer.ok
    return peer.asked[-1]


async def test_the_test_sends_them_once_for_each_value(engine: Engine) -> None:
    lines: list[bytes] = []

    async def keep(asked: Asked, talk: Talk) -> bytes:
        lines.append(asked.headers["x-tag"].encode())
        return reply(200)

    async with Peer(keep) as peer:
        report = await check(engine, target(peer.url, None, SECRET, headers=HEADERS))
    assert report.outcome == "passed"
    headers = peer.asked[0].headers
    assert (headers["accept"], headers["x-key"]) == ("application/json", "s3cr3t-key")
    assert lines == [b"b"], "the peer keeps the last one of a name"


async def test_a_header_of_the_request_wins_in_whatever_letters(engine: Engine) -> None:
    asked = await ask(engine, Operation(method="GET", headers=(("x-TAG", "own"), ("ACCEPT", "text/plain"))))
    assert (asked.headers["x-tag"], asked.headers["accept"]) == ("own", "text/plain")
    assert asked.headers["x-key"] == "s3cr3t-key"


@pytest.mark.parametrize("way", ["described", "oauth2"])
async def test_the_token_request_has_none_of_them(engine: Engine, way: str) -> None:
    async with Peer(handler) as peer:
        auth: Any = oauth(peer.url + "/token")
        if way == "described":
            auth = HttpBearerTokenAuth(
                request=Request(path="/token"), token_output="body.access_token", expiration_output="60"
            )
        report = await check(engine, target(peer.url, auth, SECRET, headers=HEADERS))
    assert report.outcome == "passed"
    token, test = peer.asked
    assert {"x-tag", "x-key"}.isdisjoint(token.headers)
    assert {"x-tag", "x-key"} <= test.headers.keys()


async def test_what_the_method_fills_stays_the_method_s(engine: Engine) -> None:
    async with Peer(handler) as peer:
        wanted = target(peer.url, BasicAuth(username="u"), headers=(("authorization", "Mine {{nobody}}"),))
        assert (await check(engine, wanted)).outcome == "passed"
    assert peer.asked[0].headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        (FormBody(form=(("a", "1"),)), "application/x-www-form-urlencoded"),
        (RawBody(raw="<a/>"), "application/xml"),
        (None, "application/xml"),
    ],
)
async def test_a_content_type_counts_where_the_body_says_none(engine: Engine, body: Any, sent: str) -> None:
    async with Peer(handler) as peer:
        wanted = target(peer.url, headers=(("Content-Type", "application/xml"),))
        async with engine.request(wanted, Operation(method="POST", body=body)):
            pass
        parts = MultipartBody(multipart=(Part(name="a", content="1"),))
        async with engine.request(wanted, Operation(method="POST", body=parts)):
            pass
    assert peer.asked[0].headers["content-type"] == sent
    assert peer.asked[1].headers["content-type"].startswith("multipart/form-data; boundary=")


async def test_one_that_holds_a_secret_stays_with_its_origin(engine: Engine) -> None:
    async with Peer(handler) as other:

        async def onward(asked: Asked, talk: Talk) -> bytes:
            return reply(302, "", f"Location: {other.url}/")

        async with Peer(onward) as peer:
            wanted = target(peer.url, None, SECRET, headers=HEADERS, follow_redirect=True)
            assert (await check(engine, wanted)).outcome == "passed"
    assert peer.asked[0].headers["x-key"] == "s3cr3t-key"
    assert "x-key" not in other.asked[0].headers
    assert other.asked[0].headers["x-tag"] == "b"


async def test_a_value_that_nobody_gives_is_missed_and_told_where(engine: Engine) -> None:
    report = await check(engine, target("http://127.0.0.1:9", headers=(("X-Key", "{{key}}"),)))
    assert report.failure is not None
    assert (report.failure.kind, "headers.X-Key" in report.failure.message) == ("missing_parameter", True)


def test_the_model_takes_a_header_twice() -> None:
    assert Connection(headers=HEADERS).headers == HEADERS
