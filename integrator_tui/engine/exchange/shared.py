"""What all exchanges of one engine share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrator_tui.engine.auth.token_cache import TokenCache
from integrator_tui.engine.clock_skew import ClockSkew
from integrator_tui.engine.dial.deadline import Deadline
from integrator_tui.engine.dial.dialer import Network
from integrator_tui.engine.dial.kept_connection import KeptConnection
from integrator_tui.engine.dial.route import Route
from integrator_tui.engine.exchange.plan import Plan
from integrator_tui.engine.exchange.redirect_chain import RedirectChain
from integrator_tui.engine.origin import Origin

if TYPE_CHECKING:
    from integrator_tui.engine.javascript.evaluator import Evaluator


class SharedState:
    """The network, the tokens held, the clock, and the evaluator of expressions."""

    # Not a dataclass: making one takes longer than a small command has.
    __slots__ = ("clock", "expressions", "network", "tokens")

    def __init__(self, network: Network, tokens: TokenCache, clock: ClockSkew, expressions: Evaluator) -> None:
        self.network = network
        self.tokens = tokens
        self.clock = clock
        self.expressions = expressions

    def connection(self, route: Route, connect_timeout: float, deadline: Deadline) -> KeptConnection:
        """Return a connection that is not dialled yet."""
        return KeptConnection(self.network, route, connect_timeout, deadline)

    def redirect_chain(
        self, plan: Plan, route: Route, connection: KeptConnection, deadline: Deadline, *, follow: bool
    ) -> RedirectChain:
        """Return a request's way from `connection`, which leads to `route`, to wherever redirects lead it."""
        redactor = plan.redactor

        def elsewhere(origin: Origin) -> KeptConnection:
            return self.connection(plan.route_for(origin, route.trust.without_client), plan.connect, deadline)

        return RedirectChain(
            connection, elsewhere, self.clock, lambda text: redactor.text(text) != text, follow=follow
        )
