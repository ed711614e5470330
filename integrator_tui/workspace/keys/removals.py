"""Removals: which files somebody could read who is being removed, remembered until the removal is done.

A file that was renewed does not name them any more. A removal that was interrupted and is repeated would
otherwise not know which secrets they have read; where that cannot be remembered, `lost` says why.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from integrator_tui.errors import IntegratorError
from integrator_tui.vault import private_file

_FILE: Final = "departures.json"


class Removals:
    """The removals under way on this machine for the workspace `root`, kept below `state`."""

    def __init__(self, root: Path, state: Path) -> None:
        self._root = str(root.resolve())
        self._path = state / _FILE
        self.lost = ""

    def begin(self, recipient: str, files: Iterable[str]) -> tuple[str, ...]:
        """Remember that `recipient` could read `files`, and return them with those of an interrupted removal."""
        all_removals = self._read()
        here = all_removals.setdefault(self._root, {})
        here[recipient] = sorted({*here.get(recipient, ()), *files})
        self._write(all_removals)
        return tuple(here[recipient])

    def end(self, recipient: str) -> None:
        """Forget a removal that is done."""
        all_removals = self._read()
        if all_removals.get(self._root, {}).pop(recipient, None) is not None:
            self._write({root: here for root, here in all_removals.items() if here})

    def _read(self) -> dict[str, dict[str, list[str]]]:
        try:
            loaded = private_file.read_json(self._path)
        except FileNotFoundError:
            return {}
        except IntegratorError as error:
            self.lost = error.message
            return {}
        if isinstance(loaded, dict) and all(isinstance(here, dict) for here in loaded.values()):
            return loaded
        self.lost = f"{self._path} is damaged"
        return {}

    def _write(self, removals: dict[str, dict[str, list[str]]]) -> None:
        # Where it cannot be remembered, the removal itself still stands.
        try:
            private_file.replace(self._path, json.dumps(removals, indent=1).encode())
        except OSError as error:
            self.lost = f"{self._path} cannot be written: {(error.strerror or str(error)).lower()}"
