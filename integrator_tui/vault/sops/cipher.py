"""One encrypted value: `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`.

Rules: AES-256-GCM with a nonce of 32 random bytes (any length from 12 is read), the tag of 16 bytes apart;
additional data is the keys on the path, each followed by a colon, indexes of lists left out; base64 is padded
and canonical. The type is not authenticated: a value is the text it decrypts to, the type must fit it, and
only a boolean reads differently (`true` for the stored `True`). Empty values and nulls are never encrypted.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from integrator_tui.model.sealed import Path
from integrator_tui.vault.sops.rule import keys
from integrator_tui.vault.sops.scalar import canonical_float

MAX_TEXT: Final = 1 << 20
"""Characters of the longest encrypted value that is read."""

MAX_PLAIN: Final = 700_000
"""Bytes of the longest value that is written, which fits the above."""

_PREFIX: Final = "ENC["
_BASE64: Final = "([A-Za-z0-9+/]+={0,2})"
_VALUE: Final = re.compile(rf"ENC\[AES256_GCM,data:{_BASE64},iv:{_BASE64},tag:{_BASE64},type:([a-z]+)\]")
_NONCE_LENGTH: Final = 32
_NONCE_LENGTHS: Final = range(12, 65)
_TAG_LENGTH: Final = 16
_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]*", re.ASCII)
_FLOAT: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?|NaN|[+-]Inf", re.ASCII)
_TIME: Final = re.compile(r"[0-9]{4}-[0-9T:.+Z-]{6,40}", re.ASCII)


def _is_float(text: str) -> bool:
    return len(text) < 2000 and bool(_FLOAT.fullmatch(text)) and canonical_float(float(text)) == text


FITS: Final[Mapping[str, Callable[[str], object]]] = {
    "str": lambda text: True,
    "bytes": lambda text: True,
    "comment": lambda text: True,
    "int": _INTEGER.fullmatch,
    "float": _is_float,
    "bool": frozenset({"True", "False"}).__contains__,
    "time": _TIME.fullmatch,
}
"""For each type the test whether a decrypted text can be one that sops stored."""


@dataclass(frozen=True, slots=True)
class Encrypted:
    """An encrypted value in its parts."""

    data: bytes
    nonce: bytes
    tag: bytes
    type: str

    def __str__(self) -> str:
        data, nonce, tag = (base64.b64encode(part).decode() for part in (self.data, self.nonce, self.tag))
        return f"ENC[AES256_GCM,data:{data},iv:{nonce},tag:{tag},type:{self.type}]"


def looks_encrypted(text: str) -> bool:
    """Return whether a text means to be an encrypted value, be it whole or damaged."""
    return text.startswith(_PREFIX)


def parse(text: str) -> Encrypted | None:
    """Return the parts of an encrypted value, None where it is malformed, oversized or of an unknown type."""
    match = _VALUE.fullmatch(text) if len(text) <= MAX_TEXT else None
    if not match or match[4] not in FITS:
        return None
    try:
        data, nonce, tag = (base64.b64decode(part, validate=True) for part in match.groups()[:3])
    except binascii.Error:
        return None
    value = Encrypted(data, nonce, tag, match[4])
    whole = len(value.nonce) in _NONCE_LENGTHS and len(value.tag) == _TAG_LENGTH
    return value if whole and str(value) == text else None


def additional_data(path: Path) -> str:
    """Return what binds a value to its place: the keys on the path, each followed by a colon."""
    return "".join(f"{key}:" for key in keys(path)) or ":"


def fits(text: str) -> bool:
    """Return whether a text can be encrypted and read back: valid Unicode, and not too long."""
    try:
        return len(text.encode()) <= MAX_PLAIN
    except UnicodeEncodeError:
        return False


def encrypt(key: bytes, text: str, bound_to: str, kind: str = "str") -> str:
    """Return `text`, which `fits`, encrypted as a string or another kind, or as it is where it is empty."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if not text:
        return ""
    nonce = os.urandom(_NONCE_LENGTH)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), bound_to.encode())
    return str(Encrypted(sealed[:-_TAG_LENGTH], nonce, sealed[-_TAG_LENGTH:], kind))


def decrypt(key: bytes, value: Encrypted, bound_to: str) -> str | None:
    """Return the text of a value; None where it was not encrypted with `key` for this place, or its type lies."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        plain = AESGCM(key).decrypt(value.nonce, value.data + value.tag, bound_to.encode())
        text = plain.decode()
    except (InvalidTag, UnicodeError):
        return None
    return text if FITS[value.type](text) else None
