"""An expression and the answer it is evaluated on, as a job for the JavaScript process."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from integrator_tui.engine.javascript.evaluator import HeaderValues
from integrator_tui.engine.javascript.hints import advice
from integrator_tui.engine.javascript.pool import Answered
from integrator_tui.engine.javascript.process import OverTime
from integrator_tui.errors import ExpressionError
from integrator_tui.model import exact_json

_LARGE_INTEGER: Final = re.compile(
    r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|//[^\n]*|/\*.*?\*/"""
    r"""|(?<![\w.$])(?P<digits>[1-9]\d{15,})(?![\w.])""",
    re.DOTALL | re.ASCII,
)
"""Integers that a number may not hold exactly, outside of strings and comments."""

_LARGE: Final = re.compile(r"[0-9][0-9.]{15}|[0-9](?:\.[0-9]+)?[eE][+]?[0-9]{2}")
"""What of a body may be a number that a float does not hold exactly."""

_MOST_SAFE: Final = 2**53 - 1


class AnswerText(NamedTuple):
    """What expressions see of an answer."""

    body: str
    response: str
    headers: HeaderValues

    @classmethod
    def of(cls, body: str | bytes, status: int, headers: HeaderValues) -> AnswerText:
        text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
        by_name = {name.lower(): value for name, value in headers.items()}
        return cls(text.removeprefix("\ufeff"), json.dumps({"statusCode": status, "headers": by_name}), by_name)


class Question(NamedTuple):
    """An expression on an answer, with `current` as each of the elements, where there are any."""

    source: str
    answer: AnswerText
    elements: str

    @classmethod
    def of(cls, expression: str, answer: AnswerText, elements: list[Any] | None) -> Question:
        source = expression.strip().removesuffix(";")
        if not source:
            raise ExpressionError("the expression is empty", "for example body['access_token']")
        if "\0" in source:
            raise ExpressionError("this is not one JavaScript expression: it holds a NUL character", "remove it")
        return cls(source, answer, "" if elements is None else exact_json.dumps(elements))

    def fields(self, how: str, seconds: float) -> list[bytes]:
        """The fields of the job; `how` as `javascript_worker` says."""
        if how == "once" and "JSON" not in self.source and not _LARGE.search(self.answer.body + self.elements):
            how = "plain"
        prelude = _search_params() if "URLSearchParams" in self.source else ""
        body, response, _ = ("", "", "") if how == "same" else self.answer
        source = _LARGE_INTEGER.sub(_exact, self.source)
        job = (how, f"{seconds * 1e6:.0f}", prelude, source, body, response, self.elements)
        return [field.encode("utf-8", "replace") for field in job]

    @property
    def advice(self) -> str:
        """What to look at where the expression went wrong."""
        return advice(self.source, self.answer.body, self.answer.headers)


def _exact(match: re.Match[str]) -> str:
    """Write an integer of a script as a BigInt where a number cannot hold it exactly."""
    return f"{match[0]}n" if match["digits"] and int(match["digits"][:20]) > _MOST_SAFE else match[0]


def in_time(answered: tuple[str, bytes]) -> Answered:
    """Return an answer of the process; raises OverTime where it says that the expression was."""
    kind, text = answered
    if kind == "engine" and b"interrupted" in text and not text.startswith(b"SyntaxError"):
        raise OverTime
    return kind, text.decode("utf-8", "replace")


@cache
def _search_params() -> str:
    return Path(__file__).with_name("url_search_params.js").read_text(encoding="utf-8")
