"""Outputs of an operation, evaluated by the real engine of JavaScript."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from integrator_tui.engine.javascript.evaluator import ElementEvaluator
from integrator_tui.engine.javascript.outputs import OutputValues, ReadAnswer, evaluate
from integrator_tui.engine.javascript.sandbox import Sandbox
from integrator_tui.model import exact_json
from integrator_tui.model.connection import Output

BODY = json.dumps({"items": [{"id": 1, "tags": ["a"]}, {"id": 2}], "token": "canary", "none": None})


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    box = Sandbox()
    yield box
    await box.aclose()


async def outputs(box: Sandbox, *wanted: Output, body: str = BODY, status: int = 200) -> OutputValues:
    return await evaluate(wanted, ReadAnswer(body, status, {"x-total": "2"}), lambda: box)


def output(name: str, value: str, **children: str) -> Output:
    return Output(name=name, value=value, children=tuple(children.items()))


async def test_values_stand_in_the_order_of_the_file(box: Sandbox) -> None:
    found = await outputs(
        box,
        output("Status", "statusCode"),
        output("Total", "Number(headers['x-total'])"),
        output("First", "body.items[0]"),
        output("Nothing", "body.nope"),
    )
    assert list(found.values.items()) == [
        ("Status", 200),
        ("Total", 2),
        ("First", {"id": 1, "tags": ["a"]}),
        ("Nothing", None),
    ]
    assert found.failed == ()


async def test_children_make_an_object_of_each_element(box: Sandbox) -> None:
    found = await outputs(box, output("Items", "body.items", Id="current.id", Of="body.items.length", Tag="1/0"))
    assert found == OutputValues({"Items": [{"Id": 1, "Of": 2, "Tag": None}, {"Id": 2, "Of": 2, "Tag": None}]})


@pytest.mark.parametrize("number", ["0/0", "1/0", "-1/0"])
async def test_what_json_has_no_number_for_is_null(box: Sandbox, number: str) -> None:
    found = await outputs(box, output("N", number), output("L", f"[{number}]"), output("O", f"({{x: {number}}})"))
    assert found == OutputValues({"N": None, "L": [None], "O": {"x": None}})


@pytest.mark.parametrize("nothing", ["null", "undefined", "body.none", "body.nope"])
async def test_no_value_stays_null_whatever_children_there_are(box: Sandbox, nothing: str) -> None:
    assert await outputs(box, output("X", nothing, Id="current.id")) == OutputValues({"X": None})


async def test_no_elements_are_an_empty_list(box: Sandbox) -> None:
    assert await outputs(box, output("X", "[]", Id="current.id.deeper")) == OutputValues({"X": []})


@pytest.mark.parametrize(
    ("value", "kind"),
    [("1", "a number"), ("'x'", "a string"), ("true", "a boolean"), ("0/0", "a number"), ("''", "a string")],
)
async def test_children_of_what_is_neither_list_nor_object_fail(box: Sandbox, value: str, kind: str) -> None:
    found = await outputs(box, output("X", value, Id="current.id"))
    assert found.values == {"X": None}
    assert [(failed.name, kind in failed.message) for failed in found.failed] == [("X", True)]


async def test_children_make_one_object_of_an_object(box: Sandbox) -> None:
    found = await outputs(
        box,
        output("User", "body.user", Name="current.name", Of="body.items.length", Bad="current.no.deeper"),
        output("Empty", "({})", Name="current.name"),
        body=json.dumps({"user": {"name": "Ann"}, "items": [1]}),
    )
    assert found.values == {"User": {"Name": "Ann", "Of": 1, "Bad": None}, "Empty": {"Name": None}}
    assert [failed.name for failed in found.failed] == ["User.Bad"]


async def test_large_integers_are_exact_in_children(box: Sandbox) -> None:
    body = '{"user": {"id": 9007199254740993}, "list": [{"id": 9007199254740995}]}'
    wanted = (
        output("U", "body.user", Id="current.id", Text="`${current.id}`"),
        output("L", "body.list", I="current.id"),
    )
    found = await outputs(box, *wanted, body=body)
    assert found == OutputValues(
        {"U": {"Id": 9007199254740993, "Text": "9007199254740993"}, "L": [{"I": 9007199254740995}]}
    )


async def test_digits_of_a_fraction_are_kept_in_children(box: Sandbox) -> None:
    found = await outputs(box, output("L", "body", R="current.r"), body='[{"r": 0.12345678901234567890}]')
    assert exact_json.dumps(found.values) == '{"L": [{"R": 0.12345678901234567890}]}'


async def test_a_body_that_cannot_be_read_fails_each_output(box: Sandbox) -> None:
    found = await outputs(
        box, output("A", "body[0]"), output("B", "1"), output("C", ""), body="[" * 20_000 + "]" * 20_000
    )
    assert found.values == {"A": None, "B": None, "C": None}
    assert [(failed.name, "nests too deeply" in failed.message) for failed in found.failed] == [
        ("A", True),
        ("B", True),
    ]


async def test_what_is_not_evaluated_in_time_fails(box: Sandbox) -> None:
    wanted = (output("A", "1"), output("B", " "))
    until = asyncio.get_running_loop().time()
    found = await evaluate(wanted, ReadAnswer(BODY, 200, {}), lambda: box, until)
    assert found.values == {"A": None, "B": None}
    assert [(failed.name, "time for the whole" in failed.message) for failed in found.failed] == [("A", True)]


async def test_what_fails_is_named_and_the_others_are_evaluated(box: Sandbox) -> None:
    found = await outputs(
        box,
        output("Bad", "body.nope.deeper"),
        output("Good", "1"),
        output("Kids", "body.items", Id="current.id", Tag="current.tags[0]"),
        output("Wrong", "1 +"),
    )
    kids = [{"Id": 1, "Tag": None}, {"Id": 2, "Tag": None}]
    assert found.values == {"Bad": None, "Good": 1, "Kids": kids, "Wrong": None}
    assert [failed.name for failed in found.failed] == ["Bad", "Kids.Tag", "Wrong"]
    for failed in found.failed:
        assert failed.message and failed.hint
        assert "canary" not in f"{failed.message}{failed.hint}"


async def test_a_body_that_is_no_json_is_text(box: Sandbox) -> None:
    assert await outputs(box, output("X", "body.length + body"), body="text") == OutputValues({"X": "4text"})


async def test_without_an_expression_no_engine_is_started() -> None:
    def no_box() -> ElementEvaluator:
        raise AssertionError("an engine was asked for")

    wanted: tuple[Any, ...] = (output("Empty", " "), output("Kids", "", Id="current"))
    assert await evaluate(wanted, ReadAnswer(BODY, 200, {}), no_box) == OutputValues({"Empty": None, "Kids": None})
    assert await evaluate((), ReadAnswer(BODY, 200, {}), no_box) == OutputValues({})
