"""What counts as passed: statuses that a connection names, and an expression on its answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.model.connection import BasicAuth, Passing
from integrator_tui.model.probe import ProbeReport
from tests.engine.peer import Asked, Peer, Talk, reply
from tests.engine.probing import check, kind, outcomes, shown, target

UP = '{"status": "UP", "count": 3, "deep": {"s3cr3t": "v4lu3"}}'


async def ask(engine: Engine, answer: bytes, auth: Any = None, **fields: Any) -> ProbeReport:
    options = {key: fields.pop(key) for key in ("stream_response", "follow_redirect") if key in fields}
    timeout = fields.pop("timeout", None)

    async def handler(asked: Asked, talk: Talk) -> bytes:
        return answer

    async with Peer(handler) as peer:
        return await check(engine, target(peer.url, auth, test=Passing(**fields), **options), timeout=timeout)


@pytest.mark.parametrize(
    ("status", "passing"),
    [
        (204, ("2xx",)),
        (404, ("404",)),
        (404, ("2xx", "4xx")),
        (302, ("3xx",)),
        (503, ("5xx",)),
        (401, ("401",)),
        (403, ("403", "200")),
        (418, ("418",)),
    ],
)
async def test_a_status_that_is_named_passes(engine: Engine, status: int, passing: tuple[str, ...]) -> None:
    report = await ask(engine, reply(status, "", "Location: /x"), status=passing)
    assert report.outcome == "passed"
    assert report.stages[-1].detail["status"] == status


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        (200, "unexpected_status"),
        (204, "unexpected_status"),
        (418, "unexpected_status"),
        (403, "forbidden"),
        (404, "not_found"),
        (302, "redirected"),
        (500, "server_error"),
    ],
)
async def test_any_other_fails_with_its_own_kind(engine: Engine, status: int, wanted: str) -> None:
    report = await ask(engine, reply(status, "", "Location: /x"), status=("201", "1xx"))
    assert kind(report) == ("respond", wanted)
    if wanted == "unexpected_status":
        assert report.failure is not None
        assert "201, 1xx" in report.failure.hint


async def test_401_keeps_its_kind_and_its_stage_unless_it_is_named(engine: Engine) -> None:
    auth = BasicAuth(username="u")
    rejected = await ask(engine, reply(401), auth, status=("200",))
    named = await ask(engine, reply(401), auth, status=("401",))
    assert kind(rejected) == ("authenticate", "credentials_rejected")
    assert named.outcome == "passed"
    assert outcomes(named)["authenticate"] == "passed"


@pytest.mark.parametrize(
    "expect",
    [
        "body.status == 'UP'",
        "body.count === 3 && statusCode == 200",
        "headers['x-mine'] == 'yes'",
        " body.deep != null ",
    ],
)
async def test_an_answer_that_is_expected_passes(engine: Engine, expect: str) -> None:
    report = await ask(engine, reply(200, UP, "X-Mine: yes"), expect=expect)
    assert report.outcome == "passed"
    assert report.stages[-1].detail["bytes"] == len(UP)


@pytest.mark.parametrize(
    ("expect", "gave"),
    [
        ("body.status == 'DOWN'", "a boolean that is not true"),
        ("body.status", "a string, not true"),
        ("body.count", "a number, not true"),
        ("1", "a number, not true"),
        ("'true'", "a string, not true"),
        ("body.nothing", "null or undefined, not true"),
        ("[true]", "an array, not true"),
        ("body", "an object, not true"),
    ],
)
async def test_anything_but_true_fails_and_tells_types_and_keys_alone(
    engine: Engine, expect: str, gave: str
) -> None:
    report = await ask(engine, reply(200, UP), expect=expect)
    assert kind(report) == ("respond", "unexpected_answer")
    assert report.failure is not None
    assert gave in report.failure.message
    assert "status, count, deep" in report.failure.message
    assert "v4lu3" not in shown(report)
    assert "UP" not in json.dumps(report.to_json())


@pytest.mark.parametrize("expect", ["body.none.deeper", "throw new Error(body.deep.s3cr3t)", "((", "while(1){}"])
async def test_an_expression_that_breaks_fails_without_a_value(engine: Engine, expect: str) -> None:
    report = await ask(engine, reply(200, UP), expect=expect)
    assert kind(report) == ("respond", "unexpected_answer")
    assert "v4lu3" not in shown(report)


async def test_nothing_is_expected_of_an_answer_whose_status_fails(engine: Engine) -> None:
    report = await ask(engine, reply(500, UP), expect="body.status == 'UP'")
    assert kind(report) == ("respond", "server_error")


async def test_a_named_status_is_looked_at_too(engine: Engine) -> None:
    assert (await ask(engine, reply(503, UP), status=("503",), expect="body.status == 'UP'")).outcome == "passed"
    refused = await ask(engine, reply(503, "{}"), status=("503",), expect="body.status == 'UP'")
    assert kind(refused) == ("respond", "unexpected_answer")


async def test_the_whole_body_counts_up_to_the_bound(engine: Engine) -> None:
    long = json.dumps({"pad": "x" * (4 << 20), "last": "here"})
    assert (await ask(engine, reply(200, long), expect="body.last == 'here'")).outcome == "passed"
    over = await ask(engine, reply(200, "x" * (17 << 20)), expect="true")
    assert kind(over) == ("respond", "response_too_large")


async def test_an_empty_and_a_text_body(engine: Engine) -> None:
    assert (await ask(engine, reply(204), expect="body == ''")).outcome == "passed"
    assert (await ask(engine, reply(200, "pong"), expect="body == 'pong'")).outcome == "passed"


async def test_a_redirect_that_is_followed_is_judged_at_its_end(engine: Engine) -> None:
    async def handler(asked: Asked, talk: Talk) -> bytes:
        return reply(200, "in") if asked.path == "/in" else reply(302, "", "Location: /in")

    async with Peer(handler) as peer:
        wanted = target(peer.url, test=Passing(status=("200",), expect="body == 'in'"), follow_redirect=True)
        assert (await check(engine, wanted)).outcome == "passed"


def events(*data: str) -> bytes:
    body = "".join(f"data: {one}\n\n" for one in data)
    return reply(200, body, "Content-Type: text/event-stream")


@pytest.mark.parametrize(
    ("answer", "expect"),
    [
        (events('{"n": 1}', '{"n": 2}'), "body.n == 1"),
        (reply(200, "first\nsecond\n"), "body == 'first'"),
        (reply(200, "alone"), "body == 'alone'"),
        (reply(200, ""), "body == ''"),
    ],
)
async def test_of_a_stream_the_first_event_or_line_is_the_body(engine: Engine, answer: bytes, expect: str) -> None:
    report = await ask(engine, answer, expect=expect, stream_response=True)
    assert report.outcome == "passed", report.failure
    refused = await ask(engine, answer, expect=f"!({expect})", stream_response=True)
    assert kind(refused) == ("stream", "unexpected_answer")
    assert outcomes(refused)["respond"] == "passed"


async def test_a_stream_passes_with_a_status_that_is_named(engine: Engine) -> None:
    other = await ask(engine, reply(200, "a\n"), status=("206",), stream_response=True)
    assert kind(other) == ("respond", "unexpected_status")
