"""A file that sops wrote, read here: whether both read the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrator_tui.model.sealed import Path
from integrator_tui.vault.age.keys import parse_identity
from integrator_tui.vault.opening import OpenedFile, open_with
from integrator_tui.vault.sops import metadata
from integrator_tui.vault.sops.data_key import DataKey
from integrator_tui.vault.sops.scalar import resolve
from tests.vault.conftest import Person
from tests.vault.sops_file import sealed


def opened(person: Person, text: str) -> OpenedFile:
    file = sealed(text)
    assert file.metadata is not None
    block = metadata.parse(file.metadata)
    identity = parse_identity(person.key_file.read_text().strip())
    return open_with(DataKey.unwrap(block.age[0].enc, [identity]), file, block)


def values(person: Person, text: str) -> Mapping[Path, str]:
    file = opened(person, text)
    file.require_mac()
    return {path: value.secret.reveal() for path, value in file.values.items()}


def agrees(person: Person, text: str, rule: dict[str, Any]) -> bool:
    """Check one file that sops encrypts; return False where sops itself refuses it or cannot read it back."""
    try:
        encrypted = person.sops.encrypt(text, person.recipient, **rule)
    except AssertionError:
        return False
    if person.sops.refuses(encrypted):
        return False
    plain = person.sops.decrypt_leaves(encrypted)
    for path, value in values(person, encrypted).items():
        # Comments in lists are items for sops, so that the indexes after them differ.
        if all(isinstance(part, str) for part in path):
            kind, expected = resolve(plain[path]) or ("null", "")
            assert value == (expected.lower() if kind == "bool" else expected), f"{path} of\n{text}"
    return True
