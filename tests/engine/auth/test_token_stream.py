"""A streamed token answer in a stream: it comes first, as it comes, and shows no value."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import Any

import pytest

from integrator_tui.engine.auth.token_stream import structure
from integrator_tui.engine.engine import Engine
from integrator_tui.model.connection import FormBody, HttpBearerTokenAuth, Request, TokenConnection
from integrator_tui.model.secret import MASK
from integrator_tui.model.stream import Closed, Event, Opened, Received, StreamEvent, StreamLine
from tests.engine.peer import Asked, Peer, Talk, reply, routes
from tests.engine.probing import target

TOKEN = "t0k3n-Zq8vXw"
SECRETS = {"login": "s3cr3t-pw"}
ANSWER = json.dumps({"access_token": TOKEN, "expires_in": 3600, "note": f"for {SECRETS['login']}"})
EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"


def streamed(output: str = "body.access_token", expiration: str = "3600", **fields: Any) -> HttpBearerTokenAuth:
    body = FormBody(form=(("secret", "{{login}}"),))
    request = Request(method="POST", body=body, **{"path": "/token", "stream_response": True, **fields})
    return HttpBearerTokenAuth(request=request, token_output=output, expiration_output=expiration)


async def read(engine: Engine, url: str, auth: HttpBearerTokenAuth) -> list[StreamEvent]:
    async with aclosing(engine.stream(target(url, auth, SECRETS))) as events:
        found = [event async for event in events]
    assert TOKEN not in repr(found)
    assert SECRETS["login"] not in repr(found)
    return found


def items(events: list[StreamEvent]) -> list[Event | StreamLine]:
    return [item for event in events if isinstance(event, Received) for item in event.items]


HIDDEN = f'"{MASK}"'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (ANSWER, f'{{"access_token": {HIDDEN}, "expires_in": {HIDDEN}, "note": {HIDDEN}}}'),
        ('{"a": {"b": [true, null, 1.5, ""]}}', f'{{"a": {{"b": [true, null, {HIDDEN}, {HIDDEN}]}}}}'),
        (json.dumps({TOKEN: 1, "x" * 33: {}}), f"{{{HIDDEN}: {HIDDEN}, {HIDDEN}: {{}}}}"),
        (json.dumps({'a": "b': []}), f"{{{HIDDEN}: []}}"),
        (TOKEN, MASK),
        ("42", HIDDEN),
        (f'"{TOKEN}"', HIDDEN),
        (f"access_token={TOKEN}", MASK),
        (f"{{\n  {TOKEN}\n}}", f"{{\n{MASK}\n}}"),
        ('  "data": {', '  "data": {'),
        (f'  "data": "{TOKEN}",', f'  "data": {HIDDEN},'),
        (f'  "data": ["{TOKEN}"]', f'  "data": {HIDDEN}'),
        (f'  "{TOKEN}": true', MASK),
        (f'"data": null, "more": "{TOKEN}"', f'"data": {HIDDEN}'),
        ("", ""),
        ("[" * 100_000, "[" * 100_000),
    ],
)  # fmt: skip
def test_only_the_structure_is_left(text: str, shown: str) -> None:
    assert structure(text) == shown


async def test_the_token_comes_first_and_then_the_answer(engine: Engine) -> None:
    seen = asyncio.Event()

    async def handler(asked: Asked, talk: Talk) -> bytes | None:
        if asked.path == "/":
            return reply(200, f"you are {asked.headers['authorization']}\n")
        head = EVENTS.replace(b"\r\n\r\n", f"\r\nX-Token: {TOKEN}\r\n\r\n".encode())
        await talk.send(head + b": a comment\n\n")
        await seen.wait()
        await talk.send(f"event: issued\nid: {TOKEN}\ndata: {ANSWER}\n\ndata: {TOKEN}\n\n".encode())
        await talk.gone.wait()
        return None

    found: list[StreamEvent] = []
    async with Peer(handler) as peer, aclosing(engine.stream(target(peer.url, streamed(), SECRETS))) as events:
        async for event in events:
            found.append(event)
            # The head of the token answer is told before the rest of it is sent.
            seen.set()
    token, answer = [event for event in found if isinstance(event, Opened)]
    assert (token.of_token, token.status, token.url, token.is_event_stream) == (
        True,
        200,
        f"{peer.url}/token",
        True,
    )
    assert (answer.of_token, answer.url) == (False, peer.url)
    shown = f'{{"access_token": "{MASK}", "expires_in": "{MASK}", "note": "{MASK}"}}'
    assert items(found) == [Event("issued", shown, MASK), StreamLine(f"you are Bearer {MASK}")]
    assert found.index(answer) > found.index(token) + 1
    assert isinstance(found[-1], Closed) and (found[-1].kind, found[-1].events) == ("", 1)
    assert TOKEN not in repr(found) and SECRETS["login"] not in repr(found)


async def test_another_token_answer_comes_line_by_line(engine: Engine) -> None:
    body = json.dumps(json.loads(ANSWER), indent=2)
    async with Peer(routes({"/token": reply(200, body), "/": reply(200, "in")})) as peer:
        found = await read(engine, peer.url, streamed())
    shown = ["{", f'  "access_token": "{MASK}",', f'  "expires_in": "{MASK}",', f'  "note": "{MASK}"', "}", "in"]
    assert items(found) == [StreamLine(text) for text in shown]


async def test_a_token_of_any_kind_is_shown_nowhere(engine: Engine) -> None:
    bodies = {
        TOKEN: "body.trim()",
        f'"{TOKEN}"': "body",
        json.dumps([{"kind": {TOKEN: 1}}]): "Object.keys(body[0].kind)[0]",
        f"access_token={TOKEN}&x=1": "new URLSearchParams(body).get('access_token')",
    }
    for body, output in bodies.items():
        for answer in (
            reply(200, body),
            reply(200, f"event: {TOKEN}\nid: {TOKEN}\ndata: {body}\n\n", "Content-Type: text/event-stream"),
        ):
            async with Peer(routes({"/token": answer, "/": reply(200, "in")})) as peer:
                found = await read(engine, peer.url, streamed(output))
            assert peer.asked[-1].headers["authorization"] == f"Bearer {TOKEN}"
            assert len(items(found)) == 2 and MASK in repr(items(found)[0])


async def test_nothing_is_told_of_a_kept_token_or_one_that_is_not_streamed(engine: Engine) -> None:
    async with Peer(routes({"/token": reply(200, ANSWER), "/": reply(200, "in")})) as peer:
        for auth, answers in ((streamed(), 2), (streamed(), 1), (streamed(stream_response=False), 1)):
            found = await read(engine, peer.url, auth)
            assert len([event for event in found if isinstance(event, Opened)]) == answers


async def test_a_token_that_is_none_ends_the_stream_after_what_came_of_it(engine: Engine) -> None:
    async with Peer(routes({"/token": reply(200, ANSWER)})) as peer:
        found = await read(engine, peer.url, streamed("body.nothing"))
        refused = await read(engine, peer.url, streamed(path="/refused"))
    assert [type(event) for event in found] == [Opened, Received, Received, Closed]
    assert isinstance(found[-1], Closed) and found[-1].kind == "token_output_failed"
    assert [type(event) for event in refused] == [Closed]


async def test_leaving_while_the_token_comes_from_elsewhere_closes_its_socket(engine: Engine) -> None:
    async def silent(asked: Asked, talk: Talk) -> bytes | None:
        await talk.send(EVENTS)
        await talk.gone.wait()
        return None

    async with Peer(silent) as peer, Peer(silent) as elsewhere:
        auth = streamed().model_copy(update={"token_connection": TokenConnection(base_url=elsewhere.url)})
        async with aclosing(engine.stream(target(peer.url, auth, SECRETS))) as events:
            assert isinstance(await anext(events), Opened)
        await asyncio.wait_for(elsewhere.gone.wait(), 60)
        elsewhere.gone.clear()
        task = asyncio.create_task(read(engine, peer.url, auth))
        while len(elsewhere.asked) < 2:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(elsewhere.gone.wait(), 60)
        assert (elsewhere.paths(), peer.paths()) == (["/token", "/token"], [])
