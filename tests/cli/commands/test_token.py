"""`token`: the token alone on standard output."""

from __future__ import annotations

import json

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.workspace import Workspace
from tests.cli.data import PASSWORD, given, plain, sealed, started, surroundings
from tests.cli.raw_server import HEAD, RawServer, Talk, gives
from tests.cli.shell import Shell
from tests.cli.terminal import Terminal
from tests.identities import protected_identity

BEARER = """\
  type: http_bearer_token
  request:
    path: /token
    body: {form: {client_id: demo, client_secret: '{{password}}'}}
  token_output: body.access_token
  expiration_output: body.expires_in
"""
RAW = "{type: raw_bearer_token}"
STREAMED = BEARER.replace("    path: /token\n", "    path: /token\n    stream_response: true\n")


def oauth(url: str) -> str:
    return f"  type: oauth2\n  access_token_url: {url}\n  client_id: demo\n"


def answer(**fields: object) -> bytes:
    return json.dumps(fields).encode()


@pytest.mark.parametrize("method", ["http_bearer_token", "oauth2"])
def test_a_fetched_token_is_all_that_comes_out(shell: Shell, method: str) -> None:
    with RawServer(gives(answer(access_token="t0k3n.ü", expires_in=60))) as server:
        sealed(shell, server.url, auth=BEARER if method == "http_bearer_token" else oauth(f"{server.url}/token"))
        assert given(shell, "token", "O") == (0, "t0k3n.ü\n".encode(), "")
        assert len(server.asked) == 1
        if method == "http_bearer_token":
            assert server.asked[0].body == f"client_id=demo&client_secret={PASSWORD}".encode()


def test_a_raw_token_is_the_stored_one(shell: Shell) -> None:
    auth = "  type: raw_bearer_token\n"
    sealed(shell, "http://127.0.0.1:9", auth=auth, more="")
    done = given(shell, "token", "O")
    assert (done.code, done.out) == (2, b"")
    assert done.err.startswith("error: O: missing_parameter: missing parameter: token\nhint: ")
    assert given(shell, "token", "O", "--param", "token=given") == (0, b"given\n", "")
    text = (shell.workspace / "o.yaml").read_text()
    assert "token:" not in text
    shell.write("raw.yaml", f"name: R\nbase_url: http://127.0.0.1:9\nauth:\n{auth}secrets:\n  token: {PASSWORD}\n")
    assert shell.run("seal", "--yes").code == 0
    assert given(shell, "token", "R") == (0, f"{PASSWORD}\n".encode(), "")


@pytest.mark.parametrize("auth", ["none", "basic"])
def test_a_method_without_a_token_is_wrong_usage(shell: Shell, auth: str) -> None:
    more = "  username: demo\n" if auth == "basic" else ""
    plain(shell, "http://127.0.0.1:9", f"auth:\n  type: {auth}\n{more}")
    done = given(shell, "token", "O")
    assert (done.code, done.out) == (2, b"")
    assert done.err.startswith("error: O has no token: ") and "\nhint: " in done.err


def test_a_refusal_is_told_in_the_servers_words_without_secrets(shell: Shell) -> None:
    def refuses(talk: Talk) -> None:
        told = json.dumps({"error": "invalid_client", "error_description": f"not {PASSWORD}\x1b[2J"}).encode()
        talk.send(b"HTTP/1.1 401 No\r\n" + f"Content-Length: {len(told)}\r\n\r\n".encode() + told)

    with RawServer(refuses) as server:
        sealed(shell, server.url, auth=oauth(f"{server.url}/token") + "  scope: '{{password}}'\n")
        done = given(shell, "token", "O")
    assert (done.code, done.out) == (1, b"")
    assert done.err.startswith("error: O: authenticate: credentials_rejected: ")
    assert "invalid_client (not •••␛[2J)" in done.err and "\nhint: " in done.err


def test_an_answer_without_a_token_is_told(shell: Shell) -> None:
    with RawServer(gives(answer(other=PASSWORD))) as server:
        sealed(shell, server.url, auth=BEARER)
        done = given(shell, "token", "O")
    assert (done.code, done.out) == (1, b"")
    assert done.err.startswith("error: O: authenticate: token_output_failed: ") and "\nhint: " in done.err
    assert PASSWORD not in done.err


