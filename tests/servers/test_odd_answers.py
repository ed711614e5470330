"""Odd answers, each read by curl, by httpx and by us: what both take is taken, what both refuse is refused."""

from __future__ import annotations

import asyncio
import subprocess

import httpx
import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.errors import RequestFailed
from integrator_tui.model.connection import Operation
from tests.engine.hostile import HostileServer, answers
from tests.engine.probing import check, target
from tests.servers.odd_answers import ALL, BODY, PASSED_ON, REFUSED_ON_PURPOSE, TAKEN_BY_CURL_ALONE
from tests.servers.programs import program

CODINGS = "gzip, deflate"
GET = Operation(method="GET", path="/")
Read = tuple[int, bytes] | None
"""Status and body; None where the answer was refused."""


async def by_curl(url: str, *arguments: str) -> Read:
    line = [program("curl"), "-q", "-s", "--noproxy", "*", "--max-time", "10", "-w", "\n%{http_code}"]
    line += ["-H", f"Accept-Encoding: {CODINGS}", *arguments, url]
    done = await asyncio.to_thread(subprocess.run, line, stdout=subprocess.PIPE, check=False)
    body, _, status = done.stdout.rpartition(b"\n")
    return (int(status), body) if done.returncode == 0 else None


async def by_httpx(url: str) -> Read:
    try:
        async with httpx.AsyncClient(headers={"Accept-Encoding": CODINGS}, trust_env=False, verify=False) as client:
            answer = await client.get(url)
    except httpx.HTTPError:
        return None
    return answer.status_code, answer.content


async def by_us(engine: Engine, url: str) -> tuple[Read, list[str]]:
    try:
        async with engine.request(target(url), GET) as answer:
            body = b"".join([piece async for piece in answer.chunks()])
            return (answer.status, body), [warning.message for warning in answer.warnings]
    except RequestFailed as failed:
        assert failed.kind == "protocol_error"
        return None, []


@pytest.mark.parametrize("odd", ALL)
async def test_what_both_read_is_read_alike(engine: Engine, odd: str) -> None:
    with HostileServer(answers(ALL[odd])) as server:
        url = f"http://{server.netloc}/"
        theirs = await by_curl(url, "--compressed"), await by_httpx(url)
        ours, _ = await by_us(engine, url)
        report = await check(engine, target(url))
    assert theirs[0] == theirs[1], "an answer that they read differently belongs into another list"
    assert ours == theirs[0]
    if ours is None:
        assert report.failure is not None
        assert report.failure.kind == "protocol_error"
    elif 200 <= ours[0] < 300:
        assert report.outcome == "passed", report.failure


@pytest.mark.parametrize("name", PASSED_ON)
async def test_a_coding_that_is_none_is_passed_on(engine: Engine, name: str) -> None:
    with HostileServer(answers(PASSED_ON[name])) as server:
        url = f"http://{server.netloc}/"
        theirs = await by_curl(url), await by_httpx(url)
        ours, warnings = await by_us(engine, url)
        report = await check(engine, target(url))
    assert theirs == ((200, BODY), (200, BODY))
    assert ours == (200, BODY)
    assert [name in warning for warning in warnings] == [True]
    assert report.outcome == "passed"
    assert [(warning.stage, warning.kind) for warning in report.warnings] == [("respond", "odd_answer")]


@pytest.mark.parametrize("line", TAKEN_BY_CURL_ALONE)
async def test_a_header_line_that_is_none_is_passed_over(engine: Engine, line: str) -> None:
    with HostileServer(answers(TAKEN_BY_CURL_ALONE[line])) as server:
        url = f"http://{server.netloc}/"
        theirs = await by_curl(url)
        ours, warnings = await by_us(engine, url)
        report = await check(engine, target(url))
    assert theirs == ours == (200, BODY)
    assert ["was passed over" in warning for warning in warnings] == [True]
    assert report.outcome == "passed"
    assert [(warning.stage, warning.kind) for warning in report.warnings] == [("respond", "odd_answer")]


@pytest.mark.parametrize("odd", REFUSED_ON_PURPOSE)
async def test_what_curl_alone_takes_and_could_be_read_in_two_ways(engine: Engine, odd: str) -> None:
    with HostileServer(answers(REFUSED_ON_PURPOSE[odd])) as server:
        url = f"http://{server.netloc}/"
        theirs = await by_curl(url, "--compressed"), await by_httpx(url)
        ours, _ = await by_us(engine, url)
    assert (theirs[0] is not None, theirs[1]) == (True, None)
    assert ours is None
