"""Sealing: from the final scalars of a file, what its secrets are and were, to the texts and the block to write.

Rules: what did not change keeps its text, so that a diff shows what did. A secret is written only under a
data key that this machine made for exactly the recipients of the file; otherwise a new one is made, and every
secret encrypted anew for the agreed recipients. The seal alone may be renewed under the key that is there:
it is no secret. Values beside the secrets that the rule of the file encrypts stay encrypted under it; a MAC that is
written covers what is encrypted alone, whatever it covered before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from integrator_tui.errors import InvalidFile, MacMismatch, UnpinnedRecipient
from integrator_tui.model.sealed import Leaf, Path, ScalarChanges, SealedFile
from integrator_tui.model.secret import Secret
from integrator_tui.vault.made_keys import MadeKeys
from integrator_tui.vault.opening import OpenedFile, open_comments
from integrator_tui.vault.recipients import wrap_for
from integrator_tui.vault.sealed_section import SEAL_PATH, SECRETS
from integrator_tui.vault.sops.cipher import MAX_PLAIN, fits, looks_encrypted
from integrator_tui.vault.sops.covering import covering
from integrator_tui.vault.sops.data_key import DataKey
from integrator_tui.vault.sops.metadata import Metadata, blank, timestamp
from integrator_tui.vault.sops.rule import OWN_RULE, Rule, keys
from integrator_tui.vault.sops.scalar import is_null, resolve
from integrator_tui.vault.sops.values import HINT, Value, dotted, mac


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
        _refuse_unreadable(wanted)
        secrets = dict(wanted) if seal is None else {**wanted, SEAL_PATH: seal}
        opened = self.old.values if self.old else {}
        rule = covering(self.file, self.metadata, [path for path in secrets if secrets[path]], opened)
        targets = self._targets(secrets, rule)
        changed = {path for path, value in targets.items() if not self._stands(path, value)}
        secrets_written = any(path != SEAL_PATH and targets[path].text for path in changed)
        renew = renew or self.old is None or (secrets_written and not self._made_here(self.old))
        if not changed and not renew and self.old and self.old.mac_holds:
            return ScalarChanges({}, self.old.metadata.raw, changed=False)
        key = DataKey.generate() if renew or self.old is None else self.old.key
        written = targets if renew else {path: targets[path] for path in changed}
        values = {
            path: key.encrypt(path, value.text, value.type)
            for path, value in written.items()
            if value.text or path in changed
        }
        comments = self._comments(key) if renew else {}
        return ScalarChanges(
            values, self._block(key, targets.values(), rule, renew).to_mapping(), comments=comments
        )

    @cached_property
    def _leaves(self) -> Mapping[Path, Leaf]:
        return {leaf.path: leaf for leaf in self.file.leaves}

    def _targets(self, secrets: Mapping[Path, Secret], rule: Rule) -> dict[Path, Value]:
        """Return every value that is to be encrypted, in the order in which the file will hold them: what has no
        place yet comes last in the section."""
        leaves = self.file.leaves
        section = [number for number, leaf in enumerate(leaves) if leaf.path[0] == SECRETS]
        last = section[-1] if section else len(leaves) - 1
        targets: dict[Path, Value] = {}
        for number, leaf in enumerate(leaves):
            if leaf.path in secrets:
                targets[leaf.path] = self._secret(leaf.path, secrets[leaf.path])
            elif leaf.path[0] != SECRETS and leaf.text and not is_null(leaf) and self._selects(rule, leaf):
                targets[leaf.path] = self._field(leaf)
            if number == last:
                new = [path for path in secrets if path not in self._leaves]
                targets |= {path: self._secret(path, secrets[path]) for path in new}
        return targets

    def _selects(self, rule: Rule, leaf: Leaf) -> bool:
        if not rule.selects(leaf):
            return False
        known = self.old is not None and any(
            SECRETS in keys(path) and path[0] != SECRETS for path in self.old.values
        )
        if SECRETS in keys(leaf.path) and (rule.kind, rule.text) == OWN_RULE and not known:
            raise InvalidFile(
                f"line {leaf.line}: {dotted(leaf.path)}: sops would encrypt what stands below a key named secrets",
                "give the key another name",
            )
        return True

    def _secret(self, path: Path, value: Secret) -> Value:
        """Return a secret as it is to be stored; one that stays keeps the type that sops gave it."""
        if self.old and path in self.old.values and self.old.secret(path) == value:
            return self.old.values[path]
        return Value("str", value)

    def _field(self, leaf: Leaf) -> Value:
        """Return a value beside the secrets as it is to be stored: what opened stays, plain text gets its type."""
        if self.old and leaf.path in self.old.values:
            return self.old.values[leaf.path]
        if looks_encrypted(leaf.text):
            raise MacMismatch(f"line {leaf.line}: {dotted(leaf.path)} does not open", HINT)
        if not fits(leaf.text):
            raise InvalidFile(f"line {leaf.line}: {dotted(leaf.path)} cannot be encrypted", "shorten it")
        kind, text = resolve(leaf) or ("str", leaf.text)
        # A value is its source text here, so that only what sops would write the same gets a type of its own.
        return Value(kind, Secret(text)) if text == leaf.text or kind == "bool" else Value("str", Secret(leaf.text))

    def _stands(self, path: Path, value: Value) -> bool:
        """Return whether a place of the file holds this value already, encrypted or empty."""
        leaf = self._leaves.get(path)
        if leaf is None:
            return False
        if not leaf.text or not value.text:
            return not leaf.text and not value.text
        return bool(self.old and self.old.values.get(path) == value)

    def _made_here(self, old: OpenedFile) -> bool:
        return self.made.holds(old.key, old.metadata.recipients)

    def _comments(self, key: DataKey) -> dict[str, str]:
        """Return the comments that sops encrypted, under another data key: with the old one they would be lost."""
        opened = open_comments(self.old.key, self.file) if self.old else {}
        return {text: key.encrypt(place, found, "comment") for text, (place, found) in opened.items()}

    def _block(self, key: DataKey, values: Iterable[Value], rule: Rule, renew: bool) -> Metadata:
        base = self.metadata or blank()
        age = base.age
        if renew:
            _refuse_foreign(base)
            age = wrap_for(self.recipients, key)
            self.made.remember(key, self.recipients)
        lastmodified = timestamp(self.clock())
        computed = mac((value.text for value in values if value.type != "comment"), only_encrypted=True)
        return base.with_mac(key.encrypt_mac(computed, lastmodified), lastmodified, age, rule)


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
