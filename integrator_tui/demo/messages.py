"""One HTTP/1.1 request as it came (RFC 9112), and the readings of its body that the routes need."""

from __future__ import annotations

import asyncio
import base64
import binascii
import email.policy
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl, unquote

BODY_LIMIT = 64 * 1024 * 1024

TLS_HANDSHAKE = b"\x16"
"""The first byte of a TLS connection (RFC 8446 section 5.1), which no request begins with."""

Pairs = tuple[tuple[str, str], ...]


class BadRequest(Exception):
    """What came is not a request this server can answer; the text says why."""


@dataclass(frozen=True)
class Request:
    """A request line, header fields in their order, and the whole body."""

    method: str
    target: str
    headers: Pairs
    body: bytes = b""

    @property
    def path(self) -> str:
        """The decoded path, without the query."""
        return unquote(self.target.partition("?")[0])

    @property
    def query(self) -> Pairs:
        """The query's names and values, decoded."""
        return tuple(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    def header(self, name: str) -> str:
        """The first header field of that name, whatever its case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def text(self, name: str, default: str = "") -> str:
        """A query parameter."""
        return dict(self.query).get(name, default)

    def number(self, name: str, default: float) -> float:
        """A query parameter as a number that is not negative; raises BadRequest where it is none."""
        given = self.text(name)
        if not given:
            return default
        try:
            value = float(given)
        except ValueError:
            raise BadRequest(f"{name} is not a number") from None
        if not 0 <= value < 1e12:
            raise BadRequest(f"{name} is out of range")
        return value

    def content_type(self) -> str:
        """The media type of the body, lower case and without parameters."""
        return self.header("content-type").partition(";")[0].strip().lower()

    def form(self) -> Pairs:
        """The fields of a form-urlencoded body."""
        if self.content_type() != "application/x-www-form-urlencoded":
            return ()
        return tuple(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def json(self) -> dict[str, Any]:
        """The members of a JSON object body, else an empty one."""
        if not self.content_type().endswith("json"):
            return {}
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    def multipart(self) -> Pairs:
        """The named parts of a `multipart/form-data` body (RFC 7578), as text."""
        if self.content_type() != "multipart/form-data":
            return ()
        head = f"Content-Type: {self.header('content-type')}\r\n\r\n".encode()
        message = BytesParser(policy=email.policy.HTTP).parsebytes(head + self.body)
        parts = message.iter_parts() if message.is_multipart() else ()
        return tuple(
            (str(part.get_param("name", "", header="content-disposition")), str(part.get_content()))
            for part in parts
            if part.get_content_maintype() == "text"
        )

    def basic(self) -> tuple[str, str] | None:
        """User and password of HTTP Basic (RFC 7617), or None."""
        scheme, _, credentials = self.header("authorization").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, colon, password = base64.b64decode(credentials, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return (user, password) if colon else None

    def keeps_connection(self) -> bool:
        """Whether the client wants to ask again over the same connection."""
        return "close" not in self.header("connection").lower()


async def read(reader: asyncio.StreamReader, go_on: Callable[[], Awaitable[None]]) -> Request | None:
    """The next request, or None at the end of the connection.

    `go_on` sends `100 Continue` to a client that waits for it. Raises BadRequest.
    """
    try:
        first_byte = await reader.readexactly(1)
        if first_byte == TLS_HANDSHAKE:
            raise BadRequest("this port does not speak TLS")
        block = first_byte + await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    except asyncio.LimitOverrunError:
        raise BadRequest("the header block is too long") from None
    first, *lines = block.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise BadRequest("the request line is not one of HTTP/1.1")
    headers = tuple(_field(line) for line in lines)
    head = Request(words[0], words[1], headers)
    if head.header("expect").lower() == "100-continue":
        await go_on()
    return Request(words[0], words[1], headers, await _body(reader, head))


def _field(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name or name != name.strip():
        raise BadRequest("a header line has no name")
    return name, value.strip()


async def _body(reader: asyncio.StreamReader, head: Request) -> bytes:
    try:
        if head.header("transfer-encoding").lower() == "chunked":
            return await _chunks(reader)
        length = int(head.header("content-length") or "0")
        if not 0 <= length <= BODY_LIMIT:
            raise BadRequest("the body is too long")
        return await reader.readexactly(length)
    except (ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        raise BadRequest("the body is not what its header fields say") from None


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = bytearray()
    while size := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16):
        if len(body) + size > BODY_LIMIT:
            raise BadRequest("the body is too long")
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    while await reader.readuntil(b"\r\n") != b"\r\n":
        pass
    return bytes(body)
