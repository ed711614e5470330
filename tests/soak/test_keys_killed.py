"""Killed at any point of add, rotate, remove and save, every file is whole: old or new.

A timer kills the process, with a signal it cannot see, at a random time after it first touched a file of the
workspace. A run has few; `INTEGRATOR_TUI_KILLS=200` (`make soak`) has many.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from integrator_tui.model.secret import Secret
from integrator_tui.vault.age.x25519 import X25519Identity
from tests.cli.repository import Repository
from tests.cli.shell import Shell

KILLS = int(os.environ.get("INTEGRATOR_TUI_KILLS", "15"))
FILES = 12
CANARY = "kQ9-canary"

KILLED = """
import signal, sys
folder, seconds = sys.argv[1], float(sys.argv[2])
armed = False

def watch(event, arguments):
    global armed
    if not armed and event == "open" and str(arguments[0]).startswith(folder):
        armed = True
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)

sys.addaudithook(watch)
"""

COMMAND = KILLED + "from integrator_tui.cli.main import main\nsys.exit(main(sys.argv[3:]))\n"

SAVE = (
    KILLED
    + """
import os
from pathlib import Path
from integrator_tui.model.secret import Secret
from integrator_tui.model.surroundings import Surroundings
from integrator_tui.errors import UnpinnedRecipient
from integrator_tui.workspace import Workspace

home = Path(os.environ["HOME"])
state = home / ".local/state/integrator-tui"
given = Surroundings(home, state, home, age_keys_file=home / ".config/sops/age/keys.txt")
workspace = Workspace(Path(folder), given)
for entry in workspace.catalog.entries():
    try:
        workspace.editor.store_secrets(entry, {"password": Secret("kQ9-canary-new")})
    except UnpinnedRecipient:
        sys.exit(3)
"""
)


def run(shell: Shell, program: str, seconds: float, *arguments: str) -> int:
    """Run a program that is killed `seconds` after it first opened a file of the workspace; return how it ended."""
    return subprocess.run(
        [sys.executable, "-c", program, str(shell.workspace), str(seconds), *arguments],
        env={**shell.environment, "PYTHONPATH": str(Path(__file__).parents[2])},
        cwd=shell.home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
    ).returncode


@pytest.fixture
def many(shell: Shell) -> Shell:
    """A workspace of sealed files."""
    workspace = Repository(shell).workspace()
    workspace.keys.create_identity()
    for number in range(FILES):
        file = f"f{number:02}.yaml"
        shell.write(file, f"name: N{number}\nbase_url: https://x.example.com\nsecrets:\n  password: {CANARY}-old\n")
        workspace.seals.reseal(workspace.catalog.entry(file))
    return shell


def assert_whole(shell: Shell) -> None:
    """Every file opens, its MAC and seal hold, and what was left behind is no plain text and no connection."""
    workspace = Repository(shell).workspace()
    entries = workspace.catalog.entries()
    assert [entry.file for entry in entries] == [f"f{number:02}.yaml" for number in range(FILES)]
    for entry in entries:
        assert workspace.seals.verify(entry.file) == ()
        assert workspace.secrets.of(entry)["password"] in (Secret(f"{CANARY}-old"), Secret(f"{CANARY}-new"))
    for path in shell.home.rglob("*"):
        if path.is_file() and ".git" not in path.parts:
            assert CANARY.encode() not in path.read_bytes(), path
            assert path.stat().st_mode & 0o077 == 0, path
            if path.is_relative_to(shell.workspace) and path.name not in {entry.file for entry in entries}:
                assert path.name == ".sops.yaml" or path.name.endswith(".tmp"), path


def test_every_file_is_whole_whenever_it_ends(many: Shell) -> None:
    chance = random.Random(KILLS)
    other = X25519Identity.generate().recipient()
    commands: tuple[list[str], ...] = (["keys", "add", other], ["keys", "rotate"], ["keys", "remove", other], [])
    for path in (many.workspace / ".git").rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    longest, killed = 0.6, 0
    for number in range(KILLS):
        command = commands[number % len(commands)]
        ended = run(many, COMMAND if command else SAVE, chance.uniform(0.001, longest), *command)
        # Between a removal and an addition that were both killed, a file may name somebody who is not pinned.
        assert ended in (0, 3, -signal.SIGALRM)
        killed += ended == -signal.SIGALRM
        # Where a command came to its end, the next ones are killed earlier.
        longest = longest if ended < 0 else max(longest * 0.7, 0.05)
        assert_whole(many)
    assert killed > KILLS // 4
    for command in commands[:3]:
        assert many.run(*command).code == 0, "a repetition ends what was interrupted"
    assert_whole(many)
    assert all(other not in (many.workspace / f"f{n:02}.yaml").read_text() for n in range(FILES))
