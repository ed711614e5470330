"""Requests as bytes, held against h11's reading of them."""

from __future__ import annotations

import h11
import pytest

from integrator_tui.engine.http1.request_writer import RequestWriter, Unsendable

HOST = (b"Host", b"example.com")


def written(*pieces: bytes, headers: tuple[tuple[bytes, bytes], ...] = (HOST,)) -> bytes:
    outgoing = RequestWriter(b"POST", b"/a?b=%20c", headers)
    return outgoing.head + b"".join(map(outgoing.piece, pieces)) + outgoing.end()


def by_h11(data: bytes) -> tuple[bytes, bytes, list[tuple[bytes, bytes]], bytes]:
    """Method, target, headers and body as a server that knows h11 reads them."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(data)
    request = connection.next_event()
    assert isinstance(request, h11.Request)
    body = b""
    while isinstance(event := connection.next_event(), h11.Data):
        body += bytes(event.data)
    assert isinstance(event, h11.EndOfMessage)
    assert connection.trailing_data == (b"", False)
    return request.method, request.target, request.headers.raw_items(), body


@pytest.mark.parametrize(
    ("extra", "pieces", "body"),
    [
        ((), (), b""),
        (((b"X-Odd", b"tab\tand \xc3\xa9"), (b"X-Empty", b"")), (), b""),
        (((b"Content-Length", b"5"),), (b"he", b"llo"), b"hello"),
        (((b"transfer-encoding", b"chunked"),), (b"he", b"", b"llo"), b"hello"),
    ],
)
def test_a_server_reads_what_was_meant(
    extra: tuple[tuple[bytes, bytes], ...], pieces: tuple[bytes, ...], body: bytes
) -> None:
    headers = (HOST, *extra)
    assert by_h11(written(*pieces, headers=headers)) == (b"POST", b"/a?b=%20c", list(headers), body)


def test_white_space_around_a_value_is_no_part_of_it() -> None:
    assert b"\r\nA: b c\r\n" in RequestWriter(b"GET", b"/", [HOST, (b"A", b"\t b c ")]).head


@pytest.mark.parametrize("value", [b"a\r\nX: y", b"a\nX: y", b"a\rX: y", b"a\0", b"\x1b[31m", b"a\x7f"])
def test_a_value_never_becomes_another_header(value: bytes) -> None:
    with pytest.raises(Unsendable):
        RequestWriter(b"GET", b"/", [HOST, (b"A", value)])


@pytest.mark.parametrize("name", [b"", b"a b", b"a:", b"a\r\nb", b"\xc3\xa9", b" a"])
def test_a_name_is_a_token(name: bytes) -> None:
    with pytest.raises(Unsendable):
        RequestWriter(b"GET", b"/", [HOST, (name, b"b")])


@pytest.mark.parametrize("target", [b"", b"/a b", b"/a\r\nX: y", b"/\xc3\xa9", b"/\0"])
def test_a_target_is_one_word(target: bytes) -> None:
    with pytest.raises(Unsendable):
        RequestWriter(b"GET", target, [HOST])


@pytest.mark.parametrize("method", [b"", b"GET /", b"G\r\n", b"\xc3\xa9"])
def test_a_method_is_a_token(method: bytes) -> None:
    with pytest.raises(Unsendable):
        RequestWriter(method, b"/", [HOST])


@pytest.mark.parametrize(
    ("extra", "pieces"),
    [
        ((b"Content-Length", b"5"), (b"hell",)),
        ((b"Content-Length", b"5"), (b"hello", b"!")),
        ((b"Content-Length", b"+5"), (b"hello",)),
        ((b"Content-Length", b"9" * 30), (b"hello",)),
        ((b"Transfer-Encoding", b"gzip"), (b"hello",)),
        ((b"X", b"y"), (b"a body that nobody announced",)),
    ],
)
def test_a_body_is_as_long_as_it_was_said_to_be(extra: tuple[bytes, bytes], pieces: tuple[bytes, ...]) -> None:
    with pytest.raises(Unsendable):
        written(*pieces, headers=(HOST, extra))


@pytest.mark.parametrize(("value", "closes"), [(b"close", True), (b"x, Close", True), (b"keep-alive", False)])
def test_a_request_can_ask_for_the_end_of_the_connection(value: bytes, closes: bool) -> None:
    assert RequestWriter(b"GET", b"/", [HOST, (b"Connection", value)]).closes is closes
