"""`--dry-run`: what would be sent, on standard output, and nothing sent, looked up or asked for."""

from __future__ import annotations

import json
import socket

import pytest

from integrator_tui import __version__
from integrator_tui.cli.main import main
from integrator_tui.workspace import Workspace
from tests.cli.data import PASSWORD, given, plain, sealed, surroundings
from tests.cli.raw_server import HEAD, RawServer, Talk
from tests.cli.shell import Shell
from tests.identities import protected_identity

OPERATION = (
    "operations:\n  - name: Do it\n    method: POST\n    path: /o\n    params: {l: '{{Limit}}'}\n"
    '    body: {raw: \'{"k": "{{key}}", "id": "{{Id}}"}\'}\n'
)
BASIC = """\
# O: operation: http://h.invalid/o?l=5
POST /o?l=5 HTTP/1.1
Host: h.invalid
Content-Type: application/json
User-Agent: *
Accept: */*
Accept-Encoding: gzip, deflate
Content-Length: •••
Authorization: Basic •••

{"k": "•••", "id": "ü"}

# values
method: POST                           ← operations.0.method
base URL: http://h.invalid             ← base_url
path: /o                               ← operations.0.path
query l: 5                             ← operations.0.params.l, parameter Limit
header Host: h.invalid                 ← base_url
header Content-Type: application/json  ← the kind of the body
header User-Agent: *                   ← this program
header Accept: */*                     ← this program
header Accept-Encoding: gzip, deflate  ← this program
header Content-Length: •••             ← computed from the body
header Authorization: Basic •••        ← computed from auth.username, secret password
body: as it stands above               ← operations.0.body.raw, secret key, parameter Id
"""


def counted(talk: Talk) -> None:
    talk.send(HEAD + b"Content-Length: 2\r\n\r\nok")


def test_an_operation_is_shown_as_it_would_be_sent(shell: Shell) -> None:
    sealed(shell, "http://h.invalid", OPERATION)
    done = given(shell, "run", "O", "Do it", "--dry-run", "--param", "Limit=5", "--param", "Id=ü")
    assert (done.code, done.err) == (0, "")
    assert "".join(done.out.decode().split()).replace(f"integrator-tui/{__version__}", "*") == "".join(
        BASIC.split()
    )
    blank = given(shell, "run", "O", "Do it", "--dry-run", "--blank")
    assert blank.code == 0 and b"POST /o HTTP/1.1" in blank.out
    missing = given(shell, "run", "O", "Do it", "--dry-run")
    assert (missing.code, missing.out) == (2, b"")
    assert "missing_parameter: missing parameter: Id" in missing.err


