"""The post-quantum recipient: ML-KEM-768 with X25519 by HPKE (https://c2sp.org/age, "mlkem768x25519").

Rules: a stanza is `mlkem768x25519` with the encapsulated key of 1,120 bytes as its one argument; an identity
is a seed of 32 bytes that SHAKE-256 expands into both private keys. A recipient is 1,959 characters long and
is not mixed with recipients of another kind. Needs a `cryptography` that offers HPKE with this KEM.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from integrator_tui.errors import InvalidFile
from integrator_tui.vault.age import bech32
from integrator_tui.vault.age.header import Stanza, decode_base64, encode_base64
from integrator_tui.vault.age.primitives import WRAPPED_LENGTH

if TYPE_CHECKING:
    from cryptography.hazmat.primitives import hpke
    from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

_KIND: Final = b"mlkem768x25519"
_INFO: Final = b"age-encryption.org/mlkem768x25519"
_ENCAPSULATED_LENGTH: Final = 1120
_MLKEM_CIPHERTEXT_LENGTH: Final = 1088
_MLKEM_PUBLIC_LENGTH: Final = 1184
_PUBLIC_LENGTH: Final = _MLKEM_PUBLIC_LENGTH + 32
_MLKEM_SEED_LENGTH: Final = 64
_SEED_LENGTH: Final = 32


class HybridRecipient:
    """Who can read a file, a quantum computer notwithstanding: `age1pq1…`."""

    __slots__ = ("_public",)
    prefix: Final = "age1pq"

    def __init__(self, text: str) -> None:
        """Read a recipient; raise InvalidFile where `text` is none."""
        prefix, public = bech32.decode(text)
        if prefix != self.prefix or len(public) != _PUBLIC_LENGTH or text != text.lower():
            raise InvalidFile("not an age1pq1… recipient")
        self._public = public

    def wrap(self, file_key: bytes) -> Stanza:
        """Return the stanza that gives this recipient the file key; raise InvalidFile where it is no such key."""
        from cryptography.hazmat.primitives import hpke
        from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

        try:
            lattice = MLKEM768PublicKey.from_public_bytes(self._public[:_MLKEM_PUBLIC_LENGTH])
            curve = X25519PublicKey.from_public_bytes(self._public[_MLKEM_PUBLIC_LENGTH:])
            public = hpke.MLKEM768X25519PublicKey(lattice, curve)
            sealed = _suite().encrypt(file_key, public, _INFO)
        except ValueError:
            sealed = b""
        if not sealed:
            raise InvalidFile("not an age1pq1… recipient")
        encapsulated = encode_base64(sealed[:_ENCAPSULATED_LENGTH])
        return Stanza(_KIND, (encapsulated,), sealed[_ENCAPSULATED_LENGTH:])


class HybridIdentity:
    """The key that reads a file: `AGE-SECRET-KEY-PQ-1…`. It shows itself nowhere but in `text()`."""

    __slots__ = ("_recipient", "_seed")
    prefix: Final = "age-secret-key-pq-"

    def __init__(self, text: str) -> None:
        """Read an identity; raise InvalidFile where `text` is none."""
        prefix, seed = bech32.decode(text)
        if prefix != self.prefix or len(seed) != _SEED_LENGTH or text != text.upper():
            raise InvalidFile("not an AGE-SECRET-KEY-PQ-1… identity")
        self._seed = seed
        self._recipient = ""

    @classmethod
    def generate(cls) -> HybridIdentity:
        """Return a new identity from the system's randomness."""
        return cls(bech32.encode(cls.prefix, os.urandom(_SEED_LENGTH)).upper())

    def text(self) -> str:
        """Return the identity as it stands in an identity file."""
        return bech32.encode(self.prefix, self._seed).upper()

    def recipient(self) -> str:
        """Return the recipient that this identity reads for."""
        if not self._recipient:
            # Asked for with every file of a list.
            lattice, curve = self._private_keys()
            public = lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
            self._recipient = bech32.encode(HybridRecipient.prefix, public)
        return self._recipient

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """Return the file key, None where no stanza is for this identity; raise InvalidFile for a broken one."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives import hpke

        for stanza in stanzas:
            if stanza.kind != _KIND:
                continue
            if len(stanza.arguments) != 1 or len(stanza.body) != WRAPPED_LENGTH:
                raise InvalidFile("an age file has a malformed mlkem768x25519 stanza")
            encapsulated = decode_base64(stanza.arguments[0], _ENCAPSULATED_LENGTH)
            lattice, curve = self._private_keys()
            _refuse_low_order(curve, encapsulated[_MLKEM_CIPHERTEXT_LENGTH:])
            private = hpke.MLKEM768X25519PrivateKey(lattice, curve)
            try:
                return _suite().decrypt(encapsulated + stanza.body, private, _INFO)
            except InvalidTag:
                continue
        return None

    def _private_keys(self) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
        from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

        expanded = hashlib.shake_256(self._seed).digest(_MLKEM_SEED_LENGTH + 32)
        return (
            MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_LENGTH]),
            X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_LENGTH:]),
        )


def _refuse_low_order(curve: X25519PrivateKey, share: bytes) -> None:
    # HPKE says no more than that it failed, which would read as "for somebody else".
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    try:
        curve.exchange(X25519PublicKey.from_public_bytes(share))
    except ValueError:
        raise InvalidFile("an age stanza holds a point of low order") from None


def _suite() -> hpke.Suite:
    from cryptography.hazmat.primitives import hpke

    return hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
