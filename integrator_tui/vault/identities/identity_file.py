"""A new identity in a file of its own, as age-keygen writes it, in plain or under a passphrase."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from integrator_tui.model.secret import Secret
from integrator_tui.vault import private_file
from integrator_tui.vault.age import container
from integrator_tui.vault.age.scrypt import Passphrase
from integrator_tui.vault.age.x25519 import X25519Identity
from integrator_tui.vault.sops.metadata import timestamp


class CreatedIdentity(NamedTuple):
    """The recipient of an identity, whether it was made just now, and where it is."""

    recipient: str
    made: bool
    place: str


def create(path: Path, passphrase: Secret | None, moment: datetime) -> str:
    """Write a new identity to `path`, 0600 in a folder of 0700, and return its recipient.

    Raises FileExistsError where there is a file of that name already, OSError where it cannot be written.
    """
    identity = X25519Identity.generate()
    recipient = identity.recipient()
    content = f"# created: {timestamp(moment)}\n# public key: {recipient}\n{identity.text()}\n".encode()
    if passphrase is not None:
        content = container.encrypt(content, [Passphrase(passphrase)])
    private_file.create(path, content)
    return recipient
