"""The cryptographic primitives age is made of, each imported on its first use."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

VERSION: Final = b"age-encryption.org/v1"
FILE_KEY_LENGTH: Final = 16
WRAPPED_LENGTH: Final = FILE_KEY_LENGTH + 16
"""A file key under ChaCha20-Poly1305: checked before decrypting, so that a key cannot be partitioned."""

_ZERO_NONCE: Final = bytes(12)


def hkdf(secret: bytes, salt: bytes, info: bytes) -> bytes:
    """Return 32 bytes of HKDF-SHA-256 (RFC 5869), extracted from `secret` and expanded with `info`."""
    extracted = hmac.digest(salt or bytes(32), secret, hashlib.sha256)
    return hmac.digest(extracted, info + b"\x01", hashlib.sha256)


def chacha_encrypt(key: bytes, nonce: bytes, plain: bytes) -> bytes:
    """Return ChaCha20-Poly1305 (RFC 8439) ciphertext with its tag, without additional data."""
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    return ChaCha20Poly1305(key).encrypt(nonce, plain, None)


def chacha_decrypt(key: bytes, nonce: bytes, sealed: bytes) -> bytes | None:
    """Return the plaintext, or None where the tag does not hold."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    try:
        return ChaCha20Poly1305(key).decrypt(nonce, sealed, None)
    except InvalidTag:
        return None


def wrap_file_key(key: bytes, file_key: bytes) -> bytes:
    """Return the body of a stanza: the file key under a key that is used once."""
    return chacha_encrypt(key, _ZERO_NONCE, file_key)


def unwrap_file_key(key: bytes, body: bytes) -> bytes | None:
    """Return the file key, or None where `key` is not the one it was wrapped with."""
    return chacha_decrypt(key, _ZERO_NONCE, body)
