"""Every command, where nobody reads what it says: standard output and standard error closed or full, and a signal.

A command that is new needs a line in `SAYS`, and one in `WAITS` where it may have to wait for somebody.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from integrator_tui.cli.formats.table import NAMES
from integrator_tui.cli.parsers import COMMANDS
from integrator_tui.demo.room import Room
from integrator_tui.demo.server import ThreadedDemoServer
from tests.cli.shell import Finished, Shell
from tests.cli.spaces.space_server import SpaceServer
from tests.cli.transcripts import transcript

SAYS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "list": (("list",), ("list", "--json")),
    "show": (("show", "Orders"), ("show", "Orders", "--json")),
    "new": (("new", "New", "--set", "base_url=http://127.0.0.1:9"),),
    "edit": (("edit", "Plain", "--set", "description=x"),),
    "rename": (("rename", "Plain", "Other"),),
    "move": (("move", "Plain", "prod"),),
    "copy": (("copy", "Plain", "Other"),),
    "remove": (("remove", "Plain", "--yes"),),
    "import": (("import", "curl", "commands.txt"), ("import", "curl", "commands.txt", "--dry-run")),
    "export": (("export", "curl", "Plain"), ("export", "kinetic", "Down")),
    "pull": (("pull", "Dev"), ("pull", "Dev", "--dry-run")),
    "push": (("push", "Dev", "Billing"), ("push", "Dev", "Billing", "--dry-run")),
    "diff": (("diff", "Dev"),),
    "usage": (("usage", "callers"), ("usage", "Dev")),
    "check": tuple(("check", "Plain", "--format", form) for form in NAMES),
    "request": (("request", "Plain", "/health"), ("request", "Plain", "/health", "--dry-run")),
    "run": (("run", "Plain", "Health"), ("run", "Plain", "Health", "--raw")),
    "history": (("history",), ("history", "--json")),
    "token": (("token", "Token"),),
    "compare": (("compare", "Plain", "Down"),),
    "seal": (("seal", "--yes"),),
    "undo": (("undo",),),
    "verify": (("verify",),),
    "keys": (("keys", "list"), ("keys", "init")),
    "schema": (("schema",),),
    "doctor": (("doctor",), ("doctor", "--json")),
    "completion": (("completion", "bash"), ("completion", "zsh"), ("completion", "fish")),
    "complete": (("complete", "zsh", ""),),
}
"""Command lines that say something on standard output, in the home of `busy`."""

SILENT: Final = {
    "open": "it shows the interface",
    "demo": "it stays until it is interrupted: test_interrupts",
    "merge": "git reads the file that it writes",
}
"""Commands that say nothing on standard output, or nothing without a terminal."""

WAITS: Final[Mapping[str, tuple[str, ...]]] = {
    "check": ("check", "Silent"),
    "check, watched": ("check", "Plain", "--watch", "600", "--format", "ndjson"),
    "request": ("request", "Silent"),
    "run": ("run", "Silent", "Wait"),
    "token": ("token", "Silent token"),
    "compare": ("compare", "Silent", "Plain"),
    "pull": ("pull", "Dev"),
    "push": ("push", "Dev", "Billing"),
    "diff": ("diff", "Dev"),
    "usage": ("usage", "Dev"),
}
"""Command lines that wait for a server which says nothing."""

LINES: Final = [line for lines in SAYS.values() for line in lines]


@pytest.fixture(scope="module")
def space() -> Iterator[SpaceServer]:
    with SpaceServer() as space:
        yield space


@pytest.fixture(scope="module")
def prepared(demo: ThreadedDemoServer, space: SpaceServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with something to tell for every command."""
    home = tmp_path_factory.mktemp("every") / "home"
    home.mkdir()
    shell = Shell(home)
    transcript.scene(shell, demo.addresses.http)
    transcript.space_scene(transcript.Scene(shell, demo.addresses.http, space))
    shell.write("space/billing.yaml", f"name: Billing\nbase_url: {demo.addresses.http}\ntest_path: /health\n")
    call = {"name": "Call", "connectionId": "nobody's", "operationId": "nobody's"}
    (home / "callers").mkdir()
    (home / "callers/form.json").write_text(json.dumps({"integrations": [call]}))
    (home / "commands.txt").write_text("curl https://api.example.com/orders\n")
    assert shell.run("copy", "Plain", "Another").code == 0
    assert shell.run("check", "Plain", "--quiet").code == 0
    shell.write("plain-secrets.yaml", "name: S\nbase_url: http://127.0.0.1:9\nsecrets: {password: not-sealed}\n")
    return home


@pytest.fixture
def busy(prepared: Path, shell: Shell, space: SpaceServer, demo: ThreadedDemoServer) -> Shell:
    """A shell in a copy of that home."""
    transcript.furnish(space, demo.addresses.http)
    shutil.copytree(prepared, shell.home, dirs_exist_ok=True)
    # Results are kept by the workspace's path.
    for file in (shell.home / ".local").rglob("*"):
        if file.is_file() and str(prepared).encode() in (data := file.read_bytes()):
            file.write_bytes(data.replace(str(prepared).encode(), str(shell.home).encode()))
    return shell


