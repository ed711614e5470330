"""Identities behind a passphrase that open at once: age's own work factor takes a second and 256 MiB each time."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from integrator_tui.model.secret import Secret
from integrator_tui.vault.age import container
from integrator_tui.vault.age.scrypt import Passphrase
from integrator_tui.vault.age.x25519 import X25519Identity
from integrator_tui.workspace import Workspace

CHEAP: Final = 4
"""The logarithm of scrypt's work factor; it stands in the file, and whoever opens it takes it from there."""


def protected_identity(workspace: Workspace, path: Path, passphrase: str) -> str:
    """Write a new identity behind a passphrase to `path`, open it for the workspace, return its recipient."""
    identity = X25519Identity.generate()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    plain = f"# public key: {identity.recipient()}\n{identity.text()}\n".encode()
    path.touch(0o600)
    path.write_bytes(container.encrypt(plain, [Passphrase(Secret(passphrase), CHEAP)]))
    workspace.keys.unlock(Secret(passphrase))
    return identity.recipient()
