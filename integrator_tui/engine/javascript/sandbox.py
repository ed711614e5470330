"""Expressions: JavaScript on a response, in a box that no script can leave, hang or break.

Rules: `body` is the body parsed as JSON, else its text; `statusCode` and `headers` (lower-case names)
stand beside it, and `current` in the children of an output. Exactly one expression is accepted, and each
runs in a context of its own within 250 ms of processor time and 64 MiB. An error says what went wrong and
which keys `body` has, never a value: what a script throws, and what the engine quotes, may be a secret, so
only the engine's own words are passed on, with names that stand in the expression itself.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from integrator_tui.engine.javascript.json_shape import shape
from integrator_tui.engine.javascript.process import Died, JavaScriptProcess, Limits, OverTime
from integrator_tui.errors import ExpressionError
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
    """Evaluates expressions, one after another, in a process that is started with the first and kept warm.

    `seconds` of processor time and `memory` in bytes bound each one. Callers may overlap; `aclose` ends the
    process, and the next expression would start another.
    """

    def __init__(self, *, seconds: float = 0.25, memory: int = 64 << 20) -> None:
        self._limits = Limits(seconds, memory)
        self._process = JavaScriptProcess(self._limits)
        self._lock = asyncio.Lock()

    async def evaluate(
        self, expression: str, *, body: str | bytes, status: int, headers: Mapping[str, str], current: Any = None
    ) -> Any:
        """Return what the expression gives, as JSON values; `undefined` is None, NaN and Infinity are floats.

        Raises ExpressionError where it is no expression, throws, runs over its limits, or gives something
        that is no data.
        """
        elements = None if current is None else [current]
        value = await self._run(expression, body, status, headers, elements)
        return value if elements is None else value[0]

    async def evaluate_each(
        self,
        expression: str,
        elements: Sequence[Any],
        *,
        body: str | bytes,
        status: int,
        headers: Mapping[str, str],
    ) -> list[Any]:
        """Return what the expression gives with `current` as each of the elements; one limit for all together.

        Raises ExpressionError as `evaluate` does.
        """
        value = await self._run(expression, body, status, headers, list(elements))
        assert isinstance(value, list)
        return value

    async def aclose(self) -> None:
        """End the process, if there is one."""
        async with self._lock:
            await self._process.stop()

    async def _run(
        self,
        expression: str,
        body: str | bytes,
        status: int,
        headers: Mapping[str, str],
        elements: list[Any] | None,
    ) -> Any:
        source = expression.strip().removesuffix(";")
        if not source:
            raise ExpressionError("the expression is empty", "for example body['access_token']")
        if "\0" in source:
            raise ExpressionError("this is not one JavaScript expression: it holds a NUL character", "remove it")
        text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
        text = text.removeprefix("\ufeff")
        response = {"statusCode": status, "headers": {name.lower(): value for name, value in headers.items()}}
        job = (
            _search_params() if "URLSearchParams" in source else "",
            source,
            text,
            json.dumps(response),
            "" if elements is None else json.dumps(elements),
        )
        try:
            async with self._lock:
                kind, answer = await self._process.ask(*(field.encode("utf-8", "replace") for field in job))
        except OverTime:
            raise self._over_time() from None
        except Died as death:
            raise self._broken(str(death)) from None
        return self._value(kind, answer.decode("utf-8", "replace"), source, text)

    def _value(self, kind: str, answer: str, source: str, body: str) -> Any:
        match kind:
            case "value":
                return _data(answer, body)
            case "thrown":
                raise self._thrown(answer, source, body)
            case "syntax":
                raise _syntax(answer, source)
        if answer.startswith("SyntaxError"):
            raise _syntax(answer, source)
        if "interrupted" in answer:
            raise self._over_time()
        if "out of memory" in answer or answer.strip() in {"", "null"}:
            raise self._over_memory()
        if "call stack" in answer:
            raise ExpressionError("the expression calls itself or nests too deeply", shape(body))
        raise self._broken("")

    def _thrown(self, answer: str, source: str, body: str) -> ExpressionError:
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
        said = _safe(message, source)
        if "call stack" in said:
            return ExpressionError("the expression calls itself or nests too deeply", shape(body))
        what = name if name in _ERRORS else "a value of its own"
        hint = shape(body)
        if name == "InvalidCharacterError" and "atob" in source:
            hint = "atob reads no base64url: add .replace(/-/g,'+').replace(/_/g,'/') before it"
        if place == "result":
            return ExpressionError(f"what the expression gives is no data: {said or what}", hint)
        return ExpressionError(f"the expression threw {what}" + (f": {said}" if said else ""), hint)

    def _over_time(self) -> ExpressionError:
        message = f"the expression ran over its {self._limits.seconds * 1000:g} ms"
        return ExpressionError(message, "look for a loop without end or a regular expression that tries everything")

    def _over_memory(self, more: str = "") -> ExpressionError:
        message = f"the expression ran over its {self._limits.memory >> 20} MiB of memory{more}"
        return ExpressionError(message, "pick values from the body instead of building large ones")

    def _broken(self, how: str) -> ExpressionError:
        message = "the JavaScript engine broke on this expression" + (f" ({how})" if how else "")
        return ExpressionError(message, "write the expression in a simpler way; the next one gets a new engine")


@cache
def _search_params() -> str:
    return Path(__file__).with_name("url_search_params.js").read_text(encoding="utf-8")


def _data(answer: str, body: str) -> Any:
    try:
        result = json.loads(_LONE_SURROGATE.sub("\\1\ufffd", answer))
        kind, value = result["type"], result["value"]
    except RecursionError:
        raise ExpressionError("what the expression gives is nested too deeply", "pick a part of it") from None
    except (ValueError, KeyError, TypeError):
        raise ExpressionError("what the expression gives is no data", shape(body)) from None
    match kind:
        case "function" | "symbol" | "promise":
            hint = "call it, with () after its name" if kind == "function" else "give data"
            raise ExpressionError(f"the expression gives a {kind}, not data", f"{hint}; {shape(body)}")
        case "NaN" | "Infinity" | "-Infinity":
            return float(kind.replace("Infinity", "inf"))
        case "bigint":
            return int(value) if len(value) < 4000 else value
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
    return ExpressionError(f"this is not one JavaScript expression: {said}", "for example body.access_token")
