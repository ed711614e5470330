"""Engine: everything that goes over the network, behind one object.

Rules: it holds what connections share (TLS contexts, the resolver, tokens, the expression evaluator) and belongs
to one event loop; close it when done. It is handed settings and never reads the environment. Results are
values, redacted and visible; what could not even be planned is one too. What a test has no use for is imported
where it is used: `check` has a hundredth of a second for it.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from integrator_tui.engine.auth.token_cache import TokenCache
from integrator_tui.engine.clock_skew import ClockSkew
from integrator_tui.engine.dial.deadline import Deadline
from integrator_tui.engine.dial.dialer import Dialer, Network
from integrator_tui.engine.dial.route import Node
from integrator_tui.engine.exchange.exchange import Exchange
from integrator_tui.engine.exchange.plan import Plan
from integrator_tui.engine.exchange.planner import Planner
from integrator_tui.engine.exchange.shared import SharedState
from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.net.proxy import ProxySettings
from integrator_tui.engine.net.resolver import Resolver
from integrator_tui.engine.net.trust_store import TrustStore
from integrator_tui.engine.probe import Probe, not_made
from integrator_tui.engine.request.render import with_content
from integrator_tui.engine.sanitize import Sanitizer, failure_of, raised
from integrator_tui.engine.settings import EngineSettings
from integrator_tui.engine.target import Target
from integrator_tui.errors import IntegratorError, MissingParameter
from integrator_tui.model.probe import LOCAL, Failure, ProbeReport, Stage, StageResult
from integrator_tui.model.redact import Redactor
from integrator_tui.model.secret import SecretRef
from integrator_tui.model.stages import applicable
from integrator_tui.model.text import visible
from integrator_tui.model.url import without_user_info

if TYPE_CHECKING:
    from integrator_tui.engine.answer import Answer, OperationRun
    from integrator_tui.engine.exchange.answer_keeper import AnswerKeeper
    from integrator_tui.engine.exchange.refusals import Refusals
    from integrator_tui.engine.javascript.evaluator import HeaderValues
    from integrator_tui.engine.javascript.outputs import OutputValues, ReadAnswer
    from integrator_tui.engine.javascript.sandbox import Sandbox
    from integrator_tui.engine.net.certificate import Certificate
    from integrator_tui.engine.preview.stand_ins import StandIns
    from integrator_tui.engine.token import Token
    from integrator_tui.model.connection import Operation, Output
    from integrator_tui.model.parameters import Purpose
    from integrator_tui.model.preview import RequestPreview
    from integrator_tui.model.stream import StreamEvent

_A_MOMENT: Final = 0.001
"""Seconds that are left where none are: what is asked for then says that the time was over."""

_FAMILIES: Final = {0: socket.AF_UNSPEC, 4: socket.AF_INET, 6: socket.AF_INET6}


class Engine:
    """Probes, streams and requests. One event loop, many at a time."""

    def __init__(self, settings: EngineSettings | None = None) -> None:
        settings = settings or EngineSettings()
        get = settings.proxies.get
        proxies = ProxySettings(get("http", ""), get("https", ""), get("all", ""), get("no", ""))
        ways = settings.ways_in
        resolver = Resolver(ways.addresses, _FAMILIES[ways.ip_version]) if ways else None
        network = Network(TrustStore(settings.ca_file, settings.ca_dir), resolver, settings.ssh)
        node = Node(*ways.connect_to) if ways and ways.connect_to else None
        self._expressions = _Expressions()
        self._shared = SharedState(network, TokenCache(), ClockSkew(), self._expressions)
        self._planner = Planner(network, self._shared.tokens, proxies, node)

    async def aclose(self) -> None:
        """End the expression evaluator and the ways to vantages, and forget every token."""
        self._shared.tokens.clear()
        await self._expressions.aclose()
        await self._shared.network.aclose()

    def report(self, target: Target, name: str, file: str | None, purpose: Purpose = "test") -> ProbeReport:
        """Return an empty report with the address that is asked for, as far as it can be told."""
        return _report(self._planned(target, purpose), target, name, file, purpose)

    async def probe(
        self,
        target: Target,
        purpose: Purpose = "test",
        *,
        timeout: float | None = None,
        keeper: AnswerKeeper | None = None,
        refusals: Refusals | None = None,
    ) -> AsyncGenerator[StageResult, None]:
        """Give the result of each stage of a test, or of an operation, as it ends. `timeout` bounds the whole, in
        seconds.

        `keeper` is handed the answer as it comes. `refusals` are those of the run over several that it is part of.

        Use it inside `aclosing`: closing it closes the sockets.
        """
        plan = self._planned(target, purpose)
        if target.vantage:
            # Somebody looks at it, and may have mended what kept us out a moment ago.
            self._shared.network.vantages.forgive(target.vantage)
        async with aclosing(self._probe(plan, target, timeout, refusals, keeper, purpose)) as results:
            async for result in results:
                yield result

    async def check(
        self,
        target: Target,
        name: str,
        file: str | None,
        *,
        timeout: float | None = None,
        refusals: Refusals | None = None,
        tells_answer: bool = False,
        keeper: AnswerKeeper | None = None,
    ) -> ProbeReport:
        """Probe to the end and return the whole report. `refusals` are those of the run that it is part of;
        `tells_answer` has the report hold what was answered, as it may be shown; else `keeper` is handed it."""
        if tells_answer:
            keeper = _sample_keeper()
        plan = self._planned(target)
        if target.vantage and not isinstance(plan, Failure):
            timeout = await self._after_vantage(plan, timeout)
        started = time.perf_counter()
        report = _report(plan, target, name, file)
        async with aclosing(self._probe(plan, target, timeout, refusals, keeper)) as results:
            report = report.plus(*[result async for result in results])
        if keeper is not None and keeper.tells and keeper.of_request is not None:
            from integrator_tui.engine.exchange.answer_sample import sample

            report = report._replace(answer=sample(keeper.of_request, keeper.redactor))
        return report.finished((time.perf_counter() - started) * 1000)

    async def stream(
        self, target: Target, purpose: Purpose = "test", known: Iterable[str] = ()
    ) -> AsyncGenerator[StreamEvent, None]:
        """Give the answer to the test request, or to an operation, as it comes.

        Values in `known` are masked in it as secrets are. Text is redacted and otherwise what came; make it visible
        where it is shown. Use it inside `aclosing`: closing it closes the socket.
        """
        from integrator_tui.engine.stream import Stream, not_opened

        plan = self._planned(target, purpose)
        if isinstance(plan, Failure):
            yield not_opened(plan)
            return
        for value in known:
            plan.redactor.add(value)
        async with aclosing(Stream(plan, self._shared).events()) as events:
            async for event in events:
                yield event

    @asynccontextmanager
    async def request(
        self,
        target: Target,
        request: Operation,
        *,
        content: bytes | None = None,
        timeout: float | None = None,
        deadline: Deadline | None = None,
        keeper: AnswerKeeper | None = None,
        told: Callable[[str], None] | None = None,
        refusals: Refusals | None = None,
    ) -> AsyncIterator[Answer]:
        """Send one authenticated request, described like an operation, and give its answer as it comes.

        `content` is a body that is sent as it is, in place of a described one. `timeout` bounds the whole, in
        seconds; who does more with it gives a deadline that has begun. `keeper` is handed the refusal of a token
        request, and learns which secrets there are; `told` is handed lines on the way, safe to show. `refusals` are
        those of the run over several that it is part of. Raises what keeps it from being made
        (MissingParameter, LockedError, InvalidFile), and RequestFailed where no answer came. An answer of any
        status is an answer.
        """
        from integrator_tui.engine.requests import requested

        plan = self._must(target, request)
        if content is not None:
            plan = plan._replace(request=with_content(plan.request, content))
        answering = requested(
            plan, self._shared, deadline or Deadline(timeout), keeper=keeper, told=told, refusals=refusals
        )
        async with answering as answer:
            yield answer

    async def run(
        self,
        target: Target,
        operation: Operation,
        *,
        timeout: float | None = None,
        keeper: AnswerKeeper | None = None,
    ) -> OperationRun:
        """Carry out an operation and evaluate its outputs, whatever the status; raises as `request` does.

        `keeper` is handed the answer as it comes, which may then be larger.
        """
        from integrator_tui.engine.answer import OperationRun
        from integrator_tui.engine.javascript.outputs import ReadAnswer, evaluate

        deadline = Deadline(timeout)
        async with self.request(target, operation, deadline=deadline, keeper=keeper) as answer:
            body = await answer.text(first_event=operation.stream_response, keeper=keeper)
        answered = ReadAnswer(body, answer.status, answer.by_name)
        found = await evaluate(operation.outputs, answered, self._expressions.evaluator, deadline.until)
        return OperationRun(answer, found)

    async def outputs(self, outputs: Iterable[Output], answered: ReadAnswer) -> OutputValues:
        """Return what outputs give on an answer that was had before; nothing is sent."""
        from integrator_tui.engine.javascript.outputs import evaluate

        return await evaluate(outputs, answered, self._expressions.evaluator)

    def preview(
        self, target: Target, purpose: Purpose, stand_ins: StandIns, *, content: bytes | None = None
    ) -> tuple[RequestPreview, ...]:
        """Return what would be sent, secrets masked, without a way to them; nothing is sent.

        Raises as `request` does before anything is sent.
        """
        from integrator_tui.engine.preview.preview import preview

        try:
            return preview(self._planner, target, purpose, stand_ins, content=content)
        except StageFailed as failed:
            raise raised(Sanitizer(Redactor(), self._shared.clock), failed) from None

    async def evaluate(self, expression: str, *, body: str, status: int, headers: Mapping[str, str]) -> Any:
        """Return what an expression gives on an answer that was had before; raises ExpressionError."""
        return await self._expressions.evaluate(expression, body=body, status=status, headers=headers)

    async def token(self, target: Target, *, timeout: float | None = None) -> Token:
        """Return the connection's token, from the cache or fetched; raises as `request` does."""
        if target.connection.auth.type == "raw_bearer_token" and "token" in target.connection.secret_names:
            stored = target.reveal(SecretRef("token"))
            if not stored.reveal():
                raise MissingParameter(("token",), hint="store the token as the secret token: it is empty")
            from integrator_tui.engine.token import Token

            return Token(stored, source="the secret token")
        plan = self._must(target, "token")
        exchange = Exchange(plan, self._shared, Deadline(timeout))
        try:
            return (await exchange.obtain()).token
        except StageFailed as failed:
            raise raised(Sanitizer(plan.redactor, self._shared.clock), failed, exchange.stage) from None
        finally:
            await exchange.aclose()

    def held_token(self, target: Target) -> Token | None:
        """Return the token that is kept for this connection, here or for other processes, if there is one."""
        plan = self._planned(target, "token")
        if isinstance(plan, Failure) or plan.token is None:
            return None
        tokens, key, place = self._shared.tokens, plan.token.key, plan.token.place
        held = tokens.held(key)
        if held is None and place is not None and (held := place.held()) is not None:
            tokens.put(key, held)
        return held

    def claims(self, target: Target, token: Token) -> dict[str, Any] | None:
        """Return the claims of a web token as they may be shown, None where it has none.

        A server can put what it was sent into them, the client's secret too.
        """
        claims, plan = token.claims(), self._planned(target, "token")
        if claims is None or isinstance(plan, Failure):
            return None
        told: dict[str, Any] = Sanitizer(plan.redactor, self._shared.clock).foreign(claims)
        return told

    def forget(self, target: Target) -> bool:
        """Forget the token that this engine holds for this connection; tell whether there was one."""
        plan = self._planned(target, "token")
        return (
            not isinstance(plan, Failure) and plan.token is not None and self._shared.tokens.forget(plan.token.key)
        )

    async def presented(self, target: Target, *, of_token: bool = False) -> tuple[Certificate, ...]:
        """Shake hands with the server, or with that of the token, and return what it presents where it is refused.

        Nothing is sent. The server's own certificate comes first; there are none where it is trusted or not
        reached. Raises as `request` does.
        """
        plan = self._must(target, "token" if of_token else "test")
        route = plan.token.route if of_token and plan.token else plan.route
        network, node, via = self._shared.network, route.node, route.via
        dialer = Dialer(network, route.origin, route.trust, route.proxy, plan.connect, node=node, via=via)
        async with aclosing(dialer.stages()) as results:
            async for _ in results:
                pass
        if dialer.connection is not None:
            await dialer.connection.aclose()
        return dialer.presented

    async def _after_vantage(self, plan: Plan, timeout: float | None) -> float | None:
        """Wait until there is a way to the plan's vantage, or none: that is no time of the target's. Return what is
        left of `timeout`."""
        started = time.perf_counter()
        with suppress(StageFailed, TimeoutError):
            async with asyncio.timeout(timeout):
                await self._shared.network.vantages.ready(plan.route.via, plan.connect)
        return None if timeout is None else max(_A_MOMENT, timeout - (time.perf_counter() - started))

    def _planned(self, target: Target, purpose: Purpose = "test") -> Plan | Failure:
        try:
            return self._planner.plan(target, purpose)
        except (IntegratorError, StageFailed) as error:
            return failure_of(error)

    def _must(self, target: Target, purpose: Purpose) -> Plan:
        try:
            return self._planner.plan(target, purpose)
        except StageFailed as failed:
            raise raised(Sanitizer(Redactor(), self._shared.clock), failed) from None

    def _probe(
        self,
        plan: Plan | Failure,
        target: Target,
        timeout: float | None,
        refusals: Refusals | None = None,
        keeper: AnswerKeeper | None = None,
        purpose: Purpose = "test",
    ) -> AsyncGenerator[StageResult, None]:
        stages = applicable(target.connection, purpose)
        if isinstance(plan, Failure):
            return _not_made(stages, plan)
        of_test = isinstance(purpose, str)
        probe = Probe(plan, stages, self._shared, Deadline(timeout), refusals, keeper, of_test=of_test)
        return probe.stages()


