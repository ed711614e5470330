"""`request`: what is sent, what comes out where, and how it exits."""

from __future__ import annotations

import gzip
import json
import socket
import stat
from pathlib import Path

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from tests.cli.data import PASSWORD, given, plain, sealed
from tests.cli.forked import CLOSED
from tests.cli.raw_server import HEAD, RawServer, Talk, gives
from tests.cli.shell import Shell
from tests.cli.terminal import Terminal

BYTES = bytes(range(256)) + b"\x1b[31mred\x1b]0;title\x07\r\n\xe2\x80\xae {{x}} \xff\xfe"
BASIC = "Basic ZGVtbzprUTktYzRuYXJ5LXB3"


def test_the_body_of_the_test_path_is_all_that_comes_out(shell: Shell, demo: ThreadedDemoServer) -> None:
    plain(shell, demo.addresses.http, "test_path: /health\n")
    assert given(shell, "request", "O") == (0, b'{"status": "ok"}', "")


@pytest.mark.parametrize(
    ("status", "kind"), [(404, "not_found"), (500, "server_error"), (302, "redirected"), (418, "unexpected_status")]
)
def test_an_answer_that_is_no_2xx_has_a_body_too(
    shell: Shell, demo: ThreadedDemoServer, status: int, kind: str
) -> None:
    plain(shell, demo.addresses.http)
    done = given(shell, "request", "O", f"/status/{status}")
    assert (done.code, json.loads(done.out)) == (1, {"status": status})
    error, hint = done.err.splitlines()
    assert error.startswith(f"error: O: respond: {kind}: ")
    assert hint.startswith("hint: ")


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_pipe_gets_exactly_what_came(shell: Shell, coding: str) -> None:
    body = BYTES * 3000
    sent = gzip.compress(body) if coding == "gzip" else body
    with RawServer(
        gives(sent, f"Content-Encoding: {coding}", "Content-Type: text/plain; charset=latin-1")
    ) as server:
        plain(shell, server.url)
        done = given(shell, "request", "O")
        assert (done.code, done.out == body) == (0, True)
        done = given(shell, "request", "O", "--output", "answer.bin")
        assert (done.code, done.out) == (0, b"")
        assert (shell.home / "answer.bin").read_bytes() == body


def test_a_secret_that_comes_back_is_data_in_a_pipe_and_masked_on_a_terminal(shell: Shell) -> None:
    def echo(talk: Talk) -> None:
        told = (
            b"\x1b[2J" + talk.head.rpartition(b"uthorization: ")[2].strip() + b" " + PASSWORD.encode() + b"\xff\t."
        )
        gives(told, f"X-Echo: {PASSWORD}")(talk)

    with RawServer(echo) as server:
        sealed(shell, server.url)
        done = given(shell, "request", "O")
        assert done.out == f"\x1b[2J{BASIC} {PASSWORD}".encode() + b"\xff\t."
        assert PASSWORD not in done.err and BASIC not in done.err
        with Terminal(shell, "request", "O") as terminal:
            assert terminal.finish() == 0
            # The terminal itself makes spaces of the tab.
            assert terminal.shown.startswith("HTTP/1.1 200 OK\n␛[2JBasic ••• •••\ufffd")
            assert terminal.shown.endswith(".\n")
        with Terminal(shell, "request", "O", "-X", "HEAD") as terminal:
            assert terminal.finish() == 0
            assert "x-echo: •••\n" in terminal.shown


def test_missing_parameters_are_all_named(shell: Shell) -> None:
    plain(shell, "http://127.0.0.1:9")
    done = given(shell, "request", "O", "/{{One}}", "-H", "X-A: {{Two}}", "-d", "{{Three}}", "--param", "Two=2")
    assert (done.code, done.out) == (2, b"")
    assert done.err.startswith(
        "error: O: missing_parameter: missing parameters: One, Three (One in path; Three in "
    )


def test_what_is_asked_for_is_sent(shell: Shell, demo: ThreadedDemoServer, room: Room) -> None:
    plain(shell, f"{demo.addresses.http}{room.prefix}?base=1")
    sent = ("-X", "PATCH", "-H", "X-A: 1", "-H", "X-A: {{N}}", "-d", '{"n": "{{N}}"}', "--param", 'N=a"b')
    assert given(shell, "request", "O", "/echo/ü/{{N}}?q=日本", *sent).code == 0
    last = room.last
    assert (last.method, last.body) == ("PATCH", b'{"n": "a\\"b"}')
    assert last.target == f"{room.prefix}/echo/%C3%BC/a%22b?base=1&q=%E6%97%A5%E6%9C%AC"
    assert [value for name, value in last.headers if name == "X-A"] == ["1", 'a"b']
    assert last.header("content-type") == "application/json"