@pytest.mark.parametrize("how", ["locked", "seal_broken"])
def test_secrets_that_stay_closed_send_nothing(shell: Shell, how: str) -> None:
    with RawServer(gives(answer(access_token="t", expires_in=60))) as server:
        sealed(shell, server.url, auth=BEARER)
        file = shell.workspace / "o.yaml"
        if how == "locked":
            shell.key_file.unlink()
        else:
            file.write_text(file.read_text().replace("path: /token", "path: /tokens"))
        done = given(shell, "token", "O")
        assert server.asked == ()
    assert (done.code, done.out) == (3, b"")
    assert done.err.startswith(f"error: O: {how}: ") and "\nhint: " in done.err


def test_on_a_terminal_it_is_shown_since_it_was_asked_for_and_cannot_act(shell: Shell) -> None:
    with RawServer(gives(answer(access_token="t0k3n\u202e", expires_in=60))) as server:
        sealed(shell, server.url, auth=BEARER)
        with Terminal(shell, "token", "O") as terminal:
            assert terminal.finish() == 0
            assert terminal.shown == "t0k3n\ufffd\n"
        assert given(shell, "token", "O").out == "t0k3n\u202e\n".encode()


def test_a_streamed_answer_gives_its_first_event(shell: Shell) -> None:
    def goes_on(talk: Talk) -> None:
        event = answer(access_token="streamed", expires_in=60)
        talk.send(HEAD + b"Content-Type: text/event-stream\r\n\r\n: hello\n\ndata: " + event + b"\n\ndata: x\n\n")
        talk.wait_until_left()

    with RawServer(goes_on) as server:
        sealed(shell, server.url, auth=STREAMED)
        assert given(shell, "token", "O") == (0, b"streamed\n", "")
        assert server.left.wait(60)


def test_the_whole_is_bounded_and_parameters_are_taken(shell: Shell, demo: ThreadedDemoServer, room: Room) -> None:
    auth = BEARER.replace("path: /token", "path: /{{Where}}")
    sealed(shell, f"{demo.addresses.http}{room.prefix}", auth=auth)
    missing = given(shell, "token", "O")
    assert (missing.code, missing.out) == (2, b"")
    assert missing.err.startswith(
        "error: O: missing_parameter: missing parameter: Where (Where in auth.request.path)\nhint: "
    )
    late = given(shell, "token", "O", "--timeout", "0.3", "--param", "Where=silent")
    assert (late.code, late.out) == (1, b"")
    assert late.err.startswith("error: O: authenticate: read_timeout: ")
    room.wait_for(lambda seen: seen.counts.abandoned == 1)


def test_a_closed_pipe_ends_it_while_the_token_is_awaited(
    shell: Shell, demo: ThreadedDemoServer, room: Room
) -> None:
    sealed(shell, f"{demo.addresses.http}{room.prefix}", auth=BEARER.replace("path: /token", "path: /silent"))
    with started(shell, "token", "O") as process:
        room.wait_for(lambda seen: seen.counts.requests == 1)
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(timeout=20) == 130
        assert process.stderr is not None
        assert process.stderr.read() == b""
    room.wait_for(lambda seen: seen.counts.abandoned == 1)


def test_a_passphrase_is_asked_for_on_the_terminal_alone(shell: Shell) -> None:
    shell.write("r.yaml", f"name: R\nbase_url: http://127.0.0.1:9\nauth: {RAW}\nsecrets: {{token: {PASSWORD}}}\n")
    workspace = Workspace(shell.workspace, surroundings(shell))
    protected_identity(workspace, shell.key_file, "open sesame")
    workspace.seals.reseal(workspace.catalog.entry("r.yaml"))
    with Terminal(shell, "token", "R", stdin="open sesame\n") as terminal:
        terminal.expect("assphrase")
        terminal.type("open sesame")
        assert terminal.finish() == 0
        assert terminal.shown.strip().splitlines() == [PASSWORD]
    done = given(shell, "token", "R", stdin=b"open sesame\n")
    assert (done.code, done.out) == (3, b"")
