"""The expectation of a test: an expression on its answer that has to give true.

Rules: anything but true is unexpected_answer, which says the type that the expression gave and the keys of `body`,
never a value. Evaluating takes our own time, of which only the time of the whole knows.
"""

from __future__ import annotations

import asyncio

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.dial.deadline import Deadline
from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.javascript.evaluator import Evaluator, header_values
from integrator_tui.engine.javascript.hints import advice
from integrator_tui.errors import ExpressionError

_HINT = "compare test.expect with what the server answers"


async def unexpected(
    expression: str, response: httpx.Response, body: str, evaluator: Evaluator, deadline: Deadline
) -> StageFailed | None:
    """Return why an answer is not what was expected of it, None where it is; `body` is its body as text."""
    headers = header_values(response)
    try:
        async with asyncio.timeout_at(deadline.until):
            found = await evaluator.evaluate(expression, body=body, status=response.status_code, headers=headers)
    except TimeoutError:
        message = f"{deadline.spent('unexpected_answer').message} before test.expect was evaluated"
        return StageFailed("unexpected_answer", message, "raise --timeout: the server had answered in time")
    except ExpressionError as error:
        return StageFailed("unexpected_answer", f"test.expect: {error.message}", error.hint or _HINT)
    if found is True:
        return None
    message = f"test.expect gave {_kind(found)}; {advice(expression, body, headers)}"
    return StageFailed("unexpected_answer", message, _HINT)


def _kind(value: object) -> str:
    """Return what a value that is not true is, in words that tell nothing of it."""
    match value:
        case None:
            return "null or undefined, not true"
        case bool():
            return "a boolean that is not true"
        case int() | float():
            return "a number, not true"
        case str():
            return "a string, not true"
        case list():
            return "an array, not true"
    return "an object, not true"
