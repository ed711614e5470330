"""Expressions: JavaScript on a response, in a box that no script can leave, hang or break.

Rules: `body` is the body parsed as JSON, else its text; `statusCode` and `headers` (lower-case names,
`set-cookie` the list of its lines) stand beside it, and `current` in the children of an output. Exactly one
expression is accepted, and each runs in a context of its own within 250 ms of processor time and 64 MiB, counted
after the body was read. Integers beyond 2^53 are exact, or an error. An error says what went wrong and which keys
`body` has, never a value: what a script throws, and what the engine quotes, may be a secret, so only the engine's
own words are passed on, with names that stand in the expression itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

from integrator_tui.engine.javascript.evaluator import HeaderValues
from integrator_tui.engine.javascript.job import AnswerText, Question, in_time
from integrator_tui.engine.javascript.pool import Answered, GaveUp, JavaScriptPool
from integrator_tui.engine.javascript.process import Died, JavaScriptProcess, Limits, OverTime
from integrator_tui.engine.javascript.worker import WHOLE_SECONDS
from integrator_tui.errors import ExpressionError
from integrator_tui.model import exact_json
from integrator_tui.model.text import visible

_NAMED: Final = re.compile(
    r"(?:cannot (?:read|set) property '(?P<a>.*)' of (?:undefined|null)|(?P<b>\S+) is not (?:defined|initialized)"
    r"|'(?P<c>.*)' is read-only)\Z",
    re.DOTALL,
)
_OWN_WORDS: Final = frozenset(
    {
        "not a function",
        "not an object",
        "value is not iterable",
        "Cannot convert undefined or null to object",
        "invalid array length",
        "invalid string length",
        "Date value is NaN",
        "circular reference",
        "BigInt are forbidden in JSON.stringify",
        "The string to be decoded is not correctly encoded",
        "expecting hex digit",
        "malformed UTF-8",
        "cannot convert symbol to string",
        "cannot convert bigint to number",
        "cannot convert BigInt to number",
        "bigint argument with unary +",
        "invalid 'in' operand",
        "invalid 'instanceof' right operand",
        "Maximum call stack size exceeded",
        "out of memory",
        "Reduce of empty array with no initial value",
    }
)
_ERRORS: Final = frozenset(
    """Error EvalError RangeError ReferenceError SyntaxError TypeError URIError InternalError AggregateError
    InvalidCharacterError""".split()
)
_LONE_SURROGATE: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}")
_PLACE: Final = re.compile(r"\n\s+at <input>:(\d+):(\d+)")


class Sandbox:
    """Evaluates expressions in a few processes that are started when they are needed and kept warm.

    `seconds` of processor time and `memory` in bytes bound each one. Callers may overlap; `aclose` ends the
    processes, and the next expression would start another.
    """

    def __init__(self, *, seconds: float = 0.25, memory: int = 64 << 20) -> None:
        self._limits = Limits(seconds, memory)
        self._pool = JavaScriptPool(self._limits)

    async def evaluate(
        self, expression: str, *, body: str | bytes, status: int, headers: HeaderValues, current: Any = None
    ) -> Any:
        """Return what the expression gives, as JSON values; `undefined` is None, NaN and Infinity are floats.

        Raises ExpressionError where it is no expression, throws, runs over its limits, or gives something
        that is no data.
        """
        elements = None if current is None else [current]
        question = Question.of(expression, AnswerText.of(body, status, headers), elements)

        async def ask(process: JavaScriptProcess, seconds: float) -> Answered:
            return in_time(await process.ask(*question.fields("once", seconds)))

        with self._failing():
            kind, text = await self._pool.run(question.source, len(question.answer.body), ask)
        value = self._value(kind, text, question)
        return value if elements is None else value[0]

    @asynccontextmanager
    async def reading(self, body: str | bytes, status: int, headers: HeaderValues) -> AsyncIterator[SandboxReading]:
        """Evaluate several expressions on one answer, which is read once."""
        with self._failing():
            async with self._pool.turn() as process:
                yield SandboxReading(self, process, AnswerText.of(body, status, headers))

    async def aclose(self) -> None:
        """End the processes that there are."""
        await self._pool.aclose()

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except OverTime:
            raise self._over_time() from None
        except GaveUp:
            raise self._over_time(" on other answers a moment ago, and was not run again") from None
        except Died as death:
            raise self._broken(str(death)) from None

    def _value(self, kind: str, answer: str, question: Question) -> Any:
        body = question.answer.body
        match kind:
            case "value":
                return _data(answer, question)
            case "thrown":
                raise self._thrown(answer, question)
            case "syntax":
                raise _syntax(answer, question.source)
            case "body":
                raise _not_read(answer, body)
        if answer.startswith("SyntaxError"):
            raise _syntax(answer, question.source)
        if "out of memory" in answer or answer.strip() in {"", "null"}:
            raise self._over_memory()
        if "call stack" in answer:
            raise ExpressionError("the expression calls itself or nests too deeply", question.advice)
        raise self._broken("")

    def _thrown(self, answer: str, question: Question) -> ExpressionError:
        try:
            error = json.loads(answer)
            name, message = str(error["name"]), str(error["message"])
            place = str(error["thrown"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return self._broken("")
        if message == "out of memory":
            return self._over_memory()
        if error.get("nothing"):
            # Where no memory is left for an error, the engine throws null.
            return self._over_memory(", or threw null")
        said = _safe(message, question.source)
        if "call stack" in said:
            return ExpressionError("the expression calls itself or nests too deeply", question.advice)
        what = name if name in _ERRORS else "a value of its own"
        hint = question.advice
        if name == "InvalidCharacterError" and "atob" in question.source:
            hint = "atob reads no base64url: add .replace(/-/g,'+').replace(/_/g,'/') before it"
        if "bigint" in said.lower():
            hint = f"an integer beyond 2^53 is a BigInt: compute with 1n, not 1, or round it with Number(); {hint}"
        if place == "result" and name == "Rounded":
            message = "the expression gives an integer beyond 2^53, which JavaScript may have rounded"
            return ExpressionError(message, f"compute with BigInt, for example BigInt(body.id) + 1n; {hint}")
        if place == "result":
            return ExpressionError(f"what the expression gives is no data: {said or what}", hint)
        return ExpressionError(f"the expression threw {what}" + (f": {said}" if said else ""), hint)

    def _over_time(self, more: str = "") -> ExpressionError:
        message = f"the expression ran over its {self._limits.seconds * 1000:g} ms{more}"
        return ExpressionError(message, "look for a loop without end or a regular expression that tries everything")

    def _over_memory(self, more: str = "") -> ExpressionError:
        message = f"the expression ran over its {self._limits.memory >> 20} MiB of memory{more}"
        return ExpressionError(message, "pick values from the body instead of building large ones")

    def _broken(self, how: str) -> ExpressionError:
        message = "the JavaScript engine broke on this expression" + (f" ({how})" if how else "")
        return ExpressionError(message, "write the expression in a simpler way; the next one gets a new engine")


class SandboxReading:
    """One answer that expressions are evaluated on, in a process of its own for the time."""

    def __init__(self, box: Sandbox, process: JavaScriptProcess, answer: AnswerText) -> None:
        self._box = box
        self._process = process
        self._answer = answer
        self._kept_by = 0

    async def evaluate(self, expression: str) -> Any:
        """Return what the expression gives, as `Sandbox.evaluate` does, and raises as it does."""
        return await self._ask(Question.of(expression, self._answer, None))

    async def evaluate_each(self, expression: str, elements: Sequence[Any]) -> list[Any]:
        """Return what the expression gives with `current` as each of the elements; one limit for all together."""
        value = await self._ask(Question.of(expression, self._answer, list(elements)))
        assert isinstance(value, list)
        return value

    async def _ask(self, question: Question) -> Any:
        is_kept = self._process.is_running and self._kept_by == self._process.starts
        with self._box._failing():
            kind, text = in_time(
                await self._process.ask(*question.fields("same" if is_kept else "keep", self._box._limits.seconds))
            )
        self._kept_by = self._process.starts
        return self._box._value(kind, text, question)


def _not_read(answer: str, body: str) -> ExpressionError:
    """Why an answer could not be read into the engine."""
    hint = "ask for less, with a parameter or another path"
    size = f"of {len(body)} characters"
    if "call stack" in answer:
        return ExpressionError(f"the body {size} is JSON that nests too deeply to be read", hint)
    if "interrupted" in answer:
        return ExpressionError(f"the body {size} takes longer to read than {WHOLE_SECONDS:g} s", hint)
    return ExpressionError(f"the body {size} takes more memory than the JavaScript engine has", hint)


def _data(answer: str, question: Question) -> Any:
    try:
        result = exact_json.loads(_LONE_SURROGATE.sub("\\1\ufffd", answer))
        kind, value = result["type"], result["value"]
    except RecursionError:
        raise ExpressionError("what the expression gives is nested too deeply", "pick a part of it") from None
    except (ValueError, KeyError, TypeError):
        raise ExpressionError("what the expression gives is no data", question.advice) from None
    match kind:
        case "function" | "symbol" | "promise":
            hint = "call it, with () after its name" if kind == "function" else "give data"
            raise ExpressionError(f"the expression gives a {kind}, not data", f"{hint}; {question.advice}")
        case "NaN" | "Infinity" | "-Infinity":
            return float(kind.replace("Infinity", "inf"))
    return value


def _safe(message: str, source: str) -> str:
    """The engine's own words, or nothing where they are none or quote what the expression does not hold."""
    if message in _OWN_WORDS:
        return message
    match = _NAMED.match(message)
    if match and any(name and name in source for name in match.groups()):
        return visible(message, limit=120)
    return ""


def _syntax(answer: str, source: str) -> ExpressionError:
    """A syntax error speaks of the expression's own text alone; its lines are counted from the first one."""
    said = visible(answer.partition("\n")[0].removeprefix("SyntaxError: "), limit=120)
    if place := _PLACE.search(answer):
        line = max(1, int(place[1]) - 1)
        said = (
            f"{said} at line {line}, column {place[2]}" if line <= source.count("\n") + 1 else "it ends too early"
        )
    hint = "write one that gives a value, for example body.access_token or body.status == 'UP'"
    return ExpressionError(f"this is not one JavaScript expression: {said}", hint)
