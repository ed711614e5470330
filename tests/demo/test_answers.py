"""Answers, redirects and records: what is asked for is what comes."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import zlib
from collections.abc import Callable
from email.message import Message
from urllib.parse import urlsplit

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer

Ask = Callable[..., tuple[int, Message, bytes]]
Connect = Callable[..., http.client.HTTPConnection]


@pytest.mark.parametrize("port", ["http", "https", "http_other", "https_other"])
def test_health(ask: Ask, port: str) -> None:
    assert ask("/health", port=port)[::2] == (200, b'{"status": "ok"}')


@pytest.mark.parametrize("code", [200, 204, 304, 400, 401, 404, 418, 429, 500, 503, 599])
def test_status(ask: Ask, code: int) -> None:
    status, _, body = ask(f"/status/{code}")
    assert (status, body == b"") == (code, code in (204, 304))


def test_unknown_paths_and_numbers(ask: Ask) -> None:
    assert ask("/nowhere")[0] == 404
    assert ask("/status/99")[0] == 404
    assert ask("/big?bytes=many")[0] == 400
    assert ask("/big?bytes=-1")[0] == 400
    assert ask("/big?bytes=nan")[0] == 400


def test_the_index_names_every_path(ask: Ask, demo: ThreadedDemoServer) -> None:
    listed = json.loads(ask("/")[2])
    assert all(path.startswith("/") and text.endswith(".") for path, text in listed.items())
    assert json.loads(ask("/ports")[2]) == demo.addresses.origins
    assert {"/health", "/basic", "/broken/gzip-bomb"} <= listed.keys()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_echo(ask: Ask, room: Room, method: str) -> None:
    status, _, body = ask("/echo/a%20b?x=%26&y", method, "héllo".encode(), {"X-Twice": "1"})
    seen = json.loads(body)
    assert (status, seen["method"], seen["path"]) == (200, method, f"{room.prefix}/echo/a b")
    assert (seen["query"], seen["body"]) == ([["x", "&"], ["y", ""]], "héllo")
    assert ["X-Twice", "1"] in seen["headers"]
    assert room.last.body == "héllo".encode()


def test_head_has_no_body(ask: Ask) -> None:
    status, headers, body = ask("/health", "HEAD")
    assert (status, headers["Content-Length"], body) == (200, "16", b"")


def test_encodings(ask: Ask) -> None:
    document = {"status": "ok", "items": [1, 2, 3]}
    assert json.loads(gzip.decompress(ask("/gzip")[2])) == document
    assert json.loads(zlib.decompress(ask("/deflate")[2])) == document
    assert json.loads(zlib.decompress(ask("/deflate?raw=1")[2], wbits=-15)) == document
    assert json.loads(ask("/chunked")[2]) == document
    assert json.loads(ask("/until-close")[2]) == document
    assert ask("/empty")[2] == b""
    assert ask("/latin1")[2].decode("latin-1") == "café"
    assert b"\x1b[31m" in json.loads(ask("/hostile")[2])["message"].encode()
    with pytest.raises(UnicodeDecodeError):
        ask("/not-utf8")[2].decode()


def test_sizes_and_slowness(ask: Ask) -> None:
    assert len(ask("/big?bytes=1000001")[2]) == 1_000_001
    assert ask("/slow/headers?ms=1")[0] == 200
    assert ask("/slow/drip?ms=0")[2] == b"ok"
    assert ask("/slow/body?ms=0&bytes=5")[2] == b"....."


def test_a_chunked_request_and_expect(room: Room, connect: Connect) -> None:
    connection = connect()
    connection.request("POST", f"{room.prefix}/echo", iter([b"one ", b"two"]), {"Expect": "100-continue"})
    assert json.load(connection.getresponse())["body"] == "one two"
    connection.close()


def test_one_connection_carries_many_requests(room: Room, connect: Connect) -> None:
    connection = connect()
    for _ in range(3):
        connection.request("GET", f"{room.prefix}/health")
        connection.getresponse().read()
    connection.close()
    room.wait_for(lambda room: room.counts.connections_open == 0)
    assert (room.counts.requests, room.counts.connections_opened) == (3, 1)


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_redirects(ask: Ask, room: Room, demo: ThreadedDemoServer, code: int) -> None:
    status, headers, _ = ask(f"/redirect/{code}?to=/echo")
    assert (status, headers["Location"]) == (code, f"{room.prefix}/echo")
    other = ask(f"/redirect/{code}?port=https_other")[1]["Location"]
    assert other == f"{demo.addresses['https_other']}{room.prefix}/health"
    named = ask(f"/redirect/{code}?host=localhost")[1]["Location"]
    assert named == f"{demo.addresses.http}{room.prefix}/health".replace("127.0.0.1", "localhost")


def test_special_redirects(ask: Ask, room: Room) -> None:
    assert ask("/redirect/loop")[1]["Location"] == f"{room.prefix}/redirect/loop/back"
    assert ask("/redirect/loop/back")[1]["Location"] == f"{room.prefix}/redirect/loop"
    hops, location = 0, "/redirect/many?times=3"
    while location != "/health":
        hops += 1
        location = ask(location)[1]["Location"].removeprefix(room.prefix)
    assert hops == 3
    assert ask("/redirect/nowhere")[1]["Location"] is None
    assert ask("/redirect/relative")[1]["Location"] == "../health"
    assert ask("/redirect/elsewhere")[1]["Location"].startswith("file:")
    assert ask("/redirect/200")[0] == 404
    assert ask("/redirect/302?port=nobody")[0] == 400


def test_a_location_cannot_smuggle_a_header(ask: Ask) -> None:
    assert "X-Injected" not in ask("/redirect/302?to=/a%0d%0aX-Injected:%20yes")[1]


def test_stats_tell_what_the_room_saw(ask: Ask, room: Room) -> None:
    ask("/echo", "POST", "body", {"X-Who": "me"})
    ask("/token?client_id=demo-client&client_secret=demo-secret")
    seen = json.loads(ask("/stats")[2])
    assert (seen["room"], seen["requests"], seen["tokens_issued"]) == (room.name, 2, 1)
    assert seen["by_path"] == {"/echo": 1, "/token": 1}
    assert seen["last"]["query"][0] == ["client_id", "demo-client"]
    assert json.loads(ask("/stats/reset")[2])["requests"] == 0
    assert room.issued == []


def test_stats_are_not_for_pages_of_other_names(ask: Ask) -> None:
    assert ask("/stats", headers={"Host": "rebound.example.com"})[0] == 421
    assert ask("/stats", headers={"Host": "localhost:1"})[0] == 200
    assert ask("/stats", headers={"Host": "[::1]:1"})[0] == 200


def test_rooms_are_apart(ask: Ask, demo: ThreadedDemoServer, connect: Connect) -> None:
    before = demo.room().counts.requests
    ask("/health")
    assert demo.room().counts.requests == before
    connection = connect()
    connection.request("GET", "/health")
    connection.getresponse().read()
    connection.close()
    assert demo.room().counts.requests == before + 1


def test_waiting_in_vain_says_what_was_seen(room: Room) -> None:
    with pytest.raises(TimeoutError, match="'requests': 0"):
        room.wait_for(lambda room: room.counts.requests > 0, timeout=0.01)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nName : x\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"x" * 300_000,
    ],
)
def test_requests_that_are_none(demo: ThreadedDemoServer, sent: bytes) -> None:
    origin = urlsplit(demo.addresses.http)
    with socket.create_connection((origin.hostname, origin.port), timeout=60) as client:
        client.sendall(sent)
        assert client.recv(4096).startswith(b"HTTP/1.1 400 ")
