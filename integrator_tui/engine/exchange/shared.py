"""What all exchanges of one engine share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from integrator_tui.engine.auth.token_cache import TokenCache
from integrator_tui.engine.clock_skew import ClockSkew
from integrator_tui.engine.dial.dialer import Network, Origin
from integrator_tui.engine.dial.kept_connection import Deadline, KeptConnection
from integrator_tui.engine.exchange.plan import Plan, Route
from integrator_tui.engine.exchange.redirect_chain import RedirectChain


class Evaluator(Protocol):
    """Evaluates a JavaScript expression on an answer; raises ExpressionError."""

    async def evaluate(
        self, expression: str, *, body: str | bytes, status: int, headers: Mapping[str, str]
    ) -> Any: ...


@dataclass(slots=True)
class SharedState:
    """The network, the tokens held, the clock, and the box that expressions run in."""

    network: Network
    tokens: TokenCache
    clock: ClockSkew
    expressions: Evaluator

    def connection(self, route: Route, connect_timeout: float, deadline: Deadline) -> KeptConnection:
        """Return a connection that is not dialled yet."""
        return KeptConnection(self.network, route, connect_timeout, deadline)

    def redirect_chain(
        self, plan: Plan, route: Route, connection: KeptConnection, deadline: Deadline, *, follow: bool
    ) -> RedirectChain:
        """Return a request's way from `connection`, which leads to `route`, to wherever redirects lead it."""
        redactor = plan.redactor

        def elsewhere(origin: Origin) -> KeptConnection:
            other = route._replace(origin=origin, trust=route.trust.without_client, proxy=plan.proxy_for(origin))
            return self.connection(other, plan.connect, deadline)

        return RedirectChain(
            connection, elsewhere, self.clock, lambda text: redactor.text(text) != text, follow=follow
        )
