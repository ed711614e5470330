"""An age file as a whole: a header that wraps a file key for each recipient, and a payload under that key."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Protocol

from integrator_tui.errors import InvalidFile, NoIdentity
from integrator_tui.vault.age import armor, header, stream
from integrator_tui.vault.age.header import Stanza
from integrator_tui.vault.age.primitives import FILE_KEY_LENGTH


class Recipient(Protocol):
    """Whom a file key can be wrapped for."""

    def wrap(self, file_key: bytes) -> Stanza: ...


class Unwrapping(Protocol):
    """What may find a file key among stanzas: None says that none of them is for it."""

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None: ...


def encrypt(plain: bytes, recipients: Sequence[Recipient]) -> bytes:
    """Return an armored age file for `recipients`, of which there is at least one; a passphrase stands alone."""
    file_key = os.urandom(FILE_KEY_LENGTH)
    stanzas = [recipient.wrap(file_key) for recipient in recipients]
    return armor.encode(header.write(stanzas, file_key) + stream.encrypt(file_key, plain))


def decrypt(data: bytes, identities: Iterable[Unwrapping]) -> bytes:
    """Return the content of an age file, armored or not.

    Raises NoIdentity where none of `identities` is one of its recipients, InvalidFile where it is broken.
    """
    parsed, payload = header.parse(armor.decode(data) if armor.is_armored(data) else data)
    for identity in identities:
        file_key = identity.unwrap(parsed.stanzas)
        if file_key is not None:
            break
    else:
        raise NoIdentity("the age file is for none of the identities here")
    if len(file_key) != FILE_KEY_LENGTH or not parsed.is_authentic(file_key):
        raise InvalidFile("the header of an age file was changed after it was written")
    return stream.decrypt(file_key, payload)