def test_secrets_stand_where_they_are_named(shell: Shell, demo: ThreadedDemoServer, room: Room) -> None:
    sealed(shell, f"{demo.addresses.http}{room.prefix}")
    sent = ("-H", "X-Key: {{key}}", "-d", '{"key": "{{key}}"}')
    done = given(shell, "request", "O", "/echo/{{key}}", *sent)
    assert (done.code, PASSWORD in done.err) == (0, False)
    last, key = room.last, f"{PASSWORD}-key"
    assert last.target.endswith(f"/{key}")
    assert (last.header("x-key"), last.body, last.header("authorization")) == (
        key,
        f'{{"key": "{key}"}}'.encode(),
        BASIC,
    )


@pytest.mark.parametrize("source", ["@body.bin", "@-"])
def test_what_comes_from_a_file_is_sent_as_it_is(
    shell: Shell, demo: ThreadedDemoServer, room: Room, source: str
) -> None:
    plain(shell, f"{demo.addresses.http}{room.prefix}")
    (shell.home / "body.bin").write_bytes(BYTES)
    sent = ("-d", source, "-H", "content-type: application/octet-stream")
    assert given(shell, "request", "O", "/echo", *sent, stdin=BYTES).code == 0
    assert (room.last.method, room.last.body) == ("POST", BYTES)
    assert room.last.header("content-type") == "application/octet-stream"


def test_an_own_header_takes_the_place_of_the_methods(shell: Shell, demo: ThreadedDemoServer, room: Room) -> None:
    sealed(shell, f"{demo.addresses.http}{room.prefix}")
    assert given(shell, "request", "O", "/echo", "-H", "authorization: Own").code == 0
    assert [value for name, value in room.last.headers if name.lower() == "authorization"] == ["Own"]


def test_options_may_stand_before_the_path(shell: Shell, demo: ThreadedDemoServer, room: Room) -> None:
    plain(shell, f"{demo.addresses.http}{room.prefix}")
    assert given(shell, "request", "-X", "DELETE", "O", "--timeout", "9", "/echo").code == 0
    assert (room.last.method, room.last.target) == ("DELETE", f"{room.prefix}/echo")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((), "NAME"),
        (("Nobody",), "Nobody"),
        (("O", "https://elsewhere.example.com/"), "PATH"),
        (("O", "-X", "GET it"), "-X"),
        (("O", "-H", "none"), "-H"),
        (("O", "-H", "a b: c"), "-H a b"),
        (("O", "-H", "a: b\nc: d"), "-H a"),
        (("O", "-H", "Content-Length: 3"), "Content-Length"),
        (("O", "-H", "a: {{b}}", "--param", "b=c\nd: e"), "O: a header value"),
        (("O", "-d", "a", "-d", "b"), "-d"),
        (("O", "-d", "@nowhere"), "nowhere"),
        (("O", "--timeout", "0"), "--timeout"),
        (("O", "--param", "novalue"), "--param"),
        (("O", "--output", "nowhere/file"), "nowhere/file"),
        (("O", "--output", "."), "."),
        (("O", "--output", "folder/"), "folder/"),
        (("O", "--output", ""), "--output"),
        (("O", "/a", "/b"), "/b"),
    ],
)
def test_wrong_usage_is_two_lines_and_nothing_is_sent(shell: Shell, arguments: tuple[str, ...], word: str) -> None:
    with RawServer(gives(b"")) as server:
        plain(shell, server.url)
        done = given(shell, "request", *arguments)
        assert server.asked == ()
    assert (done.code, done.out) == (2, b"")
    error, hint = done.err.splitlines()
    assert error.startswith("error: ") and word in error
    assert hint.startswith("hint: ")


def test_what_a_header_was_to_hold_is_not_told_back(shell: Shell) -> None:
    plain(shell, "http://127.0.0.1:9")
    assert PASSWORD not in given(shell, "request", "O", "-H", f"Authorization Basic {PASSWORD}").err


