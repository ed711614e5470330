"""The everyday recipient: a point on Curve25519 (https://c2sp.org/age, "The X25519 recipient type").

Rules: a stanza is `X25519` with the ephemeral share as its one argument and a body of 32 bytes; the key
that wraps the file key comes from the shared secret by HKDF, salted with both shares; a shared secret of
zeros (a low-order point) is refused. Recipients are written in lower case, identities in upper case.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from integrator_tui.errors import InvalidFile
from integrator_tui.vault.age import bech32
from integrator_tui.vault.age.header import Stanza, decode_base64, encode_base64
from integrator_tui.vault.age.primitives import VERSION, WRAPPED_LENGTH, hkdf, unwrap_file_key, wrap_file_key

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

_KIND: Final = b"X25519"
_INFO: Final = VERSION + b"/X25519"
_LENGTH: Final = 32


class X25519Recipient:
    """Who can read a file: `age1…`."""

    __slots__ = ("_share",)
    prefix: Final = "age"

    def __init__(self, text: str) -> None:
        """Read a recipient; raise InvalidFile where `text` is none."""
        prefix, share = bech32.decode(text)
        if prefix != self.prefix or len(share) != _LENGTH or text != text.lower():
            raise InvalidFile("not an age1… recipient")
        self._share = share

    def wrap(self, file_key: bytes) -> Stanza:
        """Return the stanza that gives this recipient the file key."""
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

        ephemeral = X25519PrivateKey.generate()
        share = ephemeral.public_key().public_bytes_raw()
        key = _wrapping_key(ephemeral, self._share, share + self._share)
        return Stanza(_KIND, (encode_base64(share),), wrap_file_key(key, file_key))


class X25519Identity:
    """The key that reads a file: `AGE-SECRET-KEY-1…`. It shows itself nowhere but in `text()`."""

    __slots__ = ("_key", "_recipient", "_scalar", "_share")
    prefix: Final = "age-secret-key-"

    def __init__(self, text: str) -> None:
        """Read an identity; raise InvalidFile where `text` is none."""
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

        prefix, scalar = bech32.decode(text)
        if prefix != self.prefix or len(scalar) != _LENGTH or text != text.upper():
            raise InvalidFile("not an AGE-SECRET-KEY-1… identity")
        self._scalar = scalar
        self._key = X25519PrivateKey.from_private_bytes(scalar)
        self._share = self._key.public_key().public_bytes_raw()
        self._recipient = ""

    @classmethod
    def generate(cls) -> X25519Identity:
        """Return a new identity from the system's randomness."""
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

        return cls(bech32.encode(cls.prefix, X25519PrivateKey.generate().private_bytes_raw()).upper())

    def text(self) -> str:
        """Return the identity as it stands in an identity file."""
        return bech32.encode(self.prefix, self._scalar).upper()

    def recipient(self) -> str:
        """Return the recipient that this identity reads for."""
        # Asked for with every file of a list.
        self._recipient = self._recipient or bech32.encode(X25519Recipient.prefix, self._share)
        return self._recipient

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        """Return the file key, None where no stanza is for this identity; raise InvalidFile for a broken one."""
        for stanza in stanzas:
            if stanza.kind != _KIND:
                continue
            if len(stanza.arguments) != 1 or len(stanza.body) != WRAPPED_LENGTH:
                raise InvalidFile("an age file has a malformed X25519 stanza")
            share = decode_base64(stanza.arguments[0], _LENGTH)
            key = _wrapping_key(self._key, share, share + self._share)
            if (file_key := unwrap_file_key(key, stanza.body)) is not None:
                return file_key
        return None


def _wrapping_key(private: X25519PrivateKey, peer: bytes, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(peer))
    except ValueError:
        shared = b""
    if not shared:
        raise InvalidFile("an age recipient or stanza holds a point of low order")
    return hkdf(shared, salt, _INFO)
