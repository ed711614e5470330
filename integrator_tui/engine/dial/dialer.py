"""Dialer: resolve, connect and tls, one stage after the other, and then a Wire to speak over.

Rules: each stage is bounded by the connect timeout on its own and told by which step failed. Through a
proxy, resolve and connect are the proxy's, and whatever fails there is `vantage_failed`. From a vantage names are
looked up at the far end, and TLS is spoken from here. A generator that
is closed before its end closes what it opened; after the last stage the wire belongs to the caller.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from integrator_tui.engine import failure
from integrator_tui.engine.dial.route import Node, Route
from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.http1.connection import Http1Connection
from integrator_tui.engine.net import descriptors
from integrator_tui.engine.net.channel import Channel, SocketChannel
from integrator_tui.engine.net.happy_eyeballs import Attempts, connect, connect_to_unix
from integrator_tui.engine.net.proxy import Proxy
from integrator_tui.engine.net.resolver import Address, Resolver
from integrator_tui.engine.net.trust_store import Trust, TrustStore, anchors
from integrator_tui.engine.origin import Origin
from integrator_tui.model.probe import Stage, StageResult

if TYPE_CHECKING:
    from integrator_tui.engine.net.certificate import Certificate
    from integrator_tui.engine.net.tls_failure import Presented
    from integrator_tui.engine.ssh.command import SshSettings
    from integrator_tui.engine.ssh.vantages import Vantages

_FOR_CERTIFICATES: Final = 4
"""Files open at once while a TLS context is made."""


class Network:
    """What all dials of one engine share: the resolver, the TLS contexts, and the ways to vantages by `ssh`. It
    belongs to one event loop; close it."""

    def __init__(
        self,
        contexts: TrustStore | None = None,
        resolver: Resolver | None = None,
        ssh: Callable[[], SshSettings] | None = None,
    ) -> None:
        self.contexts = contexts or TrustStore()
        self.resolver = resolver or Resolver()
        self._ssh = ssh

    @cached_property
    def vantages(self) -> Vantages:
        """The ways to other hosts, made when the first is needed."""
        from integrator_tui.engine.ssh.command import SshSettings
        from integrator_tui.engine.ssh.vantages import Vantages

        return Vantages(self._ssh() if self._ssh is not None else SshSettings())

    async def aclose(self) -> None:
        """End the ways to vantages, if there are any."""
        vantages: Vantages | None = self.__dict__.pop("vantages", None)
        if vantages is not None:
            await vantages.aclose()


class Dialer:
    """Dials one origin once. `wire` is the connection when `stages()` ended with every stage passed.

    After a tls stage that failed on the certificate, `presented` holds the certificates the server showed; after
    any stage that failed, `failed` is why.
    """

    def __init__(
        self,
        network: Network,
        origin: Origin,
        trust: Trust,
        proxy: Proxy | None = None,
        connect_timeout: float = 5.0,
        *,
        node: Node | None = None,
        via: str = "",
        over: Callable[[Channel], Channel] | None = None,
    ) -> None:
        """`proxy` is the proxy to go through, None for none; `connect_timeout` bounds each stage, in seconds.

        `node` is dialled in the origin's place, by the proxy where there is one; what it is asked for, and what its
        certificate has to name, stays the origin. `via` is the host that is dialled from, empty for this one.

        `over` lays a channel of its own over the finished one, to time what goes through it for example.
        """
        self._network = network
        self._origin = origin
        self._trust = trust
        self._proxy = proxy
        self._node = node
        self._via = via
        self._place = Route(origin, trust, proxy, node).place
        self._timeout = connect_timeout
        self._over = over
        self._context: ssl.SSLContext | None = None
        self._addresses: tuple[Address, ...] = ()
        self._channel: Channel | None = None
        self.connection: Http1Connection | None = None
        self.presented: tuple[Certificate, ...] = ()
        self.failed: StageFailed | None = None

    async def stages(self) -> AsyncGenerator[StageResult, None]:
        """Yield the result of resolve, connect and (https) tls, ending at the first that failed.

        Raises StageFailed `ca_invalid` before the first where the trust cannot be read. Use it inside
        `contextlib.aclosing`, or call `close()`, so that nothing stays open when it is left early.
        """
        steps: list[tuple[Stage, Callable[[dict[str, Any]], Awaitable[None]]]]
        steps = [("resolve", self._resolve), ("connect", self._connect)]
        if self._via or (self._node is not None and self._node.socket):
            yield StageResult("resolve", "skipped")
            steps = [("connect", self._connect_from_vantage if self._via else self._connect_to_socket)]
        if self._origin.scheme == "https":
            await descriptors.wait_for_room(_FOR_CERTIFICATES)
            self._context = self._network.contexts.context(self._trust)
            steps.append(("tls", self._secure))
        try:
            for stage, step in steps:
                detail: dict[str, Any] = {}
                if stage == "connect" and self._via and (unready := await self._await_vantage()):
                    yield unready
                    return
                # Before the clock runs: what is short here is not the target's time.
                await descriptors.wait_for_room()
                started = time.perf_counter()
                try:
                    await step(detail)
                except StageFailed as failed:
                    self.failed = failed
                    ms = (time.perf_counter() - started) * 1000
                    yield StageResult(stage, "failed", ms, detail | dict(failed.detail), failed.failure(stage))
                    return
                yield StageResult(stage, "passed", (time.perf_counter() - started) * 1000, detail)
            if self._channel is not None:
                channel = self._over(self._channel) if self._over else self._channel
                self._channel = None
                forward, shows = self._forward_headers(), self._trust.client_cert is not None
                self.connection = Http1Connection(channel, forward_headers=forward, shows_certificate=shows)
        finally:
            self.close()

    def close(self) -> None:
        """Close what is open and not handed over as `wire`; may be called again."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def _forward_headers(self) -> tuple[tuple[bytes, bytes], ...] | None:
        forwards = self._proxy is not None and self._proxy.scheme != "socks5" and not self._tunnels
        return self._proxy.authorization if self._proxy and forwards else None

    @property
    def _tunnels(self) -> bool:
        """Whether an HTTP proxy is asked for a tunnel: as curl does it, for a node too, which no request names."""
        return self._origin.scheme == "https" or self._node is not None

    async def _resolve(self, detail: dict[str, Any]) -> None:
        host, port = self._place
        resolver = self._network.resolver
        only = {socket.AF_INET: "4", socket.AF_INET6: "6"}.get(resolver.family, "")
        if (host, port) in resolver.given:
            detail["given"] = True
        if only:
            detail["ip_version"] = int(only)
        try:
            known = resolver.known(host, port)
            if known is not None:
                self._addresses = known
            else:
                async with asyncio.timeout(self._timeout):
                    self._addresses = await resolver.resolve(host, port)
        except TimeoutError as error:
            raise self._of_place(failure.resolve_timeout(host, self._timeout)) from error
        except (OSError, ValueError) as error:
            raise self._of_place(failure.resolve_failed(host, error, only)) from error
        detail["addresses"] = [address[1][0] for address in self._addresses]

    async def _connect(self, detail: dict[str, Any]) -> None:
        attempts = Attempts()
        detail["port"] = self._place[1]
        if self._proxy is not None:
            detail["proxy"] = str(self._proxy)
        if self._node is not None:
            detail["connect_to"] = str(self._node)
        try:
            async with asyncio.timeout(self._timeout):
                self._channel = await self._reach(self._addresses, attempts)
        except TimeoutError as error:
            raise self._connect_timeout(attempts) from error
        finally:
            if attempts.address is not None:
                detail["address"] = attempts.address[1][0]
            if attempts.errors:
                detail["attempts"] = [
                    {"address": address, "error": failure.connect_reason(error)}
                    for address, error in attempts.errors.items()
                ]
        if attempts.address is not None:
            self._addresses = (attempts.address,)

    async def _connect_to_socket(self, detail: dict[str, Any]) -> None:
        assert self._node is not None
        detail["unix_socket"] = path = self._node.socket
        self._channel = await self._reach_socket(path)

    async def _reach_socket(self, path: str) -> Channel:
        try:
            async with asyncio.timeout(self._timeout):
                return SocketChannel(await connect_to_unix(path))
        except TimeoutError as error:
            raise failure.socket_timeout(path, self._timeout) from error
        except OSError as error:
            raise failure.socket_failed(path, error) from error

    async def _await_vantage(self) -> StageResult | None:
        """Wait until there is a way to the vantage, which is no time of the target's; return the stage that failed
        where there is none."""
        started = time.perf_counter()
        try:
            await self._network.vantages.ready(self._via, self._timeout)
        except StageFailed as failed:
            self.failed = failed
            ms = (time.perf_counter() - started) * 1000
            detail = dict(failed.detail) | {"vantage": self._via}
            return StageResult("connect", "failed", ms, detail, failed.failure("connect"))
        return None

    async def _connect_from_vantage(self, detail: dict[str, Any]) -> None:
        detail["vantage"] = self._via
        detail["port"] = self._place[1]
        if self._node is not None:
            detail["connect_to"] = str(self._node)
        self._channel = await self._reach_from_vantage()

    async def _reach_from_vantage(self) -> Channel:
        host, port = self._place
        given = self._network.resolver.given.get((host, port))
        return await self._network.vantages.open(self._via, given[0] if given else host, port, self._timeout)

    def _connect_timeout(self, attempts: Attempts) -> StageFailed:
        if attempts.address is None:
            return self._of_place(failure.connect_timeout(*self._place, self._timeout, attempts.errors))
        message = f"the proxy {self._proxy} gave no connection within {failure.seconds(self._timeout)}"
        return failure.vantage_failed(message, "it may wait for the host behind it: look at its log")

    async def _reach(self, addresses: tuple[Address, ...], attempts: Attempts) -> Channel:
        """Return a channel to the origin, through the proxy where there is one; raises StageFailed."""
        try:
            await connect(addresses, attempts)
        except BaseException:
            if attempts.sock is not None:
                attempts.sock.close()
            raise
        if attempts.sock is None:
            raise self._of_place(failure.connect_failed(*self._place, attempts.errors))
        channel: Channel = SocketChannel(attempts.sock)
        if self._proxy is None:
            return channel
        try:
            return await self._through(channel, self._proxy)
        except BaseException:
            channel.close()
            raise

    async def _through(self, channel: Channel, proxy: Proxy) -> Channel:
        from integrator_tui.engine.dial import tunnel

        wanted = self._origin._replace(host=self._node.host, port=self._node.port) if self._node else self._origin
        if proxy.scheme == "socks5":
            return await tunnel.socks_connect(channel, proxy, wanted.host, wanted.port)
        if proxy.scheme == "https":
            context = self._network.contexts.context(self._trust.without_client)
            channel = await tunnel.secure_proxy(channel, proxy, context)
        if self._tunnels:
            return await tunnel.http_connect(channel, proxy, wanted.netloc)
        return channel

    def _of_place(self, failed: StageFailed) -> StageFailed:
        """Say that it was the proxy, where it was."""
        if self._proxy is None:
            return failed
        hint = "check options.proxy, or the variables *_proxy and no_proxy: is the proxy running and reachable?"
        return failure.vantage_failed(f"the proxy {self._proxy}: {failed.message}", hint, cause=failed)

    async def _secure(self, detail: dict[str, Any]) -> None:
        from integrator_tui.engine.net.tls import TlsChannel, handshake_detail, utc_now

        assert self._channel is not None
        assert self._context is not None
        deadline = asyncio.get_running_loop().time() + self._timeout
        try:
            tls = TlsChannel(self._channel, self._context, self._origin.host)
        except (ValueError, ssl.SSLError) as error:
            message = f"{failure.quote(self._origin.host)} cannot stand in a certificate"
            raise StageFailed("tls_protocol", message, "correct the host in the base URL") from error
        self._channel = tls
        try:
            async with asyncio.timeout_at(deadline):
                await tls.handshake()
        except TimeoutError as error:
            if self._via and not await self._network.vantages.is_answering(self._via):
                from integrator_tui.engine.ssh.said import not_answering

                raise not_answering(self._via) from error
            from integrator_tui.engine.net.tls_failure import handshake_timeout

            raise handshake_timeout(self._timeout, tls.first_bytes) from error
        except ssl.SSLCertVerificationError as error:
            self.close()
            from integrator_tui.engine.net.tls_failure import certificate_failed

            raise certificate_failed(error, await self._look_at_certificate(deadline)) from error
        except OSError as error:
            from integrator_tui.engine.net.tls_failure import handshake_failed

            shows = self._trust.client_cert is not None
            raise handshake_failed(error, tls.first_bytes, self._origin.port, shows_certificate=shows) from error
        detail |= handshake_detail(tls, utc_now())

    async def _reach_again(self) -> Channel:
        if self._via:
            return await self._reach_from_vantage()
        if self._node is not None and self._node.socket:
            return await self._reach_socket(self._node.socket)
        return await self._reach(self._addresses, Attempts())

    async def _look_at_certificate(self, deadline: float) -> Presented:
        """Shake hands once more without verification to see what is presented; nothing is sent over it."""
        from integrator_tui.engine.net.tls import fetch_chain, utc_now
        from integrator_tui.engine.net.tls_failure import Presented

        context = self._network.contexts.context(Trust(verify=False))
        with contextlib.suppress(OSError, StageFailed):  # TimeoutError is an OSError
            async with asyncio.timeout_at(deadline):
                self.presented = await fetch_chain(self._reach_again, context, self._origin.host)
        return Presented(self._origin.host, self._origin.port, self.presented, anchors(self._trust), utc_now())
