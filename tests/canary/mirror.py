"""A server that tells back all it was sent, in every place of an answer where that may stand.

The first part of the path says where: `/says/401`, `/header/500`, `/reason/200`, `/head/0`, `/moved/302`,
`/events/200`, `/lines/200`, `/ok/200`. What a token path (`/token`) gives is the canary token; what `/jwt` gives
tells it all in claims.
"""

from __future__ import annotations

import base64
import binascii
import json
import socketserver
import threading
from types import TracebackType
from typing import Self
from urllib.parse import unquote, unquote_plus

from tests.canary.canaries import FETCHED, USER


def _read(connection: socketserver.StreamRequestHandler) -> tuple[str, str, str]:
    """Return the target, the header lines and the body of a request; an empty target at the end."""
    first = connection.rfile.readline().decode("latin-1")
    head, length = "", 0
    while (line := connection.rfile.readline().decode("latin-1")) not in ("\r\n", ""):
        head += line
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            length = int(value)
    body = connection.rfile.read(length).decode("utf-8", "replace")
    return [*first.split(" "), ""][1], head, body


def _decoded(head: str) -> str:
    """Return the credentials of a Basic header as they were before base64, and after form decoding."""
    for line in head.splitlines():
        name, _, value = line.partition(": ")
        if name.lower() == "authorization" and value.startswith("Basic "):
            try:
                plain = base64.b64decode(value[6:]).decode("utf-8", "replace")
            except binascii.Error:
                continue
            # Only what OAuth 2.0 sends there is form-encoded (RFC 6749 section 2.3.1).
            return plain if plain.startswith(f"{USER}:") else f"{plain} {unquote_plus(plain)}"
    return ""


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        target, head, body = _read(self)
        if target:
            self.server.asked.append(f"{target}\n{head}\n{body}")
            self.wfile.write(_answer(target, head, body))


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.connections = 0

    def verify_request(self, request: object, client_address: object) -> bool:
        self.connections += 1
        return True


def _answer(target: str, head: str, body: str) -> bytes:
    place, _, rest = target.partition("?")[0].lstrip("/").partition("/")
    digits = rest[:3]
    status = int(digits) if digits.isdecimal() else 200
    decoded = " ".join((unquote(target), unquote_plus(body), _decoded(head)))
    sent = json.dumps([target, head, body, decoded], ensure_ascii=False)
    line = " ".join(f"{target} {head} {body} {decoded}".split()).encode("ascii", "xmlcharrefreplace").decode()
    match place:
        case "token" | "jwt":
            token = FETCHED if place == "token" else _web_token(sent, decoded)
            return _reply(200, json.dumps({"access_token": token, "expires_in": 3600}))
        case "refusing":
            return _reply(status, json.dumps({"error": "invalid_client", "error_description": sent}))
        case "keys":
            return _reply(status, json.dumps({sent: {"nothing": 1}, decoded: 2}))
        case "header":
            return _reply(status, "", f"WWW-Authenticate: Basic realm={line}", f"X-Echo: {line}")
        case "moved":
            return _reply(status, "", f"Location: http://elsewhere.example.com/?{line.replace(' ', '%20')}")
        case "reason":
            return _reply(status, "", reason=line)
        case "head":
            return f"HTTP/1.1 {line}\r\n{line}\r\n\r\n".encode()
        case "short":
            return _reply(status, sent).replace(b"Content-Length: ", b"Content-Length: 9")
        case "events":
            data = "".join(f"event: {line}\nid: {line}\ndata: {part}\n\n" for part in (sent, decoded, line))
            return _reply(status, data * 3, "Content-Type: text/event-stream")
        case "lines":
            return _reply(status, "\n".join((sent, decoded, line, head, body)), "Content-Type: text/plain")
        case "ok":
            return _reply(status, "{}")
    return _reply(status, sent)


def _web_token(*told: str) -> str:
    """Return a JSON Web Token (RFC 7519) whose claims hold what is told, in every place that may be shown."""
    claims = {"iss": told[0], "scope": list(told), "nested": {told[0]: {"deep": told[1]}}, told[1]: 1, "exp": 4e9}
    parts = (json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), "c2lnbmF0dXJl"])


def _reply(status: int, body: str, *headers: str, reason: str = "Status") -> bytes:
    data = body.encode()
    lines = (f"HTTP/1.1 {status} {reason}", *headers, f"Content-Length: {len(data)}", "Connection: close")
    return "\r\n".join((*lines, "", "")).encode() + data


class Mirror:
    """The server on a port of loopback, in a thread."""

    def __init__(self) -> None:
        self._server = _Server()
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def asked(self) -> tuple[str, ...]:
        """Everything that was sent, a request each."""
        return tuple(self._server.asked)

    @property
    def connections(self) -> int:
        """How many connections were made, whether anything was sent or not."""
        return self._server.connections
