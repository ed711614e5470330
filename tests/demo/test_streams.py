"""Streams come piece by piece, and end when the client goes away."""

from __future__ import annotations

import http.client
import json
import zlib
from collections.abc import Callable
from email.message import Message

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.streams import HOSTILE

Ask = Callable[..., tuple[int, Message, bytes]]
Connect = Callable[..., http.client.HTTPConnection]


def test_events(ask: Ask) -> None:
    status, headers, body = ask("/events?interval_ms=0&count=6")
    assert (status, headers["Content-Type"]) == (200, "text/event-stream")
    comment, *events = body.decode().removesuffix("\n\n").split("\n\n")
    assert comment == ": the demo server's events\nretry: 3000"
    assert [event.split("\n")[:2] for event in events[3:]] == [
        ["event: order", "id: 4"],
        ["event: note", "id: 5"],
        ["event: order", "id: 6"],
    ]
    assert events[4].count("\ndata: ") == 2
    assert json.loads(events[0].partition("data: ")[2])["order"] == 1001


@pytest.mark.parametrize("path", ["/lines", "/ndjson"])
def test_lines(ask: Ask, path: str) -> None:
    lines = ask(f"{path}?interval_ms=0&count=3")[2].splitlines()
    assert len(lines) == 3
    if path == "/ndjson":
        assert [json.loads(line)["number"] for line in lines] == [1, 2, 3]


@pytest.mark.parametrize("port", ["http", "https"])
@pytest.mark.parametrize("path", ["/events", "/lines", "/ndjson", "/lines/fast?lines=0"])
def test_streams_come_as_they_are_made_and_stop_with_the_client(
    room: Room, connect: Connect, port: str, path: str
) -> None:
    connection = connect(port)
    connection.request("GET", room.prefix + path)
    response = connection.getresponse()
    assert response.readline()
    room.wait_for(lambda room: room.counts.connections_open == 1)
    assert room.counts.abandoned == 0
    response.close()
    connection.close()
    room.wait_for(lambda room: (room.counts.abandoned, room.counts.connections_open) == (1, 0))


@pytest.mark.parametrize("path", ["/silent", "/token/silent", "/slow/headers?ms=1e9"])
def test_silence_ends_when_the_client_goes(room: Room, connect: Connect, path: str) -> None:
    connection = connect()
    connection.request("GET", room.prefix + path)
    room.wait_for(lambda room: room.counts.requests == 1)
    connection.close()
    room.wait_for(lambda room: (room.counts.abandoned, room.counts.connections_open) == (1, 0))


@pytest.mark.parametrize("path", ["/events/silent", "/lines/silent", "/events/first", "/token/event"])
def test_headers_come_before_the_silence(room: Room, connect: Connect, path: str) -> None:
    connection = connect()
    target = f"{room.prefix}{path}?client_id=demo-client&client_secret=demo-secret"
    connection.request("GET", target)
    response = connection.getresponse()
    assert response.status == 200
    if path in ("/events/first", "/token/event"):
        assert response.readline()
    response.close()
    connection.close()
    room.wait_for(lambda room: room.counts.abandoned == 1)


def test_fast_lines_are_all_there_in_order(ask: Ask) -> None:
    for rate in (0, 1_000_000):
        lines = ask(f"/lines/fast?lines=30000&rate={rate}")[2].splitlines()
        assert lines == [b"line %09d of the fast stream" % number for number in range(30_000)]


def test_corners_of_the_format(ask: Ask) -> None:
    odd = ask("/events/odd")[2]
    assert odd.startswith(b"\xef\xbb\xbfdata:")
    assert odd.endswith(b"end of the stream\n")
    assert b"\r\r" in odd
    assert b"id: 8\x009" in odd
    torn = ask("/events/bytewise?count=2")[2].decode()
    assert torn.split("\r\n\r\n")[:2] == [f"id: {number}\r\ndata: café {number}\r\ndata: 漢字" for number in (1, 2)]
    assert ask("/events/comments?interval_ms=0&count=2")[2] == b": still here\n\n" * 2
    assert ask("/lines/ends")[2] == b"one\ntwo\r\nthree\n\nfive\nsix without an end"


def test_big_ones(ask: Ask) -> None:
    assert len(ask("/events/huge?bytes=100000")[2].split(b"\n")[0]) == 100_006
    assert ask("/lines/long?bytes=100000")[2] == b"x" * 100_000 + b"\nafter the long line\n"


def test_hostile_texts(ask: Ask) -> None:
    for path in ("/events/hostile", "/lines/hostile"):
        body = ask(path)[2]
        assert {b"\x1b[2J", b"\x07", "\u202e".encode(), b"[/oops]"} <= {
            mark for mark in (b"\x1b[2J", b"\x07", "\u202e".encode(), b"[/oops]") if mark in body
        }
    assert len(HOSTILE) > 5


def test_credentials_are_told_back(ask: Ask) -> None:
    body = ask("/raw/events/secret", headers={"Authorization": "Bearer demo-raw-token"})[2]
    assert body == b"data: you sent Bearer demo-raw-token here\n\n"


def test_packed_lines_can_be_read_one_by_one(room: Room, connect: Connect) -> None:
    connection = connect()
    connection.request("GET", f"{room.prefix}/lines/gzip")
    response = connection.getresponse()
    unpacker = zlib.decompressobj(wbits=31)
    text = b""
    while not text.endswith(b"\n"):
        text += unpacker.decompress(response.read1())
    assert text == b"packed line 1\n"
    response.close()
    connection.close()


def test_a_stream_cut_off(ask: Ask) -> None:
    with pytest.raises(http.client.IncompleteRead) as caught:
        ask("/events/cut")
    assert caught.value.partial.count(b"data: ") == 2
