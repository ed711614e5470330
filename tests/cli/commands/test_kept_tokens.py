"""Tokens between processes: one fetch for all of them, nothing in plain on the disk, and nothing depends on it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from integrator_tui.vault.age.container import encrypt
from integrator_tui.vault.age.keys import parse_recipient
from integrator_tui.vault.age.x25519 import X25519Identity
from integrator_tui.workspace import Workspace
from tests.cli.data import started, surroundings
from tests.cli.forked import Forked
from tests.cli.shell import Shell

AT_ONCE = 12

CONNECTION = """\
name: {name}
base_url: {url}
test_path: /bearer/health
auth:
  type: http_bearer_token
  request:
    path: {token}
    body: {{form: {{client_id: demo-client, client_secret: '{{{{client_secret}}}}'}}}}
  token_output: body.access_token
  expiration_output: body.expires_in
secrets:
  client_secret: demo-secret
"""
OAUTH = """\
name: O
base_url: {url}
auth:
  type: oauth2
  access_token_url: {url}/oauth/token
  client_id: demo-header
  client_auth: basic_auth
secrets:
  client_secret: demo-header-secret
"""


class Home:
    """A shell with a connection `O` whose token comes from a room of the demo server."""

    def __init__(self, shell: Shell, url: str, room: Room) -> None:
        self.shell, self.url, self.room = shell, url, room
        self.workspace = Workspace(shell.workspace, surroundings(shell))
        self.workspace.keys.create_identity()

    def write(self, token: str = "/token", name: str = "O", file: str = "o.yaml", text: str = CONNECTION) -> None:
        self.shell.write(file, text.format(name=name, url=self.url, token=token))
        self.workspace.seals.reseal(self.workspace.catalog.entry(file))

    @property
    def kept(self) -> list[Path]:
        return sorted((self.shell.home / ".local/state/integrator-tui/tokens").glob("*/tokens.age"))

    @property
    def fetched(self) -> int:
        """How many tokens were given out."""
        return len(self.room.issued)

    def request(self, *more: str, environment: dict[str, str] | None = None) -> None:
        done = self.shell.run("request", "O", "/bearer/health", *more, environment=environment)
        assert (done.code, done.err) == (0, ""), done

    def chosen(self, text: str) -> None:
        """Write the user's settings."""
        path = self.shell.home / ".config/integrator-tui/settings.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def home(shell: Shell, demo: ThreadedDemoServer, room: Room) -> Home:
    return Home(shell, demo.addresses.http + room.prefix, room)


def test_one_process_after_another_uses_the_token_of_the_first(home: Home) -> None:
    home.write()
    home.request()
    home.request()
    first, second = home.shell.run("token", "O"), home.shell.run("check", "O", "--format", "json")
    assert first.out.strip() == home.room.issued[0].token
    (report,) = second.json()
    (proved,) = (stage for stage in report["stages"] if stage["stage"] == "authenticate")
    assert proved["detail"]["cached"] is True and 0 < proved["detail"]["expires_in_s"] <= 3600
    assert home.fetched == 1


def test_many_at_once_fetch_one(home: Home) -> None:
    home.write()
    with ExitStack() as stack:
        running = [stack.enter_context(home.shell.start("request", "O", "/bearer/health")) for _ in range(AT_ONCE)]
        done = [(*process.communicate(timeout=120), process.returncode) for process in running]
    assert [code for *_, code in done] == [0] * AT_ONCE, done
    assert home.room.counts.by_path["/token"] == home.fetched == 1
    assert home.room.counts.by_path["/bearer/health"] == AT_ONCE


def test_oauth_keeps_a_token_too_and_each_request_its_own(home: Home) -> None:
    home.write(text=OAUTH)
    for _ in range(2):
        home.request()
    assert home.fetched == 1
    home.write(token="/token?who={{{{who}}}}")
    for who in ("a", "b", "a", "b"):
        assert home.shell.run("token", "O", "--param", f"who={who}").code == 0
    assert home.fetched == 3


