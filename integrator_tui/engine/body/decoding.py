"""Reading the body of an answer within bounds: decoded piece by piece, counted, never trusted.

Rules: only gzip and deflate are asked for, and a piece of decoded data is at most `PIECE` bytes whatever
the ratio (RFC 1950 to 1952; several gzip members are one body; deflate with or without its zlib
wrapper). What is damaged is `protocol_error`, what is longer than its limit `response_too_large`. Compressed data
that ends early in a body that came whole is taken, as every client does, and told; where nothing but the end of
a connection says that it was whole, it is `protocol_error`. A response that is not read to its end is closed, and
its connection with it.
"""

from __future__ import annotations

import asyncio
import codecs
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from typing import Final

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.body.content_coding import content_codings
from integrator_tui.engine.failure import StageFailed, protocol_error, quote, too_large
from integrator_tui.engine.http1.connection import ResponseStream
from integrator_tui.engine.oddity import odd
from integrator_tui.model.encoding import media_type
from integrator_tui.model.named_tuple import NamedTuple

PIECE: Final = 256 * 1024
"""Bytes of decoded data handed over at once, at most."""
TURN: Final = 4
"""Pieces decoded of one network read, by any of its codings, after which others get their turn."""
MAX_CODINGS: Final = 4
"""Content codings one upon the other that are followed."""


class Inflater:
    """Undoes one content coding, `gzip` or `deflate`, as its bytes come."""

    def __init__(self, coding: str) -> None:
        self._wrapped = zlib.MAX_WBITS | 16 if coding == "gzip" else zlib.MAX_WBITS
        self._probing = coding == "deflate"
        self._inflate = zlib.decompressobj(self._wrapped)
        self._held = b""
        self._raw = False
        self._begun = False
        self.has_more = False
        """Whether data followed that no coding holds."""

    @property
    def is_unfinished(self) -> bool:
        """Whether the coded data was not complete, once it was told its `end`."""
        return self._begun and not self._inflate.eof

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """Yield what `data` decodes to, in pieces of at most `PIECE` bytes; raises zlib.error."""
        if self._probing:
            data = self._probe(data)
        while data:
            if self._inflate.eof:
                data = self._next_member(data)
                continue
            self._begun = True
            piece = self._inflate.decompress(data, PIECE)
            data = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail
            if piece:
                yield piece

    def end(self) -> Iterator[bytes]:
        """Yield what is left; raises zlib.error."""
        if self._held:
            self._probing, held, self._held = False, self._held, b""
            yield from self.pieces(held)
        while self._begun and not self._inflate.eof:
            piece = self._inflate.decompress(b"", PIECE)
            if not piece:
                return
            yield piece

    def _probe(self, data: bytes) -> bytes:
        """Tell zlib's wrapper from bare deflate by its first two bytes (RFC 1950 section 2.2)."""
        data = self._held + data
        if len(data) < 2:
            self._held = data
            return b""
        self._held, self._probing = b"", False
        if data[0] & 0x0F != 8 or int.from_bytes(data[:2], "big") % 31:
            self._inflate, self._raw = zlib.decompressobj(-zlib.MAX_WBITS), True
        return data

    def _next_member(self, data: bytes) -> bytes:
        rest = data.lstrip(b"\0")
        if rest and self._raw:
            self.has_more = True
            return b""
        if rest:
            if self._wrapped == zlib.MAX_WBITS:
                raise zlib.error("data after its end")
            self._inflate = zlib.decompressobj(self._wrapped)
        return rest


def _inflaters(response: httpx.Response, as_it_came: bool) -> list[Inflater]:
    """Return what undoes the content codings, the outermost first; raises StageFailed for what cannot be undone."""
    codings = content_codings(response)
    if codings.foreign and not as_it_came:
        raise codings.not_undone()
    codings.tell(response)
    if len(codings.names) > MAX_CODINGS:
        raise protocol_error(f"the answer is encoded {len(codings.names)} times over")
    return [] if codings.foreign else [Inflater(name) for name in codings.names]


async def decoded(response: httpx.Response, *, as_it_came: bool = False) -> AsyncGenerator[bytes, None]:
    """Yield the body of `response` decoded, in pieces of at most `PIECE` bytes; raises StageFailed.

    `as_it_came` takes a body whose coding cannot be undone here as it is, for who does not read it.
    """
    async with aclosing(response):
        inflaters: list[Inflater] | None = None
        async for data in _raw(response):
            if inflaters is None:
                inflaters = _inflaters(response, as_it_came)
            if not inflaters:
                yield data
                continue
            for number, piece in enumerate(_guarded(inflaters, data), 1):
                if piece:
                    yield piece
                if not number % TURN:
                    await asyncio.sleep(0)
        for number, piece in enumerate(_guarded(inflaters or [], None), 1):
            if piece:
                yield piece
            if not number % TURN:
                await asyncio.sleep(0)
        _judge_end(response, inflaters or [])


def _judge_end(response: httpx.Response, inflaters: list[Inflater]) -> None:
    """Take compressed data that ends early where the body came whole; raises StageFailed where nobody knows."""
    if any(inflater.has_more for inflater in inflaters):
        odd(response, "data follows its compressed body")
    if not any(inflater.is_unfinished for inflater in inflaters):
        return
    stream = response.stream
    if isinstance(stream, ResponseStream) and not stream.is_framed:
        raise protocol_error("the compressed answer cannot be decoded: it ends early", _BROKEN)
    odd(response, "its compressed body ends before its coding does: the last of it may be missing")


