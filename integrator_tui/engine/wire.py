"""Wire: one live connection that speaks HTTP/1.1, as a transport of httpx.

Rules: one exchange at a time, framed by h11 (RFC 9112), but for chunks, which `chunked` takes apart. The
answer's head is at most 100 KiB with what preceded it, in at most `MAX_HEADERS` lines, after at most
`MAX_INTERIM` interim answers; its body is read as the consumer asks for it. A failure or a cancellation
closes the connection at once. Time is bounded by the caller (`asyncio.timeout`), for only the caller knows
what it waits for.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any, Final

import h11
import httpx

from integrator_tui.engine.channel import Channel
from integrator_tui.engine.chunked import ChunkDecoder, ChunkError
from integrator_tui.engine.failure import protocol_error, quote
from integrator_tui.engine.failure import vantage_failed as proxy_failed
from integrator_tui.engine.wire_failure import CUT_OFF, OTHER_SERVICE, broken, not_http, unanswered

MAX_HEAD: Final = 100 * 1024
"""Bytes of status lines and header lines of one answer, interim answers included."""
MAX_HEADERS: Final = 1000
MAX_INTERIM: Final = 32
ACCEPT_ENCODING: Final = b"gzip, deflate"

_HEADS: Final = (h11.InformationalResponse, h11.Response)


class Wire(httpx.AsyncBaseTransport):
    """One connection to one origin, or to a proxy that forwards plain HTTP for it.

    An answer is given when its head is complete; `response.extensions` holds `http_version`,
    `reason_phrase` and `first_byte_ms`, milliseconds from the call to the first byte. Failures are
    `StageFailed`; `Unanswered` where a kept connection turned out to be closed. Close the response, or
    read it to its end, before the next request.
    """

    def __init__(self, channel: Channel, *, forward_headers: tuple[tuple[bytes, bytes], ...] | None = None) -> None:
        """Take over `channel`; `forward_headers` (maybe none) are for a proxy that is asked in absolute form."""
        self._channel = channel
        self._forward = forward_headers
        self._h11 = self._fresh()
        self._exchanges = 0
        self._in_head = False
        self._chunks: ChunkDecoder | None = None
        self._begun = False
        self._closed = False

    @staticmethod
    def _fresh() -> h11.Connection:
        return h11.Connection(our_role=h11.CLIENT, max_incomplete_event_size=MAX_HEAD)

    @property
    def reusable(self) -> bool:
        """Whether another request can be sent: nothing in flight, kept open by both sides, and silent."""
        if self._closed or self._h11.our_state is not h11.IDLE:
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
        if self._h11.trailing_data[0]:
            raise protocol_error("more came than the answer to CONNECT")
        self._closed = True
        return self._channel

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request` and return its answer with the body still to be read; raises StageFailed."""
        if self._closed or self._h11.our_state is not h11.IDLE:
            raise RuntimeError("the connection is closed, or its last answer was not read to the end")
        started = time.perf_counter()
        try:
            await self._send(request)
            head = await self._receive_head(started)
        except BaseException:
            self.close()
            raise
        self._exchanges += 1
        response, headers, first_byte_ms = head
        chunked = any(name.lower() == b"transfer-encoding" for name, _ in headers)
        bodiless = request.method == "HEAD" or response.status_code in (204, 304)
        self._chunks = ChunkDecoder() if chunked and not bodiless else None
        self._begun = False
        extensions: dict[str, Any] = {
            "http_version": b"HTTP/" + response.http_version,
            "reason_phrase": bytes(response.reason),
            "first_byte_ms": first_byte_ms,
        }
        return httpx.Response(
            response.status_code,
            headers=headers,
            stream=WireStream(self),
            extensions=extensions,
            request=request,
        )

    async def _send(self, request: httpx.Request) -> None:
        try:
            data = self._h11.send(self._head(request)) or b""
        except h11.LocalProtocolError as error:
            raise protocol_error(
                f"the request cannot be sent: {quote(str(error))}", "correct its headers"
            ) from error
        try:
            if isinstance(request.stream, httpx.ByteStream):
                content = request.content
                data += (self._h11.send(h11.Data(content)) or b"") if content else b""
            else:
                async for chunk in request.stream:  # type: ignore[union-attr]
                    await self._channel.send(data + (self._h11.send(h11.Data(chunk)) or b""))
                    data = b""
            data += self._h11.send(h11.EndOfMessage()) or b""
            await self._channel.send(data)
        except h11.LocalProtocolError as error:
            raise protocol_error(
                f"the request cannot be sent: {quote(str(error))}", "correct its headers"
            ) from error
        except OSError:
            # A server may answer (413, 401) and close before it has read the request: the answer says more.
            self._h11.send_failed()

    def _head(self, request: httpx.Request) -> h11.Request:
        headers = request.headers.raw
        if not any(name.lower() == b"accept-encoding" for name, _ in headers):
            headers.append((b"Accept-Encoding", ACCEPT_ENCODING))
        target = request.extensions.get("target") or request.url.raw_path
        if self._forward is not None:
            target = b"%b://%b%b" % (request.url.raw_scheme, request.url.netloc, request.url.raw_path)
            headers += self._forward
        return h11.Request(method=request.method.encode(), target=target, headers=headers)

    async def _receive_head(self, started: float) -> tuple[h11.Response, list[tuple[bytes, bytes]], float]:
        self._in_head = True
        size = interim = 0
        await self._more(answering=False)
        first_byte = (time.perf_counter() - started) * 1000
        while True:
            event = await self._next_event()
            if isinstance(event, _HEADS):
                headers = event.headers.raw_items()
                size += len(event.reason) + sum(len(name) + len(value) + 4 for name, value in headers)
                if size > MAX_HEAD:
                    raise protocol_error(
                        f"the answer's header block is larger than {MAX_HEAD // 1024} KiB", OTHER_SERVICE
                    )
                if len(headers) > MAX_HEADERS:
                    raise protocol_error(f"the answer has more than {MAX_HEADERS} header lines", OTHER_SERVICE)
            if isinstance(event, h11.Response):
                self._in_head = False
                if event.status_code == 407 and self._forward is not None:
                    raise proxy_failed("the proxy wants a user and password (407)", _PROXY_USER)
                return event, headers, first_byte
            interim += 1
            if interim > MAX_INTERIM:
                raise protocol_error(
                    f"more than {MAX_INTERIM} interim answers (1xx) and no final one", OTHER_SERVICE
                )

    async def _next_event(self) -> h11.Event:
        """Return the next event of the answer; a body's chunks, and its end."""
        while True:
            try:
                event = self._h11.next_event()
            except h11.RemoteProtocolError as error:
                begin = self._h11.trailing_data[0][:40]
                raise not_http(str(error), begin, self._in_head, MAX_HEAD) from error
            if event is not h11.NEED_DATA and event is not h11.PAUSED:
                return event  # type: ignore[return-value]
            await self._more(answering=True)

    async def _more(self, *, answering: bool) -> None:
        """Take what comes next; `answering` tells whether a byte of the answer was there already."""
        try:
            data = await self._channel.recv()
        except OSError as error:
            raise broken(error, answering, self._exchanges > 0) from error
        if not data and not answering:
            raise unanswered("the server closed the connection without an answer", self._exchanges > 0)
        self._h11.receive_data(data)

    async def _read_body(self) -> bytes | None:
        """Return the next piece of the body, None at its end, after which the connection may be reused."""
        try:
            if self._chunks is not None:
                return await self._read_chunks(self._chunks)
            event = await self._next_event()
        except BaseException:
            self.close()
            raise
        if isinstance(event, h11.Data):
            return bytes(event.data)
        if self._h11.our_state is h11.DONE and self._h11.their_state is h11.DONE and not self._h11.trailing_data[0]:
            self._h11.start_next_cycle()
        else:
            self.close()
        return None

    async def _read_chunks(self, chunks: ChunkDecoder) -> bytes | None:
        """Read a chunked body in place of h11, whose price is by the chunk, however small."""
        data = self._h11.trailing_data[0] if not self._begun else b""
        self._begun = True
        while not chunks.ended:
            if not data:
                try:
                    data = await self._channel.recv()
                except OSError as error:
                    raise broken(error, True, False) from error
                if not data:
                    raise protocol_error(
                        "the connection closed before the last chunk of the answer had come", CUT_OFF
                    )
            try:
                piece = chunks.feed(data)
            except ChunkError as error:
                raise protocol_error(f"the answer is not chunked as it should be: {error}") from error
            if piece:
                return piece
            data = b""
        # h11 is done with its part when neither side asked to close: then a fresh one takes the next exchange.
        if self._h11.our_state is h11.DONE and not chunks.rest:
            self._h11, self._chunks = self._fresh(), None
        else:
            self.close()
        return None


_PROXY_USER: Final = "give them in the proxy's URL: http://user:password@host:port"


class WireStream(httpx.AsyncByteStream):
    """The body of an answer as it comes, still encoded; closing it before its end closes the connection."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._ended = False

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
