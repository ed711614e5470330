"""What all exchanges of one engine share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from integrator_tui.engine.clock import Clock
from integrator_tui.engine.dial import Network, Origin
from integrator_tui.engine.line import Budget, Line
from integrator_tui.engine.plan import Plan, Reach
from integrator_tui.engine.tokens import TokenCache
from integrator_tui.engine.walk import Walk


class Evaluator(Protocol):
    """Evaluates a JavaScript expression on an answer; raises ExpressionError."""

    async def evaluate(
        self, expression: str, *, body: str | bytes, status: int, headers: Mapping[str, str]
    ) -> Any: ...


@dataclass(slots=True)
class Services:
    """The network, the tokens held, the clock, and the box that expressions run in."""

    network: Network
    tokens: TokenCache
    clock: Clock
    expressions: Evaluator

    def line(self, reach: Reach, connect_timeout: float, budget: Budget) -> Line:
        """Return a connection that is not dialled yet."""
        return Line(self.network, reach, connect_timeout, budget)

    def walk(self, plan: Plan, reach: Reach, line: Line, budget: Budget, *, follow: bool) -> Walk:
        """Return a request's way from `line`, which leads to `reach`, to wherever redirects lead it."""
        redactor = plan.redactor

        def elsewhere(origin: Origin) -> Line:
            other = reach._replace(origin=origin, trust=reach.trust.without_client, route=plan.route(origin))
            return self.line(other, plan.connect, budget)

        return Walk(line, elsewhere, self.clock, lambda text: redactor.text(text) != text, follow=follow)
