"""No secret, and nothing derived from one, in any result: whatever the server does with what it was sent."""

from __future__ import annotations

import asyncio
import base64
import json
from contextlib import aclosing
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrator_tui.engine.engine import Engine
from integrator_tui.engine.settings import EngineSettings
from integrator_tui.engine.target import Target
from integrator_tui.model.connection import BasicAuth, HttpBearerTokenAuth, RawBearerTokenAuth, Request
from tests.engine.peer import Asked, Handler, Peer, Talk, reply, routes
from tests.engine.probing import check, kind, oauth, shown, target

SECRET = "s3cr3t+välue/&%"
TOKEN = "t0ken-that-was-fetched"

FORMS = {
    SECRET,
    quote(SECRET, safe=""),
    quote_plus(SECRET),
    json.dumps(SECRET)[1:-1],
    base64.b64encode(SECRET.encode()).decode(),
    base64.b64encode(f"u:{SECRET}".encode()).decode(),
    base64.b64encode(f"client:{quote_plus(SECRET)}".encode()).decode(),
    TOKEN,
    base64.b64encode(TOKEN.encode()).decode(),
}


def everything(asked: Asked) -> str:
    """All that the server was sent, on one line."""
    return json.dumps([asked.path, asked.headers, asked.body.decode()], ensure_ascii=False)


def echo(status: int, where: str) -> Handler:
    """Give a token at /token, and elsewhere what was sent, back in the place `where`."""

    async def handler(asked: Asked, talk: Talk) -> bytes | None:
        sent = everything(asked)
        safe = sent.encode("ascii", "replace").decode()
        if asked.path.startswith("/token") and "token" not in where:
            return reply(200, json.dumps({"access_token": TOKEN, "expires_in": 60}))
        match where.removeprefix("token "):
            case "body":
                return reply(status, sent)
            case "error":
                return reply(status, json.dumps({"error": "invalid_client", "error_description": sent}))
            case "name":
                return reply(status, json.dumps({SECRET: 1}))
            case "header":
                return reply(status, "", f"WWW-Authenticate: {safe}", f"X-Echo: {safe}")
            case "location":
                return reply(302, "", f"Location: https://else.example/?{quote(sent)}")
            case "own location":
                return reply(302, "", f"Location: /again?{quote(SECRET, safe='')}")
            case "reason":
                return reply(status, "", reason=safe)
            case "head":
                await talk.send(f"HTTP/1.1 {status} {safe}\r\n{safe}\r\n\r\n".encode())
            case _:
                await talk.send(safe.encode())
        return None

    return handler


def connections(url: str) -> list[Target]:
    """One of each method, and a secret in the URL."""
    request = Request(path="/token?x={{own}}", headers=(("X-Own", "{{{own}}}"),))
    bearer = HttpBearerTokenAuth(request=request, token_output="body.access_token", expiration_output="60")
    fields: dict[str, Any] = {"test_path": "/p/{{own}}?q={{own}}", "read": 0.5}
    return [
        target(url, None, {"own": SECRET}, **fields),
        target(url, BasicAuth(username="u"), {"own": SECRET, "password": SECRET}, **fields),
        target(url, RawBearerTokenAuth(header="X-Key"), {"own": SECRET, "token": SECRET}, **fields),
        target(url, oauth(url + "/token"), {"own": SECRET, "client_secret": SECRET}, **fields),
        target(
            url, oauth(url + "/token", client_auth="basic_auth"), {"own": SECRET, "client_secret": SECRET}, **fields
        ),
        target(url, bearer, {"own": SECRET}, **fields),
    ]


PLACES = ["body", "error", "name", "header", "reason", "head"]
WITHOUT_STATUS = ["location", "own location", "nothing"]
"""Places of answers that are the same whatever status is asked for."""

ANSWERS = [
    *((status, where) for status in (200, 401, 404, 500) for where in PLACES),
    *((0, where) for where in WITHOUT_STATUS),
]


@pytest.mark.parametrize(
    ("status", "where"), [*ANSWERS, *((status, f"token {where}") for status, where in ANSWERS)]
)
async def test_no_secret_in_any_result(engine: Engine, status: int, where: str) -> None:
    async with Peer(echo(status, where)) as peer:
        for wanted in connections(peer.url):
            follow = wanted.connection.options.model_copy(update={"follow_redirect": True})
            following = Target(wanted.connection.model_copy(update={"options": follow}), wanted.reveal)
            for one in (wanted, following):
                report = await check(engine, one)
                text = shown(report)
                assert not [form for form in FORMS if form in text], (one.connection.auth.type, text)
                async with aclosing(engine.stream(one)) as events:
                    text = repr([event async for event in events])
                assert not [form for form in FORMS if form in text], (one.connection.auth.type, text)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
@pytest.mark.parametrize("status", [200, 401, 500])
async def test_a_reason_phrase_that_is_no_ascii_gives_away_no_part_of_a_secret(
    engine: Engine, status: int, encoding: str
) -> None:
    async def handler(asked: Asked, talk: Talk) -> bytes | None:
        head = f"HTTP/1.1 {status} no {SECRET}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        await talk.send(head.encode(encoding))
        return None

    async with Peer(handler) as peer:
        wanted = target(peer.url, BasicAuth(username="u"), {"password": SECRET})
        text = shown(await check(engine, wanted))
        async with aclosing(engine.stream(wanted)) as events:
            text += repr([event async for event in events])
    assert "s3cr3t" not in text
    assert "lue/&%" not in text


@pytest.mark.parametrize("expiration", ["body.expires_in", "body.no.way"])
async def test_a_token_without_a_usable_expiration_shows_nowhere(engine: Engine, expiration: str) -> None:
    got = reply(200, json.dumps({"access_token": TOKEN, TOKEN: 1, "expires_in": "soon"}))
    moved = reply(307, "", f"Location: /moved?{TOKEN}")
    request = Request(path="/token", follow_redirect=True)
    auth = HttpBearerTokenAuth(request=request, token_output="body.access_token", expiration_output=expiration)
    async with Peer(routes({"/token": moved, "/moved": got})) as peer:
        # Who waited for the fetch is told of its failure too.
        reports = await asyncio.gather(*(check(engine, target(peer.url, auth)) for _ in range(3)))
    assert {kind(report) for report in reports} == {("authenticate", "expiration_output_failed")}
    assert not [report for report in reports if TOKEN in shown(report)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    secret=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=4, max_size=30),
    status=st.sampled_from([200, 401, 500]),
    where=st.sampled_from(["body", "error", "header", "reason"]),
)
async def test_whatever_the_secret_is(secret: str, status: int, where: str) -> None:
    engine = Engine(EngineSettings(ca_file="/dev/null", ca_dir="/dev/null"))
    marked = f"§{secret}§"
    async with Peer(echo(status, where)) as peer:
        wanted = target(
            peer.url, BasicAuth(username="u"), {"password": marked, "own": marked}, test_path="/{{own}}"
        )
        text = shown(await check(engine, wanted))
        async with aclosing(engine.stream(wanted)) as events:
            text += repr([event async for event in events])
    await engine.aclose()
    pair = base64.b64encode(f"u:{marked}".encode()).decode()
    assert marked not in text
    assert quote(marked, safe="") not in text
    assert pair not in text