def test_nothing_is_sent_and_nothing_looked_up(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(counted) as server:
        sealed(shell, f"{server.url}/a", OPERATION)
        for command in (("check", "O"), ("request", "O", "/x", "-d", "{{key}}"), ("check", server.url)):
            done = given(shell, *command, "--dry-run")
            assert (done.code, done.err) == (0, "")
            assert PASSWORD.encode() not in done.out
        assert not server.asked

    def refuse(*arguments: object, **more: object) -> None:
        raise AssertionError("a socket was made, or a name looked up")

    for name in ("socket", "getaddrinfo", "create_connection", "gethostbyname"):
        monkeypatch.setattr(socket, name, refuse)
    for name, value in shell.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(shell.home)
    assert main(["check", "O", "https://h.invalid/a", "--dry-run"]) == 0


def test_a_token_that_would_be_fetched_is_a_request_of_its_own(shell: Shell) -> None:
    auth = (
        "  type: oauth2\n  access_token_url: https://login.invalid/token\n  client_id: me\n"
        "  client_auth: basic_auth\n  scope: a b\n"
    )
    sealed(shell, "https://h.invalid", auth=auth, secret="client_secret")
    done = given(shell, "check", "O", "--dry-run", "--format", "json")
    assert (done.code, done.err) == (0, "")
    (value,) = json.loads(done.out)
    assert (value["schema"], value["name"], value["file"], value["failure"]) == (1, "O", "o.yaml", None)
    token, test = value["requests"]
    assert (token["kind"], token["method"], token["url"]) == ("token", "POST", "https://login.invalid/token")
    assert token["body"] == "grant_type=client_credentials&scope=a+b"
    assert ["Authorization", "Basic •••"] in token["headers"]
    assert (test["kind"], test["url"]) == ("test", "https://h.invalid")
    assert ["Authorization", "Bearer •••"] in test["headers"]


@pytest.mark.parametrize("key", ["none", "passphrase"])
def test_no_key_is_needed_and_no_passphrase_asked_for(shell: Shell, key: str) -> None:
    sealed(shell, "http://h.invalid")
    shell.key_file.unlink()
    if key == "passphrase":
        protected_identity(Workspace(shell.workspace, surroundings(shell)), shell.key_file, "a passphrase")
    for command in (("check", "O"), ("request", "O", "-H", "X: {{key}}")):
        done = given(shell, *command, "--dry-run")
        assert (done.code, done.err) == (0, "")
        assert "Authorization: Basic •••" in done.out.decode()


def test_a_broken_seal_is_told_and_what_the_file_says_shown(shell: Shell) -> None:
    sealed(shell, "http://h.invalid")
    path = shell.workspace / "o.yaml"
    path.write_text(path.read_text().replace("h.invalid", "evil.invalid"))
    done = given(shell, "check", "O", "--dry-run")
    assert done.code == 3 and b"http://evil.invalid" in done.out
    assert "seal_broken: nothing of this would be sent" in done.err
    shell.write(
        "p.yaml",
        "name: P\nbase_url: http://h.invalid\nauth: {type: basic, username: u}\n"
        f"secrets: {{password: {PASSWORD}}}\n",
    )
    done = given(shell, "request", "P", "--dry-run")
    assert done.code == 3 and b"Basic" in done.out and PASSWORD.encode() not in done.out


def test_many_are_a_block_each_and_the_worst_is_the_exit_code(shell: Shell) -> None:
    sealed(shell, "http://h.invalid/a")
    shell.write("p.yaml", "name: P\nbase_url: http://h.invalid/{{x}}\n")
    shell.write("q.yaml", "name: Q\nbase_url: no address\n")
    shell.write("r.yaml", "name: R\nbase_url: http://h.invalid\nauth: {type: basic, username: u}\nca_cert: none\n")
    shell.write("s.yaml", "name: S\ntype: postgres\n")
    done = given(shell, "check", "--all", "--dry-run")
    assert done.code == 2
    assert done.out.count(b"# values") == 1
    assert [line.split(":")[1].strip() for line in done.err.splitlines() if line.startswith("error")] == [
        "P",
        "Q",
        "R",
    ]
    lines = given(shell, "check", "--all", "--dry-run", "--format", "ndjson", "--param", "x=1").out.splitlines()
    found = {value["name"]: value for value in map(json.loads, lines)}
    assert [bool(found[name]["failure"]) for name in "OPQR"] == [False, False, True, True]
    assert found["P"]["requests"][0]["url"] == "http://h.invalid/1"


def test_a_body_from_a_file_is_shown_as_it_is(shell: Shell) -> None:
    plain(shell, "http://h.invalid")
    (shell.home / "b.json").write_bytes(b'{"a": "{{x}}"}\n')
    done = given(shell, "request", "O", "-d", "@b.json", "--dry-run", "--output", "out")
    assert (done.code, done.err) == (0, "")
    assert b'\n\n{"a": "{{x}}"}\n' in done.out and b"Content-Length: 15" in done.out
    assert "not known here" in done.out.decode() and not (shell.home / "out").exists()
    done = given(shell, "request", "O", "-d", "@-", "--dry-run", stdin=b"\xff\0")
    assert (done.code, done.out.count(b"(2 bytes that are no text)")) == (0, 1)


def test_what_is_shown_is_what_the_server_gets(shell: Shell) -> None:
    arguments = ("run", "O", "Do it", "--param", "Id=1")
    asked: list[bytes] = []

    def keep(talk: Talk) -> None:
        asked.append(talk.head + b"\r\n" + talk.body)
        counted(talk)

    with RawServer(keep) as server:
        plain(shell, server.url, OPERATION.replace("{{key}}", "K"))
        shown = given(shell, *arguments, "--dry-run").out
        given(shell, *arguments, "--raw")
    assert asked[0].replace(b"\r\n", b"\n") in shown