def has_come(response: httpx.Response) -> bool:
    """Tell whether the whole body is here, so that reading it waits for nobody; decoding one may take its time."""
    stream = response.stream
    return isinstance(stream, ResponseStream) and stream.has_come and "content-encoding" not in response.headers


def _raw(response: httpx.Response) -> AsyncIterator[bytes]:
    """The body as it comes; httpx's own reading adds layers that a thousand short answers feel."""
    if isinstance(response.stream, ResponseStream):
        return aiter(response.stream)
    return response.aiter_raw()


def _whole(response: httpx.Response, as_it_came: bool) -> ResponseStream | AsyncGenerator[bytes, None]:
    """The decoded body of an answer that nobody else closes; without a content coding it needs no decoding."""
    stream = response.stream
    return (
        stream
        if isinstance(stream, ResponseStream) and "content-encoding" not in response.headers
        else decoded(response, as_it_came=as_it_came)
    )


def _guarded(inflaters: list[Inflater], data: bytes | None) -> Iterator[bytes]:
    try:
        yield from _through(inflaters, data)
    except zlib.error as error:
        reason = quote(str(error).rpartition(": ")[2])
        raise protocol_error(f"the compressed answer cannot be decoded: {reason}", _BROKEN) from error


_BROKEN: Final = "the server, or a proxy before it, sends a wrong Content-Encoding or a broken body"


def _through(inflaters: list[Inflater], data: bytes | None) -> Iterator[bytes]:
    """Send `data` through all of `inflaters`, None for the end of it.

    What one coding gives may come to nothing in the next, for hours: an empty piece tells that time passes.
    """
    if not inflaters:
        if data:
            yield data
        return
    first, *others = inflaters
    for piece in first.end() if data is None else first.pieces(data):
        yield from _through(others, piece)
        if others:
            yield b""
    if data is None:
        yield from _through(others, None)


async def read(
    response: httpx.Response, limit: int, what: str = "the answer", *, as_it_came: bool = False
) -> bytes:
    """Return the decoded body; raises StageFailed `response_too_large` beyond `limit` bytes.

    `what` names the answer in the message; `as_it_came` as in `decoded`.
    """
    return (await count(response, limit, limit, what, as_it_came=as_it_came)).sample


class Counted(NamedTuple):
    """How many bytes a body has, decoded, and the first of them."""

    size: int
    sample: bytes


async def count(
    response: httpx.Response,
    limit: int,
    sample: int,
    what: str = "the answer",
    *,
    as_it_came: bool = False,
    whole: bytearray | None = None,
    kept_of_whole: int | None = None,
) -> Counted:
    """Count the decoded body and keep its first `sample` bytes; raises StageFailed as `read` does.

    `whole` is given the body as it comes, up to `kept_of_whole` bytes or else the limit, so that what came is there
    whatever happens then.
    """
    most = limit if kept_of_whole is None else min(limit, kept_of_whole)
    if whole is None and _declared(response) > limit:
        await response.aclose()
        raise too_large(limit, what)
    kept = bytearray()
    size = 0
    async with aclosing(_whole(response, as_it_came)) as pieces:
        async for piece in pieces:
            size += len(piece)
            if whole is not None and len(whole) < most:
                whole += piece[: most - len(whole)]
            if size > limit:
                raise _with_size(too_large(limit, what), size)
            if len(kept) < sample:
                kept += piece[: sample - len(kept)]
    return Counted(size, bytes(kept))


def _declared(response: httpx.Response) -> int:
    """The length that the head promises of a body that is not encoded, 0 where it promises none."""
    declared = response.headers.get("content-length", "")
    if not (declared.isascii() and declared.isdigit() and len(declared) < 20):
        return 0
    bodiless = response.request.method == "HEAD" or response.status_code in (204, 304)
    return 0 if bodiless or "content-encoding" in response.headers else int(declared)


def _with_size(failed: StageFailed, size: int) -> StageFailed:
    failed.detail = {**failed.detail, "bytes": size}
    return failed


_NOT_CHARSETS: Final = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"})
"""Text codecs of Python that are no character encodings of documents, and slow on long input."""


def is_event_stream(content_type: str) -> bool:
    """Whether a Content-Type announces server-sent events (HTML Living Standard, section 9.2)."""
    return media_type(content_type) == "text/event-stream"


def text_codec(charset: str | None) -> str:
    """Return the name of Python's codec for a charset, that of UTF-8 where it is unknown or none of documents."""
    try:
        codec = codecs.lookup(charset or "utf-8")
    except (LookupError, ValueError):
        return "utf-8"
    known = codec._is_text_encoding and codec.name.replace("_", "-") not in _NOT_CHARSETS
    return codec.name if known else "utf-8"


def text(response: httpx.Response, data: bytes) -> str:
    """Return `data` as text in the charset that `response` names, UTF-8 where it names none or an unknown one.

    Never raises: what cannot be decoded becomes U+FFFD.
    """
    name = text_codec(response.charset_encoding)
    try:
        return data.decode("utf-8-sig" if name == "utf-8" else name, "replace")
    except (UnicodeError, ValueError):
        return data.decode("utf-8", "replace")
