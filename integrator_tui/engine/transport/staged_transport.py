"""StagedTransport: our stages behind httpx's seam, for `httpx.AsyncClient(transport=StagedTransport())`.

Rules: what goes over the wire is the request as httpx made it, and what comes back is the body as it came: cookies,
redirects, authentication and decoding are the client's. A failure is one of httpx's exceptions, with the message of
the stage that failed. Leaving an answer before its end, a cancellation and `aclose` close the socket at once.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.dial.dialer import Dialer, Network
from integrator_tui.engine.failure import StageFailed, Unanswered
from integrator_tui.engine.net.channel import Channel
from integrator_tui.engine.net.proxy import Proxy, ProxySettings
from integrator_tui.engine.net.trust_store import Trust, TrustStore
from integrator_tui.engine.origin import Origin
from integrator_tui.engine.transport.connection_pool import ConnectionPool, PooledConnection
from integrator_tui.engine.transport.failure import not_answered, not_connected
from integrator_tui.engine.transport.timed_channel import TimedChannel
from integrator_tui.errors import UsageError
from integrator_tui.model.secret import Secret

if TYPE_CHECKING:
    from integrator_tui.engine.settings import EngineSettings

LIMITS: Final = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=5.0)
"""What httpx's own transport has where nothing else is said."""

_IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})


class _Times(NamedTuple):
    """The bounds of one request in seconds, None for none: `request.extensions['timeout']`."""

    connect: float | None = None
    read: float | None = None
    write: float | None = None
    pool: float | None = None

    @classmethod
    def of(cls, request: httpx.Request) -> _Times:
        given: Mapping[str, float | None] = request.extensions.get("timeout") or {}
        return cls(*(given.get(name) for name in cls._fields))