@pytest.mark.parametrize("how", ["locked", "seal_broken", "unsealed"])
def test_secrets_that_stay_closed_send_nothing(shell: Shell, how: str) -> None:
    with RawServer(gives(b"")) as server:
        sealed(shell, server.url)
        file = shell.workspace / "o.yaml"
        match how:
            case "locked":
                shell.key_file.unlink()
            case "seal_broken":
                file.write_text(file.read_text().replace("username: demo", "username: other"))
            case "unsealed":
                file.write_text(f"name: O\nbase_url: {server.url}\nsecrets:\n  password: {PASSWORD}\n")
        done = given(shell, "request", "O", "--output", "answer")
        assert server.asked == ()
    kind = "locked" if how == "locked" else "seal_broken"
    assert (done.code, done.out) == (3, b"")
    assert done.err.startswith(f"error: O: {kind}: ") and "\nhint: " in done.err
    assert PASSWORD not in done.err
    assert not (shell.home / "answer").exists()


def test_a_broken_file_is_told_by_its_line(shell: Shell) -> None:
    shell.write("o.yaml", "name: O\nbase_url: ftp://example.com\n")
    done = given(shell, "request", "O")
    assert (done.code, done.out) == (2, b"")
    assert done.err.startswith("error: O: invalid_file: o.yaml: line 2: base_url: ") and "\nhint: " in done.err


def test_no_answer_is_two_lines_that_say_where(shell: Shell) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        plain(shell, f"http://127.0.0.1:{listener.getsockname()[1]}")
        done = given(shell, "request", "O")
    assert (done.code, done.out) == (1, b"")
    error, hint = done.err.splitlines()
    assert error.startswith("error: O: connect: refused: ")
    assert hint.startswith("hint: ")


def test_the_whole_is_bounded(shell: Shell, demo: ThreadedDemoServer) -> None:
    plain(shell, demo.addresses.http)
    done = given(shell, "request", "O", "/silent", "--timeout", "0.3")
    assert (done.code, done.out) == (1, b"")
    assert done.err.startswith("error: O: respond: read_timeout: ")
    assert "hint: raise --timeout" in done.err


@pytest.mark.parametrize("command", [("request", "O"), ("run", "O", "A"), ("run", "O", "A", "--raw")])
def test_what_is_odd_about_an_answer_is_a_line_of_warning(shell: Shell, command: tuple[str, ...]) -> None:
    odd = HEAD + b"X A\x1b: s3cret\r\nContent-Encoding: utf-8\r\nContent-Length: 2, 2\r\n\r\n{}"
    with RawServer(lambda talk: talk.send(odd)) as server:
        plain(shell, server.url, "operations: [{name: A, method: GET, path: /}]\n")
        done = given(shell, *command)
        checked = shell.run("check", "O")
        (report,) = shell.run("check", "O", "--format", "json").json()
    assert (done.code, done.out.strip()) == (0, b"{}")
    warnings = [line for line in done.err.splitlines() if line.startswith("warning: ")]
    assert warnings == [
        "warning: O: respond: the header line 'X A␛: s3cret' was passed over: that is no name of a header",
        "warning: O: respond: its Content-Length is said twice, alike",
        "warning: O: respond: its Content-Encoding utf-8 names no coding and was passed over",
    ]
    assert checked.code == 0
    assert [f"  WARNING {line.removeprefix('warning: O: ')}" for line in warnings] == [
        line for line in checked.out.splitlines() if "WARNING" in line
    ]
    assert [warning["kind"] for warning in report["warnings"]] == ["odd_answer"] * 3


def test_what_came_before_a_body_breaks_off_is_there(shell: Shell) -> None:
    with RawServer(lambda talk: talk.send(HEAD + b"Content-Length: 100\r\n\r\nfirst")) as server:
        plain(shell, server.url)
        done = given(shell, "request", "O")
    assert (done.code, done.out) == (1, b"first")
    assert "error: O: respond: protocol_error: " in done.err


def test_redirects_are_told_and_followed_where_asked(shell: Shell, demo: ThreadedDemoServer, room: Room) -> None:
    sealed(shell, f"{demo.addresses.http}{room.prefix}")
    stays = given(shell, "request", "O", "/redirect/302")
    assert stays.code == 1 and "redirected" in stays.err
    done = given(shell, "request", "O", "/redirect/302?to=/echo", "--location")
    assert done.code == 0
    assert done.err == ""
    assert room.last.header("authorization") == BASIC


