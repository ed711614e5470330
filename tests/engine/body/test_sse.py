from __future__ import annotations

import operator
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrator_tui.engine.body.decoding import is_event_stream
from integrator_tui.engine.body.sse import EventParser, LineParser, parser_for
from integrator_tui.model.stream import Event, StreamLine


def events(*chunks: bytes) -> list[Event]:
    parser = EventParser()
    return [event for chunk in chunks for event in parser.feed(chunk)] + list(parser.close())


def lines(*chunks: bytes, charset: str = "utf-8", limit: int = 1 << 20) -> list[StreamLine]:
    parser = LineParser(charset, limit)
    return [line for chunk in chunks for line in parser.feed(chunk)] + list(parser.close())


def message(data: str, last_id: str = "") -> Event:
    return Event("message", data, last_id)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # The examples of HTML 9.2.6.
        (
            b"data: This is the first message.\n\ndata: This is the second message, it\ndata: has two lines.\n\n",
            [
                Event("message", "This is the first message."),
                Event("message", "This is the second message, it\nhas two lines."),
            ],
        ),
        (
            b"event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n",
            [Event(type="add", data="73857293"), Event(type="remove", data="2153")],
        ),
        (
            b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
            [
                Event("message", "first event", "1"),
                Event("message", "second event"),
                Event("message", " third event"),
            ],
        ),
        (b"data\n\ndata\ndata\n\ndata:", [Event("message", ""), Event("message", "\n")]),
        (b"data:test\n\ndata: test\n\n", [Event("message", "test"), Event("message", "test")]),
        # The last id stays until another comes; one with NUL is no id.
        (b"id: 7\ndata: a\n\ndata: b\n\nid: 8\0\ndata: c\n\n", [Event("message", x, "7") for x in "abc"]),
        (b"id: 7\n\ndata: a\n\n", [Event("message", "a", "7")]),
        # Without data there is no event, and its type is forgotten.
        (b"event: lost\n\ndata: a\n\n", [Event("message", "a")]),
        (b"retry: 1500\ndata: a\n\ndata: b\n\n", [Event("message", "a", retry=1500), Event("message", "b")]),
        (b"retry: 15x\nretry: -1\nretry:\nretry: \xd9\xa1\ndata: a\n\n", [Event("message", "a")]),
        (b"retry: " + b"9" * 5000 + b"\ndata: a\n\n", [Event("message", "a")]),
        (b"unknown: x\nDATA: x\n data: x\ndata : x\ndata: a\n\n", [Event("message", "a")]),
        (b"\xef\xbb\xbfdata: a\n\n\xef\xbb\xbfdata: b\n\n", [Event("message", "a")]),
        (b"data: a\r\n\r\ndata: b\r\rdata: c\n\n", [Event("message", x) for x in "abc"]),
        (b"data: a\rdata: b\r\ndata: c\n\r\n", [Event("message", "a\nb\nc")]),
        (b"data: \xff\xe2\x82\xac\n\n", [Event("message", "\ufffd€")]),
        (b"data: a:b: c\n\n", [Event("message", "a:b: c")]),
        (b"data: unfinished\n", []),
        (b"", []),
    ],
)
def test_events_are_read_as_the_standard_says_however_they_come(body: bytes, expected: list[Event]) -> None:
    assert events(body) == expected
    assert events(*(body[at : at + 1] for at in range(len(body)))) == expected


def test_an_event_is_given_as_soon_as_its_empty_line_is_there() -> None:
    parser = EventParser()
    assert parser.feed(b"data: a\r") == ()
    assert parser.feed(b"\n\r") == (Event("message", "a"),)
    assert parser.feed(b"\ndata: b\n\n") == (Event("message", "b"),)


def test_retry_is_kept_without_an_event() -> None:
    parser = EventParser()
    assert parser.feed(b"retry: 250\n\n") == ()
    assert parser.retry == 250


def test_a_long_event_is_cut_and_the_next_is_whole() -> None:
    parser = EventParser(limit=10)
    assert parser.feed(b"data: 0123456789abc\n\n") == (Event("message", "0123", cut=9),)
    assert parser.feed(b"data: 01\ndata: 34\ndata: 67\ndata: 9a\ndata: bc\n\ndata: x\n\n") == (
        Event("message", "01\n34\n67\n9", cut=4),
        Event("message", "x"),
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"a": 1}\n{"a": 2}\n', ['{"a": 1}', '{"a": 2}']),
        (b"one\r\ntwo\rthree\n\nfive", ["one", "two", "three", "", "five"]),
        (b"\xef\xbb\xbffirst\n\xe2\x82\xac", ["first", "€"]),
        (b"\xff\n", ["\ufffd"]),
        (b"\x1b[31m\n", ["\x1b[31m"]),
        (b"\n\r\n\r", ["", "", ""]),
        (b"", []),
    ],
)
def test_lines_end_three_ways_and_the_last_needs_no_end(body: bytes, expected: list[str]) -> None:
    assert [line.text for line in lines(body)] == expected
    assert [line.text for line in lines(*(body[at : at + 1] for at in range(len(body))))] == expected


