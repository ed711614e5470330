"""Which data keys this machine made, and for whom: only under those is a further secret written.

A data key that came with a file may be known to whoever wrote the file. Remembered is an HMAC-SHA-256 of
each data key made here together with its recipients, under a random key of this machine, in one file of mode
0600. It tells nobody a data key, and lost or unreadable it costs no more than new data keys. The recipients
belong to it because somebody who was one of them knows the key still.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from integrator_tui import atomic
from integrator_tui.errors import IntegratorError
from integrator_tui.vault import private_file
from integrator_tui.vault.sops.data_key import DataKey

_FILE: Final = "data_keys"
_KEY_LENGTH: Final = 32
_MAX_SIZE: Final = private_file.MAX_SIZE - 1024


class MadeKeys:
    """The data keys made here, remembered below `folder`; without a folder every one is forgotten at once."""

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / _FILE if folder else None

    def holds(self, key: DataKey, recipients: Iterable[str]) -> bool:
        """Return whether this machine made `key`, and for exactly these recipients."""
        local_key, lines = self._read()
        return bool(local_key) and key.fingerprint(local_key, recipients) in lines

    def remember(self, key: DataKey, recipients: Iterable[str]) -> None:
        """Remember a key made here; where that cannot be written it is forgotten, which is safe."""
        if self._path is None:
            return
        try:
            self._append(key, tuple(recipients))
        except OSError:
            return

    def _append(self, key: DataKey, recipients: tuple[str, ...]) -> None:
        assert self._path is not None
        local_key, lines = self._read()
        size = 65 * (len(lines) + 2)
        if not local_key or size > _MAX_SIZE:
            local_key = os.urandom(_KEY_LENGTH)
            private_file.replace(self._path, f"{local_key.hex()}\n".encode())
        line = f"{key.fingerprint(local_key, recipients)}\n".encode()
        atomic.append(self._path, line)

    def _read(self) -> tuple[bytes, frozenset[str]]:
        try:
            text = private_file.read(self._path).decode("ascii") if self._path else ""
            first, *lines = text.splitlines() or [""]
            local_key = bytes.fromhex(first)
        except (IntegratorError, FileNotFoundError, ValueError):
            return b"", frozenset()
        return (local_key, frozenset(lines)) if len(local_key) == _KEY_LENGTH else (b"", frozenset())
