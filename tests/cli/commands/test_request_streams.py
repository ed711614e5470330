"""`request` while the answer goes on: at once, one event a line, and ended from either side."""

from __future__ import annotations

import json
import os
import select
import signal
import socket

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from tests.cli.data import PASSWORD, given, plain, sealed, started
from tests.cli.forked import Forked
from tests.cli.raw_server import HEAD, RawServer, Talk, gives
from tests.cli.shell import Shell
from tests.cli.terminal import Terminal
from tests.waiting import until

EVENTS = HEAD + b"Content-Type: text/event-stream\r\n\r\n"
NDJSON = ("--stream", "--format", "ndjson")
FIRST = b'{"event": "message", "id": "", "data": "first"}\n'


def goes_on(talk: Talk) -> None:
    """One event, and then nothing until the client leaves."""
    talk.send(EVENTS + b"data: first\n\n")
    talk.wait_until_left()


def ended(process: Forked) -> tuple[int, bytes]:
    """Wait for the end and return the exit code and what was told."""
    assert process.stderr is not None
    return process.wait(timeout=20), process.stderr.read()


def test_events_are_lines_of_json(shell: Shell) -> None:
    body = (
        b": comment\n\ndata: one\n\nevent: named\nid: 7\ndata: two\ndata: lines\n\nretry: 9\n\n"
        b'data: {"a": "\xc3\xbc\\u001b"}\n\ndata: \x1b[31m\x00\xff\n\nid\ndata\n\ndata: half'
    )
    with RawServer(gives(body, "Content-Type: text/event-stream")) as server:
        plain(shell, server.url)
        done = given(shell, "request", "O", *NDJSON)
    assert done.code == 0
    assert [json.loads(line) for line in done.out.splitlines()] == [
        {"event": "message", "id": "", "data": "one"},
        {"event": "named", "id": "7", "data": "two\nlines"},
        {"event": "message", "id": "7", "data": '{"a": "ü\\u001b"}'},
        {"event": "message", "id": "7", "data": "\x1b[31m\x00\ufffd"},
        {"event": "message", "id": "", "data": ""},
    ]
    assert b"\x1b" not in done.out and b"\x00" not in done.out


def test_what_one_read_gives_is_written_at_once(shell: Shell) -> None:
    events = b"data: one\n\n" * 5
    receiver, sender = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)  # each write arrives as one piece
    with RawServer(gives(events, "Content-Type: text/event-stream")) as server, receiver, sender:
        plain(shell, server.url)
        with started(shell, "request", "O", *NDJSON, stdout=sender.fileno()) as process:
            assert ended(process) == (0, b"")
        assert receiver.recv(1 << 16).count(b"\n") == 5


def test_an_event_that_is_too_long_is_cut_and_counted(shell: Shell, demo: ThreadedDemoServer) -> None:
    plain(shell, demo.addresses.http)
    done = given(shell, "request", "O", "/events/huge?bytes=1048600", *NDJSON)
    huge, after = (json.loads(line) for line in done.out.splitlines())
    assert len(huge["data"]) + huge["cut"] == 1048600 and huge["cut"] > 0
    assert after == {"event": "message", "id": "", "data": "after the huge one"}


def test_what_has_no_events_comes_as_it_is(shell: Shell) -> None:
    with RawServer(gives(b"{}\n\xff\x1b", "Content-Type: application/x-ndjson")) as server:
        plain(shell, server.url)
        assert given(shell, "request", "O", *NDJSON).out == b"{}\n\xff\x1b"


def test_a_terminal_gets_events_it_cannot_be_harmed_by(shell: Shell, demo: ThreadedDemoServer) -> None:
    sealed(shell, demo.addresses.http)
    with Terminal(shell, "request", "O", "/events/secret", *NDJSON) as terminal:
        assert terminal.finish() == 0
        assert '"data": "you sent Basic ••• here"}\n' in terminal.shown
    with Terminal(shell, "request", "O", "/events/hostile", *NDJSON) as terminal:
        assert terminal.finish() == 0
        assert "␛" in terminal.shown
        assert not {"\x1b", "\x07", "\u202e", PASSWORD} & set(terminal.shown)


