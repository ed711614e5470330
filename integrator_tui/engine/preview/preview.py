"""Previewing: what would be sent, made by the planner that makes what is sent, from stand-ins for the secrets.

Rules: no secret is opened, nothing is sent, looked up or fetched; whatever a stand-in stands in is masked after the
request was made.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.auth.credentials import (
    HeaderCredentials,
    QueryCredentials,
    TokenCredentials,
    bearer,
    with_header,
    with_parameter,
)
from integrator_tui.engine.dial.route import Route
from integrator_tui.engine.exchange.plan import Plan
from integrator_tui.engine.exchange.planner import Planner
from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.net.proxy import Proxy
from integrator_tui.engine.net.resolver import Resolver
from integrator_tui.engine.preview.masked_request import MaskedRequest
from integrator_tui.engine.preview.sources import Sources
from integrator_tui.engine.preview.stand_ins import StandIns
from integrator_tui.engine.request.render import values, with_content
from integrator_tui.engine.target import Target
from integrator_tui.errors import IntegratorError
from integrator_tui.model.connection import Connection, Operation
from integrator_tui.model.parameters import Purpose, operation_field
from integrator_tui.model.preview import RequestKind, RequestPreview
from integrator_tui.model.probe import Stage


def preview(
    planner: Planner, target: Target, purpose: Purpose, stand_ins: StandIns, *, content: bytes | None = None
) -> tuple[RequestPreview, ...]:
    """Return what `target` would send, whose secrets are not asked for; `content` is a body that is sent as it is.

    Raises what Planner.plan raises, with stand-ins masked.
    """
    connection = target.connection
    given = stand_ins.covered(connection, purpose, target.parameters)
    try:
        plan = planner.plan(target._replace(reveal=stand_ins.reveal, parameters=given), purpose, with_keys=False)
        filled = values(connection, purpose, stand_ins.reveal, given)
    except (IntegratorError, StageFailed) as error:
        error.message, error.hint = stand_ins.masked(error.message), stand_ins.masked(error.hint)
        raise
    if content is not None:
        plan = plan._replace(request=with_content(plan.request, content))
    sources = Sources(connection, purpose, filled, stand_ins, given=given, with_content=content is not None)
    resolver = planner.network.resolver
    made = _Previewing(connection, purpose, plan, stand_ins, sources, content is not None, resolver)
    return tuple(made.requests())


def _forwarding(route: Route) -> Proxy | None:
    """The proxy that is asked for an address of plain HTTP itself: for a node it is asked for a tunnel."""
    return route.proxy if route.node is None else None


class _Previewing:
    """The requests of one plan."""

    def __init__(
        self,
        connection: Connection,
        purpose: Purpose,
        plan: Plan,
        stand_ins: StandIns,
        sources: Sources,
        with_content: bool,
        resolver: Resolver,
    ) -> None:
        self._connection = connection
        self._purpose = purpose
        self._plan = plan
        self._stand_ins = stand_ins
        self._sources = sources
        self._with_content = with_content
        self._resolver = resolver

    def requests(self) -> Iterator[RequestPreview]:
        """Give them in the order in which they would be sent."""
        token = self._plan.token
        if token is not None:
            sent = MaskedRequest(token.request.request, _forwarding(token.route), self._stand_ins)
            notes = self._notes(sent, token.route, "authenticate")
            yield sent.shown("token", self._sources.of_token(sent), notes)
        if self._purpose != "token":
            request, header = self._with_credentials()
            sent = MaskedRequest(request, _forwarding(self._plan.route), self._stand_ins)
            yield sent.shown(
                self._kind, self._sources.of_request(sent, header), self._notes(sent, self._plan.route, "respond")
            )

    @property
    def _kind(self) -> RequestKind:
        if not isinstance(self._purpose, Operation):
            return "test"
        return "request" if operation_field(self._connection, self._purpose) == "operation" else "operation"

    def _with_credentials(self) -> tuple[httpx.Request, str]:
        """The request that proves itself, and the header that does so, empty where none does."""
        request, credentials = self._plan.request, self._plan.credentials
        match credentials:
            case HeaderCredentials():
                value = credentials.value.reveal()
            case QueryCredentials():
                return with_parameter(request, credentials.name, credentials.value), ""
            case TokenCredentials():
                value = bearer(credentials.prefix, self._stand_ins.of("\0the token"))
            case _:
                return request, ""
        return with_header(request, credentials.header, value), credentials.header

    def _notes(self, sent: MaskedRequest, route: Route, stage: Stage) -> Iterator[str]:
        """What else is to be known of a request: the way it goes, and what is odd about it."""
        options = self._connection.options
        if route.via:
            yield f"from {route.via}, over ssh"
        if route.proxy is not None:
            yield f"through the proxy {route.proxy}"
        if route.node is not None:
            yield f"over the unix socket {route.node}" if route.node.socket else f"connected to {route.node}"
        if given := self._resolver.given.get(route.place):
            yield f"{route.place[0]} is not looked up: {', '.join(given)}"
        if self._resolver.family != socket.AF_UNSPEC:
            yield f"to IPv{4 if self._resolver.family == socket.AF_INET else 6} addresses alone"
        if not options.verify:
            yield "not verified: the certificate of the server is not checked"
        if options.client_cert_file and sent.url.scheme == "https":
            yield f"with the client certificate {options.client_cert_file}"
        if stage == "respond" and self._plan.follow_redirect:
            yield "redirects are followed: where to, only the server can tell"
        if stage == "respond" and self._with_content:
            yield "the body is sent as it is: a secret that stands in it is not known here, and is shown"
        for warning in self._plan.warnings:
            # What a secret makes of JSON is not known here.
            guessed = warning.kind == "body_not_json" and sent.body_is_masked
            if warning.stage == stage and not guessed:
                yield self._stand_ins.masked(warning.message)
