"""Probe: one run of the staged test of one Connection, or of another request of it in the same stages.

Rules: every applicable stage is given once, in the order resolve, connect, tls, authenticate, respond,
stream; what never ran is skipped. A 401 on the test request fails authenticate; whatever else is wrong with
the answer fails respond. What keeps the probe from being made skips all stages. Nothing leaves here that was
not redacted and made visible.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, nullcontext
from typing import TYPE_CHECKING, Any, Final

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.body import decoding
from integrator_tui.engine.dial.deadline import Deadline
from integrator_tui.engine.exchange.exchange import Exchange
from integrator_tui.engine.exchange.plan import Plan
from integrator_tui.engine.exchange.shared import SharedState
from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.oddity import oddities
from integrator_tui.engine.request.status import answer_failure, in_its_words, request_hint, sample_of
from integrator_tui.engine.sanitize import Sanitizer
from integrator_tui.model.probe import ERROR_KINDS, Failure, Stage, StageResult

if TYPE_CHECKING:
    from integrator_tui.engine.auth.credentials import Grant
    from integrator_tui.engine.exchange.answer_keeper import AnswerKeeper
    from integrator_tui.engine.exchange.refusals import Refusals
    from integrator_tui.model.stream import Event, StreamLine

ANSWER_LIMIT: Final = 16 * 1024 * 1024
"""Bytes of an answer that a probe reads, decoded; it counts them, and keeps them for an expectation alone."""
REQUEST_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of an answer to another request than the test, decoded: somebody wants to look at it."""


def not_made(stages: tuple[Stage, ...], failure: Failure) -> tuple[StageResult, ...]:
    """Return the results of a probe that could not be made: all stages skipped, the first says why.

    A failure that is no error (a proxy's address that is no URL) fails the first stage instead.
    """
    first, *others = stages
    if failure.kind in ERROR_KINDS:
        head = StageResult(first, "skipped", failure=failure)
    else:
        head = StageResult(first, "failed", 0.0, {}, Failure(first, failure.kind, failure.message, failure.hint))
    return (head, *(StageResult(stage, "skipped") for stage in others))


