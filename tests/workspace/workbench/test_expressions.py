"""Expressions tried on what was answered before, or pasted: nothing is sent, and no token is shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from integrator_tui.model.answer import REQUESTS, ReceivedAnswer
from integrator_tui.model.connection import Connection
from integrator_tui.model.entry import Draft
from integrator_tui.model.redact import Redactor
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace import Workspace

ORDERS = Draft(Connection(name="Orders"), "orders.yaml")
JSON = (("Content-Type", "application/json"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-Id", "7"))


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    folders = (tmp_path / "config", tmp_path / "state", tmp_path / "cache")
    workspace = Workspace(tmp_path / "connections", Surroundings(*folders))
    yield workspace
    await workspace.aclose()


def answered(body: bytes, *, of_token: bool = False) -> ReceivedAnswer:
    return ReceivedAnswer(200, "OK", JSON, body, "http://x/", of_token=of_token)


async def test_without_an_answer_it_says_what_to_do(workspace: Workspace) -> None:
    tried = await workspace.expressions.tried(ORDERS, "body", "", "output")
    assert (tried.failure, tried.hint) == ("there is no answer yet", "paste one into Answer, or test first")


async def test_an_output_is_tried_on_the_newest_answer_as_it_is_shown(workspace: Workspace) -> None:
    tried = workspace.expressions.tried
    workspace.answers.keep(ORDERS, answered(b'{"old": 1}'), Redactor())
    workspace.answers.keep(
        ORDERS, answered(b'{"id": 9007199254740993, "k": "s3cret-v"}'), Redactor(["s3cret-v"]), to=REQUESTS
    )
    found = await tried(ORDERS, "body.id", "", "output")
    assert (found.result, found.type) == ("9007199254740993", "number")
    assert found.keys == "body is an object with the keys id, k" and "200 OK" in found.answer
    assert (await tried(ORDERS, "body.k", "", "output")).result == '"•••"'
    assert (
        await tried(ORDERS, "headers['set-cookie'][1] + headers['x-id'] + statusCode", "", "output")
    ).result == '"b=27200"'
    wrong = await tried(ORDERS, "body.id.x.y", "", "output")
    assert wrong.failure.startswith("the expression threw TypeError") and wrong.result == ""
    assert "s3cret" not in repr(wrong)


async def test_what_is_pasted_counts_instead(workspace: Workspace) -> None:
    workspace.answers.keep(ORDERS, answered(b'{"old": 1}'), Redactor())
    found = await workspace.expressions.tried(ORDERS, "body.new + statusCode", '{"new": 2}', "token")
    assert (found.result, found.answer) == ("202", "what was pasted")
    text = await workspace.expressions.tried(ORDERS, "body.length", "plain", "output")
    assert (text.result, text.keys) == ("5", "body is text of 5 characters")


async def test_a_token_is_masked_and_its_expiration_is_shown(workspace: Workspace) -> None:
    body = b'{"access_token": "t0ken-v4lue", "expires_in": 3600, "more": {"id_token": "x"}}'
    workspace.answers.keep(ORDERS, answered(b'{"status": "ok"}'), Redactor())
    workspace.answers.keep_token(ORDERS, answered(body, of_token=True))
    tried = workspace.expressions.tried
    token = await tried(ORDERS, "body.access_token", "", "token")
    assert (token.result, token.type) == ('"•••"', "string of 11 characters")
    assert "token request" in token.answer and "masked" in token.answer
    for place in ("token", "expiration"):
        assert "t0ken" not in (await tried(ORDERS, "body", "", place)).result
    assert (await tried(ORDERS, "body.expires_in", "", "expiration")).result == "3600"
    assert (await tried(ORDERS, "body.expires_in", "", "token")).result == '"•••"'
    # An output is about the answer to the request, and never about the token's.
    assert (await tried(ORDERS, "body.status", "", "output")).result == '"ok"'


async def test_one_that_never_ends_is_stopped_and_named_and_the_next_one_works(workspace: Workspace) -> None:
    endless = await workspace.expressions.tried(ORDERS, "(() => { for (;;); })()", "{}", "output")
    assert endless.failure == "the expression ran over its 250 ms" and endless.hint
    assert (await workspace.expressions.tried(ORDERS, "1 + 1", "{}", "output")).result == "2"
    nothing = await workspace.expressions.tried(ORDERS, "  ", '{"a": 1}', "output")
    assert (nothing.result, nothing.failure, nothing.keys) == ("", "", "body is an object with the keys a")
