"""Dial in a test: all stages, then one request, and everything closed again."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.dial.dialer import Dialer, Network
from integrator_tui.engine.http1.connection import Http1Connection
from integrator_tui.engine.net.proxy import Proxy
from integrator_tui.engine.net.trust_store import Trust, TrustStore
from integrator_tui.engine.origin import Origin
from integrator_tui.model.probe import Failure, StageResult

NOBODY = TrustStore(ca_file="/dev/null", ca_dir="/dev/null")
"""A system that trusts nobody."""


def network() -> Network:
    return Network(NOBODY)


async def stages(
    url: str,
    trust: Trust | None = None,
    route: Proxy | None = None,
    *,
    timeout: float = 5.0,
    net: Network | None = None,
) -> tuple[list[StageResult], Http1Connection | None]:
    """Dial and return the results with the wire, which is the caller's to close."""
    dialer = Dialer(net or network(), Origin.of(httpx.URL(url)), trust or Trust(), route, timeout)
    async with aclosing(dialer.stages()) as results:
        found = [result async for result in results]
    return found, dialer.connection


async def failure_of(
    url: str, trust: Trust | None = None, route: Proxy | None = None, *, timeout: float = 5.0
) -> tuple[Failure, StageResult]:
    """Dial where it must fail, and return the failure with the result of its stage."""
    found, wire = await stages(url, trust, route, timeout=timeout)
    assert wire is None
    assert all(result.outcome == "passed" for result in found[:-1])
    failed = found[-1]
    assert failed.outcome == "failed"
    assert failed.failure is not None
    assert failed.failure.stage == failed.stage
    assert "\n" not in failed.failure.message
    assert failed.failure.hint
    return failed.failure, failed


@asynccontextmanager
async def dialled(
    url: str, trust: Trust | None = None, route: Proxy | None = None
) -> AsyncGenerator[Http1Connection, None]:
    """A wire to `url`, closed at the end."""
    found, wire = await stages(url, trust, route)
    assert wire is not None, found[-1].failure
    try:
        yield wire
    finally:
        wire.close()


def get(url: str, **headers: str) -> httpx.Request:
    return httpx.Request("GET", url, headers=headers)
