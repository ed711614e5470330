"""Cases of answers that are no success."""

from __future__ import annotations

import socket
from typing import Final

from integrator_tui.model.connection import Passing
from integrator_tui.model.probe import ProbeReport
from tests.engine.failing.lab import BASIC, CASES, Case, Lab, answered, broken, case
from tests.engine.hostile import answers, forever, ok, resets, silent
from tests.engine.peer import Peer, reply, routes

ANSWERED: Final = "resolve+ connect+ authenticate+ respond-"
PLAIN: Final = "resolve+ connect+ respond-"
answered("forbidden", ANSWERED, "rights", "status_403", reply(403), BASIC)
answered("not_found", ANSWERED, "Test Path", "status_404", reply(404), BASIC)
answered("server_error", ANSWERED, "log", "status_503", reply(503), BASIC)
answered("unexpected_status", ANSWERED, "GET", "status_405", reply(405), BASIC)
answered("unexpected_status", PLAIN, "limits", "status_429", reply(429))
answered("unexpected_status", PLAIN, "test.status", "status_418", reply(418))
answered("redirected", PLAIN, "Follow Redirect", "moved", reply(301, "", "Location: /there"))
answered(
    "response_too_large",
    PLAIN,
    "Stream Response",
    "length_of_10_gb",
    b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n",
)


def leading(name: str, hint: str, location: str) -> None:
    """The case of a redirect that is followed to no good end."""

    async def make(lab: Lab) -> ProbeReport:
        moved = reply(302, "", f"Location: {location}")
        async with Peer(routes({"/": moved})) as peer:
            return await lab.probe(peer.url + "/", follow_redirect=True)

    CASES.append(Case(name, "redirected", PLAIN, hint, make))


leading("in_a_circle", "circle", "/")
leading("to_a_file", "base URL", "file:///etc/passwd")


@case("unexpected_answer", PLAIN, "test.expect")
async def another_answer(lab: Lab) -> ProbeReport:
    async with Peer(routes({"/": reply(200, '{"status": "s3cr3t-of-theirs"}')})) as peer:
        return await lab.probe(peer.url, test=Passing(expect="body.status"))


@case("read_timeout", PLAIN, "options.timeout.read")
async def no_answer(lab: Lab) -> ProbeReport:
    return await lab.hostile(silent, read=0.2)


@case("read_timeout", "resolve+ connect+ respond+ stream-", "Stream Response")
async def a_silent_stream(lab: Lab) -> ProbeReport:
    def quiet(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        silent(connection)

    return await lab.hostile(quiet, read=0.2, stream_response=True)


@case("response_too_large", PLAIN, "test path")
async def an_answer_without_end(lab: Lab) -> ProbeReport:
    return await lab.hostile(forever(b"HTTP/1.1 200 OK\r\n\r\n", bytes(65536)))


broken(PLAIN, "log", "no_answer_at_all", answers(b""))
broken(PLAIN, "log", "reset", resets())
broken(PLAIN, "log", "half_an_answer", answers(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"))
broken(PLAIN, "host and port", "not_http", answers(b"SSH-2.0-OpenSSH_9.2\r\n"))
broken(PLAIN, "Content-Encoding", "not_gzip", answers(ok(b"plain", b"Content-Encoding: gzip")))
