"""Engine: everything that goes over the network, behind one object.

Rules: it holds what connections share (TLS contexts, the resolver, tokens, the expression box) and belongs
to one event loop; close it when done. It is handed settings and never reads the environment. Results are
values, redacted and visible; what could not even be planned is one too.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from integrator_tui.engine.clock import Clock
from integrator_tui.engine.dial import Network
from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.line import Budget
from integrator_tui.engine.planner import Planner
from integrator_tui.engine.probe import Probe, applicable, not_made
from integrator_tui.engine.proxy import ProxySettings
from integrator_tui.engine.services import Services
from integrator_tui.engine.target import Target
from integrator_tui.engine.tell import failure_of
from integrator_tui.engine.tokens import TokenCache
from integrator_tui.engine.trust import TrustStore
from integrator_tui.errors import IntegratorError
from integrator_tui.model.probe import ProbeReport, StageResult
from integrator_tui.model.text import visible
from integrator_tui.model.url import without_user_info

if TYPE_CHECKING:
    from integrator_tui.engine.expressions import ExpressionBox


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """The user's network settings: `ca_file` and `ca_dir` replace the system's trust (`SSL_CERT_FILE`,
    `SSL_CERT_DIR`), `proxies` maps `http`, `https`, `all` and `no` to the environment's values."""

    ca_file: str | None = None
    ca_dir: str | None = None
    proxies: Mapping[str, str] = field(default_factory=dict)


class Engine:
    """Probes, streams and requests. One event loop, many at a time."""

    def __init__(self, settings: EngineSettings | None = None) -> None:
        settings = settings or EngineSettings()
        get = settings.proxies.get
        proxies = ProxySettings(get("http", ""), get("https", ""), get("all", ""), get("no", ""))
        network = Network(TrustStore(settings.ca_file, settings.ca_dir))
        self._expressions = _Expressions()
        self._services = Services(network, TokenCache(), Clock(), self._expressions)
        self._planner = Planner(network, self._services.tokens, proxies)

    async def aclose(self) -> None:
        """End the expression box and forget every token."""
        self._services.tokens.clear()
        await self._expressions.aclose()

    def report(self, target: Target, name: str, file: str | None) -> ProbeReport:
        """Return an empty report with the address that the test asks for, as far as it can be told."""
        try:
            url = visible(self._planner.plan(target).url)
        except (IntegratorError, StageFailed):
            url = _unfilled(target)
        return ProbeReport(name, file, url, datetime.now(UTC))

    async def probe(self, target: Target, *, timeout: float | None = None) -> AsyncGenerator[StageResult, None]:
        """Give the result of each stage as it ends. `timeout` bounds the whole, in seconds.

        Use it inside `aclosing`: closing it closes the sockets.
        """
        stages = applicable(target.connection)
        try:
            plan = self._planner.plan(target)
        except (IntegratorError, StageFailed) as error:
            for result in not_made(stages, failure_of(error)):
                yield result
            return
        async with aclosing(Probe(plan, stages, self._services, Budget(timeout)).stages()) as results:
            async for result in results:
                yield result

    async def check(
        self, target: Target, name: str, file: str | None, *, timeout: float | None = None
    ) -> ProbeReport:
        """Probe to the end and return the whole report."""
        report = self.report(target, name, file)
        started = time.perf_counter()
        async with aclosing(self.probe(target, timeout=timeout)) as results:
            async for result in results:
                report = report.plus(result)
        return report.finished((time.perf_counter() - started) * 1000)


class _Expressions:
    """The expression box, made when the first expression comes."""

    def __init__(self) -> None:
        self._box: ExpressionBox | None = None

    async def evaluate(self, expression: str, *, body: str | bytes, status: int, headers: Mapping[str, str]) -> Any:
        if self._box is None:
            from integrator_tui.engine.expressions import ExpressionBox

            self._box = ExpressionBox()
        return await self._box.evaluate(expression, body=body, status=status, headers=headers)

    async def aclose(self) -> None:
        """End the box, if there is one."""
        if self._box is not None:
            box, self._box = self._box, None
            await box.aclose()


def _unfilled(target: Target) -> str:
    """The address with its templates as they stand."""
    connection = target.connection
    base, path = without_user_info(connection.base_url), connection.test_path
    return visible(f"{base.rstrip('/')}/{path.lstrip('/')}" if path else base)
