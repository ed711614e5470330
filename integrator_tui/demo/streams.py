"""Answers that come bit by bit: server-sent events, lines, and JSON by the line.

`?interval_ms=` is the pace, `?count=` the number of events or lines, 0 for no end. All are chunked and
flushed one by one. Event streams follow the WHATWG HTML standard, section 9.2.
"""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from integrator_tui.demo.exchange import Exchange, Routes

EVENT_STREAM = [("Content-Type", "text/event-stream"), ("Cache-Control", "no-store")]
LINES = [("Content-Type", "text/plain; charset=utf-8")]
NDJSON = [("Content-Type", "application/x-ndjson")]

HOSTILE = (
    "\x1b[2J\x1b[31mred\x1b[0m and cleared",
    "\x1b]0;new title\x07\x1b]52;c;aGk=\x07 a title and a clipboard",
    "\x1b[?1049l\x1b[6n\x1bP+q544e\x1b\\ leaves the screen and asks the terminal",
    "\x9b31m eight bit controls \x85 \x90",
    "\u202egnp.exe\u202c \u2066bidi\u2069 \u200bzero\u200dwidth \ufeff",
    "[bold red]markup[/] [@click=app.quit]quit[/] [/oops] [link=file:///etc/passwd]link[/link]",
    "over\rwritten\b\b\b and \x00 nul, \x7f delete, tab\there",
    "wide 漢字 👩‍👩‍👧‍👦 combining e\u0301\u0302\u0303 \U0010ffff",
)
"""Texts that no terminal may see as they are."""


async def events(exchange: Exchange) -> None:
    """Server-sent events, one every `?interval_ms=` (1000), `?count=` of them (0).

    Orders, and every fifth time a note of two lines.
    """
    await exchange.start(200, EVENT_STREAM)
    await exchange.send(b": the demo server's events\nretry: 3000\n\n")
    async for number in _paced(exchange, interval=1000):
        await exchange.send(_event(number))
    await exchange.finish()


async def first_then_silence(exchange: Exchange) -> None:
    """One event, and then nothing, on a connection that stays open."""
    await exchange.start(200, EVENT_STREAM)
    await exchange.send(_event(1))
    await exchange.forever()


async def silence(exchange: Exchange) -> None:
    """The headers of an event stream, and then nothing."""
    await exchange.start(200, EVENT_STREAM)
    await exchange.forever()


async def comments(exchange: Exchange) -> None:
    """Only comments, one every `?interval_ms=` (1000), to keep the connection alive."""
    await exchange.start(200, EVENT_STREAM)
    async for _ in _paced(exchange, interval=1000):
        await exchange.send(b": still here\n\n")
    await exchange.finish()


async def odd(exchange: Exchange) -> None:
    """The corners of the format.

    A byte order mark, CR and CRLF, colons and spaces, ids and retries to be ignored, an event cut off by the end.
    """
    await exchange.start(200, EVENT_STREAM)
    pieces = [
        b"\xef\xbb\xbfdata: after a byte order mark\n\n",
        b"data: ended by carriage returns\r\r",
        b"data: ended by both\r\n\r\n",
        b"data:no space\ndata:  two spaces\ndata\n\n",
        b"id: 7\nevent: named\ndata: with an id\n\n",
        b"id: 8\x009\ndata: an id with a NUL is ignored\n\n",
        b"retry: soon\nretry: 250\ndata: one retry of two\n\n",
        b"event: without data, so never dispatched\n\n",
        b"id\ndata: an empty id resets it\n\n",
        b"unknown: field\ndata: caf\xc3\xa9 \xff\n\n",
        b"data: cut off by the end of the stream\n",
    ]
    for piece in pieces:
        await exchange.send(piece)
    await exchange.finish()


async def bytewise(exchange: Exchange) -> None:
    """`?count=` (3) events, one byte a chunk, so that line ends and characters are torn apart."""
    await exchange.start(200, EVENT_STREAM)
    for number in range(1, int(exchange.request.number("count", 3)) + 1):
        for byte in f"id: {number}\r\ndata: café {number}\r\ndata: 漢字\r\n\r\n".encode():
            await exchange.send(bytes([byte]))
            await asyncio.sleep(0)
    await exchange.finish()


async def huge_event(exchange: Exchange) -> None:
    """One event of `?bytes=` (3,000,000) in one data line, then a small one."""
    await exchange.start(200, EVENT_STREAM)
    await exchange.send(b"data: " + b"x" * int(exchange.request.number("bytes", 3_000_000)) + b"\n\n")
    await exchange.send(b"data: after the huge one\n\n")
    await exchange.finish()


async def hostile_events(exchange: Exchange) -> None:
    """Events whose data, names and ids hold escape sequences, bidirectional overrides and markup."""
    await exchange.start(200, EVENT_STREAM)
    for text in HOSTILE:
        line = text.replace("\r", "")
        await exchange.send(f"event: {line}\nid: {line}\ndata: {line}\n\n".encode())
    await exchange.finish()


