"""Answers that are not quite right, as servers, proxies and scripts send them."""

from __future__ import annotations

import gzip
import zlib
from typing import Final

BODY: Final = b"hello"
TEXT: Final = b"hello " * 100
_OK: Final = b"HTTP/1.1 200 OK\r\n"
_FIVE: Final = b"Content-Length: 5"
_GZIP: Final = gzip.compress(TEXT)
_ZLIB: Final = zlib.compress(TEXT)
_BARE: Final = zlib.compress(TEXT)[2:-4]


def _made(*lines: bytes, body: bytes = BODY, status: bytes = _OK) -> bytes:
    return status + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body


def _chunks(body: bytes, *lines: bytes) -> bytes:
    return _made(b"Transfer-Encoding: chunked", *lines, body=body)


def _coded(coding: bytes, body: bytes, *lines: bytes) -> bytes:
    return _made(b"Content-Encoding: " + coding, b"Content-Length: %d" % len(body), *lines, body=body)


def _status(line: bytes) -> bytes:
    return _made(_FIVE, status=line)


LENGTHS: Final = {
    "said twice": _made(_FIVE, _FIVE),
    "said twice in a list": _made(b"Content-Length: 5, 5"),
    "said three times in two lines": _made(b"Content-Length: 5,5", _FIVE),
    "said twice and differently": _made(_FIVE, b"Content-Length: 6"),
    "after blanks": _made(b"Content-Length:   5 \t"),
    "without a blank": _made(b"Content-Length:5"),
    "with zeros": _made(b"Content-Length: 05"),
    "empty": _made(b"Content-Length:"),
    "below zero": _made(b"Content-Length: -5"),
    "a word": _made(b"Content-Length: five"),
    "beside chunks": _chunks(b"5\r\nhello\r\n0\r\n\r\n", _FIVE),
    "longer than the body": _made(b"Content-Length: 9"),
    "shorter than the body": _made(_FIVE, body=b"hello and more"),
    "none": _made(),
    "none and chunks in HTTP/1.0": b"HTTP/1.0" + _chunks(b"5\r\nhello\r\n0\r\n\r\n")[8:],
}
CODINGS_OF_TRANSFER: Final = {
    "Chunked": _made(b"Transfer-Encoding: Chunked", body=b"5\r\nhello\r\n0\r\n\r\n"),
    "xchunked": _made(b"Transfer-Encoding: xchunked", body=b"5\r\nhello\r\n0\r\n\r\n"),
    "quoted": _made(b'Transfer-Encoding: "chunked"', body=b"5\r\nhello\r\n0\r\n\r\n"),
    "with a weight": _made(b"Transfer-Encoding: chunked;q=1", body=b"5\r\nhello\r\n0\r\n\r\n"),
}
HEADERS: Final = {
    "folded": _made(b"X: 1", b" 2", _FIVE),
    "folded by a tab": _made(b"X: 1", b"\t2", _FIVE),
    "a control character": _made(b"X: 1\x01\x1b[31m", _FIVE),
    "UTF-8": _made("X: ä".encode(), _FIVE),
    "Latin-1": _made(b"X: \xe4", _FIVE),
    "empty": _made(b"X:", _FIVE),
    "a NUL in a value": _made(b"X: 1\0", _FIVE),
    "a NUL in a name": _made(b"X\0: 1", _FIVE),
    "no colon": _made(b"<b>Warning</b>", _FIVE),
    "a line feed alone": _made(b"X: 1", _FIVE).replace(b"\r\n", b"\n"),
    "a carriage return alone": _made(b"X: 1", _FIVE).replace(b"\r\n", b"\r"),
    "90 kB": _made(b"X: " + b"y" * 90_000, _FIVE),
    "1,500 of them": _made(*(b"X-%d: y" % number for number in range(1500)), _FIVE),
    "an upgrade that is offered": _made(b"Upgrade: h2,h2c", b"Connection: Upgrade, Keep-Alive", _FIVE),
}
STATUS_LINES: Final = {
    "no reason": _status(b"HTTP/1.1 200 \r\n"),
    "no blank after the code": _status(b"HTTP/1.1 200\r\n"),
    "UTF-8": _status("HTTP/1.1 200 Schön\r\n".encode()),
    "Latin-1": _status(b"HTTP/1.1 200 Sch\xf6n\r\n"),
    "a control character": _status(b"HTTP/1.1 200 a\x01\x1b[3m\r\n"),
    "a NUL": _status(b"HTTP/1.1 200 a\0b\r\n"),
    "two blanks": _status(b"HTTP/1.1 200  OK\r\n"),
    "a tab before the code": _status(b"HTTP/1.1\t200 OK\r\n"),
    "four digits": _status(b"HTTP/1.1 2000 OK\r\n"),
    "two digits": _status(b"HTTP/1.1 20 OK\r\n"),
    "a code beyond 599": _status(b"HTTP/1.1 799 OK\r\n"),
    "HTTP/2.0": _status(b"HTTP/2.0 200 OK\r\n"),
    "HTTP/3": _status(b"HTTP/3 200 OK\r\n"),
    "HTTP/1": _status(b"HTTP/1 200 OK\r\n"),
    "ICY": _status(b"ICY 200 OK\r\n"),
    "a blank before it": _status(b" HTTP/1.1 200 OK\r\n"),
    "early hints before it": b"HTTP/1.1 103 Hints\r\nLink: </a>\r\n\r\n" + _status(_OK),
    "100 with a length before it": b"HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n" + _status(_OK),
    "204 with a length": _made(_FIVE, status=b"HTTP/1.1 204 No\r\n"),
    "205 with a body": _made(_FIVE, status=b"HTTP/1.1 205 Reset\r\n"),
}
CHUNKS: Final = {
    name: _chunks(body)
    for name, body in {
        "capitals": b"A\r\nhellohello\r\n0\r\n\r\n",
        "zeros": b"0005\r\nhello\r\n000\r\n\r\n",
        "an extension": b'5;a="b;c"\r\nhello\r\n0;x\r\n\r\n',
        "an extension without a name": b"5;\r\nhello\r\n0;\r\n\r\n",
        "a control character in an extension": b"5;\x01\r\nhello\r\n0\r\n\r\n",
        "blanks after the size": b"5   \r\nhello\r\n0 \r\n\r\n",
        "a tab after the size": b"5\t\r\nhello\r\n0\r\n\r\n",
        "a blank before the size": b" 5\r\nhello\r\n0\r\n\r\n",
        "0x": b"0x5\r\nhello\r\n0\r\n\r\n",
        "a plus": b"+5\r\nhello\r\n0\r\n\r\n",
        "a blank in the size": b"1 0\r\nhello\r\n0\r\n\r\n",
        "no line end after the data": b"5\r\nhello0\r\n\r\n",
        "no last line": b"5\r\nhello\r\n0\r\n",
        "no last chunk": b"5\r\nhello\r\n",
        "a trailer": b"5\r\nhello\r\n0\r\nX: 1\r\n\r\n",
        "a trailer with a length": b"5\r\nhello\r\n0\r\nContent-Length: 3\r\n\r\n",
        "a trailer that does not end": b"5\r\nhello\r\n0\r\nX: 1\r\n",
        "more after the end": b"5\r\nhello\r\n0\r\n\r\nand more",
        "none at all": b"",
        "a body that is not chunked": b"hello",
    }.items()
}
CODINGS: Final = {
    "GZIP": _coded(b"GZIP", _GZIP),
    "gzip without its trailer": _coded(b"gzip", _GZIP[:-8]),
    "gzip with half a trailer": _coded(b"gzip", _GZIP[:-3]),
    "gzip that ends in the middle": _coded(b"gzip", _GZIP[:20]),
    "gzip, its header alone": _coded(b"gzip", _GZIP[:10]),
    "gzip, nothing at all": _coded(b"gzip", b""),
    "gzip with a wrong sum": _coded(b"gzip", _GZIP[:-8] + bytes(4) + _GZIP[-4:]),
    "gzip with a wrong length": _coded(b"gzip", _GZIP[:-4] + bytes(4)),
    "gzip that is plain": _coded(b"gzip", BODY),
    "gzip that is deflate": _coded(b"gzip", _BARE),
    "gzip in gzip": _coded(b"gzip, gzip", gzip.compress(_GZIP)),
    "gzip said twice": _coded(b"gzip", _GZIP, b"Content-Encoding: gzip"),
    "deflate": _coded(b"deflate", _ZLIB),
    "deflate without its wrapper": _coded(b"deflate", _BARE),
    "deflate without its sum": _coded(b"deflate", _ZLIB[:-4]),
    "deflate with a wrong sum": _coded(b"deflate", _ZLIB[:-4] + bytes(4)),
    "deflate in gzip": _coded(b"deflate, gzip", gzip.compress(_ZLIB)),
    "identity": _coded(b"identity", BODY),
    "none": _coded(b"none", BODY),
    "an empty name": _coded(b"", BODY),
    "304 with a coding": _made(b"Content-Encoding: gzip", _FIVE, status=b"HTTP/1.1 304 No\r\n", body=b""),
}
PASSED_ON: Final = {
    name: _coded(name.encode(), BODY)
    for name in ("utf-8", "binary", "aws-chunked", "gzip;q=1", "8bit", "null", "*")
}
"""Codings that are none: httpx passes them on, and so does curl where it was not told to undo any."""

