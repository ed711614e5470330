"""Dialer: resolve, connect and tls, one stage after the other, and then a Wire to speak over.

Rules: each stage is bounded by the connect timeout on its own and told by which step failed. Through a
proxy, resolve and connect are the proxy's, and whatever fails there is `vantage_failed`. A generator that
is closed before its end closes what it opened; after the last stage the wire belongs to the caller.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import httpx

from integrator_tui.engine import failure
from integrator_tui.engine.channel import Channel, SocketChannel
from integrator_tui.engine.connect import Attempts, connect
from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.proxy import Proxy
from integrator_tui.engine.resolver import Address, Resolver
from integrator_tui.engine.tls import TlsChannel, handshake_detail, utc_now
from integrator_tui.engine.tls_failure import handshake_failed
from integrator_tui.engine.trust import Trust, TrustStore
from integrator_tui.engine.wire import Wire
from integrator_tui.model.probe import Stage, StageResult


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port (RFC 6454); the host is ASCII, an IPv6 address without brackets."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: httpx.URL) -> Origin:
        """Return the origin of an http or https URL."""
        port = url.port or (443 if url.scheme == "https" else 80)
        return cls(url.scheme, url.raw_host.decode("ascii").strip("[]"), port)

    @property
    def netloc(self) -> str:
        """Host and port, an IPv6 address in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}"


@dataclass(slots=True)
class Network:
    """What all dials of one engine share: the resolver and the TLS contexts. It belongs to one event loop."""

    contexts: TrustStore = field(default_factory=TrustStore)
    resolver: Resolver = field(default_factory=Resolver)


class Dialer:
    """Dials one origin once. `wire` is the connection when `stages()` ended with every stage passed."""

    def __init__(
        self,
        network: Network,
        origin: Origin,
        trust: Trust,
        route: Proxy | None = None,
        connect_timeout: float = 5.0,
    ) -> None:
        """`route` is the proxy to go through, None for none; `connect_timeout` bounds each stage, in seconds."""
        self._network = network
        self._origin = origin
        self._trust = trust
        self._route = route
        self._timeout = connect_timeout
        self._channel: Channel | None = None
        self.wire: Wire | None = None

    async def stages(self) -> AsyncGenerator[StageResult, None]:
        """Yield the result of resolve, connect and (https) tls, ending at the first that failed.

        Raises StageFailed `ca_invalid` before the first where the trust cannot be read. Use it inside
        `contextlib.aclosing`, or call `close()`, so that nothing stays open when it is left early.
        """
        context = self._network.contexts.context(self._trust) if self._origin.scheme == "https" else None
        detail: dict[str, Any] = {}
        try:
            started = time.perf_counter()
            try:
                addresses = await self._resolve(detail)
            except StageFailed as failed:
                yield _failed("resolve", started, detail, failed)
                return
            yield _passed("resolve", started, detail)
            detail, started = {}, time.perf_counter()
            try:
                self._channel = await self._connect(addresses, detail)
            except StageFailed as failed:
                yield _failed("connect", started, detail, failed)
                return
            yield _passed("connect", started, detail)
            if context is not None:
                detail, started = {}, time.perf_counter()
                try:
                    tls = TlsChannel(self._channel, context, self._origin.host)
                    self._channel = tls
                    await self._handshake(tls)
                except StageFailed as failed:
                    yield _failed("tls", started, detail, failed)
                    return
                detail = handshake_detail(tls, utc_now())
                yield _passed("tls", started, detail)
            self.wire, self._channel = Wire(self._channel), None
        finally:
            self.close()

    def close(self) -> None:
        """Close what is open and not handed over as `wire`; may be called again."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    async def _resolve(self, detail: dict[str, Any]) -> tuple[Address, ...]:
        host, port = self._origin.host, self._origin.port
        try:
            async with asyncio.timeout(self._timeout):
                found = await self._network.resolver.resolve(host, port)
        except TimeoutError as error:
            raise failure.resolve_timeout(host, self._timeout) from error
        except (OSError, ValueError) as error:
            raise failure.resolve_failed(host, error) from error
        detail["addresses"] = [address[1][0] for address in found]
        return found

    async def _connect(self, addresses: tuple[Address, ...], detail: dict[str, Any]) -> Channel:
        attempts = Attempts()
        try:
            async with asyncio.timeout(self._timeout):
                await connect(addresses, attempts)
        except TimeoutError as error:
            if attempts.sock is not None:
                attempts.sock.close()
            raise failure.connect_timeout(
                self._origin.host, self._origin.port, self._timeout, attempts.errors
            ) from error
        except BaseException:
            if attempts.sock is not None:
                attempts.sock.close()
            raise
        if attempts.sock is None or attempts.address is None:
            raise failure.connect_failed(self._origin.host, self._origin.port, attempts.errors)
        detail["address"] = attempts.address[1][0]
        detail["port"] = self._origin.port
        return SocketChannel(attempts.sock)

    async def _handshake(self, tls: TlsChannel) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                await tls.handshake()
        except TimeoutError as error:
            raise StageFailed("tls_timeout", "the handshake did not end") from error
        except OSError as error:
            raise handshake_failed(error, tls.first_bytes) from error


def _passed(stage: Stage, started: float, detail: dict[str, Any]) -> StageResult:
    return StageResult(stage, "passed", (time.perf_counter() - started) * 1000, detail)


def _failed(stage: Stage, started: float, detail: dict[str, Any], failed: StageFailed) -> StageResult:
    ms = (time.perf_counter() - started) * 1000
    return StageResult(stage, "failed", ms, detail | dict(failed.detail), failed.failure(stage))
