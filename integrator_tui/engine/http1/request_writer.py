"""RequestWriter: a request as the bytes that are sent (RFC 9112 section 3).

Rules: nothing in it can end a line early, so that a value never becomes another header or another request; the
body is as long as it was said to be.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from integrator_tui.model.pattern import pattern

Headers = Iterable[tuple[bytes, bytes]]

_TOKEN: Final = pattern(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_TARGET: Final = pattern(rb"[\x21-\x7e]+")
_NOT_IN_A_VALUE: Final = pattern(rb"[\x00-\x08\x0a-\x1f\x7f]")


class Unsendable(ValueError):
    """The request cannot be written; the message says why."""


class RequestWriter:
    """One request. `head` is sent first, then each piece of the body as `piece` writes it, then `end`.

    `closes` says that the request asks the server to close the connection. Raises Unsendable for a method,
    target or header that cannot stand in one, and for a body of another length than was said.
    """

    def __init__(self, method: bytes, target: bytes, headers: Headers) -> None:
        if not _TOKEN.fullmatch(method):
            raise Unsendable("the method is no word that HTTP knows")
        if not _TARGET.fullmatch(target):
            raise Unsendable("the address holds a character that cannot be sent")
        self.closes = False
        self._chunked = False
        self._left = 0
        lines = [b"%b %b HTTP/1.1" % (method, target)]
        for name, value in headers:
            value = value.strip(b" \t")
            if not _TOKEN.fullmatch(name) or _NOT_IN_A_VALUE.search(value):
                raise Unsendable("a header holds a character that cannot be sent")
            lines.append(b"%b: %b" % (name, value))
            self._note(name.lower(), value.lower())
        self.head = b"\r\n".join(lines) + b"\r\n\r\n"

    def _note(self, name: bytes, value: bytes) -> None:
        if name == b"content-length":
            if not (value.isdigit() and len(value) < 20):
                raise Unsendable("Content-Length is no number")
            self._left = int(value)
        elif name == b"transfer-encoding":
            if value != b"chunked":
                raise Unsendable("Transfer-Encoding can only be chunked")
            self._chunked = True
        elif name == b"connection":
            self.closes = b"close" in (token.strip() for token in value.split(b","))

    def piece(self, data: bytes) -> bytes:
        """Return a piece of the body as it is sent."""
        if self._chunked:
            return b"%x\r\n%b\r\n" % (len(data), data) if data else b""
        self._left -= len(data)
        if self._left < 0:
            raise Unsendable("the body is longer than its Content-Length says")
        return data

    def end(self) -> bytes:
        """Return what ends the request."""
        if self._chunked:
            return b"0\r\n\r\n"
        if self._left:
            raise Unsendable("the body is shorter than its Content-Length says")
        return b""
