"""EqualBefore: which files said the same as a space when both were compared last, and need not be read again.

Rules: it lies in the cache folder and holds digests and ids. A file and a connection are passed over where
both are what they were to the byte, but for what only the server counts; anything else is read and compared.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from integrator_tui import __version__
from integrator_tui.errors import IntegratorError
from integrator_tui.interchange.kinetic.values import SERVER_KEYS
from integrator_tui.store import files
from integrator_tui.vault import private_file
from integrator_tui.workspace.space.snapshot import SpaceConnection

_MOST: Final = 64 * 1024 * 1024
_FORMAT: Final = f"1 {__version__}"


class EqualFile(NamedTuple):
    """A file that said the same as a connection of the space: digests of both, and the id."""

    local: str
    remote: str
    id: str


class Skipped(NamedTuple):
    """What needs no comparing, and what is left: `files` of the workspace, and connections of the space."""

    equal: dict[str, EqualFile]
    files: list[str]
    remote: list[SpaceConnection]


class EqualBefore:
    """What was equal in the workspace `root` and the space at `url`, kept below `cache`."""

    def __init__(self, root: Path, cache: Path, url: str) -> None:
        self._root = root
        name = hashlib.sha256(os.fsencode(root.resolve()) + b"\0" + url.encode()).hexdigest()[:32]
        self._path = cache / "spaces" / f"{name}.json"

    def skipped(self, listed: Sequence[str], remote: Sequence[SpaceConnection]) -> Skipped:
        """Return which of these files are equal still, and what is left to be compared."""
        known = self.known()
        there = {each.id: each for each in remote} if known else {}
        equal: dict[str, EqualFile] = {}
        for file in listed:
            before = known.get(file)
            if before is None or before.id not in there:
                continue
            if before.remote == remote_digest(there[before.id]) and before.local == self.local_digest(file):
                equal[file] = before
        ids = {each.id for each in equal.values()}
        if len(ids) < len(equal):
            return Skipped({}, list(listed), list(remote))
        return Skipped(
            equal, [file for file in listed if file not in equal], [each for each in remote if each.id not in ids]
        )

    def keep(self, equal: Mapping[str, EqualFile]) -> None:
        """Keep what is equal now."""
        if equal == self.known():
            return
        with suppress(OSError):
            text = json.dumps({"format": _FORMAT, "equal": equal}, ensure_ascii=False)
            private_file.replace(self._path, text.encode())

    def local_digest(self, file: str) -> str:
        """Return the digest of a file, empty where it cannot be read."""
        with suppress(OSError, IntegratorError):
            return files.read(self._root / file)[1].digest or ""
        return ""

    def knows_any(self) -> bool:
        """Return whether anything was compared before."""
        return self._path.exists()

    def known(self) -> dict[str, EqualFile]:
        """Return what was equal when it was compared last."""
        with suppress(OSError, ValueError, TypeError, LookupError, AttributeError, IntegratorError):
            found = json.loads(private_file.read(self._path, _MOST))
            if found["format"] == _FORMAT:
                return {file: EqualFile(*map(str, each)) for file, each in found["equal"].items()}
        return {}


def remote_digest(connection: SpaceConnection) -> str:
    """Return the digest of a connection with its operations, without what only the server counts."""
    whole = [_lasting(connection.values), [_lasting(each) for each in connection.operations]]
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def _lasting(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: each for key, each in values.items() if key not in SERVER_KEYS}
