"""TLS over a channel, and the tls stage: handshake, what was negotiated, what was presented.

Rules: one implementation over memory buffers serves a socket and a tunnel alike. A certificate that is
refused is asked for once more with verification off and nothing sent, because a failed handshake
gives no certificate away; that is done for certificate failures only.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

from integrator_tui.engine.net.certificate import Certificate, read_certificate
from integrator_tui.engine.net.channel import Channel
from integrator_tui.model.probe import ProbeWarning

PEEK: Final = 64
"""Bytes of the server's first answer that are kept, to say what it speaks instead of TLS."""


class TlsChannel:
    """TLS as a client over another channel, which it owns from here on."""

    def __init__(self, lower: Channel, context: ssl.SSLContext, host: str) -> None:
        self._lower = lower
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        # As bytes, for as text it would be encoded as IDNA 2003 once more, and it is ASCII already.
        name = host.rstrip(".").encode("ascii")
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self._secured = False
        self.torn = False
        self.first_bytes = b""

    is_secured = True

    @property
    def negotiated(self) -> ssl.SSLObject:
        return self._tls

    async def handshake(self) -> None:
        """Agree on keys; raises ssl.SSLError or OSError. The alert that says why reaches the server.

        What ends the handshake of TLS 1.3 (RFC 8446 section 2) goes out with what is sent next: one packet less.
        """
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush()
                await self._fill()
            except ssl.SSLError:
                with contextlib.suppress(OSError):
                    await self._flush()
                raise
            else:
                break
        self._secured = True

    async def recv(self) -> bytes:
        """Return the next bytes, empty at the end; raises OSError, of which ssl.SSLError is one.

        An end without TLS's own farewell (RFC 8446 section 6.1) counts as an end and is told by `torn`: HTTP's
        framing may tell all the same that the answer was whole.
        """
        while True:
            try:
                return self._tls.read(65536)
            except ssl.SSLWantReadError:
                await self._flush()
                await self._fill()
            except ssl.SSLZeroReturnError:
                return b""
            except ssl.SSLEOFError:
                self.torn = True
                return b""

    async def send(self, data: bytes) -> None:
        """Write all of `data`; raises OSError."""
        self._tls.write(data)
        await self._flush()

    async def _flush(self) -> None:
        if self._outgoing.pending:
            await self._lower.send(self._outgoing.read())

    async def _fill(self) -> None:
        data = await self._lower.recv()
        if len(self.first_bytes) < PEEK and not self._secured:
            self.first_bytes += data[:PEEK]
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    def send_now(self, data: bytes) -> None:
        """Write what goes without waiting."""
        self._tls.write(data)
        self._lower.send_now(self._outgoing.read())

    def recv_now(self) -> bytes | None:
        """Return bytes that are there already, empty at the end, None where there are none."""
        while True:
            try:
                return self._tls.read(65536)
            except ssl.SSLWantReadError:
                data = self._lower.recv_now()
                if data is None:
                    return None
                self._incoming.write(data) if data else self._incoming.write_eof()
            except OSError:
                return b""

    def idle(self) -> bool:
        """Return whether the connection is open and silent, without waiting; session tickets are no sound."""
        return self.recv_now() is None

    def close(self) -> None:
        """Say farewell if the socket takes it, and close; may be called again."""
        if self._secured:
            self._secured = False
            with contextlib.suppress(ssl.SSLError, ValueError):
                self._tls.unwrap()
            if self._outgoing.pending:
                self._lower.send_now(self._outgoing.read())
        self._lower.close()


def handshake_detail(channel: TlsChannel, now: datetime) -> dict[str, Any]:
    """Return what was negotiated and presented, as the detail of a tls stage that passed."""
    tls = channel.negotiated
    cipher = tls.cipher()
    detail: dict[str, Any] = {"version": tls.version(), "cipher": cipher[0] if cipher else None}
    if tls.selected_alpn_protocol():
        detail["alpn"] = tls.selected_alpn_protocol()
    verified = tls.context.verify_mode is not ssl.CERT_NONE
    chain = _chain(tls, "get_verified_chain") if verified else ()
    if chain:
        return detail | chain[0].detail(now) | {"chain": len(chain), "trusted_by": chain[-1].subject}
    der = tls.getpeercert(binary_form=True)
    with contextlib.suppress(ValueError):
        detail |= read_certificate(der, tls.getpeercert).detail(now) if der else {}
    return detail if verified else detail | {"verified": False, "warnings": [_NOT_VERIFIED.to_json()]}


_NOT_VERIFIED: Final = ProbeWarning("tls", "not_verified", "the certificate is not checked (verify: false)")


def presented_chain(channel: TlsChannel) -> tuple[Certificate, ...]:
    """Return the certificates the server sent, its own first; empty where they cannot be read."""
    tls = channel.negotiated
    chain = _chain(tls, "get_unverified_chain")
    if chain:
        return chain
    der = tls.getpeercert(binary_form=True)
    try:
        return (read_certificate(der),) if der else ()
    except ValueError:
        return ()


def _chain(tls: ssl.SSLObject, method: str) -> tuple[Certificate, ...]:
    """Read a chain; Python says it in public from 3.13 on, and on the inner object since 3.10."""
    inner = getattr(getattr(tls, "_sslobj", None), method, None)
    try:
        certificates = inner() if inner is not None else getattr(tls, method)()
        return tuple(
            read_certificate(entry)
            if isinstance(entry, bytes)
            else read_certificate(entry.public_bytes(_DER), entry.get_info)
            for entry in certificates or ()
        )
    except (AttributeError, ValueError, ssl.SSLError):
        return ()


_DER: Final = 2
"""The DER encoding, as the inner object numbers it."""


async def fetch_chain(
    dial: Callable[[], Awaitable[Channel]], context: ssl.SSLContext, host: str
) -> tuple[Certificate, ...]:
    """Dial once more, shake hands without verification, send nothing, and return what was presented.

    `context` verifies nothing. Raises OSError where that is not possible either.
    """
    channel = TlsChannel(await dial(), context, host)
    try:
        await channel.handshake()
        return presented_chain(channel)
    finally:
        channel.close()


def utc_now() -> datetime:
    """Return the time that days left are counted from."""
    return datetime.now(UTC)
