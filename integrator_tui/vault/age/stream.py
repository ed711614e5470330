"""The payload: ChaCha20-Poly1305 in chunks of 64 KiB (https://c2sp.org/age, "Payload", the STREAM construction).

Rules: 16 random bytes salt the payload key; a chunk's nonce is its number and a byte that is 1 for the last
chunk alone; every chunk but the last is full, and the last is empty only where the payload is. The whole
payload is given or nothing of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

from integrator_tui.errors import InvalidFile
from integrator_tui.vault.age.primitives import chacha_decrypt, chacha_encrypt, hkdf

_CHUNK_LENGTH: Final = 64 * 1024
_SEALED_LENGTH: Final = _CHUNK_LENGTH + 16
_SALT_LENGTH: Final = 16


def encrypt(file_key: bytes, plain: bytes) -> bytes:
    """Return the payload of a file."""
    salt = os.urandom(_SALT_LENGTH)
    key = hkdf(file_key, salt, b"payload")
    chunks = (chacha_encrypt(key, nonce, chunk) for nonce, chunk in _chunks(plain, _CHUNK_LENGTH))
    return salt + b"".join(chunks)


def decrypt(file_key: bytes, payload: bytes) -> bytes:
    """Return the plaintext of a payload; raise InvalidFile where any of it is cut, moved or changed."""
    salt, sealed = payload[:_SALT_LENGTH], payload[_SALT_LENGTH:]
    key = hkdf(file_key, salt, b"payload")
    plain: list[bytes] = []
    for nonce, chunk in _chunks(sealed, _SEALED_LENGTH):
        opened = chacha_decrypt(key, nonce, chunk) if len(chunk) >= 16 else None
        if opened is None or (plain and not opened):
            plain.clear()
            raise InvalidFile("the content of an age file is damaged")
        plain.append(opened)
    return b"".join(plain)


def _chunks(data: bytes, length: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield the nonce and the bytes of each chunk; one empty chunk where there is no data."""
    for number, start in enumerate(range(0, max(len(data), 1), length)):
        last = b"\x01" if start + length >= len(data) else b"\x00"
        yield number.to_bytes(11, "big") + last, data[start : start + length]
