"""Plain answers: health, status codes, echo, encodings, sizes and slowness."""

from __future__ import annotations

import gzip
import zlib

from integrator_tui.demo.exchange import Exchange, Routes
from integrator_tui.demo.room import as_json

BLOCK = b"0123456789abcdef" * 4096
"""64 KiB of filling for big answers."""


async def health(exchange: Exchange) -> None:
    """200 and `{"status": "ok"}`; behind a guard also who was let in."""
    user = {"user": exchange.user} if exchange.user else {}
    await exchange.answer(200, {"status": "ok", **user})


async def status(exchange: Exchange) -> None:
    """The status code named in the path, 200 to 599."""
    code = exchange.path.rpartition("/")[2]
    if code.isdecimal() and 200 <= int(code) <= 599:
        await exchange.answer(int(code), {"status": int(code)})
    else:
        await exchange.answer(404, {"error": "a status code is from 200 to 599"})


async def echo(exchange: Exchange) -> None:
    """The request as it came, as JSON: method, target, path, query, headers, body."""
    await exchange.answer(200, as_json(exchange.request))


async def client_certificate(exchange: Exchange) -> None:
    """The common name in the client's certificate, null without one."""
    await exchange.answer(200, {"client": exchange.channel.client_name()})


async def compressed(exchange: Exchange) -> None:
    """A JSON answer in `Content-Encoding: gzip`."""
    await exchange.answer(200, gzip.compress(_document()), [("Content-Encoding", "gzip")], "application/json")


async def deflated(exchange: Exchange) -> None:
    """The same in `deflate`; with `?raw=1` without the zlib wrapper, as some servers send it."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS if exchange.request.text("raw") else zlib.MAX_WBITS)
    data = packer.compress(_document()) + packer.flush()
    await exchange.answer(200, data, [("Content-Encoding", "deflate")], "application/json")


async def chunked(exchange: Exchange) -> None:
    """A JSON answer in chunks of `?bytes=` (1)."""
    size = max(1, int(exchange.request.number("bytes", 1)))
    await exchange.start(200, [("Content-Type", "application/json")])
    document = _document()
    for start in range(0, len(document), size):
        await exchange.send(document[start : start + size])
    await exchange.finish()


async def until_close(exchange: Exchange) -> None:
    """A JSON answer without a length, ended by the end of the connection."""
    await exchange.start(200, [("Content-Type", "application/json")], chunked=False)
    await exchange.send(_document())


async def big(exchange: Exchange) -> None:
    """An answer of `?bytes=` (20,000,000) with its length."""
    left = int(exchange.request.number("bytes", 20_000_000))
    await exchange.start(
        200, [("Content-Type", "application/octet-stream"), ("Content-Length", str(left))], chunked=False
    )
    while left > 0:
        await exchange.send(BLOCK[:left])
        left -= len(BLOCK)


async def empty(exchange: Exchange) -> None:
    """200 and no byte of body."""
    await exchange.answer(200)


async def not_utf8(exchange: Exchange) -> None:
    """Text that says it is UTF-8 and is not."""
    await exchange.answer(200, b'{"name": "caf\xe9 \xff\xfe"}', content_type="application/json; charset=utf-8")


async def latin1(exchange: Exchange) -> None:
    """Text in ISO 8859-1, named as such."""
    await exchange.answer(200, "café".encode("latin-1"), content_type="text/plain; charset=iso-8859-1")


async def hostile(exchange: Exchange) -> None:
    """A JSON answer and a header whose texts hold escape sequences, bidirectional overrides and markup."""
    text = "\x1b[31mred\x1b]0;title\x07 \u202eabc\u202c [bold]markup[/oops] [@click=app.quit]link[/]"
    await exchange.answer(200, {"message": text}, [("X-Message", "\x1b[31mred [bold]")])


async def slow_headers(exchange: Exchange) -> None:
    """Waits `?ms=` (1000) before the status line."""
    await exchange.pause(exchange.request.number("ms", 1000))
    await health(exchange)


async def drip(exchange: Exchange) -> None:
    """The header block, one byte every `?ms=` (100), so that no single read ever takes long."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\nX-Filling: "
    for byte in head + b"." * 10_000:
        await exchange.raw(bytes([byte]))
        await exchange.pause(exchange.request.number("ms", 100))
    await exchange.raw(b"\r\n\r\nok")


async def slow_body(exchange: Exchange) -> None:
    """The headers at once, then one byte every `?ms=` (100), `?bytes=` (1000) in all."""
    count = int(exchange.request.number("bytes", 1000))
    await exchange.start(200, [("Content-Type", "text/plain"), ("Content-Length", str(count))], chunked=False)
    for _ in range(count):
        await exchange.send(b".")
        await exchange.pause(exchange.request.number("ms", 100))


async def silent(exchange: Exchange) -> None:
    """Takes the request and never answers."""
    await exchange.forever()


def _document() -> bytes:
    return b'{"status": "ok", "items": [1, 2, 3]}'


ROUTES: Routes = {
    "/health": health,
    "/status/*": status,
    "/echo": echo,
    "/echo/*": echo,
    "/client-certificate": client_certificate,
    "/gzip": compressed,
    "/deflate": deflated,
    "/chunked": chunked,
    "/until-close": until_close,
    "/big": big,
    "/empty": empty,
    "/not-utf8": not_utf8,
    "/latin1": latin1,
    "/hostile": hostile,
    "/slow/headers": slow_headers,
    "/slow/drip": drip,
    "/slow/body": slow_body,
    "/silent": silent,
}
