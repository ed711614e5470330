"""Through a proxy to an origin: HTTP CONNECT (RFC 9110 section 9.3.6) and SOCKS5 (RFC 1928, RFC 1929).

Rules: the proxy looks names up, never this machine; a channel that fails here is closed by the caller;
what the proxy refuses is `vantage_failed` and says that it was the proxy.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import ssl
from typing import Final

from socksio import socks5
from socksio.exceptions import SOCKSError

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.body import decoding
from integrator_tui.engine.body.error_page import SAMPLE, first_line, squid_error
from integrator_tui.engine.dial.proxy_refusal import not_an_http_proxy, not_socks, socks_reply
from integrator_tui.engine.failure import StageFailed, quote, vantage_failed
from integrator_tui.engine.http1.challenge import unauthorized
from integrator_tui.engine.http1.connection import Http1Connection
from integrator_tui.engine.http1.response_parser import NotHttp
from integrator_tui.engine.net.channel import Channel
from integrator_tui.engine.net.proxy import Proxy
from integrator_tui.engine.net.tls import TlsChannel


async def secure_proxy(channel: Channel, proxy: Proxy, context: ssl.SSLContext) -> TlsChannel:
    """Return TLS to an https proxy; raises StageFailed."""
    tls = TlsChannel(channel, context, proxy.host)
    try:
        await tls.handshake()
    except OSError as error:
        reason = (
            getattr(error, "verify_message", None) or getattr(error, "reason", None) or error.strerror or str(error)
        )
        hint = "set ca_cert to the CA that issued the proxy's certificate, or use http:// for a proxy without TLS"
        raise vantage_failed(f"TLS to the proxy {proxy} failed: {quote(str(reason))}", hint) from error
    return tls


async def http_connect(channel: Channel, proxy: Proxy, netloc: str) -> Channel:
    """Ask the HTTP proxy behind `channel` for a tunnel to `netloc` (host and port); raises StageFailed."""
    wire = Http1Connection(channel)
    request = httpx.Request(
        "CONNECT",
        f"http://{netloc}",
        headers=[(b"Host", netloc.encode()), *proxy.authorization],
        extensions={"target": netloc.encode()},
    )
    try:
        response = await wire.handle_async_request(request)
    except StageFailed as failed:
        begin = failed.__cause__.begin if isinstance(failed.__cause__, NotHttp) else b""
        raise not_an_http_proxy(str(proxy), failed, begin) from failed
    if response.status_code == 407:
        asked = response.headers.get_list("proxy-authenticate")
        raise unauthorized(f"the proxy {proxy}", asked, gave_user=bool(proxy.authorization))
    if not response.is_success:
        raise await _not_granted(response, proxy, netloc)
    try:
        return wire.detach()
    except StageFailed as failed:
        raise vantage_failed(f"the proxy {proxy} did not answer as one: {failed.message}", cause=failed) from failed


async def _not_granted(response: httpx.Response, proxy: Proxy, netloc: str) -> StageFailed:
    """Return the failure of a CONNECT that was refused, with what the proxy says of it itself."""
    reason = quote(response.extensions["reason_phrase"], 80)
    answer = f"{response.status_code} {reason}".strip()
    message = f"the proxy {proxy} answered {answer} when asked for {quote(netloc)}"
    if (squid := squid_error(response)) is not None:
        return vantage_failed(f"{message} ({squid[0]})", squid[1])
    hint = "the proxy may not allow this host or port, or cannot reach it: look at its log, or see no_proxy"
    line = first_line(response, await _begin_of_body(response))
    return vantage_failed(f"{message}: '{line}'" if line else message, hint)


async def _begin_of_body(response: httpx.Response) -> bytes:
    """Return the beginning of a body as far as it comes at once; what is wrong with it matters to nobody."""
    sample = b""
    with contextlib.suppress(StageFailed, TimeoutError):
        async with (
            asyncio.timeout(_PATIENCE),
            contextlib.aclosing(decoding.decoded(response, as_it_came=True)) as pieces,
        ):
            async for piece in pieces:
                sample += piece
                if len(sample) >= SAMPLE:
                    break
    return sample


_PATIENCE: Final = 1.0
"""Seconds that a refusal is given to say why."""


class _Reader:
    """Takes exactly as many bytes as are asked for from a channel."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.held = b""

    async def take(self, count: int) -> bytes:
        while len(self.held) < count:
            data = await self._channel.recv()
            if not data:
                raise EOFError
            self.held += data
        taken, self.held = self.held[:count], self.held[count:]
        return taken


