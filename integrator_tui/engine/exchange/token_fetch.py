"""TokenFetch: a token request carried out, with stages of its own.

Rules: the nested stages are those that ran for it: all of them over a connection of its own, `respond`
alone over the target's. What fails carries them in its detail, so that whoever waited can show them too.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.auth.token_answer import TokenAnswer
from integrator_tui.engine.auth.token_cache import Lease
from integrator_tui.engine.auth.token_request import Evaluate
from integrator_tui.engine.body import decoding
from integrator_tui.engine.body.first_event import first_event
from integrator_tui.engine.dial.deadline import Deadline
from integrator_tui.engine.dial.kept_connection import KeptConnection, dial_stages
from integrator_tui.engine.exchange.plan import Plan, TokenPlan
from integrator_tui.engine.exchange.shared import SharedState
from integrator_tui.engine.failure import StageFailed, read_timeout
from integrator_tui.engine.javascript.evaluator import header_values
from integrator_tui.engine.oddity import oddities
from integrator_tui.engine.request.redirects import NotFollowed
from integrator_tui.engine.token import Token
from integrator_tui.errors import ExpressionError
from integrator_tui.model.probe import StageResult
from integrator_tui.model.statuses import accepts

if TYPE_CHECKING:
    from integrator_tui.engine.auth.token_stream import TokenStream

ANSWER_LIMIT: Final = 1024 * 1024
"""Bytes of a token answer that are read, decoded."""

_WHAT: Final = "the answer to the token request"
_TOO_LARGE: Final = "no token is that long: check the address of the token request, or turn on its Stream Response"


class TokenFetch:
    """One token request on its way over `connection`, which is dialled where it is not open yet.

    `token_stream` is told of an answer that is streamed, as it comes.
    """

    def __init__(
        self,
        plan: Plan,
        token: TokenPlan,
        shared: SharedState,
        deadline: Deadline,
        connection: KeptConnection,
        lease: Lease,
        token_stream: TokenStream | None = None,
    ) -> None:
        self.stages: list[StageResult] = []
        self.succeeded = False
        self._plan = plan
        self._token = token
        self._shared = shared
        self._deadline = deadline
        self._connection = connection
        self._lease = lease
        self._token_stream = token_stream
        self.last: TokenAnswer | None = None
        """The answer that came last, where one did."""

    async def run(self) -> Token:
        """Return the token; raises StageFailed with the nested stages in its detail."""
        shared = self._shared
        flow = self._token.request.flow(self._token.source, shared.tokens.clock())
        try:
            step = next(flow)
            while True:
                if isinstance(step, Evaluate):
                    try:
                        value = await self._evaluate(step)
                    except ExpressionError as error:
                        step = flow.throw(error)
                    else:
                        step = flow.send(value)
                else:
                    step = flow.send(await self._answer(step))
        except StopIteration as stop:
            token: Token = stop.value
            self.succeeded = True
            return token
        except StageFailed as failed:
            if failed.kind == "credentials_rejected" and (word := shared.clock.word()):
                failed.hint = f"{failed.hint}; {word}"
            failed.detail = {**failed.detail, "stages": [stage.to_json() for stage in self.stages]}
            failed.answer = self.last
            raise

    async def _evaluate(self, step: Evaluate) -> Any:
        """Evaluate an expression. That takes our own time, of which only the time of the whole knows."""
        answer = step.answer
        self._lease.answered = True
        try:
            async with asyncio.timeout_at(self._deadline.until):
                return await self._shared.expressions.evaluate(
                    step.expression,
                    body=answer.text,
                    status=answer.response.status_code,
                    headers=header_values(answer.response),
                )
        except TimeoutError:
            spent = self._deadline.spent("token_output_failed")
            message = f"{spent.message} before the expression was evaluated"
            raise ExpressionError(message, "raise --timeout: the server had answered in time") from None

    async def _answer(self, request: httpx.Request) -> TokenAnswer:
        if not self._connection.is_open:
            await self._dial()
        started = time.perf_counter()
        detail: dict[str, Any] = {}
        deadline = self._deadline.within(self._plan.read)
        try:
            async with asyncio.timeout_at(deadline):
                answer = await self._exchange(request, detail)
        except TimeoutError:
            late = self._deadline.spent("read_timeout") if self._deadline.is_spent() else None
            failed = await self._connection.judged(late or read_timeout(self._plan.read, _WHAT))
            raise self._failed(failed, started, detail) from None
        except StageFailed as failed:
            raise self._failed(failed, started, detail) from None
        ms = (time.perf_counter() - started) * 1000
        result = StageResult("respond", "passed" if self._is_accepted(answer.response) else "failed", ms, detail)
        self.stages.append(result.warned(*oddities(answer.response)))
        return answer

    async def _dial(self) -> None:
        try:
            await self._connection.open()
        finally:
            stages = (*dial_stages(self._token.route.origin.scheme), "respond")
            self.stages = list(self._connection.results)
            if self.stages and self.stages[-1].outcome == "failed":
                self.stages += [StageResult(stage, "skipped") for stage in stages[len(self.stages) :]]

    def _failed(self, failed: StageFailed, started: float, detail: dict[str, Any]) -> StageFailed:
        ms = (time.perf_counter() - started) * 1000
        if failed.kind == "response_too_large":
            failed.hint = _TOO_LARGE
        elif isinstance(failed, NotFollowed):
            failed.kind = "token_request_failed"
        self.stages.append(
            StageResult("respond", "failed", ms, {**detail, **failed.detail}, failed.failure("respond"))
        )
        return failed

    async def _exchange(self, request: httpx.Request, detail: dict[str, Any]) -> TokenAnswer:
        token = self._token
        chain = self._shared.redirect_chain(
            self._plan, token.route, self._connection, self._deadline, follow=token.request.follow_redirect
        )
        try:
            response = await chain.answer(request)
            detail["status"] = response.status_code
            data = await self._read(response)
            detail["bytes"] = len(data)
            detail["http_version"] = response.http_version
        finally:
            if chain.hops:
                detail["redirects"] = chain.hops
            await chain.aclose()
        self.last = TokenAnswer(response, data)
        return self.last

    def _is_accepted(self, response: httpx.Response) -> bool:
        return accepts(self._token.request.accept, response.status_code)

    async def _read(self, response: httpx.Response) -> bytes:
        accepted = self._is_accepted(response)
        if not self._token.request.stream_response or not accepted:
            return await decoding.read(response, ANSWER_LIMIT, _WHAT, as_it_came=not accepted)
        if self._token_stream is None:
            return await first_event(response, ANSWER_LIMIT, _WHAT)
        self._token_stream.opened(response)
        return await first_event(response, ANSWER_LIMIT, _WHAT, self._token_stream.received)
