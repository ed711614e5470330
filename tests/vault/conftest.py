"""An identity, a vault that holds it, and the real sops with the same identity."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from integrator_tui.model.secret import Secret
from integrator_tui.vault.age.x25519 import X25519Identity
from integrator_tui.vault.identities.identity_sources import IdentitySources
from integrator_tui.vault.vault import Vault
from tests.vault.sops_file import Sops


@dataclass(frozen=True)
class Person:
    """Somebody with an identity on a machine of their own."""

    vault: Vault
    sources: IdentitySources
    recipient: str
    sops: Sops
    key_file: Path
    state: Path


def make_person(folder: Path) -> Person:
    """Return a new person whose files are below `folder`."""
    folder.mkdir(mode=0o700)
    identity = X25519Identity.generate()
    key_file = folder / "keys.txt"
    key_file.write_text(identity.text() + "\n")
    key_file.chmod(0o600)
    sources = IdentitySources(key=Secret(identity.text()))
    vault = Vault(sources, folder / "state")
    return Person(vault, sources, identity.recipient(), Sops(folder, key_file), key_file, folder / "state")


@pytest.fixture
def alice(tmp_path: Path) -> Person:
    return make_person(tmp_path / "alice")


@pytest.fixture
def bob(tmp_path: Path) -> Person:
    return make_person(tmp_path / "bob")
