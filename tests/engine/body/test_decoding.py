"""Bodies: decoded in bounded pieces, read and counted within limits."""

from __future__ import annotations

import gzip
import random
import socket
import zlib
from collections.abc import AsyncIterator, Iterable

import pytest

from integrator_tui.engine import http_types as httpx
from integrator_tui.engine.body import decoding
from integrator_tui.engine.failure import StageFailed
from integrator_tui.engine.oddity import oddities
from tests.engine.dialling import dialled, get
from tests.engine.hostile import HostileServer, answers, gzip_bomb, keeps, ok, read_head
from tests.engine.memory import at_most


def gzipped(data: bytes) -> bytes:
    """A gzip member without the time, so that a test has the same name in every process."""
    return gzip.compress(data, mtime=0)


PLAIN = b"".join(b"%d green bottles\n" % number for number in range(5000))
BARE = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
DEFLATED = BARE.compress(PLAIN) + BARE.flush()


class Pieces(httpx.AsyncByteStream):
    """A body that comes in the given pieces."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.pieces = pieces
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece

    async def aclose(self) -> None:
        self.closed = True


def response(data: bytes, encoding: str = "", cut: int = 1 << 20, **headers: str) -> httpx.Response:
    pieces = [data[at : at + cut] for at in range(0, len(data), cut)]
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if encoding:
        named["content-encoding"] = encoding
    request = httpx.Request("GET", "http://test.example/")
    return httpx.Response(200, headers=named, stream=Pieces(pieces), request=request)


CODED = [
    ("", PLAIN),
    ("identity", PLAIN),
    ("gzip", gzipped(PLAIN)),
    ("x-gzip", gzipped(PLAIN)),
    ("GZIP", gzipped(PLAIN[:999]) + gzipped(PLAIN[999:])),
    ("gzip", gzipped(PLAIN) + bytes(100)),
    ("deflate", zlib.compress(PLAIN)),
    ("deflate", DEFLATED),
    ("deflate, gzip", gzipped(zlib.compress(PLAIN))),
]


@pytest.mark.parametrize("cut", [1, 7, 1 << 20])
@pytest.mark.parametrize(("encoding", "data"), CODED)
async def test_decoding(encoding: str, data: bytes, cut: int) -> None:
    assert await decoding.read(response(data, encoding, cut), 1 << 20) == PLAIN


@pytest.mark.parametrize("encoding", ["", "gzip", "deflate", "br"])
async def test_an_empty_body_is_empty_whatever_its_coding(encoding: str) -> None:
    assert await decoding.read(response(b"", encoding), 100) == b""


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("gzip", PLAIN),
        ("gzip", gzipped(PLAIN)[:-8] + bytes(8)),
        ("gzip", gzipped(PLAIN) + b"rubbish"),
        ("deflate", zlib.compress(PLAIN) + b"rubbish"),
        ("deflate", PLAIN),
        ("deflate, gzip", gzipped(PLAIN)),
        ("br", PLAIN),
        ("gzip, gzip, gzip, gzip, gzip", PLAIN),
    ],
)
async def test_damaged_codings(encoding: str, data: bytes) -> None:
    answer = response(data, encoding)
    with pytest.raises(StageFailed) as failed:
        await decoding.read(answer, 1 << 20)
    assert failed.value.kind == "protocol_error"
    assert answer.is_closed


EARLY = [
    ("gzip", gzipped(PLAIN)[:-8], PLAIN),
    ("gzip", gzipped(PLAIN)[:-1], PLAIN),
    ("gzip", gzipped(PLAIN)[:200], None),
    ("gzip", gzipped(PLAIN)[:10], b""),
    ("gzip", gzipped(PLAIN)[:3], b""),
    ("gzip", gzipped(PLAIN) + gzipped(PLAIN)[:-8], PLAIN * 2),
    ("deflate", zlib.compress(PLAIN)[:-4], PLAIN),
    ("deflate", DEFLATED[:-1], None),
    ("deflate, gzip", gzipped(zlib.compress(PLAIN)[:-4]), PLAIN),
]


@pytest.mark.parametrize("cut", [1, 1 << 20])
@pytest.mark.parametrize(("encoding", "data", "expected"), EARLY)
async def test_a_coding_that_ends_early_in_a_whole_body(
    encoding: str, data: bytes, expected: bytes | None, cut: int
) -> None:
    answer = response(data, encoding, cut)
    read = await decoding.read(answer, 1 << 20)
    assert PLAIN.startswith(read) if expected is None else read == expected
    (told,) = oddities(answer)
    assert (told.kind, told.stage) == ("odd_answer", "respond")
    assert "ends before its coding does" in told.message


async def test_what_follows_bare_deflate_is_told() -> None:
    answer = response(DEFLATED + b"rubbish", "deflate", 100)
    assert await decoding.read(answer, 1 << 20) == PLAIN
    assert [told.message for told in oddities(answer)] == ["data follows its compressed body"]


@pytest.mark.parametrize("framing", [b"Content-Length: %d\r\n", b""])
async def test_a_coding_that_ends_early_where_only_the_close_ends_the_body(framing: bytes) -> None:
    """Half a body must not pass for a whole one: a length says that it is one, a closed connection does not."""
    data = gzipped(PLAIN)[:-8]
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n" + (framing % len(data) if framing else b"")
    with HostileServer(answers(head + b"\r\n" + data)) as server:
        url = f"http://{server.netloc}/"
        async with dialled(url) as wire:
            answer = await wire.handle_async_request(get(url))
            if framing:
                assert await decoding.read(answer, 1 << 20) == PLAIN
                assert oddities(answer)
            else:
                with pytest.raises(StageFailed) as failed:
                    await decoding.read(answer, 1 << 20)
                assert failed.value.kind == "protocol_error"


@pytest.mark.parametrize(
    "name", ["utf-8", "UTF-8", "none", "binary", "aws-chunked", "gzip;q=1", '"gzip"', "*", "8bit"]
)
async def test_a_name_that_is_no_coding_is_passed_over(name: str) -> None:
    answer = response(PLAIN, name)
    assert await decoding.read(answer, 1 << 20) == PLAIN
    (told,) = oddities(answer)
    assert f"its Content-Encoding {name} names no coding" in told.message


@pytest.mark.parametrize("names", ["utf-8, gzip", "gzip, utf-8", "aws-chunked,gzip", "gzip,identity,none"])
async def test_a_coding_beside_names_that_are_none(names: str) -> None:
    answer = response(gzipped(PLAIN), names)
    assert await decoding.read(answer, 1 << 20) == PLAIN
    assert len(oddities(answer)) == 1


@pytest.mark.parametrize("name", ["br", "zstd", "compress", "BR", "br, gzip", "gzip, br"])
async def test_a_coding_that_is_not_undone_matters_to_who_reads_the_body(name: str) -> None:
    for asked, said in (
        ("", "heed Accept-Encoding"),
        ("br, zstd;q=0.5, compress", "out of the request's Accept-Encoding"),
    ):
        answer = response(PLAIN, name)
        if asked:
            answer.request.headers["Accept-Encoding"] = asked
        counted = await decoding.count(answer, 1 << 20, 0, as_it_came=True)
        assert counted.size == len(PLAIN)
        assert bool(oddities(answer)) is not bool(asked)
        answer = response(PLAIN, name)
        if asked:
            answer.request.headers["Accept-Encoding"] = asked
        with pytest.raises(StageFailed) as failed:
            await decoding.read(answer, 1 << 20)
        assert failed.value.kind == "protocol_error"
        assert said in failed.value.hint


async def test_damage_anywhere_is_a_named_failure() -> None:
    chance = random.Random(6)
    whole = gzipped(PLAIN)
    for _ in range(500):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        try:
            answer = response(bytes(damaged), "gzip")
            data = await decoding.read(answer, 1 << 20)
        except StageFailed as failed:
            assert failed.kind in {"protocol_error", "response_too_large"}
        else:
            # A bit of the header that says nothing of the data, or one that hides the end.
            assert data == PLAIN or oddities(answer)


async def test_a_limit() -> None:
    assert await decoding.read(response(bytes(1000)), 1000) == bytes(1000)
    answer = response(bytes(1001))
    with pytest.raises(StageFailed) as failed:
        await decoding.read(answer, 1000, "the token answer")
    assert failed.value.kind == "response_too_large"
    assert failed.value.message == "the token answer is larger than 1000 bytes"
    assert failed.value.hint
    assert answer.is_closed


async def test_a_declared_length_is_believed_only_where_it_is_too_much() -> None:
    answer = response(b"short", content_length="5000")
    with pytest.raises(StageFailed) as failed:
        await decoding.read(answer, 1000)
    assert failed.value.kind == "response_too_large"
    assert await decoding.read(response(b"short", content_length="5"), 1000) == b"short"
    head = httpx.Response(
        200, headers={"content-length": "5000"}, stream=Pieces([]), request=httpx.Request("HEAD", "http://x")
    )
    assert await decoding.read(head, 1000) == b""


async def test_counting_keeps_a_sample() -> None:
    counted = await decoding.count(response(PLAIN, cut=100), 1 << 20, 150)
    assert (counted.size, counted.sample) == (len(PLAIN), PLAIN[:150])
    with pytest.raises(StageFailed) as failed:
        await decoding.count(response(PLAIN), 1000, 150)
    assert failed.value.kind == "response_too_large"


def bomb(connection: socket.socket) -> None:
    read_head(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
    for piece in gzip_bomb(1 << 30):
        connection.sendall(piece)


async def test_a_bomb_stays_small() -> None:
    with at_most(64), HostileServer(bomb) as server:
        url = f"http://{server.netloc}/"
        async with dialled(url) as wire:
            with pytest.raises(StageFailed) as failed:
                await decoding.count(await wire.handle_async_request(get(url)), 16 << 20, 1000)
            assert not wire.reusable
    assert failed.value.kind == "response_too_large"


async def test_pieces_of_a_bomb_are_bounded() -> None:
    squeezed = b"".join(gzip_bomb(64 << 20))
    sizes = [len(piece) async for piece in decoding.decoded(response(squeezed, "gzip"))]
    assert sum(sizes) == 64 << 20
    assert max(sizes) <= decoding.PIECE


async def test_a_body_read_to_its_end_gives_the_connection_back() -> None:
    with HostileServer(keeps(ok(gzipped(PLAIN), b"Content-Encoding: gzip"))) as server:
        url = f"http://{server.netloc}/"
        async with dialled(url) as wire:
            for _ in range(3):
                assert await decoding.read(await wire.handle_async_request(get(url)), 1 << 20) == PLAIN
                assert wire.reusable
        assert server.accepted == 1


@pytest.mark.parametrize(
    ("content_type", "data", "text"),
    [
        ("text/plain", "grün".encode(), "grün"),
        ("text/plain; charset=utf-8", b"\xef\xbb\xbfgr\xc3\xbcn", "grün"),
        ("text/plain; charset=iso-8859-1", "grün".encode("latin-1"), "grün"),
        ("text/plain; charset=utf-16", "grün".encode("utf-16"), "grün"),
        ("text/plain; charset=no-such-thing", "grün".encode(), "grün"),
        ("text/plain; charset=rot13", b"abc", "abc"),
        ("text/plain; charset=zip", b"abc", "abc"),
        ("text/plain; charset=idna", b"xn--abc", "xn--abc"),
        ("text/plain; charset=unicode_escape", b"\\u0041", "\\u0041"),
        ('text/plain; charset="\0"', b"abc", "abc"),
        ("text/plain", b"\xff\xfeab", "\ufffd\ufffdab"),
        ("text/plain; charset=utf-16", b"\0", "\ufffd"),
    ],
)
def test_text_never_fails(content_type: str, data: bytes, text: str) -> None:
    answer = httpx.Response(200, headers=[(b"content-type", content_type.encode())])
    assert decoding.text(answer, data) == text
