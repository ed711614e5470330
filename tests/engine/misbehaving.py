"""Servers that do everything a server should not, each with what a probe must make of it."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import zlib
from functools import cache
from typing import Final, NamedTuple

from integrator_tui.engine.http1.response_parser import MAX_HEAD, MAX_HEADERS
from tests.engine.hostile import (
    Behaviour,
    answers,
    answers_then_silent,
    drip,
    forever,
    gzip_bomb,
    ok,
    read_head,
    resets,
    silent,
)

PASSES: Final = "passed"
PROTOCOL: Final = ("protocol_error",) * 3
SLOW: Final = ("read_timeout",) * 3
HEAD: Final = b"HTTP/1.1 200 OK\r\n"
CHUNKED: Final = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
TOKEN: Final = b'{"access_token": "t", "expires_in": 60}'


class Misbehaving(NamedTuple):
    """One behaviour, and the kind it is told as: by a test, for a token, and at the end of a stream.

    A stream that such a server never lets end has None.
    """

    name: str
    behave: Behaviour
    test: str
    token: str
    stream: str | None


def sends(head: bytes, *pieces: bytes) -> Behaviour:
    """Send `head` and all pieces, then close."""

    def behave(connection: socket.socket) -> None:
        read_head(connection)
        connection.sendall(head)
        for piece in pieces:
            connection.sendall(piece)

    return behave


@cache
def squeezed(layers: int) -> bytes:
    """128 MiB of nothing, squeezed as often as `layers` says."""
    return gzip.compress(squeezed(layers - 1)) if layers > 1 else b"".join(gzip_bomb(128 << 20))


def bomb(layers: int) -> Behaviour:
    """A body that becomes a thousand times as long, once for each layer."""

    def behave(connection: socket.socket) -> None:
        codings = b", ".join([b"gzip"] * layers)
        sends(HEAD + b"Content-Encoding: " + codings + b"\r\n\r\n", squeezed(layers))(connection)

    return behave


def nothing() -> bytes:
    """Gzip in gzip in gzip that holds 4 GB between the codings and, so far, not a byte."""
    squeeze = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    begun = squeeze.compress(gzip.compress(b"")[:10]) + squeeze.flush(zlib.Z_FULL_FLUSH)
    # After a full flush a block stands for itself, and may be repeated.
    empty = squeeze.compress(b"\0\0\0\xff\xff" * 200_000) + squeeze.flush(zlib.Z_FULL_FLUSH)
    return gzip.compress(begun + empty * 4000 + squeeze.flush())


def slow_handshake(connection: socket.socket) -> None:
    """Begin a TLS record and never come to its end."""
    connection.sendall(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03")
    pause = threading.Event()
    while not pause.wait(0.02):
        connection.sendall(b"\0")


def drip_unasked(piece: bytes) -> Behaviour:
    """Send `piece` every 200 ms without having been asked."""

    def behave(connection: socket.socket) -> None:
        pause = threading.Event()
        while not pause.wait(0.2):
            connection.sendall(piece)

    return behave


def floods(connection: socket.socket) -> None:
    """Send without having been asked, and without end."""
    while True:
        connection.sendall(bytes(65536))


def deep(opening: bytes) -> bytes:
    """A JSON answer so deep that a parser may fall over it."""
    return ok(b'{"access_token": ' + opening * (500_000 // len(opening)), b"Content-Type: application/json")


def _all(kinds: tuple[str, str, str], table: dict[str, Behaviour]) -> list[Misbehaving]:
    return [Misbehaving(name, behave, *kinds) for name, behave in table.items()]


HEADS: Final = _all(
    PROTOCOL,
    {
        "headers without end": forever(HEAD, b"X-More: and more\r\n"),
        "a header line without end": forever(HEAD + b"X-Long: ", b"long" * 256),
        "too many headers": answers(HEAD + b"X: y\r\n" * (MAX_HEADERS + 1) + b"\r\n"),
        "too long a header": answers(HEAD + b"X: " + b"y" * MAX_HEAD + b"\r\n\r\n"),
        "a flood of 100": forever(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        "a flood of 103 with headers": forever(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
        "a switch nobody asked for": answers(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"),
        "a status line without end": forever(b"HTTP/1.1 200 ", b"OK" * 100),
        "a status that is none": answers(b"HTTP/1.1 20x OK\r\n\r\n"),
        "a header without a colon": answers(HEAD + b"value\r\n\r\n"),
        "a length that is malformed": answers(HEAD + b"Content-Length : 5\r\n\r\nhello"),
        "white space before the first header": answers(HEAD + b" X: y\r\n\r\n"),
        "a header with a zero byte": answers(HEAD + b"X: a\0b\r\n\r\n"),
        "HTTP/2 frames": answers(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18)),
        "HTTP/0.9": answers(b"<html>hello</html>"),
        "no byte at all": answers(b""),
        "a reset": resets(),
        "half a head": answers(b"HTTP/1.1 200 OK\r\nContent-Le"),
        "a reset in the head": resets(b"HTTP/1.1 200 OK\r\nContent-Le"),
    },
)

BODIES: Final = _all(
    PROTOCOL,
    {
        "less than was promised": answers(HEAD + b"Content-Length: 1000\r\n\r\nshort"),
        "a reset in the body": resets(HEAD + b"Content-Length: 1000\r\n\r\nshort"),
        "two lengths": answers(HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
        "a length below zero": answers(HEAD + b"Content-Length: -5\r\n\r\nhello"),
        "a length of words": answers(HEAD + b"Content-Length: five\r\n\r\nhello"),
        "a coding nobody knows": answers(HEAD + b"Transfer-Encoding: gzip\r\n\r\nhello"),
        "a chunk without a size": answers(CHUNKED + b"\r\nhello\r\n0\r\n\r\n"),
        "a chunk size of words": answers(CHUNKED + b"five\r\nhello\r\n0\r\n\r\n"),
        "a chunk size below zero": answers(CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n"),
        "a chunk size too large to count": answers(CHUNKED + b"f" * 17 + b"\r\nhello"),
        "a chunk longer than its size": answers(CHUNKED + b"2\r\nhello\r\n0\r\n\r\n"),
        "no last chunk": answers(CHUNKED + b"5\r\nhello\r\n"),
        "a chunk size line without end": forever(CHUNKED, b"1;" + b"extension" * 1000),
        "trailers without end": forever(CHUNKED + b"0\r\n", b"Trailer: and more\r\n"),
        "gzip that is none": answers(ok(b"plain text", b"Content-Encoding: gzip")),
        "gzip cut short, and no length": answers(
            HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"text" * 999)[:-9]
        ),
        "codings upon codings": answers(ok(b"text", b"Content-Encoding: " + b"gzip, " * 50 + b"gzip")),
    },
)

SLOWNESS: Final = _all(
    SLOW,
    {
        "silence": silent,
        "a slow status line": drip(b"HTTP/1.1 200 ", b"OK"),
        "slow headers": drip(HEAD, b"X-Slow: y\r\n"),
        "a slow header": drip(HEAD + b"X-Slow: ", b"y"),
        "half a body, then silence": answers_then_silent(HEAD + b"Content-Length: 10\r\n\r\nhalf"),
        "half a chunk, then silence": answers_then_silent(CHUNKED + b"5\r\nhe"),
        "codings that come to nothing": answers(ok(nothing(), b"Content-Encoding: gzip, gzip, gzip")),
    },
)

SIZES: Final = [
    Misbehaving(
        "10 GB",
        forever(HEAD + b"Content-Length: 10000000000\r\n\r\n", bytes(65536)),
        *("response_too_large",) * 2,
        None,
    ),
    Misbehaving("a body without end", forever(HEAD + b"\r\n", bytes(65536)), *("response_too_large",) * 2, None),
    Misbehaving("a line without end", forever(HEAD + b"\r\n", b"x" * 65536), *("response_too_large",) * 2, None),
    Misbehaving(
        "chunks without end", forever(CHUNKED, b"40\r\n" + bytes(64) + b"\r\n"), *("response_too_large",) * 2, None
    ),
    Misbehaving("a bomb", bomb(1), *("response_too_large",) * 2, ""),
    Misbehaving("a bomb in a bomb", bomb(2), *("response_too_large",) * 2, ""),
    Misbehaving("a slow body", drip(HEAD + b"Content-Length: 100000\r\n\r\n", b"."), *("read_timeout",) * 2, None),
    Misbehaving("slow chunks", drip(CHUNKED, b"1\r\n.\r\n"), *("read_timeout",) * 2, None),
]

_BR: Final = answers(ok(b"\x0b\x02\x80hello\x03", b"Content-Encoding: br"))

ODD: Final = [
    Misbehaving("a coding nobody asked for", _BR, PASSES, "protocol_error", "protocol_error"),
    *(
        Misbehaving(name, answers(answer), PASSES, token, "")
        for name, answer, token in (
            ("an empty body", ok(b""), "token_output_failed"),
            ("204 with a body", b"HTTP/1.1 204 No Content\r\n\r\nbody", "token_output_failed"),
            ("more than was promised", HEAD + b"Content-Length: %d\r\n\r\n" % len(TOKEN) + TOKEN + b"more", PASSES),
            ("no length, and closed", HEAD + b"\r\n" + TOKEN, PASSES),
            ("HTTP/1.0", b"HTTP/1.0 200 OK\r\n\r\n" + TOKEN, PASSES),
            ("not UTF-8", ok(b'{"access_token": "\xff\xfe", "x": "\xc3"}'), "token_output_failed"),
            ("UTF-16 that is none", ok(TOKEN, b"Content-Type: application/json; charset=utf-16"), PASSES),
            ("a charset that is none", ok(TOKEN, b"Content-Type: text/plain; charset=undefined"), PASSES),
            ("a codec that is no charset", ok(TOKEN, b"Content-Type: text/plain; charset=zlib"), PASSES),
            ("a folded header", HEAD + b"X: a\r\n b\r\nContent-Length: 39\r\n\r\n" + TOKEN, PASSES),
            ("arrays in arrays", deep(b"["), "token_output_failed"),
            ("objects in objects", deep(b'{"a":'), "token_output_failed"),
            (
                "a number of a million digits",
                ok(b'{"access_token": ' + b"9" * 900_000 + b"}"),
                "token_output_failed",
            ),
            ("no keys but one, a thousand times", ok(b'{"a": 1, ' * 1000), "token_output_failed"),
            ("a token of 900 KB", ok(json.dumps({"access_token": "x" * 900_000}).encode()), PASSES),
            ("a header without a name", HEAD + b": v\r\nContent-Length: %d\r\n\r\n" % len(TOKEN) + TOKEN, PASSES),
            (
                "a blank before the colon",
                HEAD + b"X : v\r\nContent-Length: %d\r\n\r\n" % len(TOKEN) + TOKEN,
                PASSES,
            ),
            ("gzip without its trailer", ok(gzip.compress(TOKEN)[:-8], b"Content-Encoding: gzip"), PASSES),
            (
                "gzip cut short",
                ok(gzip.compress(b"text" * 999)[:-9], b"Content-Encoding: gzip"),
                "token_output_failed",
            ),
            ("a coding that is none", ok(TOKEN, b"Content-Encoding: utf-8"), PASSES),
        )
    ),
]

ALL: Final = [*HEADS, *BODIES, *SLOWNESS, *SIZES, *ODD]
