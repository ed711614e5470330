"""Http1Connection: one live connection that speaks HTTP/1.1, in the types of httpx.

Rules: one exchange at a time, written by `outgoing` and read by `incoming`; a body is read as the consumer asks
for it. A failure or a cancellation closes the connection at once. Time is bounded by the caller
(`asyncio.timeout`), for only the caller knows what it waits for.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.failure import protocol_error
from integrator_tui.engine.http1.failure import broken, refused, unanswered
from integrator_tui.engine.http1.request_writer import RequestWriter, Unsendable
from integrator_tui.engine.http1.response_parser import Refused, ResponseHead, ResponseParser
from integrator_tui.engine.net.channel import Channel
from integrator_tui.engine.oddity import noting


class Http1Connection:
    """One connection to one origin, or to a proxy that forwards plain HTTP for it.

    An answer is given when its head is complete; `response.extensions` holds `http_version`,
    `reason_phrase` and `first_byte_ms`, milliseconds from the call to the first byte. Failures are
    `StageFailed`; `Unanswered` where a kept connection turned out to be closed. Close the response, or
    read it to its end, before the next request.
    """

    def __init__(
        self,
        channel: Channel,
        *,
        forward_headers: tuple[tuple[bytes, bytes], ...] | None = None,
        shows_certificate: bool = False,
    ) -> None:
        """Take over `channel`; `forward_headers` (maybe none) are for a proxy that is asked in absolute form,
        `shows_certificate` says whether we have a client certificate to show."""
        self._channel = channel
        self._shows_certificate = shows_certificate
        self._forward = forward_headers
        self._incoming: ResponseParser
        self._exchanges = 0
        self._busy = False
        self._last = False
        self._closed = False

    @property
    def reusable(self) -> bool:
        """Whether another request can be sent: nothing in flight, kept open by both sides, and silent."""
        if self._closed or self._busy:
            return False
        # A new connection is used at once; whether one that was kept is still there has to be looked at.
        return self._exchanges == 0 or self._channel.idle()

    async def aclose(self) -> None:
        """Close the connection at once."""
        self.close()

    def close(self) -> None:
        """Close the connection at once; may be called again."""
        if not self._closed:
            self._closed = True
            self._channel.close()

    def detach(self) -> Channel:
        """Give the channel away after a CONNECT that was granted; the wire is no more.

        Raises StageFailed where more came than the answer, for nobody has asked the origin anything yet.
        """
        if self._incoming.surplus:
            raise protocol_error("more came than the answer to CONNECT")
        self._closed = True
        return self._channel

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request` and return its answer with the body still to be read; raises StageFailed."""
        if self._closed or self._busy:
            raise RuntimeError("the connection is closed, or its last answer was not read to the end")
        started = time.perf_counter()
        self._busy = True
        self._incoming = ResponseParser(bodiless=request.method == "HEAD", tunnels=request.method == "CONNECT")
        try:
            await self._send(request)
            await self._more()
            first_byte_ms = (time.perf_counter() - started) * 1000
            head = await self._receive_head()
        except BaseException:
            self.close()
            raise
        self._exchanges += 1
        extensions: dict[str, Any] = {
            "http_version": b"HTTP/" + head.version,
            "reason_phrase": head.reason,
            "first_byte_ms": first_byte_ms,
            **noting(self._incoming.odd),
        }
        return httpx.Response(
            head.status, headers=head.headers, stream=ResponseStream(self), extensions=extensions, request=request
        )

    async def _send(self, request: httpx.Request) -> None:
        try:
            outgoing = self._outgoing(request)
            self._last = outgoing.closes
            data = outgoing.head
            if isinstance(request.stream, httpx.ByteStream):
                # Not `content`, which a request that httpx made to follow a redirect does not have.
                for chunk in request.stream:
                    data += outgoing.piece(chunk)
            else:
                async for chunk in request.stream:  # type: ignore[union-attr]
                    if not await self._sent(data + outgoing.piece(chunk)):
                        return
                    data = b""
            await self._sent(data + outgoing.end())
        except Unsendable as error:
            raise protocol_error(f"the request cannot be sent: {error}", "correct its headers") from error

    async def _sent(self, data: bytes) -> bool:
        """Send `data` and tell whether the server takes more."""
        try:
            await self._channel.send(data)
        except OSError:
            # A server may answer (413, 401) and close before it has read the request: the answer says more.
            self._last = True
            return False
        return True

    def _outgoing(self, request: httpx.Request) -> RequestWriter:
        headers = request.headers.raw
        target = request.extensions.get("target") or request.url.raw_path
        if self._forward is not None:
            target = b"%b://%b%b" % (request.url.raw_scheme, request.url.netloc, request.url.raw_path)
            headers += self._forward
        return RequestWriter(request.method.encode(), target, headers)

    async def _receive_head(self) -> ResponseHead:
        while (head := self._incoming.head) is None:
            await self._more()
        if head.status == 407 and self._forward is not None:
            from integrator_tui.engine.http1.challenge import unauthorized

            asked = [
                value.decode("latin-1") for name, value in head.headers if name.lower() == b"proxy-authenticate"
            ]
            raise unauthorized("the proxy", asked, gave_user=bool(self._forward))
        return head

    async def _more(self) -> None:
        """Take what comes next of the answer."""
        incoming = self._incoming
        try:
            data = await self._channel.recv()
        except OSError as error:
            kept, shows = self._exchanges > 0, self._shows_certificate
            raise broken(error, incoming.begun, kept, shows_certificate=shows) from error
        try:
            if data:
                incoming.feed(data)
            elif incoming.begun:
                incoming.close(torn=self._channel.torn)
            else:
                raise unanswered("the server closed the connection without an answer", self._exchanges > 0)
        except Refused as error:
            raise refused(error) from error

    async def _read_body(self) -> bytes | None:
        """Return the next piece of the body, None at its end, after which the connection may be reused."""
        incoming = self._incoming
        try:
            while not (piece := incoming.take()) and not incoming.ended:
                await self._more()
        except BaseException:
            self.close()
            raise
        if piece:
            return piece
        if incoming.keeps and not self._last:
            self._busy = False
        else:
            self.close()
        return None


class ResponseStream(httpx.AsyncByteStream):
    """The body of an answer as it comes, still encoded; closing it before its end closes the connection."""

    def __init__(self, wire: Http1Connection) -> None:
        self._wire = wire
        self._ended = False

    @property
    def has_come(self) -> bool:
        """Whether the whole body is here, so that reading it waits for nobody."""
        return self._ended or self._wire._incoming.ended

    @property
    def is_framed(self) -> bool:
        """Whether something else than the end of a plain connection tells that the body was whole."""
        return self._wire._incoming.framed or self._wire._channel.is_secured

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        while not self._ended:
            piece = await self._wire._read_body()
            if piece:
                return piece
            self._ended = piece is None
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Give the connection back, or close it where the body was not read to its end."""
        if not self._ended:
            self._ended = True
            self._wire.close()
