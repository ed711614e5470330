"""Every command says what its transcript says, and there is a transcript of every exit code that it can give."""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from integrator_tui.cli.parsers import COMMANDS
from integrator_tui.demo.server import ThreadedDemoServer
from tests.cli.shell import Shell
from tests.cli.spaces.space_server import SpaceServer
from tests.cli.transcripts import transcript

ROOT: Final = Path(__file__).parents[3]
WRITE: Final = os.environ.get("INTEGRATOR_TUI_TRANSCRIPTS") == "write"

CODES: Final[Mapping[str, set[int]]] = {
    "open": {0, 2},
    "demo": {2, 130},
    "list": {0, 2},
    "show": {0, 2, 3},
    "new": {0, 2},
    "edit": {0, 2, 3},
    "rename": {0, 2},
    "move": {0, 2},
    "copy": {0, 2},
    "remove": {0, 2},
    "import": {0, 2},
    "export": {0, 2},
    "pull": {0, 1, 2, 3},
    "push": {0, 1, 2, 3},
    "diff": {0, 1, 2, 3},
    "usage": {0, 1, 2, 3},
    "check": {0, 1, 2, 3},
    "request": {0, 1, 2, 3},
    "run": {0, 1, 2, 3},
    "history": {0, 2},
    "token": {0, 1, 2, 3},
    "compare": {0, 1, 2, 3},
    "seal": {0, 2, 3},
    "undo": {0, 2},
    "verify": {0, 2, 3},
    "keys": {0, 2, 3},
    "merge": {0, 1, 2},
    "schema": {0, 2},
    "doctor": {0, 2},
    "completion": {0, 2},
    "complete": {0},
}
"""The exit codes that a command can give; 130, where its standard output is closed, is shown for all of them in
`tests/cli/test_every_command.py`."""

ELSEWHERE: Final = {
    ("open", 0): "tests/e2e/test_first_use.py",
    ("demo", 130): "tests/cli/test_interrupts.py",
    ("doctor", 0): "tests/cli/commands/test_doctor.py",
}
"""What needs a terminal, ends when it is told to, or tells of the machine, and where it is tested."""


@pytest.fixture(scope="session")
def prepared(demo: ThreadedDemoServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home as every paragraph finds it."""
    home = tmp_path_factory.mktemp("transcripts") / "home"
    home.mkdir()
    transcript.scene(Shell(home), demo.addresses.http)
    return home


@pytest.fixture(scope="module")
def space() -> Iterator[SpaceServer]:
    with SpaceServer() as space:
        yield space


def fresh(prepared: Path, home: Path) -> Shell:
    """Return a shell in a copy of the prepared home."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    shell = Shell(home)
    shutil.copytree(prepared, home, dirs_exist_ok=True)
    return shell


@pytest.mark.parametrize("file", transcript.files(), ids=[file.stem for file in transcript.files()])
def test_a_transcript(
    file: Path, prepared: Path, tmp_path: Path, demo: ThreadedDemoServer, space: SpaceServer
) -> None:
    written = []
    for steps in transcript.paragraphs(file.read_text("utf-8")):
        scene = transcript.Scene(fresh(prepared, tmp_path / "home"), demo.addresses.http, space)
        space.clear()
        for step in steps:
            said = transcript.run(scene, step)
            assert WRITE or said == step.said, f"{file.name}: {step.line}"
            written += [*step.before, step.line, *said]
        written.append("")
    if WRITE:
        file.write_text("\n".join(written[:-1]) + "\n", "utf-8")


def shown() -> dict[str, set[int]]:
    """The exit codes that the transcripts show, by command."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for file in transcript.files():
        for steps in transcript.paragraphs(file.read_text("utf-8")):
            for step in steps:
                found[step.command].add(step.code)
    return found


def test_the_exit_codes_of_every_command_are_listed() -> None:
    new = {command.name for command in COMMANDS} - CODES.keys()
    assert not new, f"say in CODES which exit codes these can give, and show them in a transcript: {sorted(new)}"
    assert CODES.keys() <= {command.name for command in COMMANDS}


@pytest.mark.parametrize("command", CODES)
def test_every_exit_code_of_a_command_is_shown(command: str) -> None:
    elsewhere = {code: file for (name, code), file in ELSEWHERE.items() if name == command}
    assert all((ROOT / file).is_file() for file in elsewhere.values())
    missing = CODES[command] - shown().get(command, set()) - elsewhere.keys()
    assert not missing, f"no transcript in tests/cli/transcripts shows `{command}` end with {sorted(missing)}"
    more = shown().get(command, set()) - CODES[command]
    assert not more, f"`{command}` ends with {sorted(more)} too: add it to CODES"


def test_every_transcript_says_what_it_shows() -> None:
    for file in transcript.files():
        for paragraph in file.read_text("utf-8").strip().split("\n\n"):
            assert paragraph.startswith("# "), f"{file.name}: {paragraph.splitlines()[0]}"
