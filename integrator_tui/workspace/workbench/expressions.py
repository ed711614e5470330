"""Expressions: JavaScript tried on an answer that was had before, or was pasted; nothing is sent.

Rules: an output is tried on the last answer as it is shown, its known secrets masked. Token and Expiration are
tried on the last answer to the token request as it came, and of what they give the structure alone is shown; where
there was none, on the last answer. What was pasted counts instead, with status 200 and no headers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from integrator_tui.errors import ExpressionError
from integrator_tui.model.answer import Headers
from integrator_tui.model.body import body_text
from integrator_tui.model.entry import Draft
from integrator_tui.model.moments import clock
from integrator_tui.model.tried import TriedExpression, masked, result_text, type_words

if TYPE_CHECKING:
    from integrator_tui.engine.engine import Engine
    from integrator_tui.workspace.answers import Answers

ExpressionPlace = Literal["token", "expiration", "output"]
"""Where an expression stands: what it is tried on, and what of its value may be shown, depends on it."""

NOTHING: Final = TriedExpression("", failure="there is no answer yet", hint="paste one into Answer, or test first")


class _Subject(NamedTuple):
    """An answer that an expression is tried on."""

    words: str
    body: str
    status: int
    headers: Headers
    is_masked: bool


class Expressions:
    """Tries expressions; `answers` keeps what was answered, `engine` evaluates."""

    def __init__(self, answers: Answers, engine: Callable[[], Engine]) -> None:
        self._answers = answers
        self._engine = engine

    async def tried(self, draft: Draft, expression: str, pasted: str, place: ExpressionPlace) -> TriedExpression:
        """Return what an expression gives on the last answer of a connection, or on what was pasted.

        What goes wrong is a part of the result. It takes as long as the bounds of an expression allow, and no
        longer.
        """
        from integrator_tui.engine.javascript.json_shape import shape

        subject = await self._subject(draft, pasted, place)
        if subject is None:
            return NOTHING
        told = TriedExpression(subject.words, await asyncio.to_thread(shape, subject.body))
        if not expression.strip():
            return told
        try:
            value = await self._engine().evaluate(
                expression, body=subject.body, status=subject.status, headers=_by_name(subject.headers)
            )
        except ExpressionError as error:
            return told._replace(failure=error.message, hint=error.hint)
        return await asyncio.to_thread(_told, told, value, subject.is_masked, place)

    async def _subject(self, draft: Draft, pasted: str, place: ExpressionPlace) -> _Subject | None:
        if pasted.strip():
            return _Subject("what was pasted", pasted, 200, (), is_masked=False)
        if place != "output" and (token := self._answers.last_token(draft)) is not None:
            received = token.received
            words = f"the answer to the token request of {clock(token.at)}, masked"
            return _Subject(
                words,
                _text(received.body, received.content_type),
                received.status,
                received.headers,
                is_masked=True,
            )
        last = await self._answers.newest(draft)
        if last is None:
            return None
        words = f"the answer of {clock(last.at)}, {last.status_line}"
        body = await asyncio.to_thread(_text, last.body, last.content_type)
        return _Subject(words, body, last.status, last.headers, is_masked=False)


def _text(body: bytes, content_type: str) -> str:
    return body_text(body, content_type).data.decode("utf-8", "replace")


def _by_name(headers: Headers) -> dict[str, Any]:
    """Headers as expressions see them: lower-case names, `set-cookie` the list of its lines."""
    found: dict[str, Any] = {}
    for name, value in headers:
        lower = name.lower()
        if lower == "set-cookie":
            found.setdefault(lower, []).append(value)
        else:
            found[lower] = f"{found[lower]}, {value}" if lower in found else value
    return found


def _told(told: TriedExpression, value: Any, is_masked: bool, place: ExpressionPlace) -> TriedExpression:
    shown = masked(value, shows_number=place == "expiration") if is_masked else value
    return told._replace(result=result_text(shown), type=type_words(value))
