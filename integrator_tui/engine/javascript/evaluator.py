"""What evaluates expressions, as those that need one see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from integrator_tui.engine import http_types as httpx

HeaderValues = Mapping[str, str | list[str]]
"""Headers as expressions see them: lower-case names; `set-cookie` is the list of its lines (RFC 6265 3)."""


def header_values(response: httpx.Response) -> HeaderValues:
    """Return the headers of an answer as expressions see them."""
    found: dict[str, str | list[str]] = dict(response.headers.items())
    if "set-cookie" in found:
        found["set-cookie"] = response.headers.get_list("set-cookie")
    return found


def values_by_name(headers: Iterable[tuple[str, str]]) -> HeaderValues:
    """Return the same of headers that were kept."""
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name.lower(), []).append(value)
    return {name: lines if name == "set-cookie" else ", ".join(lines) for name, lines in found.items()}


class Evaluator(Protocol):
    """Evaluates a JavaScript expression on an answer; raises ExpressionError."""

    async def evaluate(self, expression: str, *, body: str | bytes, status: int, headers: HeaderValues) -> Any: ...


class BodyReading(Protocol):
    """An answer that expressions are evaluated on; raises ExpressionError."""

    async def evaluate(self, expression: str) -> Any: ...

    async def evaluate_each(self, expression: str, elements: Sequence[Any]) -> list[Any]: ...


class ElementEvaluator(Protocol):
    """Reads an answer once for several expressions."""

    def reading(
        self, body: str | bytes, status: int, headers: HeaderValues
    ) -> AbstractAsyncContextManager[BodyReading]: ...
