"""Answers, cut anywhere, and held against h11's reading of the same bytes."""

from __future__ import annotations

import random
from typing import NamedTuple

import h11
import pytest

from integrator_tui.engine.http1.chunks import MAX_LINE
from integrator_tui.engine.http1.response_parser import (
    MAX_HEAD,
    CutOff,
    NotChunked,
    NotHttp,
    Refused,
    ResponseHead,
    ResponseParser,
    TooLarge,
)
from integrator_tui.engine.oddity import MOST
from tests.engine.dialling import dialled, get
from tests.engine.hostile import HostileServer, keeps

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNKS = b"5\r\nhello\r\n1;name=value\r\n \r\nA \r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n"
COUNTED = (
    b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 All is well\r\nA: 1\r\na:2 \r\n"
    b"Content-Length: 16\r\n\r\nhello 0123456789"
)
BODY = b"hello 0123456789"


class Read(NamedTuple):
    """What was made of an answer."""

    status: int
    reason: bytes
    body: bytes


def fed(data: bytes, cut: int, *, bodiless: bool = False) -> ResponseParser:
    incoming = ResponseParser(bodiless=bodiless)
    for at in range(0, len(data), cut):
        incoming.feed(data[at : at + cut])
    return incoming


def head(incoming: ResponseParser) -> ResponseHead:
    assert incoming.head is not None
    return incoming.head


