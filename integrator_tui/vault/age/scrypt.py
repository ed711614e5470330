"""A passphrase as recipient and identity (https://c2sp.org/age, "The scrypt recipient type").

Rules: a stanza is `scrypt` with a salt of 16 bytes and the logarithm of the work factor, a decimal number
without leading zeros; it is capped at 22 (4 GiB of memory), because whoever wrote the file chose it. Files
written here use 18: 256 MiB and about a second, once a session.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Final

from integrator_tui.errors import InvalidFile
from integrator_tui.model.secret import Secret
from integrator_tui.vault.age.header import Stanza, decode_base64, encode_base64
from integrator_tui.vault.age.primitives import VERSION, WRAPPED_LENGTH, unwrap_file_key, wrap_file_key

DEFAULT_WORK_FACTOR: Final = 18
MAX_WORK_FACTOR: Final = 22

_KIND: Final = b"scrypt"
_SALT_PREFIX: Final = VERSION + b"/scrypt"
_SALT_LENGTH: Final = 16
_NUMBER: Final = re.compile(rb"[1-9][0-9]{0,2}")


class Passphrase:
    """A passphrase; `work_factor` is the logarithm to base 2 of scrypt's N where it wraps."""

    __slots__ = ("_passphrase", "_work_factor")

    def __init__(self, passphrase: Secret, work_factor: int = DEFAULT_WORK_FACTOR) -> None:
        self._passphrase = passphrase
        self._work_factor = work_factor

    def wrap(self, file_key: bytes) -> Stanza:
        """Return the stanza that gives whoever knows the passphrase the file key."""
        salt = os.urandom(_SALT_LENGTH)
        arguments = (encode_base64(salt), b"%d" % self._work_factor)
        return Stanza(_KIND, arguments, wrap_file_key(self._key(salt, self._work_factor), file_key))

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """Return the file key, None where the passphrase is another; raise InvalidFile for a broken stanza."""
        for stanza in stanzas:
            if stanza.kind != _KIND:
                continue
            if len(stanza.arguments) != 2 or len(stanza.body) != WRAPPED_LENGTH:
                raise InvalidFile("an age file has a malformed scrypt stanza")
            salt = decode_base64(stanza.arguments[0], _SALT_LENGTH)
            if not _NUMBER.fullmatch(stanza.arguments[1]) or int(stanza.arguments[1]) > MAX_WORK_FACTOR:
                raise InvalidFile(
                    f"an age file asks for a scrypt work factor that is no number from 1 to {MAX_WORK_FACTOR}"
                )
            return unwrap_file_key(self._key(salt, int(stanza.arguments[1])), stanza.body)
        return None

    def _key(self, salt: bytes, work_factor: int) -> bytes:
        from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

        passphrase = self._passphrase.reveal().encode("utf-8", "surrogateescape")
        return Scrypt(_SALT_PREFIX + salt, 32, 1 << work_factor, 8, 1).derive(passphrase)