@contextmanager
def nobody() -> Iterator[int]:
    """A pipe that nobody reads any more."""
    read, write = os.pipe()
    os.close(read)
    try:
        yield write
    finally:
        os.close(write)


@contextmanager
def full() -> Iterator[int]:
    """A device that is always full."""
    descriptor = os.open("/dev/full", os.O_WRONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def test_every_command_is_here() -> None:
    new = {command.name for command in COMMANDS} - SAYS.keys() - SILENT.keys()
    assert not new, f"say in SAYS how these say something, or in SILENT why they do not: {sorted(new)}"


def steady(text: str) -> str:
    """Return text without what differs from run to run."""
    return re.sub(r"[0-9a-f-]{36}|[0-9.]+| {2,}", "", text)


def ready(shell: Shell, line: tuple[str, ...]) -> None:
    """Change something where it is to be taken back."""
    if line[0] == "undo":
        assert shell.run("copy", "Plain", "Changed").code == 0


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_what_nobody_reads_ends_it_quietly(busy: Shell, line: tuple[str, ...]) -> None:
    ready(busy, line)
    with nobody() as descriptor:
        done = busy.run(*line, instead={1: descriptor})
    # To Nagios an interrupt is UNKNOWN.
    wanted = 3 if "nagios" in line else 130
    assert (done.code, done.err) == (wanted, ""), "some text for standard output is needed in SAYS"


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_what_cannot_be_written_is_an_error(busy: Shell, line: tuple[str, ...]) -> None:
    ready(busy, line)
    with full() as descriptor:
        done = busy.run(*line, instead={1: descriptor})
    if "nagios" in line:
        assert (done.code, done.err) == (3, "")
        return
    # What was found wins where it is worse.
    assert done.code == (3 if line == ("verify",) else 2)
    assert re.fullmatch(r"error: standard output cannot be written: [^\n]+\nhint: [^\n]+\n", done.err)


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_a_standard_error_that_cannot_be_told_anything_changes_nothing(
    busy: Shell, tmp_path: Path, line: tuple[str, ...]
) -> None:
    ready(busy, line)
    kept = tmp_path / "kept"
    shutil.copytree(busy.home, kept)

    def run(instead: dict[int, int]) -> Finished:
        done = busy.run(*line, instead=instead)
        shutil.rmtree(busy.home)
        shutil.copytree(kept, busy.home)
        return done

    told = run({})
    assert told.out and told.code == {"compare": 1, "diff": 1, "verify": 3}.get(line[0], 0)
    if told.code == 0:
        assert all(said.startswith("warning: ") for said in told.err.splitlines())
    for untold in (nobody, full):
        with untold() as descriptor:
            done = run({2: descriptor})
        assert (done.code, steady(done.out)) == (told.code, steady(told.out))


@pytest.fixture
def silent_space(space: SpaceServer) -> Iterator[threading.Event]:
    """The space says nothing for the length of a test; the event is set when it is asked."""
    asked, ends = threading.Event(), threading.Event()

    def say_nothing(method: str, path: str) -> None:
        asked.set()
        ends.wait()

    usual, space.before = space.before, say_nothing
    yield asked
    space.before = usual
    ends.set()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("line", WAITS.values(), ids=WAITS.keys())
def test_a_signal_ends_what_waits(
    busy: Shell,
    demo: ThreadedDemoServer,
    room: Room,
    silent_space: threading.Event,
    line: tuple[str, ...],
    number: signal.Signals,
) -> None:
    url = f"{demo.addresses.http}{room.prefix}"
    wait = "operations: [{name: Wait, method: GET, path: /silent}]\n"
    busy.write("silent.yaml", f"name: Silent\nbase_url: {url}\ntest_path: /silent\n{wait}")
    fetched = "request: {method: GET, path: /silent}, token_output: body.t, expiration_output: body.e"
    auth = f"auth: {{type: http_bearer_token, {fetched}}}\n"
    busy.write("silent-token.yaml", f"name: Silent token\nbase_url: {url}\n{auth}")
    watched = "--watch" in line
    with busy.start(*line) as process:
        assert process.stdout is not None
        if watched:
            assert b'"outcome":"passed"' in process.stdout.readline()
        elif "Dev" in line:
            assert silent_space.wait(30)
        else:
            room.wait_for(lambda seen: seen.counts.requests >= 1)
        process.send_signal(number)
        sent = time.monotonic()
        out, err = process.communicate(timeout=30)
        assert time.monotonic() - sent < 30
    assert (process.returncode, err) == (0 if watched and number == signal.SIGTERM else 130, b"")
    assert b"passed" not in out