def test_credentials_stay_with_their_origin(shell: Shell, demo: ThreadedDemoServer, room: Room) -> None:
    sealed(shell, f"{demo.addresses.http}{room.prefix}")
    away = "port=http_other&to=/echo"
    sent = ("-H", "X-Key: {{key}}", "-H", "X-Plain: 1", "--location")
    assert given(shell, "request", "O", f"/redirect/302?{away}", *sent).code == 0
    last = room.last
    assert (last.header("authorization"), last.header("x-key"), last.header("x-plain")) == ("", "", "1")
    for data in ("{{key}}", "@body"):
        (shell.home / "body").write_text(f"<{PASSWORD}>")
        done = given(shell, "request", "O", f"/redirect/307?{away}", "-d", data, *sent)
        assert (done.code, done.out) == (1, b"")
        assert "error: O: respond: redirected: " in done.err and PASSWORD not in done.err
    assert room.counts.by_path["/echo"] == 1


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_is_for_its_owner_alone_and_one_that_exists_stays_as_it_is(
    shell: Shell, demo: ThreadedDemoServer
) -> None:
    plain(shell, demo.addresses.http)
    new, old = shell.home / "new", shell.home / "old"
    old.write_text("much longer than the answer will be")
    old.chmod(0o644)
    for path in (new, old):
        done = given(shell, "request", "O", "/health", "--output", path.name)
        assert (done.code, done.out, done.err) == (0, b"", "")
        assert path.read_bytes() == b'{"status": "ok"}'
    assert (mode(new), mode(old)) == (0o600, 0o644)
    assert given(shell, "request", "O", "/health", "--output", "-").out == b'{"status": "ok"}'


def test_a_file_is_not_touched_where_no_answer_came(shell: Shell, demo: ThreadedDemoServer) -> None:
    plain(shell, demo.addresses.http)
    old = shell.home / "old"
    old.write_text("before")
    for name in ("old", "new"):
        assert given(shell, "request", "O", "/silent", "--timeout", "0.2", "--output", name).code == 1
    assert old.read_text() == "before"
    assert not (shell.home / "new").exists()
    assert given(shell, "request", "O", "/status/404", "--output", "old").code == 1
    assert json.loads(old.read_text()) == {"status": 404}


def test_a_full_disk_is_two_lines(shell: Shell, demo: ThreadedDemoServer) -> None:
    plain(shell, demo.addresses.http)
    done = given(shell, "request", "O", "/health", "--output", "/dev/full")
    assert (done.code, done.out) == (2, b"")
    assert done.err.startswith("error: /dev/full cannot be written: ") and "\nhint: " in done.err


@pytest.mark.parametrize("command", [("request", "O"), ("run", "O", "Health"), ("token", "O")])
def test_a_certificate_that_is_not_checked_is_told(
    shell: Shell, demo: ThreadedDemoServer, command: tuple[str, ...]
) -> None:
    auth = (
        "auth:\n  type: http_bearer_token\n  request:\n    path: /token\n"
        "    body: {form: {client_id: demo-client, client_secret: demo-secret}}\n"
        "  token_output: body.access_token\n  expiration_output: body.expires_in\n"
        "operations: [{name: Health, method: GET, path: /health}]\n"
    )
    plain(shell, demo.addresses.https, f"{auth}options: {{verify: false}}\n")
    done = given(shell, *command)
    assert done.code == 0 and done.out
    assert done.err == "warning: O: not verified: the certificate of this server is not checked\n"
    plain(shell, demo.addresses.https, auth)
    refused = given(shell, *command)
    assert (refused.code, refused.out) == (1, b"")
    stage = "authenticate" if command[0] == "token" else "tls"
    assert refused.err.startswith(f"error: O: {stage}: tls_untrusted: ")


@pytest.mark.parametrize("closed", [(1,), (2,), (0, 1, 2)])
def test_closed_standard_streams_keep_no_command_from_its_work(
    shell: Shell, demo: ThreadedDemoServer, room: Room, closed: tuple[int, ...]
) -> None:
    plain(shell, f"{demo.addresses.http}{room.prefix}")
    # A body that is lost is an error, as on a full disk.
    lost = 1 in closed
    for path, code in (("/health", 2 if lost else 0), ("/status/404", 2 if lost else 1)):
        done = shell.run("request", "O", path, instead=dict.fromkeys(closed, CLOSED))
        assert (done.code, "Traceback" in done.err) == (code, False), done.err
    assert room.counts.requests == 2
