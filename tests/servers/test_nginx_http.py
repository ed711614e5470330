"""What nginx answers, and what becomes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.model.connection import BasicAuth, HttpBearerTokenAuth, Operation, RawBody, Request
from integrator_tui.model.stream import Closed, Opened, Received, StreamLine
from tests.engine.memory import at_most
from tests.engine.probing import check, kind, outcomes, stage, target
from tests.servers.nginx import BIG, PASSWORDS, TEXT, Nginx


@pytest.mark.parametrize(
    ("status", "where", "expected"),
    [
        (400, "respond", "unexpected_status"),
        (401, "respond", "credentials_rejected"),
        (403, "respond", "forbidden"),
        (404, "respond", "not_found"),
        (405, "respond", "unexpected_status"),
        (429, "respond", "unexpected_status"),
        (500, "respond", "server_error"),
        (503, "respond", "server_error"),
        (304, "respond", "redirected"),
    ],
)
async def test_a_status_is_told_by_its_kind(
    engine: Engine, nginx: Nginx, status: int, where: str, expected: str
) -> None:
    report = await check(engine, target(nginx.http, test_path=f"/status/{status}"))
    assert kind(report) == (where, expected)
    assert stage(report, "respond").detail["status"] == status


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("/", 6),
        ("/status/204", 0),
        ("/files/text", len(TEXT)),
        ("/files/empty", 0),
        ("/gzip", len(TEXT)),
        ("/until-close", len(TEXT)),
    ],
)
async def test_an_answer_is_counted_decoded(engine: Engine, nginx: Nginx, path: str, size: int) -> None:
    report = await check(engine, target(nginx.http, test_path=path))
    assert set(outcomes(report).values()) == {"passed"}
    assert stage(report, "respond").detail["bytes"] == size


@pytest.mark.parametrize("path", ["/files/big", "/files/huge", "/bomb"])
async def test_an_answer_too_large_is_refused_and_costs_no_memory(engine: Engine, nginx: Nginx, path: str) -> None:
    assert BIG > 16 << 20
    with at_most(64):
        report = await check(engine, target(nginx.http, test_path=path))
    assert kind(report) == ("respond", "response_too_large")
    assert (await check(engine, target(nginx.http))).outcome == "passed"


@pytest.mark.parametrize(
    ("path", "expected", "status"),
    [
        ("/upstream/refused", "server_error", 502),
        ("/upstream/silent", "server_error", 504),
        ("/upstream/cut", "protocol_error", 200),
        ("/closed", "protocol_error", None),
    ],
)
async def test_trouble_behind_a_proxy(
    engine: Engine, nginx: Nginx, path: str, expected: str, status: int | None
) -> None:
    report = await check(engine, target(nginx.http, test_path=path))
    assert kind(report) == ("respond", expected)
    assert stage(report, "respond").detail.get("status") == status


async def test_a_limit_on_requests_is_an_answer(engine: Engine, nginx: Nginx) -> None:
    first = await check(engine, target(nginx.http, test_path="/limited"))
    second = await check(engine, target(nginx.http, test_path="/limited"))
    assert first.outcome == "passed"
    assert kind(second) == ("respond", "server_error")
    assert stage(second, "respond").detail["status"] == 503


async def test_redirects(engine: Engine, nginx: Nginx) -> None:
    left = await check(engine, target(nginx.http, test_path="/moved"))
    followed = await check(engine, target(nginx.http, test_path="/moved", follow_redirect=True))
    away = await check(engine, target(nginx.http, test_path="/moved-away", follow_redirect=True))
    turning = await check(engine, target(nginx.http, test_path="/turn", follow_redirect=True))
    assert kind(left) == ("respond", "redirected")
    assert followed.outcome == away.outcome == "passed"
    assert stage(away, "respond").detail["redirects"] == [{"status": 307, "url": f"{nginx.other}/asked"}]
    assert kind(turning) == ("respond", "redirected")
    assert turning.failure is not None
    assert "loop" in turning.failure.message


@pytest.mark.parametrize("user", PASSWORDS)
async def test_basic_authentication(engine: Engine, nginx: Nginx, user: str) -> None:
    good = target(nginx.http, BasicAuth(username=user), {"password": PASSWORDS[user]}, test_path="/basic")
    bad = target(nginx.http, BasicAuth(username=user), {"password": "else"}, test_path="/basic")
    assert (await check(engine, good)).outcome == "passed"
    refused = await check(engine, bad)
    assert kind(refused) == ("authenticate", "credentials_rejected")
    assert refused.failure is not None
    assert "the office" in refused.failure.message


async def test_a_token_request_that_is_too_large_is_told_with_its_status(engine: Engine, nginx: Nginx) -> None:
    asked = Request(path="/small-body", body=RawBody(raw='{"a": "' + "x" * 5_000_000 + '"}'))
    auth = HttpBearerTokenAuth(request=asked, token_output="body", expiration_output="60")
    report = await check(engine, target(nginx.http, auth))
    assert kind(report) == ("authenticate", "token_request_failed")
    assert report.failure is not None
    assert "413" in report.failure.message


async def test_a_header_nginx_does_not_take(engine: Engine, nginx: Nginx) -> None:
    asked = Operation(method="GET", path="/asked", headers=(("X-Note", "x" * 40_000),))
    async with engine.request(target(nginx.http), asked) as answer:
        assert answer.status == 400


async def test_query_and_path_arrive_as_they_were_written(engine: Engine, nginx: Nginx) -> None:
    asked = Operation(
        method="DELETE", path="/asked/ä b?x=1", params=(("q", "a&b=c +ü"),), headers=(("X-Note", "n"),)
    )
    async with engine.request(target(nginx.http), asked) as answer:
        said = b"".join([piece async for piece in answer.chunks()])
    assert said == b"DELETE /asked/%C3%A4%20b?x=1&q=a%26b%3Dc%20%2B%C3%BC|n|"


async def test_a_compressed_answer_is_streamed_by_lines(engine: Engine, nginx: Nginx) -> None:
    events = [event async for event in engine.stream(target(nginx.http, test_path="/gzip", stream_response=True))]
    lines = [item for event in events if isinstance(event, Received) for item in event.items]
    assert isinstance(events[0], Opened)
    assert isinstance(events[-1], Closed)
    assert len(lines) == TEXT.count(b"\n")
    assert set(lines) == {StreamLine(TEXT.split(b"\n")[0].decode())}


async def test_a_file_is_had_byte_by_byte(engine: Engine, nginx: Nginx, tmp_path: Path) -> None:
    async with engine.request(target(nginx.http), Operation(method="GET", path="/files/bomb.gz")) as answer:
        got = b"".join([piece async for piece in answer.chunks()])
    assert got == (nginx.folder / "files" / "bomb.gz").read_bytes()