async def socks_connect(channel: Channel, proxy: Proxy, host: str, port: int) -> Channel:
    """Ask the SOCKS5 proxy behind `channel` for a connection to `host`; raises StageFailed."""
    reader = _Reader(channel)
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        socks = socks5.SOCKS5Connection()
        await _authenticate(socks, reader, channel, proxy)
        await _ask(socks, reader, channel, host, port, f"the proxy {proxy} could not reach {quote(target)}")
    except EOFError as error:
        hint = "a tunnel made with `ssh -D` does so where it cannot reach the host: look at what ssh says"
        message = f"the proxy {proxy} closed the connection when asked for {quote(target)}"
        raise vantage_failed(message, hint) from error
    except OSError as error:
        raise vantage_failed(
            f"the proxy {proxy} broke the connection off: {quote(error.strerror or '')}"
        ) from error
    except (SOCKSError, ValueError) as error:
        raise vantage_failed(f"the proxy {proxy} does not speak SOCKS5: {quote(str(error))}") from error
    if reader.held:
        raise vantage_failed(f"the proxy {proxy} sent more than its reply")
    return channel


async def _authenticate(socks: socks5.SOCKS5Connection, reader: _Reader, channel: Channel, proxy: Proxy) -> None:
    user = proxy.username.encode()
    password = proxy.password.reveal().encode() if proxy.password else b""
    if len(user) > 255 or len(password) > 255:
        raise vantage_failed(f"the user or password for {proxy} is longer than SOCKS5 allows (255 bytes)")
    methods = [socks5.SOCKS5AuthMethod.NO_AUTH_REQUIRED]
    if user:
        methods.append(socks5.SOCKS5AuthMethod.USERNAME_PASSWORD)
    socks.send(socks5.SOCKS5AuthMethodsRequest(methods))
    await channel.send(socks.data_to_send())
    reply = await reader.take(2)
    if reply[0] != 5:
        raise not_socks(str(proxy), reply + reader.held)
    if reply[1] == 0xFF:
        said = "does not take a user and password" if user else "wants a user and password"
        raise vantage_failed(f"the proxy {proxy} {said}", "write it as socks5://user:password@host:port")
    socks.receive_data(reply)
    if reply[1] == 2:
        if not user:
            raise ValueError("it chose a method that was not offered")
        socks.send(socks5.SOCKS5UsernamePasswordRequest(user, password))
        await channel.send(socks.data_to_send())
        answer = socks.receive_data(await reader.take(2))
        if not (isinstance(answer, socks5.SOCKS5UsernamePasswordReply) and answer.success):
            raise vantage_failed(
                f"the proxy {proxy} refuses the user or password", "correct them in the proxy's URL"
            )
    elif reply[1] != 0:
        raise ValueError("it chose a method that was not offered")


async def _ask(
    socks: socks5.SOCKS5Connection, reader: _Reader, channel: Channel, host: str, port: int, failed: str
) -> None:
    try:
        address = ipaddress.ip_address(host)
        kind = socks5.SOCKS5AType.IPV4_ADDRESS if address.version == 4 else socks5.SOCKS5AType.IPV6_ADDRESS
        packed = address.packed
    except ValueError:
        kind, packed = socks5.SOCKS5AType.DOMAIN_NAME, host.encode("ascii")
        if len(packed) > 255:
            raise vantage_failed("the host name is longer than SOCKS5 allows (255 bytes)") from None
    socks.send(socks5.SOCKS5CommandRequest(socks5.SOCKS5Command.CONNECT, kind, packed, port))
    await channel.send(socks.data_to_send())
    head = await reader.take(2)
    if head[0] != 5:
        raise ValueError(f"it answered {head!r}")
    if head[1] != 0:
        raise socks_reply(head[1], failed)
    rest = await reader.take(3)
    length = {1: 3, 3: rest[2], 4: 15}.get(rest[1])
    if length is None:
        raise ValueError("its reply holds no address")
    await reader.take(length + 2)
