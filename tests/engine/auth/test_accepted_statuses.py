"""A login that answers with a redirect or a cookie: `auth.request.accept` names whose answer is read."""

from __future__ import annotations

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.model.connection import FormBody, HttpBearerTokenAuth, Request
from tests.engine.peer import Asked, Handler, Peer, Talk, reply
from tests.engine.probing import check, kind, shown, stage, target

FORM = FormBody(form=(("password", "{{login}}"),))
COOKIE = "headers['set-cookie'].map(line => line.split(';')[0]).find(pair => pair.startsWith('sid='))"
SECRET = {"login": "s3cr3t-pw"}


def login(output: str = COOKIE, **fields: object) -> HttpBearerTokenAuth:
    request = Request(path="/login", body=FORM, **fields)
    return HttpBearerTokenAuth(
        header="Cookie", prefix="", request=request, token_output=output, expiration_output="60"
    )


def answering(status: int, *headers: str, body: str = "") -> Handler:
    async def handler(asked: Asked, talk: Talk) -> bytes:
        if asked.path == "/login":
            return reply(status, body, *headers)
        return reply(200 if asked.headers.get("cookie") == "sid=t0k3n-1" else 401, "in")

    return handler


async def test_the_cookie_of_a_redirect_is_the_token(engine: Engine) -> None:
    cookies = ("Set-Cookie: lang=en; Path=/", "Set-Cookie: sid=t0k3n-1; HttpOnly", "Location: /home")
    async with Peer(answering(302, *cookies)) as peer:
        report = await check(engine, target(peer.url, login(accept=("3xx",)), SECRET))
    assert report.outcome == "passed", report.failure
    assert peer.paths() == ["/login", "/"]
    nested = stage(report, "authenticate").detail["stages"]
    assert [(found["stage"], found["outcome"]) for found in nested] == [("respond", "passed")]
    assert "t0k3n" not in shown(report)


async def test_a_redirect_that_nobody_accepts_is_a_refusal_that_names_the_way(engine: Engine) -> None:
    async with Peer(answering(302, "Set-Cookie: sid=t0k3n-1", "Location: /home")) as peer:
        report = await check(engine, target(peer.url, login(), SECRET))
    assert kind(report) == ("authenticate", "token_request_failed")
    assert report.failure is not None
    assert "auth.request.accept" in report.failure.hint


@pytest.mark.parametrize(("status", "accept"), [(200, ("3xx",)), (302, ("200",)), (500, ("4xx",))])
async def test_what_is_not_accepted_is_refused(engine: Engine, status: int, accept: tuple[str, ...]) -> None:
    async with Peer(answering(status, "Set-Cookie: sid=t0k3n-1")) as peer:
        report = await check(engine, target(peer.url, login(accept=accept), SECRET))
    assert kind(report) == ("authenticate", "token_request_failed")


async def test_an_accepted_refusal_can_still_say_that_the_credentials_are_wrong(engine: Engine) -> None:
    answer = answering(401, "Content-Type: application/json", body='{"error": "invalid_grant"}')
    async with Peer(answer) as peer:
        refused = await check(engine, target(peer.url, login("body.token", accept=("2xx", "401")), SECRET))
        read = await check(engine, target(peer.url, login("'sid=t0k3n-1'", accept=("401",)), SECRET))
    assert kind(refused) == ("authenticate", "credentials_rejected")
    assert read.outcome == "passed"


async def test_a_redirect_that_is_followed_is_read_at_its_end(engine: Engine) -> None:
    async def handler(asked: Asked, talk: Talk) -> bytes:
        if asked.path == "/login":
            return reply(303, "", "Location: /done")
        if asked.path == "/done":
            return reply(200, '{"sid": "sid=t0k3n-1"}')
        return reply(200 if asked.headers.get("cookie") == "sid=t0k3n-1" else 401)

    async with Peer(handler) as peer:
        auth = login("body.sid", accept=("2xx", "3xx"), follow_redirect=True)
        assert (await check(engine, target(peer.url, auth, SECRET))).outcome == "passed"
