"""The user's editor in a real terminal: it has it while it runs, and the interface has it again afterwards."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal


class Edited(Terminal):
    """The interface on one connection, with an editor that is a script."""

    def __init__(self, folder: Path, script: str) -> None:
        (folder / "work").mkdir()
        (folder / "work/o.yaml").write_text("name: Orders\nbase_url: https://orders.example.com\n")
        editor = folder / "editor.sh"
        editor.write_text(f"#!/bin/sh\n{script}\n")
        editor.chmod(0o700)
        super().__init__(
            [sys.executable, "-m", "integrator_tui", "--workspace", str(folder / "work")],
            environment={
                "HOME": str(folder),
                "TERM": "xterm-256color",
                "PATH": os.environ["PATH"],
                "LANG": "C.UTF-8",
                "EDITOR": str(editor),
            },
            directory=folder,
        )


@pytest.fixture
def raw(tmp_path: Path) -> Iterator[Edited]:
    """An editor that takes the terminal for itself, and is killed before it gives it back."""
    script = 'stty raw -echo; printf "\\r\\nthe editor has it: %s" "$1"; dd bs=1 count=1 2>/dev/null; kill -9 $$'
    with Edited(tmp_path, script) as terminal:
        yield terminal


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Edited]:
    """An editor that runs until it is ended."""
    with Edited(
        tmp_path, 'echo $$ > "$HOME/pid"; echo "$1" > "$HOME/copy"; echo has it; exec sleep 100'
    ) as terminal:
        yield terminal


def test_an_editor_that_is_killed_in_raw_mode_leaves_the_terminal_as_it_was(raw: Edited) -> None:
    before = raw.modes()
    raw.until("Orders", "ctrl+q").press("o").until("the editor has it:").press("x")
    raw.until("was killed by SIGKILL", "nothing was changed", "ctrl+q")
    raw.press("r").until("Rename Orders").press("escape").until_gone("Rename Orders")
    raw.press("ctrl+q")
    assert raw.exit_code(5.0) == 0
    assert raw.modes() == before


def test_a_signal_ends_the_editor_too_and_takes_the_copy_away(slow: Edited, tmp_path: Path) -> None:
    before = slow.modes()
    slow.until("Orders", "ctrl+q").press("ctrl+p").until("Palette").type("Edit as text").press("enter")
    slow.until("has it")
    copy = Path((tmp_path / "copy").read_text().strip())
    assert copy.exists()
    # Readable once the process has ended, whoever waits for it (pidfd_open(2)).
    editor = os.pidfd_open(int((tmp_path / "pid").read_text()))
    try:
        os.kill(slow.pid, signal.SIGTERM)
        assert slow.exit_code(5.0) == 130
        assert slow.modes() == before
        assert not copy.parent.exists()
        assert select.select([editor], [], [], 5.0)[0], "the editor runs on"
    finally:
        os.close(editor)
