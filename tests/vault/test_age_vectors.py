"""Every public age test vector (C2SP/CCTV) gives the result it expects."""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from integrator_tui.errors import InvalidFile, NoIdentity
from integrator_tui.model.secret import Secret
from integrator_tui.vault.age.armor import is_armored
from integrator_tui.vault.age.container import Unwrapping, decrypt
from integrator_tui.vault.age.keys import parse_identity
from integrator_tui.vault.age.scrypt import Passphrase

FOLDER = Path(__file__).parent / "age_vectors"
VECTORS = sorted(p for p in FOLDER.iterdir() if p.name not in {"LICENSE", ".gitattributes"})


@dataclass(frozen=True)
class Vector:
    """One vector: what decrypting should do, the payload's SHA-256, the keys to try, the file."""

    expect: str
    payload: str | None
    identities: tuple[Unwrapping, ...]
    data: bytes
    armored: bool


def read(path: Path) -> Vector:
    head, _, data = path.read_bytes().partition(b"\n\n")
    pairs = [line.split(": ", 1) for line in head.decode().splitlines()]
    fields = dict(pairs)
    assert fields.keys() <= {
        "expect", "compressed", "payload", "identity", "passphrase", "armored", "file key", "comment",
    }  # fmt: skip
    if fields.get("compressed") == "zlib":
        data = zlib.decompress(data)
    return Vector(fields["expect"], fields.get("payload"), tuple(keys(pairs)), data, "armored" in fields)


def keys(pairs: Iterable[list[str]]) -> Iterable[Unwrapping]:
    for name, value in pairs:
        if name == "identity":
            yield parse_identity(value)
        elif name == "passphrase":
            yield Passphrase(Secret(value))


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.name)
def test_a_vector_gives_the_result_it_expects(path: Path) -> None:
    vector = read(path)
    if vector.expect == "success":
        assert is_armored(vector.data) == vector.armored
        assert hashlib.sha256(decrypt(vector.data, vector.identities)).hexdigest() == vector.payload
    else:
        with pytest.raises(NoIdentity if vector.expect == "no match" else InvalidFile):
            decrypt(vector.data, vector.identities)


def test_the_corpus_is_whole() -> None:
    expectations = Counter(read(path).expect for path in VECTORS)
    assert len(VECTORS) == 143
    assert expectations == {
        "success": 26,
        "header failure": 62,
        "armor failure": 22,
        "payload failure": 19,
        "no match": 13,
        "HMAC failure": 1,
    }
