"""Which kind of key a text names: recipients and identities by their prefix.

Keys of other kinds (SSH keys, plugins) are real, and not read here: they are refused by name.
"""

from __future__ import annotations

from integrator_tui.errors import InvalidFile
from integrator_tui.model.text import visible
from integrator_tui.vault.age.container import Recipient
from integrator_tui.vault.age.hybrid import HybridIdentity, HybridRecipient
from integrator_tui.vault.age.x25519 import X25519Identity, X25519Recipient

Identity = X25519Identity | HybridIdentity


def parse_recipient(text: str) -> Recipient:
    """Return the recipient that `text` names; raise InvalidFile with a hint where it names none."""
    shown = visible(text, limit=24)
    if text.startswith("ssh-"):
        raise InvalidFile(
            f"recipient {shown}: SSH keys are not supported",
            "use an age recipient (age1…); integrator-tui keys init makes one",
        )
    if not text.startswith("age1"):
        raise InvalidFile(f"recipient {shown}: not an age recipient", "a recipient begins with age1")
    kind = HybridRecipient if text.startswith("age1pq1") else X25519Recipient
    try:
        return kind(text)
    except InvalidFile as error:
        raise InvalidFile(f"recipient {shown}: {error.message}", "copy the whole recipient again") from None


def parse_identity(text: str) -> Identity:
    """Return the identity that `text` is; raise InvalidFile, which never quotes it, where it is none."""
    if text.startswith("AGE-PLUGIN-"):
        raise InvalidFile("an identity of an age plugin is not supported", "use an AGE-SECRET-KEY-1… identity")
    if text.startswith("AGE-SECRET-KEY-PQ-1"):
        return HybridIdentity(text)
    if text.startswith("AGE-SECRET-KEY-1"):
        return X25519Identity(text)
    raise InvalidFile("a line is no age identity", "an identity begins with AGE-SECRET-KEY-1")
