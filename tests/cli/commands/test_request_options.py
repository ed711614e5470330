"""`request`: heads, forms, JSON, tries, and what is told on the way."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from email import message_from_bytes

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from tests.cli.commands.test_request import BASIC, BYTES
from tests.cli.data import PASSWORD, given, plain, sealed
from tests.cli.raw_server import RawServer, Talk, gives
from tests.cli.shell import Shell
from tests.cli.terminal import Terminal

Answering = Callable[[Talk], None]


def answers(status: str, body: bytes = b"no\n") -> Answering:
    def answer(talk: Talk) -> None:
        head = f"HTTP/1.1 {status}\r\nX-Raw: \xfc\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        talk.wfile.write(head.encode("latin-1") + (b"" if talk.head.startswith(b"HEAD") else body))

    return answer


def in_turn(*answering: Answering) -> Answering:
    waiting = list(answering)

    def answer(talk: Talk) -> None:
        (waiting.pop(0) if len(waiting) > 1 else waiting[0])(talk)

    return answer


def closes(talk: Talk) -> None:
    """Give no answer."""


def test_include_writes_the_head_as_it_came_before_the_body(shell: Shell) -> None:
    with RawServer(answers("200 F\xfcr dich", BYTES)) as server:
        plain(shell, server.url)
        done = given(shell, "request", "O", "--include")
        head = b"HTTP/1.1 200 F\xfcr dich\r\nX-Raw: \xfc\r\n"
        assert (done.code, done.err) == (0, "")
        assert done.out.startswith(head) and done.out.endswith(b"\r\n\r\n" + BYTES)
        done = given(shell, "request", "O", "-I")
        assert done.out.startswith(head) and done.out.endswith(b"\r\n\r\n")
        assert server.asked[-1].head.startswith(b"HEAD ")
        done = given(shell, "request", "O", "-I", "-X", "GET", "--output", "head.txt")
        assert (done.code, done.out) == (0, b"")
        assert (shell.home / "head.txt").read_bytes().endswith(b"\r\n\r\n")


def test_a_head_on_a_terminal_cannot_act_on_it_and_tells_no_secret(shell: Shell) -> None:
    with RawServer(gives(b"", "X-Echo: \x1b[2J" + PASSWORD)) as server:
        sealed(shell, server.url)
        with Terminal(shell, "request", "O", "-i") as terminal:
            assert terminal.finish() == 0
            assert "␛[2J•••\n" in terminal.shown and PASSWORD not in terminal.shown


def test_json_sets_its_headers_and_ones_own_win(shell: Shell, demo: ThreadedDemoServer, room: Room) -> None:
    plain(shell, f"{demo.addresses.http}{room.prefix}")
    assert given(shell, "request", "O", "/echo", "--json", '{"n": "{{N}}"}', "--param", 'N="').code == 0
    last = room.last
    assert (last.method, last.body) == ("POST", b'{"n": "\\""}')
    assert (last.header("content-type"), last.header("accept")) == ("application/json", "application/json")
    own = ("-H", "accept: text/csv", "-H", "CONTENT-TYPE: application/merge-patch+json", "-X", "PATCH")
    assert given(shell, "request", "O", "/echo", "--json", "@-", *own, stdin=b"{{x}}").code == 0
    last = room.last
    assert (last.method, last.body) == ("PATCH", b"{{x}}")
    assert (last.header("content-type"), last.header("accept")) == ("application/merge-patch+json", "text/csv")


def test_a_form_sends_files_as_they_are(shell: Shell, demo: ThreadedDemoServer, room: Room) -> None:
    sealed(shell, f"{demo.addresses.http}{room.prefix}")
    for name in ("a;b.bin", "page.html", "note"):
        (shell.home / name).write_bytes(BYTES)
    parts = (
        *("-F", "key={{key}};x=1", "-F", "page=@page.html", "-F", "note=<note;type=text/plain;charset=latin-1"),
        *("-F", "raw=@a;b.bin;type=image/png;filename=ü.png"),
    )
    assert given(shell, "request", "O", "/echo", *parts).code == 0
    last = room.last
    assert last.method == "POST"
    sent = message_from_bytes(f"Content-Type: {last.header('content-type')}\r\n\r\n".encode() + last.body)
    found = [
        (part.get_param("name", header="content-disposition"), part["content-type"], part.get_payload(decode=True))
        for part in sent.walk()
        if not part.is_multipart()
    ]
    assert found == [
        ("key", None, f"{PASSWORD}-key;x=1".encode()),
        ("page", "text/html", found[1][2]),
        ("note", "text/plain;charset=latin-1", found[2][2]),
        ("raw", "image/png", found[3][2]),
    ]
    assert last.body.count(BYTES) == 3
    assert b'filename="page.html"' in last.body and 'filename="ü.png"'.encode() in last.body


@pytest.mark.parametrize(
    "form",
    [
        "a=b",
        'a="x;type=y"',
        'a="x;type=y";type=text/y',
        'a="say \\"hi\\" \\\\ there"',
        'a="unclosed',
        'a={"json":1}',
        'a=@"b;c.txt"',
        'a=@"b;c.txt";filename="d;e.txt"',
        'a=<"b;c.txt";type=text/csv',
        'a=@plain.txt;filename="say \\"hi\\""',
        "a=@plain.txt;type=text/x; charset=utf-8",
    ],
)
def test_a_form_is_read_as_curl_reads_it(shell: Shell, demo: ThreadedDemoServer, room: Room, form: str) -> None:
    plain(shell, f"{demo.addresses.http}{room.prefix}")
    for name in ("b;c.txt", "plain.txt"):
        (shell.home / name).write_text("held\n")
    sent = []
    url = f"{demo.addresses.http}{room.prefix}/echo"

    def curl() -> int:
        command = ["curl", "-sS", url, "-F", form]
        return subprocess.run(
            command, cwd=shell.home, env=shell.environment, capture_output=True, timeout=60
        ).returncode

    for send in (curl, lambda: shell.run("request", "O", "/echo", "-F", form).code):
        assert send() == 0
        boundary = room.last.header("content-type").partition("boundary=")[2].encode()
        sent.append(room.last.body.replace(boundary, b"BOUNDARY").replace(b"; charset", b";charset"))
    assert sent[1] == sent[0]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("-F", "a=b;headers=X: y"), ";headers="),
        (("-F", "a=@note;encoder=base64"), ";encoder="),
        (("--json", "1", "-d", "2"), "--json"),
        (("--json", "1", "--json", "2"), "--json"),
        (("-F", "a=b", "-d", "2"), "-F"),
        (("-F", "alone"), "-F"),
        (("-F", "a=@nowhere"), "nowhere"),
        (("-F", "a=b;type=x;type=y"), "type"),
        (("-I", "-d", "1"), "-I"),
        (("-I", "--format", "ndjson"), "-I"),
        (("--include", "--format", "ndjson"), "--include"),
        (("--retries", "-1"), "--retries"),
    ],
)
def test_what_does_not_go_together_is_two_lines(shell: Shell, arguments: tuple[str, ...], word: str) -> None:
    plain(shell, "http://127.0.0.1:9")
    done = shell.run("request", "O", *arguments)
    assert (done.code, done.out) == (2, "")
    error, hint = done.err.splitlines()
    assert error.startswith("error: ") and word in error and hint.startswith("hint: ")


def test_fail_prints_no_body_and_leaves_the_file(shell: Shell) -> None:
    with RawServer(answers("404 Not Found")) as server:
        plain(shell, server.url)
        (shell.home / "kept").write_text("before")
        for more in ((), ("--include",), ("--output", "kept"), ("--output", "new")):
            done = given(shell, "request", "O", "--fail", *more)
            assert (done.code, done.out) == (1, b"")
            assert done.err.startswith("error: O: respond: not_found: ")
    assert (shell.home / "kept").read_text() == "before"
    assert not (shell.home / "new").exists()


@pytest.mark.parametrize("first", ["503 Later", "429 Slow down", "none"])
def test_tries_again_and_prints_the_last_body_alone(shell: Shell, first: str) -> None:
    earlier = closes if first == "none" else answers(first, b"first")
    with RawServer(in_turn(earlier, answers("200 OK", b"second"))) as server:
        plain(shell, server.url)
        assert given(shell, "request", "O", "--retries", "2") == (0, b"second", "")
        assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("answering", "more"),
    [
        (answers("503 Later"), ("-X", "POST")),
        (closes, ("-d", "x")),
        (answers("404 Not Found"), ()),
        (answers("401 Unauthorized"), ()),
        (answers("503 Later"), ("--timeout", "0.9")),
    ],
)
def test_what_may_not_be_sent_again_is_sent_once(shell: Shell, answering: Answering, more: tuple[str, ...]) -> None:
    with RawServer(answering) as server:
        plain(shell, server.url)
        assert given(shell, "request", "O", "--retries", "2", *more).code == 1
        assert len(server.asked) == 1


def test_what_was_not_sent_yet_is_tried_again_whatever_the_method(shell: Shell) -> None:
    plain(shell, "http://127.0.0.1:9")
    done = given(shell, "request", "O", "-d", "x", "--retries", "1", "-v")
    assert done.code == 1
    assert done.err.count("✗ connect") == 2 and "again in 1 s" in done.err


def test_verbose_tells_stages_and_heads_with_secrets_masked(shell: Shell) -> None:
    with RawServer(gives(b"body", f"X-Echo: {PASSWORD}", "Set-Cookie: id=unknown-to-all", "X-Plain: 1")) as server:
        sealed(shell, server.url)
        sent = ("-H", "X-Key: {{key}}", "-H", "Cookie: own=1")
        done = given(shell, "request", "O", "/a/{{key}}", *sent, "-v")
    assert (done.code, done.out) == (0, b"body")
    lines = done.err.splitlines()
    assert {line[:2] for line in lines} == {"* ", "> ", "< "}
    told = [line.split()[2] for line in lines if line.startswith("* ✓")]
    assert told == ["resolve", "connect", "authenticate"]
    for line in ("> GET /a/••• HTTP/1.1", "> X-Key: •••", "> Cookie: •••", "> Authorization: Basic •••"):
        assert line in lines
    for line in ("< HTTP/1.1 200 OK", "< X-Echo: •••", "< Set-Cookie: •••", "< X-Plain: 1"):
        assert line.lower() in [line.lower() for line in lines]
    assert all(secret not in done.err for secret in (PASSWORD, BASIC[6:], "unknown-to-all"))


def test_verbose_tells_a_token_request_and_what_failed(shell: Shell, demo: ThreadedDemoServer) -> None:
    token = f"  type: oauth2\n  access_token_url: {demo.addresses.http}/nowhere\n  client_id: demo\n"
    sealed(shell, demo.addresses.http, auth=token, secret="client_secret")
    done = given(shell, "request", "O", "/health", "-v")
    assert (done.code, done.out) == (1, b"")
    assert "* ✗ authenticate" in done.err and "error: O: authenticate: token_request_failed" in done.err
    assert PASSWORD not in done.err
