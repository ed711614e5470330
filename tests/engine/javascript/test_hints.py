"""What is told where an expression went wrong: what is there, in types, keys and names, and never a value."""

from __future__ import annotations

import json

import pytest

from integrator_tui.engine.javascript.evaluator import HeaderValues
from integrator_tui.engine.javascript.hints import advice
from integrator_tui.engine.javascript.sandbox import Sandbox
from integrator_tui.errors import ExpressionError

CANARY = "hunter2-canary"
HEADERS: HeaderValues = {
    "x-subject-token": CANARY,
    "content-type": "text/plain",
    "set-cookie": [f"a={CANARY}", "b=2"],
}
BODY = json.dumps({"access_token": CANARY, "n": 1})


@pytest.mark.parametrize(
    ("expression", "body", "says"),
    [
        ("headers['X-Subject-Token']", BODY, "in lower case: headers['x-subject-token']"),
        ('headers[ "X-SUBJECT-TOKEN" ].trim()', BODY, "in lower case: headers['x-subject-token']"),
        ("headers?.['X-Subject-Token']", BODY, "in lower case: headers['x-subject-token']"),
        ("headers['X-Other']", BODY, "the answer has no header x-other; headers has the keys x-subject-token, "),
        ("headers.token", BODY, "headers has the keys x-subject-token, content-type, set-cookie"),
        ("headers['set-cookie'].split(';')", BODY, "is the list of its lines: headers['set-cookie'][0]"),
        ("headers['Set-Cookie']", BODY, "in lower case: headers['set-cookie']"),
        ("JSON.parse(body).access_token", BODY, "body is parsed already: leave JSON.parse out"),
        ("JSON.parse( body )", "[1]", "body is parsed already"),
        ("body.access_token", ")]}',\n" + BODY, "JSON.parse(body.slice(6))"),
        ("body.access_token", "while(1);" + BODY, "JSON.parse(body.slice(9))"),
        ("body[0]", "for(;;);[1, 2]", "JSON.parse(body.slice(8))"),
        ("body.access_token", f"callback({BODY});", f"JSON.parse(body.slice(9, {9 + len(BODY)}))"),
        (
            "body.access_token",
            f"access_token={CANARY}&expires_in=5",
            "new URLSearchParams(body).get('access_token')",
        ),
        ("body.access_token", f"<html>{CANARY}</html>", "body is text, HTML or XML"),
        ("body.access_token", CANARY, "body is text of 14 characters"),
        ("body.access_token", "", "body is empty"),
        ("body.nope", BODY, "body is an object with the keys access_token, n"),
        ("body.nope", "[" * 20_000 + "]" * 20_000, "nests too deeply to be read"),
    ],
)
def test_what_is_there_is_named(expression: str, body: str, says: str) -> None:
    said = advice(expression, body, HEADERS)
    assert says in said
    assert CANARY not in said


@pytest.mark.parametrize("body", [f"{CANARY}=", f"a{{b {CANARY}", "{" * 50, f"x={CANARY}", " "])
def test_other_text_is_text(body: str) -> None:
    assert "body is text of" in advice("body.a", body, {})
    assert CANARY not in advice("body.a", body, {})


async def test_the_expression_that_is_advised_reads_what_is_there() -> None:
    box = Sandbox()
    try:
        for body in (")]}',\n" + BODY, f"callback({BODY});"):
            with pytest.raises(ExpressionError) as caught:
                await box.evaluate("body.access_token.trim()", body=body, status=200, headers={})
            better = caught.value.hint.partition(" is what")[0].rpartition(": ")[2]
            value = await box.evaluate(f"{better}.access_token", body=body, status=200, headers={})
            assert value == CANARY
        for expression in ("headers['X-Subject-Token'].trim()", "headers['set-cookie'].split(';')"):
            with pytest.raises(ExpressionError) as caught:
                await box.evaluate(expression, body=BODY, status=200, headers=HEADERS)
            better = caught.value.hint.partition("]")[0].rpartition(": ")[2]
            assert await box.evaluate(f"{better}]", body=BODY, status=200, headers=HEADERS)
    finally:
        await box.aclose()