def by_h11(data: bytes) -> Read | None:
    """What h11 makes of the same answer, None where it refuses it or wants more."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("host", "x")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(data)
    status, reason, body = 0, b"", b""
    try:
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Response):
                status, reason = event.status_code, bytes(event.reason)
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                return Read(status, reason, body)
            elif event is h11.NEED_DATA or event is h11.PAUSED:
                return None
    except h11.RemoteProtocolError:
        return None


@pytest.mark.parametrize("cut", [1, 2, 3, 5, 7, 11, 1000])
@pytest.mark.parametrize("data", [CHUNKED + CHUNKS, COUNTED])
def test_cut_anywhere(data: bytes, cut: int) -> None:
    incoming = fed(data, cut)
    assert Read(head(incoming).status, head(incoming).reason, incoming.take()) == by_h11(data)
    assert incoming.ended
    assert incoming.keeps
    assert not incoming.surplus


@pytest.mark.parametrize("cut", [1, 4, 1000])
def test_headers_as_they_were_sent(cut: int) -> None:
    folded = b"HTTP/1.1 200 OK\r\nA: 1\r\na:2 \r\nB:\r\nC: two\r\n  lines\r\nD: \xff\r\nContent-Length: 0\r\n\r\n"
    found = head(fed(folded, cut)).headers
    assert found[:3] == [(b"A", b"1"), (b"a", b"2"), (b"B", b"")]
    assert [part.strip() for part in found[3][1].split(b"two")] == [b"", b"lines"]
    assert found[4] == (b"D", b"\xff")


@pytest.mark.parametrize("cut", [1, 1000])
@pytest.mark.parametrize("length", [b"0", b"5", b"99999"])
def test_chunks_with_a_length_beside_them_end_the_connection(length: bytes, cut: int) -> None:
    data = CHUNKED[:-2] + b"Content-Length: " + length + b"\r\n\r\n" + CHUNKS
    incoming = fed(data, cut)
    assert (incoming.take(), incoming.ended, incoming.keeps) == (BODY, True, False)
    assert by_h11(data) == (200, b"OK", BODY)


ODD = {
    "a blank before the colon": (b"Content-Length: 5\r\nX-A : 1\r\n", "the header line 'X-A : 1' was passed over"),
    "a blank in the name": (b"X A: 1\r\nContent-Length: 5\r\n", "the header line 'X A: 1' was passed over"),
    "no name": (b": 1\r\nContent-Length: 5\r\n", "the header line ': 1' was passed over"),
    "a name of letters that no name has": ("Ä: 1\r\nContent-Length: 5\r\n".encode(), "'Ä: 1' was passed over"),
    "an illegal line that goes on": (
        b"X A: 1\r\n Content-Length: 3\r\nContent-Length: 5\r\n",
        "the header line 'X A: 1␍␊ Content-Length: 3' was passed over",
    ),
    "a length said twice": (b"Content-Length: 5\r\ncontent-length: 05\r\n", "Content-Length is said twice, alike"),
    "a length in a list": (b"Content-Length: 5, 5,5\r\n", "Content-Length is said twice, alike"),
    "a type said twice": (
        b"Content-Type: a/b\r\ncontent-type: a/b\r\nContent-Length: 5\r\n",
        "Content-Type is said",
    ),
    "an address said twice": (b"Location: /\r\nLocation: /\r\nContent-Length: 5\r\n", "Location is said twice"),
    "a folded header": (b"X: 1\r\n 2\r\nContent-Length: 5\r\n", "a header goes on in a second line"),
    "a line feed alone": (b"X: 1\nContent-Length: 5\r\n", "end in a line feed alone"),
}


@pytest.mark.parametrize("cut", [1, 7, 1 << 20])
@pytest.mark.parametrize("odd", ODD)
def test_what_every_client_takes_is_taken_and_told(odd: str, cut: int) -> None:
    lines, said = ODD[odd]
    incoming = fed(b"HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200 OK\r\n" + lines + b"\r\nhello", cut)
    assert (incoming.take(), incoming.ended, incoming.keeps) == (b"hello", True, True)
    assert [said in told for told in incoming.odd] == [True]
    assert all(b" " not in name for name, _ in head(incoming).headers)


def test_a_thousand_odd_lines_are_told_a_few_times() -> None:
    lines = b"".join(b"X %d: 1\r\n" % number for number in range(1000))
    incoming = fed(b"HTTP/1.1 200 OK\r\n" + lines + b"Content-Length: 5\r\n\r\nhello", 1000)
    assert incoming.ended
    assert len(incoming.odd) == MOST


def test_only_the_farewell_of_tls_ends_what_nothing_else_ends() -> None:
    """RFC 9112 section 9.8."""
    for begin, whole in ((b"", False), (b"Content-Length: 5\r\n", True), (b"Connection: close\r\n", False)):
        incoming = fed(b"HTTP/1.1 200 OK\r\n" + begin + b"\r\nhello", 1000)
        if whole:
            incoming.close(torn=True)
        else:
            with pytest.raises(CutOff, match="farewell"):
                incoming.close(torn=True)


def test_single_line_feeds_are_taken() -> None:
    incoming = fed(b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", 1)
    assert (incoming.take(), incoming.ended) == (b"hi", True)


@pytest.mark.parametrize("cut", [1, 1000])
@pytest.mark.parametrize("answer", [CHUNKED + CHUNKS, COUNTED, b"HTTP/1.1 204 No Content\r\n\r\n"])
@pytest.mark.parametrize("after", [b"HTTP/1.1 200 OK\r\n\r\n", b"whatever", b"\0"])
def test_what_comes_after_it_ends_the_connection(answer: bytes, after: bytes, cut: int) -> None:
    incoming = fed(answer + after, cut)
    assert incoming.take() == (b"" if b"204" in answer else BODY)
    assert (incoming.ended, incoming.surplus, incoming.keeps) == (True, True, False)


@pytest.mark.parametrize("cut", [1, 1000])
@pytest.mark.parametrize(
    ("said", "keeps_it"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: x, Close\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n", True),
        (b"HTTP/1.1 200 OK\r\n", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n", True),
    ],
)
def test_an_answer_without_a_body_ends_with_its_head(said: bytes, keeps_it: bool, cut: int) -> None:
    incoming = fed(said + b"\r\n", cut, bodiless=True)
    assert (incoming.ended, incoming.keeps, incoming.take()) == (True, keeps_it, b"")
    incoming.feed(b"but more came")
    assert (incoming.surplus, incoming.keeps, incoming.take()) == (True, False, b"")


def test_an_answer_that_ends_with_the_connection() -> None:
    incoming = fed(b"HTTP/1.1 200 OK\r\n\r\nhello", 3)
    assert (incoming.ended, incoming.take()) == (False, b"hello")
    incoming.close()
    assert (incoming.ended, incoming.keeps) == (True, False)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"HTTP/1.1 200 OK\r\nA: b", "before the whole answer"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", "before the whole answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", "received 4 bytes, expected 5"),
        (CHUNKED + b"5\r\nhello\r\n", "before the last chunk"),
    ],
)
def test_an_answer_that_is_cut_off(data: bytes, said: str) -> None:
    with pytest.raises(CutOff, match=said):
        fed(data, 7).close()


def test_an_end_before_anything_that_looks_like_http() -> None:
    with pytest.raises(NotHttp):
        fed(b"\r\n", 1).close()


@pytest.mark.parametrize("cut", [1, 1 << 20])
@pytest.mark.parametrize(
    "data", [b"SSH-2.0-OpenSSH\r\n", b"\x15\x03\x01\x00\x02\x02\x16", b"220 smtp ESMTP\r\n", b"RTSP/1.0 200 OK\r\n"]
)
def test_what_is_not_http(data: bytes, cut: int) -> None:
    with pytest.raises(NotHttp) as raised:
        fed(data, cut)
    assert data.startswith(raised.value.begin)


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/3.0 200 OK\r\n\r\n",
        b"HTTP/1.2 200 OK\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 99 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n A: b\r\n\r\n",
        b"HTTP/1.1 200 O\0K\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\n\xa0Content-Length\t: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nContent-Length : 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding : chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5,\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n 3\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n 3\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"0" * 9000 + b"5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    ],
)
@pytest.mark.parametrize("cut", [1, 1 << 20])
def test_what_is_not_an_answer_as_it_should_be(data: bytes, cut: int) -> None:
    with pytest.raises(Refused) as raised:
        fed(data, cut)
    assert type(raised.value) is Refused


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n",
        b"g\r\n",
        b"0x5\r\nhello\r\n",
        b"+5\r\nhello\r\n",
        b"5_0\r\nhello\r\n",
        b" 5\r\nhello\r\n",
        b"5\r\nhellooo\r\n",
        b"5\r\nhello!" + b"x" * 50,
        b"5 name\r\nhello\r\n",
        b"1" * 17 + b"\r\n",
        b"5;" + b"x" * (MAX_LINE + 1),
        b"5;" + b"x" * MAX_LINE + b"\r\nhello\r\n",
        b"5\nhello\r\n",
        b"5,5\r\nhello\r\n",
        b"5;a\rb",
        b"0\r\nX A: 1\r\n\r\n",
        b"0\r\nno colon\r\n\r\n",
        b"0\r\nA: \0\r\n\r\n",
        b"0\r\n 5\r\n\r\n",
    ],
)
@pytest.mark.parametrize("cut", [1, 1 << 20])
def test_what_is_not_chunked(data: bytes, cut: int) -> None:
    incoming = fed(CHUNKED, cut)
    with pytest.raises(NotChunked):
        for at in range(0, len(data), cut):
            incoming.feed(data[at : at + cut])


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * (MAX_HEAD // 6),
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * MAX_HEAD,
        b"HTTP/1.1 " + b"2" * MAX_HEAD,
        b"HTTP/1.1 200 " + b"O" * MAX_HEAD,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 33,
        CHUNKED + b"0\r\n" + b"Trailer: x\r\n" * (MAX_HEAD // 12 + 2),
        CHUNKED + b"0\r\nTrailer: " + b"x" * MAX_HEAD,
    ],
)
@pytest.mark.parametrize("cut", [100, 1 << 16])
def test_what_never_comes_to_an_end(data: bytes, cut: int) -> None:
    with pytest.raises(Refused):
        fed(data, cut)


@pytest.mark.parametrize("cut", [1, 2, 3, 1 << 20])
@pytest.mark.parametrize(
    "data",
    [
        b"5 ; a=b\r\nhello\r\n0\r\n\r\n",
        b"5;\r\nhello\r\n0;\r\n\r\n",
        b"1\r\nh\r\n4;\x01\r\nello\n0\r\nA: 1\r\n 2\r\nB:\n\r\n",
        b"0000000000000005\r\nhello\r\n000\r\n\n",
    ],
)
def test_chunks_that_say_more_than_they_need(data: bytes, cut: int) -> None:
    """RFC 9112 section 7.1.1: blanks before an extension, and extensions that nobody knows."""
    incoming = fed(CHUNKED + data, cut)
    assert (incoming.take(), incoming.ended, incoming.keeps, incoming.surplus) == (b"hello", True, True, False)
    incoming = fed(CHUNKED + data + b"more", cut)
    assert (incoming.take(), incoming.ended, incoming.keeps, incoming.surplus) == (b"hello", True, False, True)


def test_a_large_head_is_not_taken_for_a_line_between_chunks() -> None:
    large = CHUNKED[:-2] + b"A: " + b"b" * (MAX_HEAD - 1000) + b"\r\n\r\n"
    incoming = fed(large, 1000)
    incoming.feed(CHUNKS)
    assert (incoming.take(), incoming.ended) == (BODY, True)


def test_too_large_says_of_what() -> None:
    with pytest.raises(TooLarge, match="trailer"):
        fed(CHUNKED + b"0\r\n" + b"Trailer: x\r\n" * (MAX_HEAD // 12 + 2), 1 << 20)


@pytest.mark.parametrize("whole", [CHUNKED + CHUNKS, COUNTED])
def test_what_h11_reads_too_is_read_alike(whole: bytes) -> None:
    chance = random.Random(9112)
    agreed = 0
    for _ in range(3000):
        damaged = bytearray(whole)
        for _ in range(chance.randrange(1, 3)):
            damaged[chance.randrange(len(damaged))] = chance.choice(b"\r\n0159af;: \0\xff")
        try:
            incoming = fed(bytes(damaged), chance.choice((1, 4, 1000)))
        except Refused:
            continue
        if incoming.ended:
            told = by_h11(bytes(damaged))
            found = Read(head(incoming).status, head(incoming).reason, incoming.take())
            assert told is None or told == found
            agreed += told == found
    assert agreed > 50


async def test_a_chunked_answer_keeps_the_connection() -> None:
    with HostileServer(keeps(CHUNKED + CHUNKS)) as server:
        url = f"http://{server.netloc}/"
        async with dialled(url) as wire:
            for _ in range(3):
                response = await wire.handle_async_request(get(url))
                assert await response.aread() == BODY
                assert wire.reusable
        assert server.accepted == 1


@pytest.mark.parametrize("extra", [b"Connection: close\r\n", b""])
async def test_a_chunked_answer_that_ends_the_connection(extra: bytes) -> None:
    after = b"" if extra else b"more than was said"
    reply = CHUNKED[:-2] + extra + b"\r\n" + CHUNKS + after
    with HostileServer(keeps(reply)) as server:
        url = f"http://{server.netloc}/"
        async with dialled(url) as wire:
            response = await wire.handle_async_request(get(url))
            assert await response.aread() == BODY
            assert not wire.reusable
