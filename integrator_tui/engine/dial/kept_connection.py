"""KeptConnection: the one connection to an origin that a probe uses, dialled when it is first needed.

Rules: nothing is dialled twice on success. Where the server closed the connection while it was idle it is
dialled again, once for each request, and the request is sent again only where no byte of an answer had come.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Final

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.dial.deadline import Deadline
from integrator_tui.engine.dial.dialer import Dialer, Network
from integrator_tui.engine.dial.route import Route
from integrator_tui.engine.failure import StageFailed, Unanswered
from integrator_tui.engine.http1.connection import Http1Connection
from integrator_tui.model.probe import Failure, Stage, StageResult

_CUT_SHORT: Final[dict[Stage, str]] = {
    "resolve": "dns_failed",
    "connect": "connect_timeout",
    "tls": "tls_timeout",
}


def dial_stages(scheme: str) -> tuple[Stage, ...]:
    """Return the stages of dialling an origin of that scheme."""
    return ("resolve", "connect", "tls") if scheme == "https" else ("resolve", "connect")


class Unreached(StageFailed):
    """The origin of a token could not be reached at all."""


class KeptConnection:
    """One connection to one origin. Close it when done; it may be dialled again after that."""

    def __init__(self, network: Network, route: Route, connect_timeout: float, deadline: Deadline) -> None:
        self.route = route
        self._network = network
        self.results: list[StageResult] = []
        self._dialer: Callable[[], Dialer] = lambda: Dialer(
            network, route.origin, route.trust, route.proxy, connect_timeout, node=route.node, via=route.via
        )
        self._deadline = deadline
        self._http: Http1Connection | None = None

    @property
    def is_open(self) -> bool:
        """Whether a request could be sent without dialling, as far as one can tell without sending."""
        return self._http is not None and self._http.reusable

    async def stages(self) -> AsyncGenerator[StageResult, None]:
        """Dial, giving each stage as it ends; the first that failed is the last. Use inside `aclosing`."""
        await self.aclose()
        self.results = []
        dialer = self._dialer()
        async with aclosing(dialer.stages()) as results:
            while True:
                started = time.perf_counter()
                try:
                    result = await self._next(results)
                except StopAsyncIteration:
                    break
                except TimeoutError:
                    result = self._cut_short(started)
                self.results.append(result)
                if result.outcome == "failed":
                    yield result
                    return
                if len(self.results) < len(dial_stages(self.route.origin.scheme)):
                    yield result
        self._http = dialer.connection
        yield self.results[-1]

    async def _next(self, results: AsyncGenerator[StageResult, None]) -> StageResult:
        if self._deadline.until is None:
            return await anext(results)
        async with asyncio.timeout_at(self._deadline.until):
            return await anext(results)

    def _cut_short(self, started: float) -> StageResult:
        stage = dial_stages(self.route.origin.scheme)[len(self.results)]
        via = self.route.via
        is_late = stage == "connect" and bool(via) and not self._network.vantages.is_open(via)
        failed = self._deadline.spent("vantage_failed" if is_late else _CUT_SHORT[stage])
        ms = (time.perf_counter() - started) * 1000
        return StageResult(stage, "failed", ms, {}, failed.failure(stage))

    async def open(self) -> None:
        """Dial to the end; raises Unreached with what the failed stage said."""
        async with aclosing(self.stages()) as results:
            async for result in results:
                if result.failure is not None:
                    raise unreached(result.failure)

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Return the answer to `request`, its body still to be read; dials where there is no open connection.

        Raises StageFailed. Time is bounded by the caller.
        """
        if not self.is_open:
            await self.open()
        assert self._http is not None, "an open line has a wire"
        try:
            return await self._http.handle_async_request(request)
        except Unanswered:
            await self.open()
            return await self._http.handle_async_request(request)

    async def judged(self, failed: StageFailed) -> StageFailed:
        """Return why an answer is late: where the vantage is silent altogether, that is why."""
        via = self.route.via
        if not via or self._deadline.is_spent() or await self._network.vantages.is_answering(via):
            return failed
        from integrator_tui.engine.ssh.said import not_answering

        return not_answering(via)

    async def aclose(self) -> None:
        """Close the connection, if there is one."""
        if self._http is not None:
            http, self._http = self._http, None
            with contextlib.suppress(OSError):
                await http.aclose()


def unreached(failure: Failure) -> Unreached:
    """Return the failure of a stage of dialling as an exception."""
    return Unreached(failure.kind, failure.message, failure.hint)
