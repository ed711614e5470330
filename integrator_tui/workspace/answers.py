"""Answers: what the servers of this session's tests and runs answered, to be looked at, compared and saved.

Rules: the last answer and the one before of each test and operation are kept, and one that was pinned; of all
together at most `KEPT` bytes, the oldest go first. They lie in memory alone, for they may hold secrets. What is
given out has every known secret masked; the bytes as they came go into a file and nowhere else.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from integrator_tui import atomic
from integrator_tui.errors import SaveError
from integrator_tui.model.answer import KeptAnswer, ReceivedAnswer
from integrator_tui.model.body import body_text
from integrator_tui.model.entry import Draft
from integrator_tui.model.redact import Redactor

if TYPE_CHECKING:
    from integrator_tui.engine.engine import Engine

KEPT: Final = 64 << 20
"""Bytes of all answers that are kept."""

_OF_EACH: Final = 2048
"""Bytes that an answer takes besides its body and headers."""

_PIECE: Final = 1 << 18
_CLOCK_STEP: Final = timedelta(milliseconds=2)
"""What a time loses where it is kept in milliseconds."""


@dataclass
class _Held:
    """An answer as it came, what its probe knew to be secret, and the answer as it may be shown once it was."""

    number: int
    at: datetime
    received: ReceivedAnswer
    redactor: Redactor
    shown: KeptAnswer | None = None

    @property
    def size(self) -> int:
        """About as many bytes as it takes."""
        headers = sum(len(name) + len(value) for name, value in self.received.headers)
        return len(self.received.body) + headers + _OF_EACH


class TokenReceived(NamedTuple):
    """The last answer to the token request of a connection, as it came: for expressions, and never to be shown."""

    at: datetime
    received: ReceivedAnswer


@dataclass
class _OfConnection:
    """The answers of one connection, the newest last."""

    held: list[_Held] = field(default_factory=list)
    pinned: int | None = None
    token: TokenReceived | None = None
    redactor: Redactor = field(default_factory=Redactor)


class Answers:
    """Keeps the answers of a session; `engine` evaluates expressions on them."""

    def __init__(self, engine: Callable[[], Engine], clock: Callable[[], datetime] = datetime.now) -> None:
        self._engine = engine
        self._clock = clock
        self._numbers = count(1)
        self._of: dict[str, _OfConnection] = {}
        self._places: dict[int, str] = {}
        """Where each answer lies, the oldest first."""
        self._size = 0

    def keep(self, draft: Draft, received: ReceivedAnswer, redactor: Redactor, *, to: str = "") -> None:
        """Keep an answer, in place of the one before the last; `to` names what was asked: an operation, or the
        test where it is empty."""
        self._keep(_key(draft, to), received, redactor)

    def keep_of_file(self, file: str, received: ReceivedAnswer, redactor: Redactor) -> None:
        """Keep an answer of the test of a file, as `keep` does."""
        self._keep(_key_of_file(file, ""), received, redactor)

    def _keep(self, key: str, received: ReceivedAnswer, redactor: Redactor) -> None:
        of = self._of.setdefault(key, _OfConnection())
        held = _Held(next(self._numbers), self._clock(), received, redactor)
        of.held.append(held)
        self._places[held.number] = key
        self._size += held.size
        newest = {held.number for held in of.held[-2:]}
        for old in [held for held in of.held if held.number not in newest and held.number != of.pinned]:
            self._forget(old.number)
        self._forget_oldest(held.number)

    def learn(self, draft: Draft, redactor: Redactor) -> None:
        """Note what the last probe of a connection knew to be secret, whether it was answered or not."""
        self._of.setdefault(_key(draft, ""), _OfConnection()).redactor = redactor

    def redactor(self, draft: Draft) -> Redactor:
        """Return what the last probe of a connection knew to be secret."""
        of = self._of.get(_key(draft, ""))
        return of.redactor if of else Redactor()

    def keep_token(self, draft: Draft, received: ReceivedAnswer) -> None:
        """Keep the answer to a token request, in place of the one before."""
        self._of.setdefault(_key(draft, ""), _OfConnection()).token = TokenReceived(self._clock(), received)

    def last_token(self, draft: Draft) -> TokenReceived | None:
        """Return the newest answer to the token request of a connection; None where none was asked for here."""
        of = self._of.get(_key(draft, ""))
        return of.token if of else None

    def received(self, draft: Draft, *, to: str = "") -> tuple[ReceivedAnswer, Redactor] | None:
        """Return the newest answer as it came, for expressions, with what knows its secrets; None where there is
        none."""
        of = self._of.get(_key(draft, to))
        return (of.held[-1].received, of.held[-1].redactor) if of and of.held else None

    async def last(self, draft: Draft, *, to: str = "") -> KeptAnswer | None:
        """Return the newest answer of a connection, as it may be shown; None where there is none."""
        of = self._of.get(_key(draft, to))
        return await self._shown(of.held[-1]) if of and of.held else None

    async def newest(self, draft: Draft) -> KeptAnswer | None:
        """Return the newest answer of a connection, whatever was asked; None where there is none."""
        begins = _key(draft, "")
        found = [held for key, of in self._of.items() if key.startswith(begins) for held in of.held]
        return await self._shown(max(found, key=lambda held: held.number)) if found else None

    async def other(self, draft: Draft, *, to: str = "") -> KeptAnswer | None:
        """Return what the newest answer is to be compared with: the pinned one, else the one before."""
        of = self._of.get(_key(draft, to))
        if of is None:
            return None
        older = of.held[:-1]
        pinned = next((held for held in older if held.number == of.pinned), None)
        found = pinned or (older[-1] if older else None)
        return await self._shown(found) if found else None

    async def of_time(self, file: str, since: datetime, before: datetime | None) -> KeptAnswer | None:
        """Return the answer of the test or request of this file that began at `since`, where it is still kept, as
        it may be shown; the next one began at `before`."""
        first, mark = since.astimezone() - _CLOCK_STEP, f"{file}{chr(0) * 2}"
        held = (each for key, of in self._of.items() if key.startswith(mark) for each in of.held)
        after = (each for each in held if first <= each.at.astimezone())
        found = min(after, key=lambda each: each.number, default=None)
        if found is None or (before is not None and found.at.astimezone() >= before.astimezone()):
            return None
        return await self._shown(found)

    def pin(self, draft: Draft, answer: KeptAnswer, *, to: str = "") -> bool:
        """Keep an answer to compare with, or keep it no longer; tell which."""
        of = self._of.setdefault(_key(draft, to), _OfConnection())
        of.pinned = None if of.pinned == answer.number else answer.number
        return of.pinned is not None

    async def filtered(self, answer: KeptAnswer, expression: str) -> bytes:
        """Return as JSON what an expression gives on an answer as it is shown; raises ExpressionError."""
        text = body_text(answer.body, answer.content_type).data.decode("utf-8", "replace")
        headers = {name.lower(): value for name, value in answer.headers}
        value = await self._engine().evaluate(expression, body=text, status=answer.status, headers=headers)
        return await asyncio.to_thread(_json, value)

    async def write(self, answer: KeptAnswer, path: Path, *, masked: bool) -> int:
        """Write the body to a new file of mode 0600, masked or as it came; return its size in bytes.

        Raises SaveError.
        """
        body = answer.body if masked else self._as_it_came(answer)
        await asyncio.to_thread(_write, path, body)
        return len(body)

    def _as_it_came(self, answer: KeptAnswer) -> bytes:
        everything = (held for of in self._of.values() for held in of.held)
        held = next((held for held in everything if held.number == answer.number), None)
        if held is None:
            raise SaveError("this answer is not kept any more", "test again, or save it masked")
        return held.received.body

    async def _shown(self, held: _Held) -> KeptAnswer:
        if held.shown is None:
            received, redactor = held.received, held.redactor
            body, content_type = await _masked(received, redactor)
            held.shown = KeptAnswer(
                held.number,
                held.at,
                received.status,
                redactor.text(received.reason),
                tuple((redactor.text(name), redactor.text(value)) for name, value in received.headers),
                content_type,
                body,
                len(received.body),
                redactor.text(received.cut),
                received.of_token,
                body is not received.body,
                redactor.text(received.url),
            )
        return held.shown

    def _forget_oldest(self, newest: int) -> None:
        """Drop what is over the bound, and never what came last."""
        while self._size > KEPT and (oldest := next(iter(self._places))) != newest:
            self._forget(oldest)

    def _forget(self, number: int) -> None:
        of = self._of[self._places.pop(number)]
        self._size -= sum(held.size for held in of.held if held.number == number)
        of.held = [held for held in of.held if held.number != number]


def _key(draft: Draft, to: str) -> str:
    return _key_of_file(draft.file or f"{chr(0)}{draft.connection.name}", to)


def _key_of_file(file: str, to: str) -> str:
    return f"{file}{chr(0) * 2}{to}"


async def _masked(received: ReceivedAnswer, redactor: Redactor) -> tuple[bytes, str]:
    """Return the body with every known secret masked, and its content type; the very bytes where there is none."""
    body, content_type = received.body, received.content_type
    if redactor.is_empty:
        return body, content_type
    data = body_text(body, content_type).data
    text = data.decode("utf-8", "surrogateescape")
    if received.cut and len(text) <= _PIECE:
        # What is behind the end is not known: half a secret is not found.
        masked = redactor.stream().feed(text)
    elif len(text) <= _PIECE:
        masked = redactor.text(text)
    else:
        stream, pieces = redactor.stream(), []
        for at in range(0, len(text), _PIECE):
            pieces.append(stream.feed(text[at : at + _PIECE]))
            await asyncio.sleep(0)
        if not received.cut:
            pieces.append(stream.close())
        masked = "".join(pieces)
    if masked == text:
        return body, content_type
    return masked.encode("utf-8", "surrogateescape"), f"{content_type.partition(';')[0]}; charset=utf-8"


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _write(path: Path, data: bytes) -> None:
    try:
        atomic.create(path, data)
    except FileExistsError:
        raise SaveError(f"{path} exists already", "choose another name") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not a file name"
        raise SaveError(f"{path}: {reason}", "choose a folder that you can write to") from None