async def _not_made(stages: tuple[Stage, ...], failure: Failure) -> AsyncGenerator[StageResult, None]:
    for result in not_made(stages, failure):
        yield result


class _Expressions:
    """The expression evaluator, made when the first expression comes."""

    def __init__(self) -> None:
        self._evaluator: Sandbox | None = None

    async def evaluate(self, expression: str, *, body: str | bytes, status: int, headers: HeaderValues) -> Any:
        return await self.evaluator().evaluate(expression, body=body, status=status, headers=headers)

    def evaluator(self) -> Sandbox:
        """Return the evaluator, made now where there is none."""
        if self._evaluator is None:
            from integrator_tui.engine.javascript.sandbox import Sandbox

            self._evaluator = Sandbox()
        return self._evaluator

    async def aclose(self) -> None:
        """End the evaluator, if there is one."""
        if self._evaluator is not None:
            evaluator, self._evaluator = self._evaluator, None
            await evaluator.aclose()


def _sample_keeper() -> AnswerKeeper:
    """A keeper of as much of an answer as a report shows."""
    from integrator_tui.engine.exchange.answer_keeper import SAMPLE, AnswerKeeper

    return AnswerKeeper(SAMPLE, tells=True)


def _report(
    plan: Plan | Failure, target: Target, name: str, file: str | None, purpose: Purpose = "test"
) -> ProbeReport:
    url = _unfilled(target, purpose) if isinstance(plan, Failure) else visible(plan.url)
    return ProbeReport(name, file, url, datetime.now(UTC), vantage=target.vantage or LOCAL)


def _unfilled(target: Target, purpose: Purpose) -> str:
    """The address with its templates as they stand."""
    connection = target.connection
    path = connection.test_path if isinstance(purpose, str) else purpose.path
    base = without_user_info(connection.base_url)
    return visible(f"{base.rstrip('/')}/{path.lstrip('/')}" if path else base)
