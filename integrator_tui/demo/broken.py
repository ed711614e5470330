"""Answers that break the rules of HTTP/1.1 (RFC 9112), each in one way."""

from __future__ import annotations

import gzip
import zlib

from integrator_tui.demo.channel import SecureChannel
from integrator_tui.demo.exchange import Exchange, Route, Routes

OK = b"HTTP/1.1 200 OK\r\n"
TEXT = OK + b"Content-Type: text/plain\r\n"
JSON = OK + b"Content-Type: application/json\r\n"


def saying(data: bytes, about: str) -> Route:
    """A route that sends these bytes and closes the connection."""

    async def route(exchange: Exchange) -> None:
        await exchange.raw(data)

    route.__doc__ = about
    return route


async def reset(exchange: Exchange) -> None:
    """A reset instead of an answer."""
    exchange.keep = False
    exchange.channel.abort()


async def reset_body(exchange: Exchange) -> None:
    """A reset in the middle of the body."""
    await exchange.raw(TEXT + b"Content-Length: 100\r\n\r\nhalf of")
    await exchange.pause(20)
    exchange.channel.abort()


async def tls_cut(exchange: Exchange) -> None:
    """A body until the end of the connection, which over TLS comes without close_notify."""
    await exchange.raw(TEXT + b"Connection: close\r\n\r\nperhaps not all")
    if isinstance(exchange.channel, SecureChannel):
        await exchange.channel.cut()


async def endless_headers(exchange: Exchange) -> None:
    """Header lines without end."""
    await exchange.raw(OK)
    while True:
        await exchange.raw(b"X-Filling: 0123456789abcdef\r\n" * 500)


async def endless_header(exchange: Exchange) -> None:
    """One header line without end."""
    await exchange.raw(OK + b"X-Filling: ")
    while True:
        await exchange.raw(b"." * 16384)


async def flood_1xx(exchange: Exchange) -> None:
    """`100 Continue` without end, and never an answer."""
    while True:
        await exchange.raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


async def bomb(exchange: Exchange) -> None:
    """A megabyte of gzip that unpacks to `?bytes=` (1,073,741,824) of zeros."""
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    left = int(exchange.request.number("bytes", 1 << 30))
    await exchange.start(200, [("Content-Type", "application/json"), ("Content-Encoding", "gzip")])
    block = bytes(1 << 20)
    while left > 0:
        await exchange.send(packer.compress(block[:left]))
        left -= len(block)
        await exchange.pause(0)
    await exchange.send(packer.flush())
    await exchange.finish()


_PACKED = gzip.compress(b'{"status": "ok", "items": [1, 2, 3, 4, 5, 6, 7, 8, 9]}')

ROUTES: Routes = {
    "/broken/close": saying(b"", "Closes without a byte of answer."),
    "/broken/reset": reset,
    "/broken/reset-body": reset_body,
    "/broken/tls-cut": tls_cut,
    "/broken/head": saying(OK + b"Content-Le", "Closes in the middle of the headers."),
    "/broken/short": saying(TEXT + b"Content-Length: 100\r\n\r\nten bytes.", "Says 100 bytes, sends ten, closes."),
    "/broken/long": saying(TEXT + b"Content-Length: 3\r\n\r\nten bytes.", "Says three bytes and sends ten."),
    "/broken/lengths": saying(
        TEXT + b"Content-Length: 3\r\nContent-Length: 10\r\n\r\nten bytes.", "Two lengths that differ."
    ),
    "/broken/length": saying(TEXT + b"Content-Length: -1\r\n\r\n", "A negative length."),
    "/broken/both": saying(
        TEXT + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "A length and chunks at once.",
    ),
    "/broken/chunk": saying(
        TEXT + b"Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\nzz\r\nbad\r\n", "A chunk whose size is no number."
    ),
    "/broken/last-chunk": saying(
        TEXT + b"Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n", "Closes before the last chunk."
    ),
    "/broken/transfer": saying(
        TEXT + b"Transfer-Encoding: rot13\r\n\r\nfirst", "A transfer encoding that does not exist."
    ),
    "/broken/status-line": saying(b"HTTP/1.1 fine OK\r\n\r\n", "A status that is no number."),
    "/broken/not-http": saying(b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n", "Not HTTP at all."),
    "/broken/version": saying(b"HTTP/9.9 200 OK\r\nContent-Length: 0\r\n\r\n", "A version nobody speaks."),
    "/broken/header": saying(
        OK + b"this is no header\r\nContent-Length: 0\r\n\r\n", "A header line without a name."
    ),
    "/broken/nul": saying(OK + b"X-Nul: a\x00b\r\nContent-Length: 0\r\n\r\n", "A header value with a NUL in it."),
    "/broken/long-header": saying(
        OK + b"X-Filling: " + b"." * 200_000 + b"\r\nContent-Length: 0\r\n\r\n", "A header of 200,000 bytes."
    ),
    "/broken/endless-headers": endless_headers,
    "/broken/endless-header": endless_header,
    "/broken/flood-1xx": flood_1xx,
    "/broken/early-hints": saying(
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + TEXT + b"Content-Length: 2\r\n\r\nok",
        "Not broken: a 103 before the 200.",
    ),
    "/broken/upgrade": saying(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: demo\r\nConnection: upgrade\r\n\r\nhello",
        "Switches to a protocol nobody asked for.",
    ),
    "/broken/two": saying(
        (TEXT + b"Content-Length: 2\r\n\r\nok") * 2,
        "A good answer with a second one behind it that nobody asked for.",
    ),
    "/broken/gzip": saying(
        JSON + b"Content-Encoding: gzip\r\nContent-Length: 16\r\n\r\n" + b'{"status": "ok"}',
        "Says gzip and is not.",
    ),
    "/broken/gzip-cut": saying(
        JSON + b"Content-Encoding: gzip\r\nContent-Length: 30\r\n\r\n" + _PACKED[:30], "gzip that ends too early."
    ),
    "/broken/coding": saying(
        JSON + b"Content-Encoding: rot13\r\nContent-Length: 2\r\n\r\n{}", "A content encoding that does not exist."
    ),
    "/broken/gzip-bomb": bomb,
}