class Probe:
    """One run. Iterate `stages` once, inside `aclosing`; closing it closes the sockets.

    `keeper` is handed the answer as it comes, where somebody wants to look at it. `of_test` is False for another
    request, of which hints do not speak as of a test.
    """

    def __init__(
        self,
        plan: Plan,
        stages: tuple[Stage, ...],
        shared: SharedState,
        deadline: Deadline,
        refusals: Refusals | None = None,
        keeper: AnswerKeeper | None = None,
        *,
        of_test: bool = True,
    ) -> None:
        self._of_test = of_test
        self._limit = ANSWER_LIMIT if of_test else REQUEST_LIMIT
        self._keeper = keeper
        if keeper is not None:
            keeper.redactor = plan.redactor
            for value in keeper.known:
                plan.redactor.add(value)
        self._plan = plan
        self._applicable = stages
        self._shared = shared
        self._sanitizer = Sanitizer(plan.redactor, shared.clock)
        self._exchange = Exchange(plan, shared, deadline, refusals=refusals)
        self._given = 0
        self._started = 0.0

    async def stages(self) -> AsyncGenerator[StageResult, None]:
        """Give each stage as it ends."""
        try:
            async with aclosing(self._run()) as results:
                async for result in results:
                    self._given += 1
                    yield self._with_refusal(self._sanitizer.clean(self._with_what_was_sent(result)))
            for stage in self._applicable[self._given :]:
                yield StageResult(stage, "skipped")
        finally:
            await self._exchange.aclose()

    def _with_what_was_sent(self, result: StageResult) -> StageResult:
        """Return the result of a stage with what is odd about what was sent in it."""
        if result.outcome == "skipped":
            return result
        return result.warned(*(warning for warning in self._plan.warnings if warning.stage == result.stage))

    def _with_refusal(self, result: StageResult) -> StageResult:
        """Return the result of a stage with the answer that was no token, where a result is to tell answers."""
        keeper = self._keeper
        if keeper is None or not keeper.tells or keeper.of_token is None or result.stage != "authenticate":
            return result
        from integrator_tui.engine.exchange.answer_sample import sample

        return result._replace(detail={**result.detail, "answer": sample(keeper.of_token, keeper.redactor)})

    async def _run(self) -> AsyncGenerator[StageResult, None]:
        exchange = self._exchange
        try:
            await exchange.prepare()
        except StageFailed as failed:
            for stage in self._applicable[: self._applicable.index("authenticate")]:
                yield StageResult(stage, "skipped")
            yield self._authenticate(failed)
            return
        async with aclosing(exchange.dial()) as results:
            async for result in results:
                yield result
                if result.outcome == "failed":
                    return
        try:
            await exchange.authenticate()
            self._started = time.perf_counter()
            response = await exchange.ask()
        except StageFailed as failed:
            async for result in self._unanswered(failed):
                yield result
            return
        failure = answer_failure(response, exchange.context)
        if failure is not None and not self._of_test:
            failure.hint = request_hint(failure.kind, failure.hint)
        if "authenticate" in self._applicable:
            if failure is not None and failure.kind == "credentials_rejected":
                await self._refused(response)
                failure.detail = {"status": response.status_code}
                exchange.remember_refusal(failure)
                yield self._authenticate(failure, response)
                return
            yield self._authenticate()
        if failure is None and self._plan.stream_response:
            told = oddities(response)
            yield self._respond(response, self._answer_detail(response) | {"bytes": 0})
            streamed = await self._stream(response)
            yield streamed.warned(*oddities(response)[len(told) :])
        else:
            yield await self._read(response, failure)

    async def _unanswered(self, failed: StageFailed) -> AsyncGenerator[StageResult, None]:
        """The results where no answer came, or no token could be had for it."""
        if self._exchange.stage == "authenticate":
            yield self._authenticate(failed)
            return
        if "authenticate" in self._applicable:
            yield self._authenticate()
        yield self._respond(None, self._answer_detail(None), failed)

    async def _read(self, response: httpx.Response, failed: StageFailed | None) -> StageResult:
        """Read the answer to its end, whatever was wrong with its head."""
        detail = self._answer_detail(response)
        expects = failed is None and bool(self._plan.expect)
        try:
            # A small answer came with its head: then there is nothing that could be late.
            async with nullcontext() if decoding.has_come(response) else self._exchange.reading():
                first = self._limit if expects else sample_of(response)
                counted = await self._counted(response, first, as_it_came=True)
            detail["bytes"] = counted.size
            if failed is not None:
                failed = in_its_words(failed, response, counted.sample)
            ms = _since(self._started)
            if expects:
                failed = await self._exchange.unexpected(response, decoding.text(response, counted.sample))
        except StageFailed as broken:
            if not self._of_test:
                broken.hint = request_hint(broken.kind, broken.hint)
            self._broke_off(broken)
            failed, ms = failed or broken, _since(self._started)
        return self._respond(response, detail, failed, ms)

    async def _counted(self, response: httpx.Response, first: int, *, as_it_came: bool = False) -> decoding.Counted:
        """Count the body and keep its first bytes, and for the keeper as many as it takes."""
        most = self._keeper.most if self._keeper is not None else None
        kept = self._kept(response)
        return await decoding.count(
            response, self._limit, first, as_it_came=as_it_came, whole=kept, kept_of_whole=most
        )

    def _kept(self, response: httpx.Response) -> bytearray | None:
        return self._keeper.begin(response) if self._keeper is not None else None

    def _broke_off(self, failed: StageFailed) -> None:
        if self._keeper is not None:
            self._keeper.broke_off(failed.message)

    async def _refused(self, response: httpx.Response) -> None:
        """Take what is said with a refusal, where somebody wants to look at it."""
        if self._keeper is not None:
            try:
                async with self._exchange.reading():
                    await self._counted(response, 0)
            except StageFailed as broken:
                self._broke_off(broken)
        await response.aclose()

    async def _stream(self, response: httpx.Response) -> StageResult:
        """Wait for the first event or line, or the end of the body."""
        from integrator_tui.engine.body.decoding import is_event_stream
        from integrator_tui.engine.body.sse import parser_for

        self._exchange.extend()
        started = time.perf_counter()
        kept, most = self._kept(response), (self._keeper and self._keeper.most) or self._limit
        content_type = response.headers.get("content-type", "")
        parser = parser_for(content_type)
        detail: dict[str, Any] = {"events": 0, "bytes": 0, "event_stream": is_event_stream(content_type)}
        try:
            async with self._exchange.reading(), aclosing(decoding.decoded(response)) as pieces:
                async for piece in pieces:
                    detail["bytes"] += len(piece)
                    if kept is not None:
                        kept += piece[: most - len(kept)]
                    items = parser.feed(piece)
                    if items:
                        break
                else:
                    items = parser.close()
            detail["events"] = len(items)
            ms = _since(started)
            if self._plan.expect:
                refused = await self._exchange.unexpected(response, _first_body(items))
                return _result("stream", ms, detail, refused)
        except StageFailed as failed:
            if failed.kind == "read_timeout" and not self._exchange.is_over:
                failed = StageFailed("read_timeout", f"no event or line came: {failed.message}", _SILENT)
            return _result("stream", _since(started), detail, failed)
        return _result("stream", ms, detail)

    def _respond(
        self,
        response: httpx.Response | None,
        detail: dict[str, Any],
        failed: StageFailed | None = None,
        ms: float | None = None,
    ) -> StageResult:
        result = _result("respond", _since(self._started) if ms is None else ms, detail, failed)
        return result.warned(*oddities(response))

    def _authenticate(
        self, failed: StageFailed | None = None, response: httpx.Response | None = None
    ) -> StageResult:
        """The result of proving oneself; what a token request failed with brings its own detail."""
        exchange, plan = self._exchange, self._plan
        if self._keeper is not None:
            if failed is not None and failed.answer is not None:
                self._keeper.refused_token(failed.answer)
            elif exchange.token_answer is not None:
                self._keeper.token_answered(exchange.token_answer)
        detail: dict[str, Any] = {"method": plan.method}
        grant = exchange.grant
        if plan.token is not None:
            detail["expires_in_s"] = whole(self._seconds_left(grant)) if grant else None
            detail["cached"] = grant.shared if grant else False
            if grant and grant.token.note:
                detail["note"] = grant.token.note
                told = {"stage": "authenticate", "kind": "odd_answer", "message": grant.token.note}
                detail["warnings"] = [told]
        detail["stages"] = [stage.to_json() for stage in exchange.token_stages]
        ms = exchange.authenticate_seconds * 1000
        if response is not None:
            ms += _since(self._started)
        result = _result("authenticate", ms, detail, failed)
        of_token = (warning for stage in exchange.token_stages for warning in stage.warnings)
        of_test = self._plan.warnings if response is not None else ()
        return result.warned(*of_token, *of_test, *oddities(response))

    def _seconds_left(self, grant: Grant) -> float | None:
        """What the server said of a token just fetched, what is left of one that was kept."""
        return grant.token.seconds_left(self._shared.tokens.clock()) if grant.shared else grant.token.lifetime

    def _answer_detail(self, response: httpx.Response | None) -> dict[str, Any]:
        detail: dict[str, Any] = {}
        if response is not None:
            detail = {"status": response.status_code, "http_version": response.http_version}
            if "first_byte_ms" in response.extensions:
                detail["first_byte_ms"] = round(response.extensions["first_byte_ms"], 3)
        if self._exchange.hops:
            detail["redirects"] = self._exchange.hops
        return detail


def _result(stage: Stage, ms: float, detail: dict[str, Any], failed: StageFailed | None = None) -> StageResult:
    if failed is None:
        return StageResult(stage, "passed", ms, detail)
    return StageResult(stage, "failed", ms, {**detail, **failed.detail}, failed.failure(stage))


def _first_body(items: Sequence[Event | StreamLine]) -> str:
    """What `body` is of a stream: the data of its first event, or its first line."""
    if not items:
        return ""
    from integrator_tui.model.stream import Event

    first = items[0]
    return first.data if isinstance(first, Event) else first.text


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


_SILENT: Final = "the stream may be quiet by nature: raise options.timeout.read, or turn off Stream Response"


def whole(seconds: float | None) -> int | float | None:
    """Return seconds as a JSON number, an integer where nothing is lost that matters."""
    if seconds is None:
        return None
    return int(seconds) if abs(seconds) < 1e15 and (seconds >= 10 or seconds == int(seconds)) else round(seconds, 3)
