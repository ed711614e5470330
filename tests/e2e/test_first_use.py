"""A first-time user's path, in a real terminal of 80x24: demo, a new connection, its test, its stream."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.form import choose, fill, go
from tests.e2e.terminal import Terminal

SECRET = "demo-secret"


def environment(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "TERM": "xterm-256color", "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def terminal(home: Path) -> Iterator[Terminal]:
    command = [sys.executable, "-m", "integrator_tui", "demo"]
    with Terminal(command, environment=environment(home), directory=home) as terminal:
        terminal.until("Customer Directory", "ctrl+q")
        yield terminal


def decrypted(home: Path, file: Path, key_file: Path | None = None) -> str:
    """Return what the real sops reads in a file, with the identity of this home or of `key_file`."""
    sops = Path(sys.executable).with_name("sops")
    done = subprocess.run(
        [sops, "--disable-version-check", "-d", file],
        env={
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            **({"SOPS_AGE_KEY_FILE": str(key_file)} if key_file else {}),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def base_url(terminal: Terminal) -> str:
    """Return the demo server's address, from the detail of a sample."""
    return re.search(r"http://127\.0\.0\.1:\d+", terminal.until_row(r"Base URL +http://"))[0]  # type: ignore[index]


def new_bearer_connection(terminal: Terminal, url: str) -> None:
    terminal.press("n").until("From a curl command")
    terminal.press("enter").until("Connection Name")
    fill(terminal, "Connection Name", "Night Shift")
    fill(terminal, "Base URL", url)
    fill(terminal, "Test Path", "/bearer/health")
    choose(terminal, "Authentication", "HTTP Bearer Token")
    fill(terminal, "Request Path", "/token/form")
    go(terminal, "Body")
    for text in ("client_id", "demo-client", "client_secret", "{{client_secret}}"):
        terminal.type(text).press("tab").settle()
    fill(terminal, "Token *", "body['access_token']")
    fill(terminal, "Expiration *", "body['expires_in']")
    go(terminal, "Secrets")
    terminal.type("client_secret").press("tab").type(SECRET).settle()


def saved_file(terminal: Terminal) -> Path:
    """Return where the connection was saved: in the folder of the row that was selected when it was begun."""
    folder = re.search(r"/\S+/connections", terminal.lines[0])
    assert folder is not None
    return Path(folder[0]) / "methods/night-shift.yaml"


def test_from_the_demo_to_a_stream(terminal: Terminal, home: Path) -> None:
    new_bearer_connection(terminal, base_url(terminal))
    assert SECRET not in terminal.text

    terminal.press("ctrl+s").until("Night Shift", "night-shift.yaml")
    file = saved_file(terminal)
    assert SECRET not in file.read_text()
    assert "client_secret: ENC[AES256_GCM," in file.read_text()
    assert f"client_secret: {SECRET}" in decrypted(home, file, file.parents[2] / "keys.txt")

    terminal.press("t")
    for stage in ("resolve", "connect", "authenticate", "respond"):
        terminal.until_row(rf"{stage} +passed")
    terminal.press("escape").until("Base URL")

    terminal.press("e").until("Update Connection")
    go(terminal, "Secrets")
    terminal.press("tab").type("not-the-secret").until("unsaved")
    terminal.press("ctrl+s").until_gone("Update Connection")
    terminal.press("t").until_row(r"authenticate +failed")
    terminal.until_row(r"respond +skipped")
    terminal.until_row(r"^ hint +\w+")
    terminal.press("escape").until("Base URL")

    terminal.press("e").until("Update Connection")
    fill(terminal, "Test Path", "/bearer/events?interval_ms=50")
    go(terminal, "Secrets")
    terminal.press("tab").type(SECRET).until("unsaved")
    go(terminal, "Test: Stream Response")
    terminal.press("space").until_row(r"Test: Stream Response +\[x\] on")
    terminal.press("ctrl+s").until_gone("Update Connection")
    terminal.press("s").until_row(r"^\d\d:\d\d:\d\d\.\d\d\d order \d+")
    first = terminal.until_row(r"streaming · \d+ events")
    terminal.until_gone(first)
    terminal.press("escape").until_row(r"^ *(stopped|closed)")
    terminal.press("escape").until("Base URL")
    assert SECRET.encode() not in terminal.recording

    folder = file.parents[2]
    assert folder.is_dir()
    terminal.press("ctrl+q")
    assert terminal.exit_code() == 0
    assert not folder.exists()
    assert not (home / ".config/sops").exists(), "the demo's identity is its own"


def test_the_first_secret_of_a_workspace_makes_an_identity(home: Path) -> None:
    work = home / "work"
    work.mkdir()
    file = work / "o.yaml"
    file.write_text("name: Orders\nbase_url: http://127.0.0.1:9\n")
    command = [sys.executable, "-m", "integrator_tui", "--workspace", str(work)]
    with Terminal(command, environment=environment(home), directory=home) as terminal:
        terminal.until("Orders", "ctrl+q").press("e").until("Update Connection")
        go(terminal, "Secrets")
        terminal.type("key").press("tab").type(SECRET).settle()
        terminal.press("ctrl+s").until("Create an identity", "Create identity")
        terminal.press("enter").until_gone("Update Connection")
        assert SECRET not in file.read_text() and f"key: {SECRET}" in decrypted(home, file)
        assert (home / ".config/sops/age/keys.txt").stat().st_mode & 0o777 == 0o600