@pytest.mark.parametrize("arguments", [NDJSON, ("--stream",), ()], ids=["ndjson", "stream", "neither"])
def test_the_first_piece_is_there_while_the_server_goes_on_and_a_closed_pipe_ends_it(
    shell: Shell, arguments: tuple[str, ...]
) -> None:
    first = FIRST if arguments == NDJSON else b"data: first\n\n"
    with RawServer(goes_on) as server:
        plain(shell, server.url)
        with started(shell, "request", "O", *arguments) as process:
            assert process.stdout is not None
            assert process.stdout.read(len(first)) == first
            # The server says nothing more: the end of the reader alone has to be noticed.
            process.stdout.close()
            assert ended(process) == (130, b"")
        assert server.left.wait(60)


def test_a_closed_socket_in_place_of_a_pipe_ends_it_too(shell: Shell) -> None:
    receiver, sender = socket.socketpair()
    with RawServer(goes_on) as server:
        plain(shell, server.url)
        with started(shell, "request", "O", *NDJSON, stdout=sender.fileno()) as process:
            sender.close()
            assert receiver.recv(100) == FIRST
            receiver.close()
            assert ended(process) == (130, b"")
        assert server.left.wait(60)


def test_a_pipe_closed_while_much_comes_ends_it(shell: Shell, demo: ThreadedDemoServer, room: Room) -> None:
    plain(shell, f"{demo.addresses.http}{room.prefix}")
    with started(shell, "request", "O", "/lines/fast", "--stream") as process:
        assert process.stdout is not None
        assert process.stdout.read(10)
        process.stdout.close()
        assert ended(process) == (130, b"")
    room.wait_for(lambda seen: seen.counts.abandoned == 1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_closes_the_socket(shell: Shell, number: signal.Signals) -> None:
    with RawServer(goes_on) as server:
        plain(shell, server.url)
        with started(shell, "request", "O", *NDJSON) as process:
            assert process.stdout is not None
            assert process.stdout.read(len(FIRST)) == FIRST
            process.send_signal(number)
            assert ended(process) == (130, b"")
            assert process.stdout.read() == b""
        assert server.left.wait(60)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_while_nobody_reads_the_pipe(
    shell: Shell, demo: ThreadedDemoServer, room: Room, number: signal.Signals
) -> None:
    plain(shell, f"{demo.addresses.http}{room.prefix}")
    reader, writer = os.pipe()
    with started(shell, "request", "O", "/lines/fast", "--stream", stdout=writer) as process:
        _wait_until_full(writer)
        process.send_signal(number)
        assert ended(process) == (130, b"")
    os.close(reader)
    os.close(writer)
    room.wait_for(lambda seen: seen.counts.abandoned == 1)


def test_what_was_written_before_a_signal_stays_in_the_file(shell: Shell) -> None:
    with RawServer(goes_on) as server:
        plain(shell, server.url)
        with started(shell, "request", "O", "--stream", "--output", "kept") as process:
            kept = shell.home / "kept"
            until(lambda: kept.exists() and kept.read_bytes(), "what is written")
            process.send_signal(signal.SIGTERM)
            assert ended(process) == (130, b"")
        assert kept.read_bytes() == b"data: first\n\n"


def test_silence_ends_a_stream_by_the_read_timeout(shell: Shell) -> None:
    with RawServer(goes_on) as server:
        plain(shell, server.url, "options:\n  timeout: {read: 0.3}\n")
        done = given(shell, "request", "O", *NDJSON)
        assert (done.code, done.out) == (1, FIRST)
        assert "error: O: respond: read_timeout: " in done.err
        assert server.left.wait(60)


def _wait_until_full(pipe: int) -> None:
    """Wait until nothing more can be written to a pipe."""
    poll = select.poll()
    poll.register(pipe, select.POLLOUT)
    while poll.poll(0):
        os.sched_yield()