ALL: Final = {
    f"{group}: {name}": answer
    for group, answers in (
        ("length", LENGTHS),
        ("transfer", CODINGS_OF_TRANSFER),
        ("header", HEADERS),
        ("status line", STATUS_LINES),
        ("chunk", CHUNKS),
        ("coding", CODINGS),
    )
    for name, answer in answers.items()
}

TAKEN_BY_CURL_ALONE: Final = {
    "a blank before the colon": _made(b"X-A : 1", _FIVE),
    "a blank in the name": _made(b"X A: 1", _FIVE),
    "a tab before the colon": _made(b"X-A\t: 1", _FIVE),
    "no name": _made(b": 1", _FIVE),
    "letters beyond ASCII": _made("Ä: 1".encode(), _FIVE),
    "a line of JSON": _made(b'{"a": 1}', _FIVE),
    "a warning of a script": _made(b"PHP Warning: foo in /x/y.php on line 3", _FIVE),
}
"""Header lines that are none, and which curl passes over: h11, which httpx reads with, refuses them."""

REFUSED_ON_PURPOSE: Final = {
    "a length after a blank": _made(b"Content-Length : 5"),
    "a length after a blank, beside another": _made(b"Content-Length : 3", _FIVE),
    "a length with a blank inside": _made(b"Content Length: 5", _FIVE),
    "chunks after a blank": _made(b"Transfer-Encoding : chunked", body=b"5\r\nhello\r\n0\r\n\r\n"),
    "lengths that differ in a list": _made(b"Content-Length: 5, 6"),
    "a length that goes on in a second line": _made(_FIVE, b" 3"),
    "a length with a sign": _made(b"Content-Length: +5"),
    "a length in hexadecimal": _made(b"Content-Length: 0x5"),
    "a length with a point": _made(b"Content-Length: 5.0"),
    "a carriage return in a value": _made(b"X: 1\r2", _FIVE),
    "chunks twice": _made(b"Transfer-Encoding: chunked, chunked", body=b"5\r\nhello\r\n0\r\n\r\n"),
    "identity beside chunks": _made(b"Transfer-Encoding: identity, chunked", body=b"5\r\nhello\r\n0\r\n\r\n"),
    "identity as a transfer coding": _made(b"Transfer-Encoding: identity", _FIVE),
    "a code right after its version": _status(b"HTTP/1.1  200 OK\r\n"),
    "a reason right after its code": _status(b"HTTP/1.1 200OK\r\n"),
    "a version in small letters": _status(b"http/1.1 200 OK\r\n"),
    "HTTP/2 in words": _status(b"HTTP/2 200 OK\r\n"),
    "a protocol that nobody asked for": _made(
        b"Upgrade: h2c", b"Connection: Upgrade", status=b"HTTP/1.1 101 Switching Protocols\r\n"
    ),
    "a head that does not end": b"HTTP/1.1 200 OK\r\nX: 1\r\n",
    "chunks with line feeds alone": _chunks(b"5\nhello\n0\n\n"),
    "a size with a comma": _chunks(b"5,5\r\nhello\r\n0\r\n\r\n"),
    "gzip that is deflate in its wrapper": _coded(b"gzip", _ZLIB),
}
"""What curl takes, one way or another, and we do not: docs/security.md says why."""
