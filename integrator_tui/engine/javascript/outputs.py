"""Outputs of an operation: named expressions on its answer, as one JSON object.

Rules: names stand in the order of the file. Where an output has children, each element of its value becomes an
object of the children's values, `current` being the element; a value that is an object becomes one such object; no
value at all stays null. NaN and the
infinities are null, as in JSON.stringify. An output that fails is null and told, the others are evaluated all
the same: what a server answers to a refused request has other keys, and still a status.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from integrator_tui.engine.javascript.evaluator import BodyReading, ElementEvaluator, HeaderValues
from integrator_tui.errors import ExpressionError
from integrator_tui.model.connection import Output, Pairs
from integrator_tui.model.named_tuple import NamedTuple


class ReadAnswer(NamedTuple):
    """What expressions see of an answer; header names in lower case."""

    body: str
    status: int
    headers: HeaderValues


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
    outputs: Iterable[Output],
    answered: ReadAnswer,
    evaluator: Callable[[], ElementEvaluator],
    until: float | None = None,
) -> OutputValues:
    """Return the value of each output; `box` is asked for only where there is an expression.

    At the moment `until` of the event loop's clock what is not evaluated yet fails.
    """
    wanted = tuple(outputs)
    if not any(output.value.strip() for output in wanted):
        return OutputValues({output.name: None for output in wanted})
    evaluation = _Evaluation(wanted)
    try:
        async with asyncio.timeout_at(until), evaluator().reading(*answered) as read:
            for output in wanted:
                evaluation.values[output.name] = await evaluation.output(read, output)
    except TimeoutError:
        evaluation.give_up("the time for the whole was over before it was evaluated", "raise --timeout")
    except ExpressionError as error:
        evaluation.give_up(error.message, error.hint)
    return OutputValues(evaluation.values, tuple(evaluation.failed))


class _Evaluation:
    """One answer's outputs being evaluated."""

    def __init__(self, outputs: Sequence[Output]) -> None:
        self.values: dict[str, Any] = {}
        self.failed: list[OutputFailed] = []
        self._outputs = outputs

    def give_up(self, message: str, hint: str) -> None:
        """Have all fail that have no value yet."""
        for output in self._outputs:
            if output.name not in self.values:
                self.values[output.name] = None
                if output.value.strip():
                    self._fail(output.name, message, hint)

    async def output(self, read: BodyReading, output: Output) -> Any:
        """The value of one output."""
        if not output.value.strip():
            return None
        try:
            value = await read.evaluate(output.value)
        except ExpressionError as error:
            return self._fail(output.name, error.message, error.hint)
        if not output.children or value is None:
            return _json_value(value)
        match value:
            case list():
                return await self._objects(read, output.name, output.children, value)
            case dict():
                return (await self._objects(read, output.name, output.children, [value]))[0]
        message = f"the output has children and gives {_kind(value)}, neither a list nor an object"
        return self._fail(output.name, message, "give a list or an object, for example [body]")

    async def _objects(
        self, read: BodyReading, name: str, children: Pairs, elements: list[Any]
    ) -> list[dict[str, Any]]:
        objects: list[dict[str, Any]] = [{} for _ in elements]
        for child, expression in children:
            values = await self._child(read, f"{name}.{child}", expression, elements)
            for place, value in zip(objects, values, strict=True):
                place[child] = value
        return objects

    async def _child(self, read: BodyReading, name: str, expression: str, elements: list[Any]) -> list[Any]:
        nothing = [None] * len(elements)
        if not elements or not expression.strip():
            return nothing
        try:
            return await read.evaluate_each(expression, elements)
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
        case _:
            return "a string"
