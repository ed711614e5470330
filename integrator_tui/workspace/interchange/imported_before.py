"""ImportedBefore: what was last imported into each file, so that importing again can tell who changed what.

Rules: it lies in the state folder, holds no value of a secret, and is not needed: without it what stands in a file
is kept where it differs.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from integrator_tui.errors import IntegratorError
from integrator_tui.model.connection import Connection
from integrator_tui.vault import private_file


class LastImported(Protocol):
    """Knows what came last into each file."""

    def of(self, file: str) -> Connection | None:
        """Return the connection that came last, None where that is not known."""

    def text(self, file: str) -> str:
        """Return what was kept of a file; empty where nothing was."""

    def keep(self, texts: Mapping[str, str]) -> None:
        """Keep what comes into files now."""


class ImportedBefore:
    """What was last imported into the files of the workspace `root`, kept below `state`."""

    def __init__(self, root: Path, state: Path) -> None:
        self._folder = state / "imported" / hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:32]

    def of(self, file: str) -> Connection | None:
        """Return the connection that was last imported into a file, None where that is not known."""
        text = self.text(file)
        with suppress(ValueError):
            return Connection.model_validate_json(text) if text else None
        return None

    def text(self, file: str) -> str:
        """Return what was kept of a file; empty where nothing was."""
        with suppress(OSError, UnicodeDecodeError, IntegratorError):
            return private_file.read(self._path(file)).decode()
        return ""

    def keep(self, texts: Mapping[str, str]) -> None:
        """Keep what was imported into files now."""
        for file, text in texts.items():
            with suppress(OSError):
                private_file.replace(self._path(file), text.encode(), synced=False)

    def moved(self, old: str, new: str) -> None:
        """Follow a file that has another place."""
        if old != new and (text := self.text(old)):
            self.keep({new: text})

    def _path(self, file: str) -> Path:
        return self._folder / f"{hashlib.sha256(os.fsencode(file)).hexdigest()[:32]}.json"
