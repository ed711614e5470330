"""Recipients: for whom a file may be encrypted.

Rules: they come from the caller's agreed list, never from the file, whose list nobody authenticates; one that
stands in a file and is not agreed is named and refused. A list that is kept beside the files can be edited by
whoever can write them, so what was agreed to is remembered on this machine, a list for each workspace.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from integrator_tui.errors import InvalidFile, NoIdentity, UnpinnedRecipient
from integrator_tui.model.text import visible
from integrator_tui.vault import private_file
from integrator_tui.vault.age.keys import parse_recipient
from integrator_tui.vault.sops.data_key import DataKey
from integrator_tui.vault.sops.metadata import Metadata, WrappedKey

_FILE: Final = "recipients.json"


def validated(recipients: Iterable[str]) -> tuple[str, ...]:
    """Return recipients without repetitions, in their order; raise InvalidFile for one that cannot be used."""
    texts = tuple(dict.fromkeys(recipient.strip() for recipient in recipients))
    for text in texts:
        parse_recipient(text)
    return texts


def wrap_for(recipients: Sequence[str], key: DataKey) -> tuple[WrappedKey, ...]:
    """Return the data key wrapped for each recipient; raise NoIdentity where there is none to wrap it for."""
    if not recipients:
        raise NoIdentity("there is nobody to encrypt for", "make an identity: integrator-tui keys init")
    return tuple(WrappedKey(text, key.wrap(parse_recipient(text))) for text in recipients)


def refuse_unpinned(metadata: Metadata, agreed: Iterable[str]) -> None:
    """Raise UnpinnedRecipient, naming it, where a file is encrypted for somebody nobody here agreed to."""
    known = set(agreed)
    strangers = [recipient for recipient in metadata.recipients if recipient not in known]
    if strangers:
        more = f" and {len(strangers) - 1} more" if len(strangers) > 1 else ""
        raise UnpinnedRecipient(
            f"the file is encrypted for {visible(strangers[0], limit=100)}{more}, whom nobody here agreed to",
            "if that is right, add it with: integrator-tui keys add; else remove it: integrator-tui keys remove",
        )


class KnownRecipients:
    """The recipients that were agreed to on this machine, remembered below `folder` for each workspace.

    A memory that is there and cannot be read is an error, and never taken for one that is still empty.
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / _FILE if folder else None

    def known(self, workspace: Path) -> frozenset[str] | None:
        """Return what was agreed to for a workspace, None where it was never used here; raise InvalidFile or
        ExposedKeyFile where that cannot be read."""
        listed = self._read().get(str(workspace.resolve()))
        return None if listed is None else frozenset(listed)

    def agree(self, workspace: Path, recipients: Iterable[str]) -> None:
        """Remember exactly these recipients for a workspace; raise OSError where that cannot be written, and what
        `known` raises: what cannot be read is not written over."""
        if self._path is None:
            return
        listed = {**self._read(), str(workspace.resolve()): list(dict.fromkeys(recipients))}
        private_file.replace(self._path, json.dumps(listed, indent=1).encode())

    def _read(self) -> dict[str, list[str]]:
        try:
            loaded = private_file.read_json(self._path) if self._path else {}
        except FileNotFoundError:
            return {}
        if not isinstance(loaded, dict) or not all(map(_is_list_of_texts, loaded.values())):
            hint = "look at it; if it is of no use, remove it, and each workspace is used for the first time again"
            raise InvalidFile(f"{self._path}, where it is kept who was agreed to, is damaged", hint)
        return loaded


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)
