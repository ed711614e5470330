"""What evaluates expressions, as those that need one see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Evaluator(Protocol):
    """Evaluates a JavaScript expression on an answer; raises ExpressionError."""

    async def evaluate(
        self, expression: str, *, body: str | bytes, status: int, headers: Mapping[str, str]
    ) -> Any: ...


class ElementEvaluator(Evaluator, Protocol):
    """Evaluates expressions on each element of a list too."""

    async def evaluate_each(
        self,
        expression: str,
        elements: Sequence[Any],
        *,
        body: str | bytes,
        status: int,
        headers: Mapping[str, str],
    ) -> list[Any]: ...