class StagedTransport(httpx.AsyncBaseTransport):
    """HTTP/1.1 over resolve, connect, tls and proxy as a check goes through them, with kept connections.

    It belongs to one event loop at a time. After `aclose` it may be used again, as httpx's own may. The timeouts
    are httpx's: `connect` bounds resolve, connect and tls each; `read` one wait for bytes; `write` one piece of
    64 KiB; `pool` the wait for one of `limits.max_connections`. Exceptions are httpx's, the `StageFailed` with kind
    and hint is their cause. A request is sent a second time only where a kept connection turned out to be closed,
    its method is idempotent (RFC 9110 section 9.2.2) and its body is there to be sent again. An answer of 101 is
    refused. The environment is not read: proxies and trust come as arguments.
    """

    def __init__(
        self,
        *,
        ca_cert: str | None = None,
        verify: bool = True,
        client_cert: str | None = None,
        client_key_passphrase: Secret | None = None,
        proxy: str | None = None,
        limits: httpx.Limits | None = None,
        settings: EngineSettings | None = None,
    ) -> None:
        """Raises UsageError where certificates or the proxy's URL cannot be read.

        `ca_cert` is the PEM text of certificates to trust beside the system's; `verify` False believes anybody;
        `client_cert` is the PEM text of a key and its certificate chain, shown to every origin that asks for one;
        `proxy` is the URL of a proxy for every origin (http, https or socks5), in place of those of `settings`,
        which are the user's own (proxies by scheme, the system's trust).
        """
        self._network = Network(TrustStore(settings.ca_file, settings.ca_dir) if settings else TrustStore())
        self._trust = Trust((ca_cert,) if ca_cert is not None else (), verify, client_cert, client_key_passphrase)
        self._proxies = _proxies(settings)
        try:
            self._proxy = Proxy.parse(proxy) if proxy else None
            if ca_cert is not None or client_cert is not None:
                self._network.contexts.context(self._trust)
        except StageFailed as failed:
            raise UsageError(failed.message, failed.hint) from failed
        self._pool = ConnectionPool(limits or LIMITS)
        self._under_way: set[asyncio.Timeout] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request` and return its answer with the body still to be read.

        Raises ConnectError, ConnectTimeout, ReadError, ReadTimeout, WriteTimeout, PoolTimeout, ProxyError,
        RemoteProtocolError, UnsupportedProtocol, and LocalProtocolError for a header or body that cannot be sent.
        """
        origin = _origin(request.url)
        if request.method == "CONNECT":
            raise httpx.LocalProtocolError("a tunnel is made by the transport itself: give it a proxy")
        closing = asyncio.timeout(None)
        try:
            async with closing:
                self._under_way.add(closing)
                return await self._placed(request, origin, _Times.of(request))
        except TimeoutError as error:
            if not closing.expired():
                raise
            raise httpx.ReadError("the transport was closed before an answer had come") from error
        finally:
            self._under_way.discard(closing)

    async def aclose(self) -> None:
        """Close every connection; requests under way fail with ReadError."""
        while self._under_way:
            self._under_way.pop().reschedule(-math.inf)
        self._pool.close()

    async def _placed(self, request: httpx.Request, origin: Origin, times: _Times) -> httpx.Response:
        await self._pool.enter(times.pool)
        connection: PooledConnection | None = None
        try:
            connection, response = await self._answered(request, origin, times)
        finally:
            if connection is None:
                self._pool.leave(None)
        response.stream = _Body(response, connection, self._pool)
        return response

    async def _answered(
        self, request: httpx.Request, origin: Origin, times: _Times
    ) -> tuple[PooledConnection, httpx.Response]:
        kept = self._pool.take(origin)
        if kept is not None:
            try:
                return kept, await self._ask(kept, request, times)
            except Unanswered as failed:
                if not _may_be_sent_again(request):
                    raise not_answered(failed) from failed
        dialled = await self._dial(origin, times)
        return dialled, await self._ask(dialled, request, times)

    async def _ask(self, connection: PooledConnection, request: httpx.Request, times: _Times) -> httpx.Response:
        """Raises Unanswered as it is, and every other failure as an exception of httpx."""
        connection.times.read, connection.times.write = times.read, times.write
        try:
            return await connection.wire.handle_async_request(request)
        except BaseException as error:
            self._pool.drop(connection)
            if isinstance(error, StageFailed) and not isinstance(error, Unanswered):
                raise not_answered(error) from error
            raise

    async def _dial(self, origin: Origin, times: _Times) -> PooledConnection:
        timed: list[TimedChannel] = []

        def over(channel: Channel) -> Channel:
            timed.append(TimedChannel(channel))
            return timed[0]

        limit = math.inf if times.connect is None else times.connect
        try:
            dialer = Dialer(self._network, origin, self._trust, self._route(origin), limit, over=over)
            async with aclosing(dialer.stages()) as results:
                async for _ in results:
                    pass
        except StageFailed as failed:
            raise not_connected(failed) from failed
        if dialer.connection is None:
            assert dialer.failed is not None, "a dialer without a wire failed"
            raise not_connected(dialer.failed) from dialer.failed
        connection = PooledConnection(origin, dialer.connection, timed[0])
        self._pool.add(connection)
        return connection

    def _route(self, origin: Origin) -> Proxy | None:
        return self._proxy or self._proxies.proxy_for(origin.scheme, origin.host, origin.port)


class _Body(httpx.AsyncByteStream):
    """The body of an answer as it comes; its end, a failure or `aclose` gives the place in the pool back."""

    def __init__(self, response: httpx.Response, connection: PooledConnection, pool: ConnectionPool) -> None:
        self._pieces: Any = response.stream
        self._leave: Callable[[], None] | None = lambda: pool.leave(connection)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            piece: bytes = await anext(self._pieces)
        except StageFailed as failed:
            self._end()
            raise not_answered(failed) from failed
        except BaseException:
            self._end()
            raise
        return piece

    async def aclose(self) -> None:
        """Give the connection back, or close it where the body was not read to its end."""
        await self._pieces.aclose()
        self._end()

    def _end(self) -> None:
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()


def _proxies(settings: EngineSettings | None) -> ProxySettings:
    if settings is None:
        return ProxySettings()
    get = settings.proxies.get
    return ProxySettings(get("http", ""), get("https", ""), get("all", ""), get("no", ""))


def _origin(url: httpx.URL) -> Origin:
    if url.scheme not in ("http", "https"):
        raise httpx.UnsupportedProtocol(f"an http or https URL is needed, and the scheme is '{url.scheme}'")
    if not url.host:
        raise httpx.UnsupportedProtocol("the URL names no host")
    return Origin.of(url)


def _may_be_sent_again(request: httpx.Request) -> bool:
    return request.method in _IDEMPOTENT and isinstance(request.stream, httpx.ByteStream)
