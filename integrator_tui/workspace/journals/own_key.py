"""OwnKey: what encrypts for the user's own identity, and opens that again."""

from __future__ import annotations

from typing import Protocol


class OwnKey(Protocol):
    """What encrypts for the user's own identity; the vault does."""

    def encrypt_to_self(self, data: bytes) -> bytes | None: ...
    def decrypt_own(self, data: bytes, *, ask: bool) -> bytes: ...
