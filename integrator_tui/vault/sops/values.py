"""All values of a file: opened with the data key, and authenticated together by the MAC.

Rules (sops.go, `Tree.Encrypt` and `Tree.Decrypt`): the MAC is SHA-512 over the bytes of the values in the
order of the document, without keys, separators or lengths; comments, nulls and empty strings add nothing.
With `mac_only_encrypted` the hash begins with SHA-256("sops") and covers encrypted values alone. It is
written in upper-case hexadecimal and encrypted with `lastmodified` as additional data.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from integrator_tui.errors import InvalidFile, MacMismatch
from integrator_tui.model.sealed import Leaf, Path, SealedFile
from integrator_tui.model.secret import Secret
from integrator_tui.model.text import visible
from integrator_tui.vault.sops import cipher, scalar
from integrator_tui.vault.sops.data_key import DataKey
from integrator_tui.vault.sops.metadata import Metadata

MAC_START: Final = hashlib.sha256(b"sops").digest()
HINT: Final = "restore the file from its history, or review what it says now and seal it again"


@dataclass(frozen=True, slots=True)
class Value:
    """An encrypted value opened: the type it claims, and the text that was encrypted."""

    type: str
    text: Secret

    @property
    def secret(self) -> Secret:
        """The value as a string: booleans as YAML writes them, numbers in decimal."""
        return Secret(self.text.reveal().lower()) if self.type == "bool" else self.text


def dotted(path: Path) -> str:
    """Return a path as messages name it."""
    return visible(".".join(map(str, path)), limit=120)


def open_values(
    file: SealedFile, metadata: Metadata, key: DataKey, replaced: Container[Path] = ()
) -> Mapping[Path, Value]:
    """Return every encrypted value of a file, those of encrypted comments in lists included.

    What is about to be `replaced` is left out where it does not open. Raises MacMismatch, naming the place
    alone, where anything else does not open there or stands in plain, and InvalidFile where a place is there twice.
    """
    opened: dict[Path, Value] = {}
    for leaf in file.leaves:
        if leaf.text == "" or not metadata.rule.selects(leaf) or scalar.is_null(leaf):
            continue
        if leaf.path in opened:
            raise InvalidFile(f"line {leaf.line}: {dotted(leaf.path)} stands twice", "remove one of them")
        found = key.decrypt(leaf.path, leaf.text)
        # sops makes values of comments in lists alone; anywhere else the type was changed.
        if found and not (found[0] == "comment" and isinstance(leaf.path[-1], str)):
            opened[leaf.path] = Value(*found)
        elif leaf.path not in replaced:
            state = "does not open" if cipher.looks_encrypted(leaf.text) else "is not encrypted"
            raise MacMismatch(f"line {leaf.line}: {dotted(leaf.path)} {state}", HINT)
    return opened


def mac_holds(file: SealedFile, metadata: Metadata, key: DataKey, values: Mapping[Path, Value]) -> bool:
    """Return whether the MAC of the `sops` block is that of the values, compared in constant time."""
    stored = key.decrypt_mac(metadata.mac, metadata.lastmodified)
    parts = _hashed(file.leaves, metadata, values)
    computed = mac(parts, only_encrypted=metadata.mac_only_encrypted)
    return hmac.compare_digest((stored or "").encode(), computed.encode())


def mac(parts: Iterable[Secret | str], *, only_encrypted: bool) -> str:
    """Return the MAC over the texts of values in the order of the document."""
    digest = hashlib.sha512(MAC_START if only_encrypted else b"")
    for part in parts:
        text = part.reveal() if isinstance(part, Secret) else part
        digest.update(text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest().upper()


def _hashed(leaves: Iterable[Leaf], metadata: Metadata, values: Mapping[Path, Value]) -> Iterator[Secret | str]:
    for leaf in leaves:
        if value := values.get(leaf.path):
            if value.type != "comment":
                yield value.text
        elif not metadata.mac_only_encrypted and (resolved := scalar.resolve(leaf)):
            yield resolved[1]