def test_nothing_of_it_stands_in_plain_and_others_cannot_read_it(home: Home) -> None:
    home.write()
    home.request()
    (kept,) = home.kept
    assert kept.stat().st_mode & 0o777 == 0o600
    for folder in (kept.parent, kept.parent.parent):
        assert folder.stat().st_mode & 0o777 == 0o700
    secret = home.room.issued[0].token.encode()
    for path in home.shell.home.rglob("*"):
        assert not path.is_file() or secret not in path.read_bytes(), path
    assert kept.read_bytes().startswith(b"-----BEGIN AGE ENCRYPTED FILE-----\n")


def test_a_token_that_the_server_refuses_is_fetched_again_once(home: Home) -> None:
    home.write()
    home.request()
    home.room.revoke()
    home.request()
    assert home.fetched == 2
    home.request()
    assert home.fetched == 2
    # Refused though it is new: it is asked for once in a process, and the next one does not take it.
    home.write("/token?uses=0")
    for number in (3, 4):
        assert home.shell.run("request", "O", "/bearer/health").code == 1
        assert home.fetched == number
    assert home.room.counts.by_path["/bearer/health"] == 4 + 2


def test_several_processes_that_hold_a_refused_token_fetch_one_anew(home: Home) -> None:
    home.write()
    home.request()
    home.room.revoke()
    asked = ("request", "O", "/bearer/health")
    with started(home.shell, *asked) as one, started(home.shell, *asked) as other:
        assert one.wait(60) == other.wait(60) == 0
    assert home.fetched == 2


def test_it_is_kept_as_long_as_it_lives(home: Home) -> None:
    home.write("/token?expires_in=1")
    home.request()
    before = home.fetched
    home.room.issued[0].expires_at = 0.0
    (kept,) = home.kept
    assert kept.stat().st_mtime <= kept.stat().st_ctime + 1
    home.write("/token/once")
    for number in (1, 2):
        home.request()
        assert home.fetched == before + number


@pytest.mark.parametrize("how", ["forget", "seal", "edit", "remove", "rename"])
def test_it_is_dropped(home: Home, how: str) -> None:
    home.write()
    home.request()
    assert len(home.kept) == 1
    match how:
        case "forget":
            # No key is needed for that.
            home.shell.key_file.rename(home.shell.home / "elsewhere")
            done = home.shell.run("token", "O", "--forget")
            assert (done.code, done.out, done.err) == (0, "", "")
            assert home.shell.run("token", "O", "--forget").code == 0
        case "seal":
            path = home.shell.workspace / "o.yaml"
            path.write_text(path.read_text().replace("/bearer/health", "/bearer"))
            assert home.shell.run("seal", "--yes").code == 0
        case "edit":
            assert home.shell.run("edit", "O", "--set", "test_path=/bearer").code == 0
        case "remove":
            assert home.shell.run("remove", "O", "--yes").code == 0
        case "rename":
            assert home.shell.run("rename", "O", "P", "--file").code == 0
    assert home.kept == []
    if how in ("seal", "edit"):
        home.request()
        assert home.fetched == 2


def test_another_seal_finds_nothing_of_the_old_one(home: Home) -> None:
    home.write()
    home.request()
    (kept,) = home.kept
    data = kept.read_bytes()
    home.write(token="/token?other=1")
    home.write()
    assert home.kept == []
    kept.write_bytes(data)
    kept.chmod(0o600)
    home.request()
    assert home.fetched == 1, "the same fields, sealed again, are the same seal"
    path = home.shell.workspace / "o.yaml"
    path.write_text(path.read_text().replace("test_path: /bearer/health", "test_path: /bearer"))
    assert home.shell.run("request", "O", "/bearer/health").code == 3
    assert home.fetched == 1


def test_where_it_is_switched_off_nothing_is_kept(home: Home) -> None:
    home.write()
    home.chosen("token_cache: false\n")
    home.request()
    home.request()
    assert (home.fetched, home.kept) == (2, [])