def test_a_long_line_is_cut_between_characters_and_counted() -> None:
    assert lines(b"0123456789abc\nnext\n", limit=10) == [StreamLine("0123456789", 3), StreamLine("next")]
    assert lines("ab€€€€€\nnext".encode(), limit=10) == [StreamLine("ab€€", 3), StreamLine("next")]
    assert lines("ab€€€€€".encode(), limit=10) == [StreamLine("ab€€", 3)]
    assert lines(b"x" * 25, limit=10) == [StreamLine("x" * 10, 15)]
    assert lines(b"0123456789\n", limit=10) == [StreamLine("0123456789")]


def test_a_line_that_never_ends_takes_no_more_memory_than_its_limit() -> None:
    parser, chunk = LineParser(), b"x" * 65536
    parser.feed(chunk * 16)
    tracemalloc.start()
    for _ in range(200):
        assert parser.feed(chunk) == ()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20
    assert parser.close() == (StreamLine("x" * (1 << 20), 65536 * 200),)


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        ("iso-8859-1", b"caf\xe9\n", "café"),
        ("UTF-16LE", "h€\n".encode("utf-16-le"), "h€"),
        ("utf-16", "h€\n".encode("utf-16-le"), "h€"),
        ("utf-16", "\ufeffh€\n".encode("utf-16-le"), "h€"),
        ("utf-16", "\ufeffh€\n".encode("utf-16-be"), "h€"),
        ("utf-16", b"x", "\ufffd"),
        ("Shift_JIS", "日本\n".encode("shift_jis"), "日本"),
        ("zlib", b"plain\n", "plain"),
        ("no-such-charset", b"plain\n", "plain"),
    ],
)
def test_a_charset_is_honoured_where_it_is_one(charset: str, body: bytes, text: str) -> None:
    parser = parser_for(f'text/plain; charset="{charset}"')
    found = [line for at in range(len(body)) for line in parser.feed(body[at : at + 1])]
    assert [*found, *parser.close()] == [StreamLine(text)]


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("text/event-stream", True),
        ("Text/Event-Stream ; charset=utf-8", True),
        ("text/event-streams", False),
        ("application/x-ndjson", False),
        ("", False),
    ],
)
def test_the_content_type_chooses_the_parser(content_type: str, expected: bool) -> None:
    assert is_event_stream(content_type) is expected
    assert isinstance(parser_for(content_type), EventParser if expected else LineParser)


PIECES = [b"data: x", b"data: yy\n\n", b"data", b"id: 1", b"\r", b"\n", b"\r\n", "é".encode(), b"\xff", b":"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES)), st.lists(st.integers(1, 9)), st.integers(1, 30))
def test_how_the_bytes_are_cut_changes_nothing(body: list[bytes], sizes: list[int], limit: int) -> None:
    whole = b"".join(body)
    chunks, at = [], 0
    for size in [*sizes, len(whole)]:
        chunks.append(whole[at : at + size])
        at += size
    assert events(*chunks) == events(whole)
    assert lines(*chunks, limit=limit) == lines(whole, limit=limit)


FIELDS = st.sampled_from(
    b"data: x|data:  x|data:|data: \xc3\xa9|data|id: 7|id: \0|event: e|event: |retry: 5|: no|\xff".split(b"|")
)
EVENTS = st.lists(st.builds(b"\n".join, st.lists(FIELDS, max_size=3)), max_size=12)
ALIKE = st.builds(
    lambda fields, count: [b"\n".join(fields).replace(b"8", b"%d" % number) for number in range(count)],
    st.lists(
        st.sampled_from([b"data: 8", b"id: 8", b"event: e8", b"event: ", b"id: \0", b"data: "]),
        min_size=1,
        max_size=3,
    ),
    st.integers(2, 5),
)


@settings(max_examples=300, deadline=None)
@given(
    st.builds(operator.add, ALIKE, EVENTS),
    st.sampled_from([b"\n", b"\r", b"\r\n"]),
    st.lists(st.integers(1, 40), max_size=20),
)
def test_events_taken_at_once_are_those_taken_byte_by_byte(
    blocks: list[bytes], end: bytes, sizes: list[int]
) -> None:
    body = b"\n\n".join([*blocks, b""]).replace(b"\n", end)
    slow = EventParser()
    one_by_one = [event for at in range(len(body)) for event in slow.feed(body[at : at + 1])]
    fast = EventParser()
    at_once, at = list(fast.feed(body[:1])), 1
    for size in [*sizes, len(body)]:
        at_once += fast.feed(body[at : at + size])
        at += size
    assert at_once == one_by_one
    assert fast.retry == slow.retry
