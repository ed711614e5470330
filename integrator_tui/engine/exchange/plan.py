"""Plan: what is sent where, and how it proves itself; all that is known before the first byte is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.auth.credentials import Credentials, QueryCredentials
from integrator_tui.engine.dial.route import Route
from integrator_tui.engine.net.trust_store import Trust
from integrator_tui.engine.origin import Origin
from integrator_tui.model.encoding import percent
from integrator_tui.model.fields import CONNECT_TIMEOUT, PASSING, READ_TIMEOUT
from integrator_tui.model.named_tuple import NamedTuple
from integrator_tui.model.probe import ProbeWarning
from integrator_tui.model.redact import Redactor
from integrator_tui.model.secret import MASK
from integrator_tui.model.url import without_user_info

if TYPE_CHECKING:
    from integrator_tui.engine.auth.token_request import TokenRequest
    from integrator_tui.engine.token import TokenPlace


class TokenPlan(NamedTuple):
    """How a token is obtained. `key` is its place in the cache, `source` its address, safe to show; `place` is
    where it outlives this process, None where it does not."""

    request: TokenRequest
    route: Route
    key: str
    source: str
    place: TokenPlace | None = None


class Plan(NamedTuple):
    """What is sent where, and how it proves itself. `request` has no credentials yet; `connect` and `read`
    are bounds in seconds; `route_for` tells how an origin that a redirect leads to is reached; `warnings`
    are of what is sent, found before it is, each with the stage that it is sent in. `passing` are the statuses that
    pass, `expect` the expression that then has to give true, empty where there is none."""

    method: str
    request: httpx.Request
    route: Route
    route_for: Callable[[Origin, Trust], Route]
    credentials: Credentials
    token: TokenPlan | None
    redactor: Redactor
    connect: float = CONNECT_TIMEOUT
    read: float = READ_TIMEOUT
    follow_redirect: bool = False
    stream_response: bool = False
    warnings: tuple[ProbeWarning, ...] = ()
    passing: tuple[str, ...] = PASSING
    expect: str = ""

    @property
    def token_on_same_connection(self) -> bool:
        """Whether the token is fetched over the very connection that the request goes over."""
        return self.token is not None and self.token.route == self.route

    @property
    def url(self) -> str:
        """The address that is asked, redacted, without user info."""
        url = self.redactor.text(without_user_info(str(self.request.url)))
        if isinstance(self.credentials, QueryCredentials):
            name = self.redactor.text(percent(self.credentials.name))
            return f"{url}{'&' if '?' in url else '?'}{name}={MASK}"
        return url
