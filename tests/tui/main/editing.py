"""A real workspace with an editor that is a shell script, and a terminal that can be lent to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from integrator_tui.model.surroundings import Surroundings
from integrator_tui.tui.app import IntegratorApp
from integrator_tui.workspace import Workspace

PLAIN = "name: Orders\nbase_url: https://orders.example.com\n"


class Desk:
    """A workspace and the editor of its user."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._script = folder / "editor.sh"
        given = Surroundings(
            folder / "config",
            folder / "state",
            folder / "cache",
            age_keys_file=folder / "keys.txt",
            editor=str(self._script),
        )
        self.workspace = Workspace(folder / "connections", given)
        self.workspace.make()
        self.edits("exit 0")

    def edits(self, script: str) -> None:
        """Have the editor do this from now on: `$1` is the file, `$D` a folder for what it notes."""
        self._script.write_text(f"#!/bin/sh\nset -eu\nD='{self.folder}'\n{script}\n")
        self._script.chmod(0o700)

    def write(self, file: str, text: str = PLAIN) -> Path:
        path = self.workspace.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def seal(self, file: str) -> None:
        """Write a connection with a sealed secret."""
        auth = "auth:\n  type: basic\n  username: svc\n"
        self.write(file, f"{PLAIN}{auth}secrets:\n  password: hunter2\n")
        self.workspace.keys.create_identity()
        self.workspace.seals.reseal(self.workspace.catalog.entry(file))

    def seen(self, name: str = "seen") -> str:
        """What the editor noted."""
        return (self.folder / name).read_text()


@contextmanager
def _lent(app: IntegratorApp) -> Iterator[None]:
    yield


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    # The driver of these tests draws on no terminal, so that there is none to lend; tests/e2e has a real one.
    monkeypatch.setattr(IntegratorApp, "suspend", _lent)
    return Desk(tmp_path)
