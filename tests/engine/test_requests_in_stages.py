"""Another request than the test in the same stages: its answer is kept, larger, and hints speak of a request."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from integrator_tui.engine import probe as module
from integrator_tui.engine.engine import Engine
from integrator_tui.engine.exchange.answer_keeper import AnswerKeeper
from integrator_tui.engine.target import Target
from integrator_tui.model.connection import BasicAuth, Operation, RawBody
from integrator_tui.model.probe import ProbeReport
from tests.engine.peer import Asked, Peer, Talk, reply, routes
from tests.engine.probing import check, oauth, target


async def sent(engine: Engine, wanted: Target, operation: Operation) -> tuple[ProbeReport, AnswerKeeper]:
    keeper = AnswerKeeper()
    report = engine.report(wanted, "Test", None, operation)
    async with aclosing(engine.probe(wanted, operation, keeper=keeper)) as results:
        report = report.plus(*[result async for result in results])
    return report.finished(0.0), keeper


def answering(data: bytes) -> Peer:
    async def handler(asked: Asked, talk: Talk) -> bytes:
        return data

    return Peer(handler)


async def test_a_request_goes_through_the_stages_with_the_authentication(engine: Engine) -> None:
    operation = Operation(method="PUT", path="/orders?a={{x}}", headers=(("X-A", "b"),), body=RawBody(raw="[1]"))
    async with answering(reply(201, "made")) as peer:
        wanted = target(peer.url, BasicAuth(username="u"), {"password": "pw"}, {"x": "1 2"}, test_path="/health")
        report, keeper = await sent(engine, wanted, operation)
    (asked,) = peer.asked
    assert (asked.method, asked.path, asked.body) == ("PUT", "/orders?a=1%202", b"[1]")
    assert asked.headers["authorization"].startswith("Basic ") and asked.headers["x-a"] == "b"
    assert [result.stage for result in report.stages] == ["resolve", "connect", "authenticate", "respond"]
    assert report.outcome == "passed" and report.url == f"{peer.url}/orders?a=1%202"
    assert keeper.answer is not None and keeper.answer.body == b"made"


async def test_hints_speak_of_a_request_and_not_of_a_test(engine: Engine) -> None:
    for status, words in ((404, "Request Path"), (403, "rights"), (409, "may say why"), (302, "Follow Redirect")):
        headers = ("Location: /other",) if status == 302 else ()
        async with answering(reply(status, "no", *headers)) as peer:
            report, _ = await sent(engine, target(peer.url), Operation(method="GET", path="/x"))
        assert report.failure is not None and words in report.failure.hint
        assert "test" not in report.failure.hint


async def test_what_came_of_an_answer_that_is_too_large_is_kept(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert module.REQUEST_LIMIT == 64 << 20
    monkeypatch.setattr(module, "REQUEST_LIMIT", 1000)
    async with answering(reply(200, "x" * 5000)) as peer:
        report, keeper = await sent(engine, target(peer.url), Operation(method="GET"))
    assert report.failure is not None and report.failure.kind == "response_too_large"
    assert "what came is kept" in report.failure.hint and "test path" not in report.failure.hint
    assert keeper.answer is not None and keeper.answer.body == b"x" * 1000 and "larger" in keeper.answer.cut


async def test_an_answer_of_more_than_a_test_takes_is_read_whole(engine: Engine) -> None:
    size = module.ANSWER_LIMIT + 1
    async with answering(reply(200, "x" * size)) as peer:
        report, keeper = await sent(engine, target(peer.url), Operation(method="GET"))
        tested = await check(engine, target(peer.url))
    assert report.outcome == "passed" and keeper.answer is not None and len(keeper.answer.body) == size
    assert tested.failure is not None and tested.failure.kind == "response_too_large"


async def test_what_keeps_it_from_being_sent_is_a_result(engine: Engine) -> None:
    report, keeper = await sent(engine, target("http://127.0.0.1:9"), Operation(method="GET", path="/{{id}}"))
    assert report.outcome == "error" and report.failure is not None
    assert report.failure.kind == "missing_parameter" and keeper.answer is None
    assert report.url == "http://127.0.0.1:9/{{id}}"


async def test_the_answer_to_a_token_request_is_kept_as_it_came(engine: Engine) -> None:
    both = routes({"/token": reply(200, '{"access_token": "t0ken", "expires_in": 60}'), "/x": reply(200, "ok")})
    async with Peer(both) as peer:
        wanted = target(peer.url, oauth(f"{peer.url}/token"), {"client_secret": "s"})
        _, keeper = await sent(engine, wanted, Operation(method="GET", path="/x"))
        _, second = await sent(engine, wanted, Operation(method="GET", path="/x"))
    assert keeper.token_answer is not None and b"t0ken" in keeper.token_answer.body and keeper.token_answer.of_token
    assert keeper.answer is not None and not keeper.answer.of_token
    # The second one took the token that is held.
    assert second.token_answer is None
