"""PulledBefore: what a space and a file both had last, so that a pull and a push can tell who changed what.

Rules: it lies in the state folder, one record for each space and file, and holds no value of a secret. A push notes
what it sends before it does: what is found in the space afterwards is known as its own, whoever lost the answer.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from integrator_tui.errors import IntegratorError
from integrator_tui.interchange.kinetic import reader
from integrator_tui.interchange.kinetic.comparison import settled
from integrator_tui.interchange.kinetic.writer import ToExport, connection_values
from integrator_tui.model.connection import Connection
from integrator_tui.vault import private_file

_MOST: Final = 16 * 1024 * 1024


class PulledBefore:
    """The records of the files of the workspace `root` and the space at `url`, kept below `state`."""

    def __init__(self, root: Path, state: Path, url: str) -> None:
        self._folder = _all(root, state) / hashlib.sha256(url.encode()).hexdigest()[:32]

    def values(self, file: str) -> dict[str, Any] | None:
        """Return what both had last in Integrator's keys, with its operations; None where that is not known."""
        with suppress(ValueError):
            found = self.of(file)
            return connection_values(ToExport(found)) if found is not None else None
        return None

    def of(self, file: str) -> Connection | None:
        """Return the connection that both had last, None where that is not known."""
        with suppress(ValueError):
            text = self.text(file)
            return Connection.model_validate_json(text) if text else None
        return None

    def text(self, file: str) -> str:
        """Return what was kept of a file; empty where nothing was."""
        found = self._record(file).get("base", "")
        return found if isinstance(found, str) else ""

    def keep(self, texts: Mapping[str, str]) -> None:
        """Keep what files and space have both now."""
        for file, text in texts.items():
            self._write(file, {"base": text})

    def note_sent(self, file: str, values: Mapping[str, Any]) -> None:
        """Note what is about to be sent for a file, in Integrator's keys and with its operations."""
        self._write(file, {**self._record(file), "sent": values})

    def settle(self, file: str, theirs: Mapping[str, Any]) -> None:
        """Take what was sent before and is in the space now for what both have."""
        record = self._record(file)
        sent = record.get("sent")
        if not isinstance(sent, dict):
            return
        before = self.values(file)
        found = settled(before, sent, dict(theirs)) if before is not None else None
        if before is None and theirs == sent:
            found = sent
        if found is None:
            return
        with suppress(IntegratorError):
            read = reader.read_values([found]).connections[0]
            # What is sent once more by the next push may be lost once more: it stays noted until then.
            self._write(file, {**record, "base": read.connection.model_dump_json()})

    def arrived(self, file: str, theirs: Mapping[str, Any]) -> None:
        """Take what was sent and is there for what both have: nothing of it is under way any more."""
        self.settle(file, theirs)
        record = self._record(file)
        if record.pop("sent", None) is not None:
            self._write(file, record)

    def _record(self, file: str) -> dict[str, Any]:
        with suppress(OSError, ValueError, IntegratorError):
            found = json.loads(private_file.read(self._path(file), _MOST))
            if isinstance(found, dict):
                return found
        return {}

    def _write(self, file: str, record: Mapping[str, Any]) -> None:
        with suppress(OSError):
            private_file.replace(self._path(file), json.dumps(record, ensure_ascii=False).encode())

    def _path(self, file: str) -> Path:
        return self._folder / _name(file)


def moved(root: Path, state: Path, old: str, new: str) -> None:
    """Follow a file that has another place, in the records of every space."""
    with suppress(OSError, IntegratorError):
        for folder in _all(root, state).iterdir():
            with suppress(OSError, IntegratorError):
                private_file.replace(folder / _name(new), private_file.read(folder / _name(old), _MOST))


def _all(root: Path, state: Path) -> Path:
    return state / "spaces" / hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:32]


def _name(file: str) -> str:
    return f"{hashlib.sha256(os.fsencode(file)).hexdigest()[:32]}.json"
