"""Chunked bodies, cut anywhere, and held against h11's reading of the same bytes."""

from __future__ import annotations

import random

import h11
import pytest

from integrator_tui.engine.chunked import MAX_LINE, MAX_TRAILER, ChunkDecoder, ChunkError
from tests.engine.dialling import dialled, get
from tests.engine.hostile import HostileServer, keeps

WHOLE = b"5\r\nhello\r\n1;name=value\r\n \r\nA \r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n"


def decode(data: bytes, cut: int) -> tuple[bytes, ChunkDecoder]:
    decoder = ChunkDecoder()
    content = b"".join(decoder.feed(data[at : at + cut]) for at in range(0, len(data), cut) if not decoder.ended)
    return content, decoder


def by_h11(data: bytes) -> bytes | None:
    """What h11 makes of the same body, None where it refuses it or wants more."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("host", "x")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + data)
    content = b""
    try:
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Data):
                content += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                return content
            elif event is h11.NEED_DATA:
                return None
    except h11.RemoteProtocolError:
        return None


@pytest.mark.parametrize("cut", [1, 2, 3, 5, 7, 11, 1000])
def test_cut_anywhere(cut: int) -> None:
    content, decoder = decode(WHOLE, cut)
    assert content == b"hello 0123456789" == by_h11(WHOLE)
    assert decoder.ended
    assert decoder.rest == b""


def test_what_comes_after_it_is_kept() -> None:
    decoder = ChunkDecoder()
    assert decoder.feed(WHOLE + b"HTTP/1.1 200 OK") == b"hello 0123456789"
    assert decoder.rest == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n",
        b"g\r\n",
        b"0x5\r\nhello\r\n",
        b"+5\r\nhello\r\n",
        b"5_0\r\nhello\r\n",
        b" 5\r\nhello\r\n",
        b"5\nhello\r\n",
        b"5\r\nhello\n",
        b"5\r\nhellooo\r\n",
        b"5\r\nhello!" + b"x" * 50,
        b"5 name\r\nhello\r\n",
        b"12345678901234567\r\n",
        b"5;" + b"x" * MAX_LINE,
        b"0\r\n" + b"Trailer: x\r\n" * (MAX_TRAILER // 12 + 1),
    ],
)
@pytest.mark.parametrize("cut", [1, 1 << 20])
def test_what_is_not_chunked(data: bytes, cut: int) -> None:
    with pytest.raises(ChunkError):
        decode(data, cut)


def test_nothing_is_read_that_h11_would_not_read() -> None:
    chance = random.Random(9112)
    agreed = 0
    for _ in range(3000):
        damaged = bytearray(WHOLE)
        for _ in range(chance.randrange(1, 3)):
            damaged[chance.randrange(len(damaged))] = chance.choice(b"\r\n0159af;: \0\xff")
        try:
            content, decoder = decode(bytes(damaged), chance.choice((1, 4, 100)))
        except ChunkError:
            continue
        if decoder.ended:
            told = by_h11(bytes(damaged))
            assert told is None or told == content
            agreed += told == content
    assert agreed > 50


async def test_a_chunked_answer_keeps_the_connection() -> None:
    reply = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + WHOLE
    with HostileServer(keeps(reply)) as server:
        url = f"http://{server.netloc}/"
        async with dialled(url) as wire:
            for _ in range(3):
                response = await wire.handle_async_request(get(url))
                assert await response.aread() == b"hello 0123456789"
                assert wire.reusable
        assert server.accepted == 1


@pytest.mark.parametrize("extra", [b"Connection: close\r\n", b""])
async def test_a_chunked_answer_that_ends_the_connection(extra: bytes) -> None:
    after = b"" if extra else b"more than was said"
    reply = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + extra + b"\r\n" + WHOLE + after
    with HostileServer(keeps(reply)) as server:
        url = f"http://{server.netloc}/"
        async with dialled(url) as wire:
            response = await wire.handle_async_request(get(url))
            assert await response.aread() == b"hello 0123456789"
            assert not wire.reusable
