"""Exchange: one authenticated request to a target and its answer, whoever asks for it.

Rules: probe, stream and request all go through here. A token that somebody else is fetching, or that another
origin gives, is waited for before the target is dialled, so that no connection stands idle meanwhile; one
that the target's own origin gives is fetched over the target's connection. A token that was shared and is
refused is replaced once. Where tokens outlive the process, one that another process has or fetches comes first.
Redirects are followed with what may go along and no more.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.auth.credentials import UNAUTHORIZED, Flow, Grant, Step, WantToken, doubled_prefix
from integrator_tui.engine.dial.deadline import Deadline
from integrator_tui.engine.dial.kept_connection import unreached
from integrator_tui.engine.exchange.plan import Plan
from integrator_tui.engine.exchange.reading import Reading
from integrator_tui.engine.exchange.redirect_chain import RedirectChain, drain
from integrator_tui.engine.exchange.refusals import Refusals, credentials_key
from integrator_tui.engine.exchange.shared import SharedState
from integrator_tui.engine.failure import StageFailed, read_timeout
from integrator_tui.engine.request.status import StatusContext
from integrator_tui.model.probe import ProbeWarning, Stage, StageResult

if TYPE_CHECKING:
    from integrator_tui.engine.auth.token_answer import TokenAnswer
    from integrator_tui.engine.auth.token_stream import TokenStream
    from integrator_tui.engine.exchange.wanted_token import WantedToken


class Exchange:
    """One request on its way. Call `prepare`, exhaust `dial`, call `authenticate` and then `ask`; or `head`
    for all of them. Each raises StageFailed, and `stage` tells whether it was authenticating. Close it when
    the answer was read. `token_stream` is told of a token answer that is streamed; `refusals` are those of
    the run that it is part of."""

    def __init__(
        self,
        plan: Plan,
        shared: SharedState,
        deadline: Deadline,
        token_stream: TokenStream | None = None,
        refusals: Refusals | None = None,
    ) -> None:
        self.plan = plan
        self._refusals = refusals or Refusals()
        self.authenticate_seconds = 0.0
        self.stage: Stage = "respond"
        self.asked: httpx.Request | None = None
        """What was sent last with the credentials of this exchange."""
        self._shared = shared
        self._deadline = deadline
        self._token_stream = token_stream
        self._connection = shared.connection(plan.route, plan.connect, deadline)
        self._chain: RedirectChain | None = None
        self._flow: Flow = plan.credentials.flow(plan.request)
        self._step: Step = next(self._flow)
        self._token: WantedToken | None = None
        self._read_until = 0.0

    @property
    def grant(self) -> Grant | None:
        """The token that was had, None before, and where none is wanted."""
        return self._token.grant if self._token is not None else None

    @property
    def token_stages(self) -> list[StageResult]:
        """The stages of the token request that was made for this exchange."""
        return self._token.stages if self._token is not None else []

    @property
    def token_answer(self) -> TokenAnswer | None:
        """The answer that came last to that request, where one did."""
        return self._token.answer if self._token is not None else None

    @property
    def hops(self) -> list[dict[str, object]]:
        """The redirects that were followed to the answer."""
        return self._chain.hops if self._chain is not None else []

    @property
    def context(self) -> StatusContext:
        """What a verdict on the answer takes into account."""
        left_behind = self._chain.left_behind if self._chain is not None else ""
        doubled = doubled_prefix(self.plan.credentials, self.grant)
        return StatusContext(self.plan.method, left_behind, self._shared.clock, doubled, self.plan.passing)

    @property
    def warnings(self) -> tuple[ProbeWarning, ...]:
        """What is to be said of what was sent, and of the answer to a token request."""
        of_token = (warning for stage in self.token_stages for warning in stage.warnings)
        return (*(warning._replace(stage="authenticate") for warning in of_token), *self.plan.warnings)

    async def prepare(self) -> None:
        """Get from elsewhere what the target's own connection is not needed for."""
        if isinstance(self._step, WantToken):
            with self._authenticating():
                await self._wanted.claim()
                if not self.plan.token_on_same_connection:
                    await self._wanted.fetch_elsewhere()

    def dial(self) -> AsyncGenerator[StageResult, None]:
        """Dial the target, giving each stage as it ends; the first that failed is the last."""
        is_awaited = self._token is not None and self._token.lease is not None
        return self._dial_for_others() if is_awaited else self._connection.stages()

    async def _dial_for_others(self) -> AsyncGenerator[StageResult, None]:
        """Dial, and tell those who wait for the token where there is no way to it."""
        async with aclosing(self._connection.stages()) as results:
            async for result in results:
                if result.failure is not None:
                    self._wanted.unreachable(result.failure)
                yield result

    async def authenticate(self) -> None:
        """Fetch the token over the target's connection, where that is how it is fetched."""
        if isinstance(self._step, WantToken) and self.grant is None:
            with self._authenticating():
                if self._wanted.lease is None:
                    await self._wanted.claim()
                await self._wanted.fetch()
                if self.grant is None:
                    raise StageFailed("token_request_failed", "no token could be had", "try again")
        if (key := credentials_key(self.plan, self._shared.tokens)) is not None:
            with self._authenticating():
                self._refusals.raise_known(key)

    def remember_refusal(self, failed: StageFailed) -> None:
        """Have nobody of this run try the same credentials at this origin again."""
        key = credentials_key(self.plan, self._shared.tokens)
        if key is not None and not self.context.left_behind:
            self._refusals.remember(key, failed, self.plan.redactor)

    async def ask(self) -> httpx.Response:
        """Send the request, follow where it leads, and return the head of the final answer."""
        step = self._step
        if isinstance(step, WantToken):
            step = self._flow.send(self._granted())
        while True:
            if isinstance(step, WantToken):
                with self._authenticating():
                    await self._wanted.renew(step.refused)
                step = self._flow.send(self._granted())
            else:
                self._read_until = self._deadline.within(self.plan.read)
                async with self.reading():
                    response = await self._follow(step)
                try:
                    step = self._flow.send(response)
                except StopIteration as stop:
                    final: httpx.Response = stop.value
                    if final.status_code == UNAUTHORIZED and self._token and not self.context.left_behind:
                        self._token.refused_at_last()
                    return final
                async with self.reading():
                    await drain(response)

    async def head(self, told: Callable[[StageResult], None] | None = None) -> httpx.Response:
        """Do all of it: return the head of the final answer. `told` is handed each stage of dialling as it ends."""
        await self.prepare()
        async with aclosing(self.dial()) as results:
            async for result in results:
                if told is not None:
                    told(result)
                if result.failure is not None:
                    self.stage = result.stage
                    raise unreached(result.failure)
        await self.authenticate()
        return await self.ask()

    async def obtain(self) -> Grant:
        """Get the token alone, over a connection of its own."""
        with self._authenticating():
            while self.grant is None:
                await self._wanted.claim()
                await self._wanted.fetch_elsewhere()
        return self._granted()

    def reading(self) -> Reading:
        """Bound what is done inside by what is left of the read timeout, counted from the request on."""
        return Reading(self.late, self._read_until, self._connection.judged)

    @property
    def seconds_left(self) -> float:
        """What is left of the read timeout."""
        return self._read_until - asyncio.get_running_loop().time()

    def extend(self, seconds: float | None = None) -> None:
        """Begin the read timeout anew, or what was left of it."""
        self._read_until = self._deadline.within(self.plan.read if seconds is None else seconds)

    @property
    def is_over(self) -> bool:
        """Whether the time of the whole is spent."""
        return self._deadline.is_spent()

    def late(self, what: str) -> StageFailed:
        """Return the failure of something that took too long."""
        if self._deadline.is_spent():
            return self._deadline.spent("read_timeout")
        return read_timeout(self.plan.read, what)

    async def unexpected(self, response: httpx.Response, body: str) -> StageFailed | None:
        """Return why an answer is not what the plan expects of it, None where it is."""
        from integrator_tui.engine.exchange.expectation import unexpected

        return await unexpected(self.plan.expect, response, body, self._shared.expressions, self._deadline)

    async def aclose(self) -> None:
        """Close every connection, and give back the right to fetch a token that was not used."""
        if self._token is not None:
            self._token.release()
        if self._chain is not None:
            await self._chain.aclose()
        await self._connection.aclose()

    def _granted(self) -> Grant:
        assert self.grant is not None, "authenticate comes before ask"
        return self.grant

    @property
    def _wanted(self) -> WantedToken:
        if self._token is None:
            from integrator_tui.engine.exchange.wanted_token import WantedToken

            plan = self.plan
            assert plan.token is not None, "only a method with a token request wants a token"
            given = (self._shared, self._deadline, self._connection, self._refusals, self._token_stream)
            self._token = WantedToken(plan, plan.token, *given)
        return self._token

    @contextmanager
    def _authenticating(self) -> Iterator[None]:
        started = time.perf_counter()
        self.stage = "authenticate"
        try:
            yield
            self.stage = "respond"
        except StageFailed as failed:
            if failed.token is not None:
                self.plan.redactor.add(failed.token.reveal())
            raise
        finally:
            self.authenticate_seconds += time.perf_counter() - started

    async def _follow(self, request: httpx.Request) -> httpx.Response:
        plan, self.asked = self.plan, request
        if self._chain is not None:
            await self._chain.aclose()
        self._chain = self._shared.redirect_chain(
            plan, plan.route, self._connection, self._deadline, follow=plan.follow_redirect
        )
        return await self._chain.answer(request)
