"""Outputs of an operation: named expressions on its answer, as one JSON object.

Rules: names stand in the order of the file. Where an output has children, its value is a list, and each element
becomes an object of the children's values, `current` being the element; no value at all stays null. NaN and the
infinities are null, as in JSON.stringify. An output that fails is null and told, the others are evaluated all
the same: what a server answers to a refused request has other keys, and still a status.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from integrator_tui.engine.javascript.evaluator import ElementEvaluator
from integrator_tui.errors import ExpressionError
from integrator_tui.model.connection import Output, Pairs

if TYPE_CHECKING:
    pass


class ReadAnswer(NamedTuple):
    """What expressions see of an answer; header names in lower case."""

    body: str
    status: int
    headers: Mapping[str, str]


class OutputFailed(NamedTuple):
    """An output, or with `Name.Child` one of its children, that gave no value, and why."""

    name: str
    message: str
    hint: str


class OutputValues(NamedTuple):
    """The values by name, JSON values all, and what failed."""

    values: dict[str, Any]
    failed: tuple[OutputFailed, ...] = ()


async def evaluate(
    outputs: Iterable[Output], answered: ReadAnswer, evaluator: Callable[[], ElementEvaluator]
) -> OutputValues:
    """Return the value of each output; `box` is asked for only where there is an expression."""
    evaluation = _Evaluation(answered, evaluator)
    values = {output.name: await evaluation.output(output) for output in outputs}
    return OutputValues(values, tuple(evaluation.failed))


class _Evaluation:
    """One answer's outputs being evaluated."""

    def __init__(self, answered: ReadAnswer, evaluator: Callable[[], ElementEvaluator]) -> None:
        self.failed: list[OutputFailed] = []
        self._answered = answered
        self._evaluator = evaluator

    async def output(self, output: Output) -> Any:
        if not output.value.strip():
            return None
        body, status, headers = self._answered
        try:
            value = await self._evaluator().evaluate(output.value, body=body, status=status, headers=headers)
        except ExpressionError as error:
            return self._fail(output.name, error.message, error.hint)
        if not output.children or value is None:
            return _json_value(value)
        if not isinstance(value, list):
            message = f"the output has children and gives {_kind(value)}, not a list"
            return self._fail(output.name, message, "give a list, for example [body]")
        return await self._objects(output.name, output.children, value)

    async def _objects(self, name: str, children: Pairs, elements: list[Any]) -> list[dict[str, Any]]:
        objects: list[dict[str, Any]] = [{} for _ in elements]
        for child, expression in children:
            values = await self._child(f"{name}.{child}", expression, elements)
            for place, value in zip(objects, values, strict=True):
                place[child] = value
        return objects

    async def _child(self, name: str, expression: str, elements: list[Any]) -> list[Any]:
        nothing = [None] * len(elements)
        if not elements or not expression.strip():
            return nothing
        body, status, headers = self._answered
        try:
            return await self._evaluator().evaluate_each(
                expression, elements, body=body, status=status, headers=headers
            )
        except ExpressionError as error:
            self._fail(name, error.message, error.hint)
            return nothing

    def _fail(self, name: str, message: str, hint: str) -> None:
        self.failed.append(OutputFailed(name, message, hint))


def _json_value(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _kind(value: Any) -> str:
    match value:
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case _:
            return "an object"
