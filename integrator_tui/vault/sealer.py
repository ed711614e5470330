"""Sealing: from the final scalars of a file, what its secrets are and were, to the texts and the block to write.

Rules: what did not change keeps its text, so that a diff shows what did. A secret is written only under a
data key that this machine made for exactly the recipients of the file; otherwise a new one is made, and every
secret encrypted anew for the agreed recipients. The seal alone may be renewed under the key that is there:
it is no secret. Written are this program's rule and MAC mode, whatever stood there before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from integrator_tui.errors import InvalidFile, UnpinnedRecipient
from integrator_tui.model.sealed import Leaf, Path, ScalarChanges, SealedFile
from integrator_tui.model.secret import Secret
from integrator_tui.vault.made_keys import MadeKeys
from integrator_tui.vault.opening import OpenedFile
from integrator_tui.vault.recipients import wrap_for
from integrator_tui.vault.sealed_section import SEAL_PATH, SECRETS
from integrator_tui.vault.sops.cipher import MAX_PLAIN, fits
from integrator_tui.vault.sops.data_key import DataKey
from integrator_tui.vault.sops.metadata import Metadata, blank, timestamp
from integrator_tui.vault.sops.rule import keys
from integrator_tui.vault.sops.values import dotted, mac


@dataclass(frozen=True)
class Sealer:
    """Seals one file for `recipients`, all of them agreed; `old` is the file as it opened, None where it did not
    need to."""

    file: SealedFile
    recipients: Sequence[str]
    old: OpenedFile | None
    metadata: Metadata | None
    made: MadeKeys
    clock: Callable[[], datetime]

    def seal(self, wanted: Mapping[Path, Secret], seal: Secret | None, *, renew: bool = False) -> ScalarChanges:
        """Return what to write so that the file holds `wanted` (path to value, `_seal` left out) and `seal`."""
        _refuse_stray_secrets(self.file)
        _refuse_unreadable(wanted)
        targets = dict(wanted) if seal is None else {**wanted, SEAL_PATH: seal}
        changed = {path for path, value in targets.items() if not self._stands(path, value)}
        secrets_written = any(path != SEAL_PATH and targets[path] for path in changed)
        renew = renew or self.old is None or (secrets_written and not self._made_here(self.old))
        if not changed and not renew and self.old and self.old.mac_holds:
            return ScalarChanges({}, self.old.metadata.raw, changed=False)
        key = DataKey.generate() if renew or self.old is None else self.old.key
        written = targets if renew else {path: targets[path] for path in changed}
        values = {path: key.encrypt(path, value) for path, value in written.items() if value or path in changed}
        comments = self._comments(key) if renew else {}
        return ScalarChanges(values, self._block(key, targets, renew).to_mapping(), comments=comments)

    @cached_property
    def _leaves(self) -> Mapping[Path, Leaf]:
        return {leaf.path: leaf for leaf in self.file.leaves if leaf.path[0] == SECRETS}

    def _stands(self, path: Path, value: Secret) -> bool:
        """Return whether a place of the file holds this value already, encrypted or empty."""
        leaf = self._leaves.get(path)
        if leaf is None:
            return False
        if not leaf.text or not value:
            return not leaf.text and not value
        return bool(self.old and path in self.old.values and self.old.secret(path) == value)

    def _made_here(self, old: OpenedFile) -> bool:
        return self.made.holds(old.key, old.metadata.recipients)

    def _comments(self, key: DataKey) -> dict[str, str]:
        """Return the comments that sops encrypted, under another data key: with the old one they would be lost."""
        if self.old is None:
            return {}
        place = (SECRETS,)
        opened = {text: self.old.key.decrypt(place, text) for text in self.file.comments}
        return {text: key.encrypt(place, found[1], "comment") for text, found in opened.items() if found}

    def _block(self, key: DataKey, targets: Mapping[Path, Secret], renew: bool) -> Metadata:
        base = self.metadata or blank()
        age = base.age
        if renew:
            _refuse_foreign(base)
            age = wrap_for(self.recipients, key)
            self.made.remember(key, self.recipients)
        lastmodified = timestamp(self.clock())
        texts = [self._stored_text(path, value, renew) for path, value in self._in_order(targets)]
        computed = mac(texts, only_encrypted=True)
        return base.with_mac(key.encrypt_mac(computed, lastmodified), lastmodified, age)

    def _stored_text(self, path: Path, value: Secret, renew: bool) -> Secret:
        """Return the text under the cipher, which for a boolean that sops stored is not its value."""
        kept = not renew and self.old is not None and self._stands(path, value) and path in self.old.values
        return self.old.values[path].text if kept and self.old else value

    def _in_order(self, targets: Mapping[Path, Secret]) -> Iterator[tuple[Path, Secret]]:
        """Yield the targets as the file will hold them; a seal that has no place yet comes last."""
        placed = [path for path in self._leaves if path in targets]
        for path in (*placed, *(path for path in targets if path not in self._leaves)):
            yield path, targets[path]


def _refuse_stray_secrets(file: SealedFile) -> None:
    stray: Leaf | None = next(
        (leaf for leaf in file.leaves if leaf.path[0] != SECRETS and SECRETS in keys(leaf.path)), None
    )
    if stray:
        raise InvalidFile(
            f"line {stray.line}: {dotted(stray.path)}: sops would encrypt what stands below a key named secrets",
            "give the key another name",
        )


def _refuse_unreadable(wanted: Mapping[Path, Secret]) -> None:
    for path, value in wanted.items():
        if not fits(value.reveal()):
            raise InvalidFile(
                f"{dotted(path)} is not a text in UTF-8, or longer than {MAX_PLAIN} bytes",
                "encode it first, as base64 for instance",
            )


def _refuse_foreign(metadata: Metadata) -> None:
    if metadata.foreign:
        raise UnpinnedRecipient(
            f"the file needs a new data key, which cannot be given to {metadata.foreign[0]} here",
            "remove that key with sops, or rotate the file there",
        )
