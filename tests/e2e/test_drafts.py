"""What is typed into a form outlives its process: kill -9, a lost terminal, two windows, no room to keep it."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from integrator_tui.model.surroundings import Surroundings
from integrator_tui.workspace import Workspace
from tests.e2e.form import fill, go
from tests.e2e.terminal import Terminal

CANARY = "cAnary-9f2c-typed"
FILE = "name: Orders\nbase_url: https://orders.example.com\nauth:\n  type: basic\n  username: svc\n"


def workspace(home: Path) -> Workspace:
    folders = (home / ".config/integrator-tui", home / ".local/state/integrator-tui", home / ".cache")
    return Workspace(home / "work", Surroundings(*folders, age_keys_file=home / ".config/sops/age/keys.txt"))


@pytest.fixture
def home() -> Iterator[Path]:
    # A short name: the interface shows it, and cuts what does not fit.
    with tempfile.TemporaryDirectory(prefix="h") as folder:
        (Path(folder) / "work").mkdir()
        (Path(folder) / "work/o.yaml").write_text(FILE)
        yield Path(folder)


@contextmanager
def interface(home: Path) -> Iterator[Terminal]:
    environment = {"HOME": str(home), "TERM": "xterm-256color", "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "integrator_tui", "--workspace", str(home / "work")]
    with Terminal(command, environment=environment, directory=home) as terminal:
        yield terminal.until("Orders", "ctrl+q")


def drafts(home: Path) -> list[Path]:
    return sorted((home / ".local/state/integrator-tui/drafts").glob("*/*"))


def type_password(terminal: Terminal) -> None:
    terminal.press("e").until("Update Connection")
    fill(terminal, "Test Path", "/typed-path")
    go(terminal, "Password")
    terminal.type(CANARY).settle()


def kill(terminal: Terminal, number: int) -> None:
    os.kill(terminal.pid, number)
    terminal.exit_code()


def until_kept(home: Path, terminal: Terminal) -> None:
    deadline = time.monotonic() + 60
    while not drafts(home):
        assert time.monotonic() < deadline
        terminal.settle(0.05)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGHUP])
def test_a_draft_outlives_its_process_and_no_secret_lies_in_plain(home: Path, how: signal.Signals) -> None:
    workspace(home).keys.create_identity()
    with interface(home) as terminal:
        type_password(terminal)
        if how == signal.SIGKILL:
            # One second may be lost, and a machine that does much else takes longer.
            until_kept(home, terminal)
            terminal.settle(2.0)
        kill(terminal, how)
    (kept,) = drafts(home)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.read_bytes().startswith(b"-----BEGIN AGE ENCRYPTED FILE-----")
    for path in home.rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes(), path

    with interface(home) as terminal:
        terminal.until("A draft of Orders", "Take the draft")
        terminal.press("enter").until("Update Connection", "/typed-path", "unsaved")
        terminal.press("ctrl+s").until_gone("Update Connection")
        assert drafts(home) == []
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 0
    entry = workspace(home).catalog.entry("o.yaml")
    assert entry.connection is not None and entry.connection.test_path == "/typed-path"
    assert workspace(home).secrets.of(entry)["password"].reveal() == CANARY
    with interface(home) as terminal:
        assert "draft" not in terminal.settle().text


def test_without_an_identity_secrets_are_left_out_and_that_is_said(home: Path) -> None:
    with interface(home) as terminal:
        type_password(terminal)
        fill(terminal, "Base URL", f"https://orders.example.com/?key={CANARY}")
        kill(terminal, signal.SIGHUP)
    (kept,) = drafts(home)
    assert CANARY.encode() not in kept.read_bytes()
    assert b"/typed-path" in kept.read_bytes()
    with interface(home) as terminal:
        terminal.until("A draft of Orders", "left out")
        terminal.press("enter").until("Update Connection", "/typed-path")


def test_a_draft_is_offered_until_it_is_discarded_and_not_while_it_is_typed(home: Path) -> None:
    with interface(home) as first:
        first.press("n").until("From a curl command")
        first.press("enter").until("Connection Name")
        first.type("Night Shift").settle()
        until_kept(home, first)
        with interface(home) as second:
            assert "draft" not in second.settle().text
        kill(first, signal.SIGKILL)
    for _ in range(2):
        with interface(home) as terminal:
            terminal.until("Take the draft").press("escape").until_gone("Take the draft").press("ctrl+q")
            assert terminal.exit_code() == 0
    with interface(home) as terminal:
        terminal.until("Take the draft").press("tab", "enter").until_gone("Take the draft").settle()
    assert drafts(home) == []


def test_a_discarded_form_and_one_that_was_left_by_ctrl_q_leave_no_draft(home: Path) -> None:
    with interface(home) as terminal:
        for leave in ("escape", "ctrl+q"):
            terminal.press("e").until("Update Connection")
            fill(terminal, "Test Path", "/typed-path")
            until_kept(home, terminal)
            terminal.press(leave).until("Discard").settle()
            terminal.press("tab", "enter")
            if leave == "escape":
                terminal.until_gone("Discard").settle()
            else:
                assert terminal.exit_code() == 0
            assert drafts(home) == []


def test_a_file_that_changed_since_shows_both_versions(home: Path) -> None:
    with interface(home) as terminal:
        terminal.press("e").until("Update Connection")
        fill(terminal, "Test Path", "/typed-path")
        kill(terminal, signal.SIGHUP)
    (home / "work/o.yaml").write_text(f"{FILE}test_path: /theirs\n")
    with interface(home) as terminal:
        terminal.until("o.yaml changed since")
        terminal.press("enter").until("Update Connection", "/typed-path").press("ctrl+s")
        terminal.until("The file changed on disk", "/theirs")


@pytest.mark.parametrize("how", ["in the way", "switched off"])
def test_typing_goes_on_where_nothing_can_be_kept(home: Path, how: str) -> None:
    if how == "in the way":
        (home / ".local/state/integrator-tui").mkdir(parents=True)
        (home / ".local/state/integrator-tui/drafts").write_text("")
    else:
        (home / ".config/integrator-tui").mkdir(parents=True)
        (home / ".config/integrator-tui/settings.yaml").write_text("drafts: false\n")
    with interface(home) as terminal:
        terminal.press("e").until("Update Connection")
        go(terminal, "Test Path")
        for letter in "/typed":
            terminal.type(letter).settle(0.4)
        if how == "in the way":
            terminal.until("is not kept")
        terminal.until("/typed")
        kill(terminal, signal.SIGHUP)
    assert drafts(home) == []


def test_a_damaged_draft_is_told_once(home: Path) -> None:
    with interface(home) as terminal:
        terminal.press("e").until("Update Connection")
        fill(terminal, "Test Path", "/typed-path")
        kill(terminal, signal.SIGHUP)
    (kept,) = drafts(home)
    kept.write_bytes(kept.read_bytes()[:-20])
    with interface(home) as terminal:
        terminal.until("damaged")
    with interface(home) as terminal:
        assert "damaged" not in terminal.settle().text


def test_undo_brings_back_what_was_deleted(home: Path) -> None:
    path = home / "work/o.yaml"
    before = path.read_bytes()
    with interface(home) as terminal:
        terminal.press("u").until("there is no change to take back")
        terminal.press("x").until("Undo last change", "brings it back")
        terminal.press("tab", "enter").until("No connections yet")
        terminal.press("u").until("took back the removal of Orders")
        assert path.read_bytes() == before
