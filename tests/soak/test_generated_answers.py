"""Answers made at random from what is right, half right and wrong: each ends a probe with a kind that has a name.

A run draws few; `INTEGRATOR_TUI_ANSWERS=20000` (`make soak`) draws many.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import random
import re
import socket
import zlib
from contextlib import aclosing

import pytest

from integrator_tui.engine.engine import Engine
from integrator_tui.model.connection import AuthMethod, BasicAuth, HttpBearerTokenAuth, RawBody, Request
from integrator_tui.model.probe import FAILURE_KINDS
from integrator_tui.model.stream import Closed
from tests.engine.hostile import HostileServer, read_request
from tests.engine.memory import at_most
from tests.engine.probing import check, oauth, target

COUNT = int(os.environ.get("INTEGRATOR_TUI_ANSWERS", "250"))
SECRET = "s3cr3t-pw"

STATUSES = [
    "200 OK",
    "200 OK",
    "200 OK",
    "204 None",
    "206 Part",
    "302 Found",
    "307 Again",
    "400 Bad",
    "401 Who",
    "407 Proxy",
    "503 No",
    "100 Continue",
    "101 Switch",
    "099 Low",
    "1000 High",
    "2x0 OK",
    "",
]
TYPES = [
    "text/event-stream",
    "application/json",
    "text/plain; charset=utf-16",
    "text/plain; charset=utf-7",
    "text/plain; charset=idna",
    "text/plain; charset=punycode",
    'text/html; charset="',
    "text/plain; charset=shift_jis",
    "application/x-www-form-urlencoded",
    "a/b; charset=zlib_codec",
    "/;;=",
    "",
]
CODINGS = ["gzip", "deflate", "gzip, deflate", "br", "identity", "x-gzip", "GZIP", ",,", "\x01"]
PLACES = [
    "/",
    "/other",
    "?x=1",
    "file:///etc/passwd",
    "http://[",
    "//",
    "http:///x",
    "HTTP://127.0.0.1:1/",
    "\u00fc",
    "mailto:a@b",
    f"/{SECRET}",
    "http://127.0.0.1:99999/",
]
HEADERS = [
    'WWW-Authenticate: Basic realm="\x1b[31m"',
    "Date: Tue, 99 Foo 1999 25:61:61 GMT",
    "Date: Tue, 01 Jan 2019 00:00:00 GMT",
    "Set-Cookie: a=b",
    "Connection: close",
    "Connection: keep-alive, upgrade",
    "Trailer: X",
    "X: " + "y" * 5000,
    "Content-Length: 5",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip, chunked",
    " folded",
    "no colon",
    "B\u00e4d: \u00fc",
    "",
]
BODIES = [
    b"",
    b"plain",
    b"data: x\n\ndata: y\n\n",
    b"\xef\xbb\xbfdata: \xe2\x82\n\n",
    b"line\r\nline\rline",
    json.dumps({"access_token": "t", "expires_in": 60}).encode(),
    b'{"access_token": 1e999, "expires_in": "x"}',
    b'{"error": "invalid_grant", "error_description": "\\u202e\\u001b[31m"}',
    b"[" * 5000,
    b"\xff\xfe\x00\xd8",
    bytes(range(256)) * 20,
    SECRET.encode() * 50,
    b'{"a": NaN}',
    b"null",
    b'"text"',
]


def answer(chance: random.Random) -> bytes:
    """Draw one answer; where it is right, it is so by chance."""
    body = chance.choice(BODIES)
    lines = [f"HTTP/{chance.choice(['1.1', '1.1', '1.1', '1.0', '2.0', '0.9'])} {chance.choice(STATUSES)}"]
    lines += chance.sample(HEADERS, chance.randrange(3))
    if chance.random() < 0.6:
        lines.append(f"Content-Type: {chance.choice(TYPES)}")
    if chance.random() < 0.4:
        lines.append(f"Location: {chance.choice(PLACES)}")
    if chance.random() < 0.3:
        lines.append(f"Content-Encoding: {chance.choice(CODINGS)}")
        body = chance.choice([gzip.compress, zlib.compress, lambda data: data])(body)
    match chance.randrange(4):
        case 0:
            lines.append(f"Content-Length: {len(body)}")
        case 1:
            lines.append("Transfer-Encoding: chunked")
            cut = chance.randrange(1, 50)
            pieces = [body[at : at + cut] for at in range(0, len(body), cut)]
            body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
        case 2:
            lines.append(f"Content-Length: {chance.choice([0, 3, len(body) + 9, 10**12])}")
    whole = "\r\n".join([*lines, "", ""]).encode("utf-8") + body
    return damaged(whole, chance) if chance.random() < 0.4 else whole


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Change, drop, double or cut some of the bytes."""
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(changed) + 1)
        match chance.randrange(4):
            case 0:
                changed[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del changed[at : at + chance.randrange(1, 9)]
            case 2:
                changed[at:at] = changed[at : at + chance.randrange(1, 30)]
            case 3 if chance.random() < 0.3:
                del changed[at:]
    return bytes(changed)


class Drawing:
    """A server whose every answer is drawn, several on a connection, then closes or resets."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self.last: list[bytes] = []

    def __call__(self, connection: socket.socket) -> None:
        chance = self._chance
        for _ in range(chance.randrange(1, 4)):
            read_request(connection)
            self.last.append(answer(chance))
            connection.sendall(self.last[-1])
            if chance.random() < 0.1:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
                return
            if chance.random() < 0.6:
                return


def auths(url: str) -> list[tuple[AuthMethod | None, dict[str, str]]]:
    described = HttpBearerTokenAuth(
        request=Request(
            path="/token", body=RawBody(raw="{{client_secret}}"), follow_redirect=True, stream_response=True
        ),
        token_output="body.access_token || body",
        expiration_output="body.expires_in || 60",
    )
    secret = {"client_secret": SECRET}
    return [
        (None, {}),
        (BasicAuth(username="u"), {"password": SECRET}),
        (oauth(url + "/token"), secret),
        (described, secret),
    ]


@pytest.mark.parametrize("follow", [False, True])
async def test_any_answer_ends_a_test(engine: Engine, follow: bool) -> None:
    drawing = Drawing(COUNT + follow)
    with at_most(64), HostileServer(drawing) as server:
        url = f"http://{server.netloc}"
        for number in range(COUNT):
            auth, secrets = auths(url)[number % 4]
            wanted = target(
                url, auth, secrets, follow_redirect=follow, stream_response=number % 3 == 0, connect=1, read=0.1
            )
            drawing.last.clear()
            async with asyncio.timeout(60):
                report = await check(engine, wanted)
            assert report.failure is None or report.failure.kind in FAILURE_KINDS, drawing.last
            assert report.failure is None or (report.failure.message and report.failure.hint), drawing.last
            said = json.dumps(report.to_json())
            assert not secrets or SECRET not in said, drawing.last
            # The characters themselves; a body may hold their names, which do nothing.
            assert not re.search(r"(?<!\\)(\\\\)*\\u(001b|202e)", said), drawing.last


async def test_any_answer_ends_a_stream(engine: Engine) -> None:
    drawing = Drawing(COUNT + 7)
    with at_most(64), HostileServer(drawing) as server:
        url = f"http://{server.netloc}"
        for number in range(COUNT):
            auth, secrets = auths(url)[number % 4]
            drawing.last.clear()
            async with (
                asyncio.timeout(60),
                aclosing(engine.stream(target(url, auth, secrets, connect=1, read=0.1))) as events,
            ):
                found = [event async for event in events]
            assert isinstance(found[-1], Closed), drawing.last
            assert found[-1].kind == "" or found[-1].kind in FAILURE_KINDS, drawing.last
            assert not secrets or SECRET not in repr(found), drawing.last
