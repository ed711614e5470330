"""The data key: 32 random bytes, one for each file, under which all its values stand.

It is wrapped for every recipient in an age file of its own, and shows itself nowhere.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable
from typing import Final, Never

from integrator_tui.errors import InvalidFile
from integrator_tui.model.sealed import Path
from integrator_tui.model.secret import Secret
from integrator_tui.vault.age import container
from integrator_tui.vault.age.container import Recipient, Unwrapping
from integrator_tui.vault.sops import cipher

_LENGTH: Final = 32


class DataKey:
    """The key of one file's values."""

    __slots__ = ("__key",)

    def __init__(self, key: bytes) -> None:
        if len(key) != _LENGTH:
            raise InvalidFile(
                "the sops block holds a data key of the wrong length", "restore the file from its history"
            )
        self.__key = key

    @classmethod
    def generate(cls) -> DataKey:
        """Return a new key from the system's randomness."""
        return cls(os.urandom(_LENGTH))

    @classmethod
    def unwrap(cls, wrapped: str, identities: Iterable[Unwrapping]) -> DataKey:
        """Return the key in an entry of the `sops` block; raise NoIdentity or InvalidFile as age does."""
        return cls(container.decrypt(wrapped.encode("utf-8", "replace"), identities))

    def wrap(self, recipient: Recipient) -> str:
        """Return an armored age file that gives one recipient this key."""
        return container.encrypt(self.__key, [recipient]).decode("ascii")

    def encrypt(self, path: Path, value: Secret, kind: str = "str") -> str:
        """Return a value encrypted for its place in the file."""
        return cipher.encrypt(self.__key, value.reveal(), cipher.additional_data(path), kind)

    def decrypt(self, path: Path, text: str) -> tuple[str, Secret] | None:
        """Return the type and the text of an encrypted value, None where it does not open at this place."""
        parsed = cipher.parse(text)
        plain = cipher.decrypt(self.__key, parsed, cipher.additional_data(path)) if parsed else None
        return (parsed.type, Secret(plain)) if parsed and plain is not None else None

    def encrypt_mac(self, mac: str, lastmodified: str) -> str:
        """Return the MAC of the values encrypted for the `sops` block."""
        return cipher.encrypt(self.__key, mac, lastmodified)

    def decrypt_mac(self, text: str, lastmodified: str) -> str | None:
        """Return the MAC that the `sops` block holds, None where it was made otherwise."""
        parsed = cipher.parse(text)
        return cipher.decrypt(self.__key, parsed, lastmodified) if parsed else None

    def fingerprint(self, local_key: bytes, recipients: Iterable[str]) -> str:
        """Return what tells this key with these recipients again, to the holder of `local_key` alone."""
        message = self.__key + "\n".join(sorted(recipients)).encode("utf-8", "replace")
        return hmac.new(local_key, message, hashlib.sha256).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DataKey) and hmac.compare_digest(self.__key, other.__key)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> Never:
        raise TypeError("a DataKey is not pickled or copied")