@pytest.mark.parametrize("how", ["damaged", "empty", "exposed", "of others", "large", "folder", "link", "fifo"])
def test_a_cache_that_is_of_no_use_is_as_none(home: Home, how: str) -> None:
    home.write()
    home.request()
    (kept,) = home.kept
    data = kept.read_bytes()
    kept.unlink()
    match how:
        case "damaged":
            kept.write_bytes(data[:-7] + b"abcdefg")
        case "empty":
            kept.write_bytes(b"")
        case "exposed":
            kept.write_bytes(data)
            kept.chmod(0o644)
        case "of others":
            kept.write_bytes(encrypt(b"{}", [parse_recipient(X25519Identity.generate().recipient())]))
        case "large":
            kept.write_bytes(data * 5000)
        case "folder":
            kept.mkdir()
        case "link":
            kept.symlink_to("nowhere")
        case "fifo":
            os.mkfifo(kept)
    if how in ("damaged", "empty", "of others", "large"):
        kept.chmod(0o600)
    home.request()
    assert home.fetched == 2
    home.request()
    assert home.fetched == (3 if how == "folder" else 2), "what can be replaced is"


def test_a_state_folder_that_cannot_be_written_costs_no_more_than_the_fetch(home: Home) -> None:
    home.write()
    state = home.shell.home / ".local/state/integrator-tui"
    state.mkdir(parents=True, exist_ok=True)
    (state / "tokens").write_text("no folder")
    home.request()
    home.request()
    assert home.fetched == 2


def test_a_folder_that_is_read_only_serves_what_it_holds_and_loses_nothing(home: Home) -> None:
    home.write()
    home.request()
    state = home.shell.home / ".local/state/integrator-tui"
    (kept,) = home.kept
    for folder in (kept.parent, kept.parent.parent, state):
        folder.chmod(0o500)
    asked = ("request", "O", "/bearer/health")
    assert home.shell.run(*asked, bound_by_modes=True).code == 0
    assert home.fetched == 1
    home.room.revoke()
    for number in (2, 3):
        done = home.shell.run(*asked, bound_by_modes=True)
        assert (done.code, done.err) == (0, "")
        assert home.fetched == number
    for folder in (state, kept.parent.parent, kept.parent):
        folder.chmod(0o700)


def test_a_full_disk_costs_no_more_than_the_fetch(home: Home) -> None:
    home.write()
    # No file can grow: as on a full disk, every write of one fails.
    limited = ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *home.shell.command("request", "O", "/bearer/health")]
    for number in (1, 2):
        done = subprocess.run(
            limited, cwd=home.shell.home, env=home.shell.environment, capture_output=True, timeout=60
        )
        assert (done.returncode, done.stderr) == (0, b"")
        assert (home.fetched, home.kept) == (number, [])
    home.request()
    home.request()
    assert home.fetched == 3


@contextmanager
def fetching(home: Home, *arguments: str) -> Iterator[Forked]:
    """A process that waits for a token that does not come, and has others wait for it."""
    with started(home.shell, *arguments) as process:
        home.room.wait_for(lambda seen: seen.counts.by_path.get("/silent", 0) == 1, 60)
        yield process


def test_a_process_that_dies_with_the_lock_holds_up_nobody(home: Home) -> None:
    home.write("/silent")
    with fetching(home, "token", "O") as holder, started(home.shell, "token", "O", "--timeout", "50") as waiting:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        # It has its turn then, and asks itself.
        home.room.wait_for(lambda seen: seen.counts.by_path["/silent"] == 2, 60)
        waiting.kill()


def test_a_process_that_is_stopped_with_the_lock_holds_up_others_for_the_time_of_a_fetch_alone(home: Home) -> None:
    home.write(
        "/silent", text=CONNECTION.replace("secrets:", "options: {{timeout: {{connect: 1, read: 1}}}}\nsecrets:")
    )
    with started(home.shell, "token", "O") as holder:
        home.room.wait_for(lambda seen: seen.counts.by_path.get("/silent", 0) == 1, 60)
        holder.send_signal(signal.SIGSTOP)
        done = home.shell.run("token", "O")
        assert (done.code, "read_timeout" in done.err) == (1, True)
        assert home.room.counts.by_path["/silent"] == 2


def test_who_waits_for_another_process_waits_no_longer_than_the_whole_may_take(home: Home) -> None:
    home.write("/silent")
    with fetching(home, "token", "O"):
        done = home.shell.run("token", "O", "--timeout", "1")
    assert done.code == 1
    assert "read_timeout" in done.err or "connect_timeout" in done.err
    assert home.room.counts.by_path["/silent"] == 1, "nothing was sent meanwhile"