async def secret_events(exchange: Exchange) -> None:
    """The credentials that were sent, told back in an event, torn across two chunks."""
    told = f"data: you sent {exchange.request.header('authorization')} here\n\n".encode()
    await exchange.start(200, EVENT_STREAM)
    await exchange.send(told[: len(told) // 2])
    await exchange.send(told[len(told) // 2 :])
    await exchange.finish()


async def cut_events(exchange: Exchange) -> None:
    """Two events, and the connection closes without the last chunk."""
    await exchange.start(200, EVENT_STREAM)
    await exchange.send(_event(1) + _event(2))
    exchange.keep = False


async def lines(exchange: Exchange) -> None:
    """Lines of text, one every `?interval_ms=` (1000), `?count=` of them (0)."""
    await exchange.start(200, LINES)
    async for number in _paced(exchange, interval=1000):
        await exchange.send(f"{_now()} line {number}\n".encode())
    await exchange.finish()


async def fast_lines(exchange: Exchange) -> None:
    """`?lines=` (100,000; 0 for no end) numbered lines at `?rate=` (10,000) a second.

    With `?rate=0` they come as fast as they are taken.
    """
    total = int(exchange.request.number("lines", 100_000))
    rate = exchange.request.number("rate", 10_000)
    await exchange.start(200, LINES)
    clock = asyncio.get_running_loop().time
    began, sent = clock(), 0
    while not total or sent < total:
        due = int((clock() - began) * rate) + 1 if rate else sent + 1000
        end = min(due, sent + 1000, total or due)
        if end > sent:
            await exchange.send(b"".join(b"line %09d of the fast stream\n" % number for number in range(sent, end)))
            sent = end
        await asyncio.sleep(0.005 if rate else 0)
    await exchange.finish()


async def long_line(exchange: Exchange) -> None:
    """A line of `?bytes=` (3,000,000) without an end, then a short one."""
    await exchange.start(200, LINES)
    left = int(exchange.request.number("bytes", 3_000_000))
    while left > 0:
        await exchange.send(b"x" * min(left, 65536))
        left -= 65536
    await exchange.send(b"\nafter the long line\n")
    await exchange.finish()


async def endless_line(exchange: Exchange) -> None:
    """A line that never ends, as fast as it is taken."""
    await exchange.start(200, LINES)
    while True:
        await exchange.send(b"x" * 65536)


async def hostile_lines(exchange: Exchange) -> None:
    """Lines with escape sequences, bidirectional overrides and markup, and bytes that are no UTF-8."""
    await exchange.start(200, LINES)
    for text in HOSTILE:
        await exchange.send(text.encode() + b"\n")
    await exchange.send(b"not UTF-8: \xff\xfe\xc3( \xed\xa0\x80\n")
    await exchange.finish()


async def line_ends(exchange: Exchange) -> None:
    """Lines ended by LF, CRLF and nothing at the end of the stream, an empty one among them."""
    await exchange.start(200, LINES)
    for piece in (b"one\ntwo\r", b"\nthree\n\nfi", b"ve\nsix without an end"):
        await exchange.send(piece)
    await exchange.finish()


async def silent_lines(exchange: Exchange) -> None:
    """The headers of a text, and then nothing."""
    await exchange.start(200, LINES)
    await exchange.forever()


async def gzip_lines(exchange: Exchange) -> None:
    """Lines in `Content-Encoding: gzip`, each flushed on its own; `?interval_ms=` (1000), `?count=` (0)."""
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    await exchange.start(200, [*LINES, ("Content-Encoding", "gzip")])
    async for number in _paced(exchange, interval=1000):
        await exchange.send(packer.compress(f"packed line {number}\n".encode()) + packer.flush(zlib.Z_SYNC_FLUSH))
    await exchange.send(packer.flush())
    await exchange.finish()


async def ndjson(exchange: Exchange) -> None:
    """A JSON object a line, one every `?interval_ms=` (1000), `?count=` of them (0)."""
    await exchange.start(200, NDJSON)
    async for number in _paced(exchange, interval=1000):
        await exchange.send(json.dumps({"number": number, "at": _now()}).encode() + b"\n")
    await exchange.finish()


async def _paced(exchange: Exchange, interval: float) -> AsyncIterator[int]:
    """Numbers from 1 at the pace and up to the count the query asks for; the first comes at once."""
    pause = exchange.request.number("interval_ms", interval)
    count = int(exchange.request.number("count", 0))
    number = 1
    while True:
        yield number
        if number == count:
            return
        number += 1
        await exchange.pause(pause)


def _event(number: int) -> bytes:
    order = json.dumps({"order": 1000 + number, "at": _now()})
    if number % 5 == 0:
        return f"event: note\nid: {number}\ndata: five more orders\ndata: the last is {order}\n\n".encode()
    return f"event: order\nid: {number}\ndata: {order}\n\n".encode()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


ROUTES: Routes = {
    "/events": events,
    "/events/first": first_then_silence,
    "/events/silent": silence,
    "/events/comments": comments,
    "/events/odd": odd,
    "/events/bytewise": bytewise,
    "/events/huge": huge_event,
    "/events/hostile": hostile_events,
    "/events/secret": secret_events,
    "/events/cut": cut_events,
    "/lines": lines,
    "/lines/fast": fast_lines,
    "/lines/long": long_line,
    "/lines/endless": endless_line,
    "/lines/hostile": hostile_lines,
    "/lines/ends": line_ends,
    "/lines/silent": silent_lines,
    "/lines/gzip": gzip_lines,
    "/ndjson": ndjson,
}
