"""The `sops` block, parsed strictly and written with what it holds for others.

Rules: `age` lists a recipient and an age file each; other kinds of keys are carried over untouched, Shamir
groups are refused. `lastmodified` is RFC 3339 and authenticates the MAC without its fraction of a second, as
sops rewrites it. Sizes are capped, for whoever can write the repository can write this block.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from integrator_tui.errors import IntegratorError, InvalidFile, MacMismatch
from integrator_tui.vault.sops import rule
from integrator_tui.vault.sops.rule import OWN_RULE, RULE_KINDS, Rule

VERSION: Final = "3.9.0"
"""The version of sops whose format is written: the oldest that knows all of it."""

_RESTORE: Final = "restore the file from its history"
_MAX_ENTRIES: Final = 1024
_MAX_WRAPPED: Final = 16 * 1024
_MAX_RECIPIENT: Final = 4096
_TIME: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_TRUE: Final = frozenset({"y", "yes", "on", "true"})
_FALSE: Final = frozenset({"n", "no", "off", "false"})

FOREIGN_KEYS: Final[Mapping[str, Sequence[str]]] = {
    "kms": ("arn",),
    "gcp_kms": ("resource_id",),
    "hckms": ("key_id",),
    "azure_kv": ("vault_url", "name"),
    "hc_vault": ("vault_address", "key_name"),
    "pgp": ("fp",),
}
"""Kinds of keys that only sops can use, and the fields that tell one from another."""


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """The data key wrapped for one age recipient; the name of the recipient is not authenticated."""

    recipient: str
    enc: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """A parsed `sops` block; `foreign` names the keys in it that are not age's, `raw` is the block as it stands."""

    age: tuple[WrappedKey, ...]
    lastmodified: str
    mac: str
    rule: Rule
    mac_only_encrypted: bool
    foreign: tuple[str, ...]
    raw: Mapping[str, Any]

    @property
    def recipients(self) -> tuple[str, ...]:
        return tuple(entry.recipient for entry in self.age)

    def with_mac(self, mac: str, lastmodified: str, age: Sequence[WrappedKey], written: Rule) -> Metadata:
        """Return the block with a new MAC, this program's MAC mode, and the recipients and the rule given."""
        return replace(
            self, age=tuple(age), mac=mac, lastmodified=lastmodified, rule=written, mac_only_encrypted=True
        )

    def with_recipients(self, age: Sequence[WrappedKey]) -> Metadata:
        """Return the block with other recipients and everything else as it stands."""
        return replace(self, age=tuple(age))

    def to_mapping(self) -> dict[str, Any]:
        """Return the block to write: its own keys in their order, then those it lacked."""
        own: dict[str, Any] = {
            "age": [{"recipient": entry.recipient, "enc": entry.enc} for entry in self.age],
            "lastmodified": self.lastmodified,
            "mac": self.mac,
            self.rule.kind: self.rule.text,
            "mac_only_encrypted": self.mac_only_encrypted,
        }
        if not self.mac_only_encrypted and "mac_only_encrypted" not in self.raw:
            del own["mac_only_encrypted"]
        if self.raw and self.age == _age(self.raw):
            own["age"] = self.raw["age"]
        kept = {key: value for key, value in self.raw.items() if key not in RULE_KINDS or key == self.rule.kind}
        if kept.get("shamir_threshold"):
            kept["shamir_threshold"] = int(kept["shamir_threshold"])
        written = {**kept, **own}
        written["version"] = written.get("version") or VERSION
        return written


def blank() -> Metadata:
    """Return the block of a file that has none yet, still without recipients and MAC."""
    return Metadata((), "", "", rule.parse(dict([OWN_RULE])), True, (), {})


def timestamp(moment: datetime) -> str:
    """Return a time as `lastmodified` holds it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def recipients(block: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the recipients of a `sops` block, None where it cannot be parsed."""
    try:
        return parse(block).recipients
    except IntegratorError:
        return None


def parse(raw: Mapping[str, Any]) -> Metadata:
    """Return a parsed `sops` block.

    Raises InvalidFile where it is malformed, oversized or split by Shamir groups, MacMismatch where it has no MAC.
    """
    threshold = raw.get("shamir_threshold")
    if raw.get("key_groups") or threshold not in (None, "", "0", "1"):
        raise InvalidFile(
            "the file's data key is split over key groups (Shamir), which is not supported",
            "rewrite it with sops and a single group of age recipients",
        )
    if not isinstance(raw.get("mac"), str) or not raw["mac"]:
        raise MacMismatch("the sops block has no MAC", "restore the file, or review it and seal it again")
    return Metadata(
        age=_age(raw),
        lastmodified=_lastmodified(raw.get("lastmodified")),
        mac=raw["mac"],
        rule=rule.parse(raw),
        mac_only_encrypted=_boolean(raw.get("mac_only_encrypted")),
        foreign=tuple(
            " ".join([kind, *(str(entry.get(field) or "") for field in fields)]).strip()
            for kind, fields in FOREIGN_KEYS.items()
            for entry in _entries(raw, kind)
        ),
        raw=raw,
    )


def _entries(raw: Mapping[str, Any], kind: str) -> Sequence[Mapping[str, Any]]:
    entries = raw.get(kind) or ()
    if isinstance(entries, str) or not isinstance(entries, Sequence) or len(entries) > _MAX_ENTRIES:
        raise InvalidFile(f"{kind} in the sops block is no list, or an endless one", _RESTORE)
    if not all(isinstance(entry, Mapping) for entry in entries):
        raise InvalidFile(f"{kind} in the sops block holds what is no key", _RESTORE)
    return entries


def _age(raw: Mapping[str, Any]) -> tuple[WrappedKey, ...]:
    return tuple(map(_wrapped_key, _entries(raw, "age")))


def _wrapped_key(entry: Mapping[str, Any]) -> WrappedKey:
    recipient, enc = entry.get("recipient"), entry.get("enc")
    if not isinstance(recipient, str) or not isinstance(enc, str):
        raise InvalidFile("an age entry of the sops block lacks its recipient or its enc", _RESTORE)
    if len(recipient) > _MAX_RECIPIENT or len(enc) > _MAX_WRAPPED:
        raise InvalidFile("an age entry of the sops block is too large to be one", _RESTORE)
    return WrappedKey(recipient, enc)


def _lastmodified(text: object) -> str:
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if not match:
        raise InvalidFile("lastmodified in the sops block is no RFC 3339 time", _RESTORE)
    zone = "Z" if match[2] in ("+00:00", "-00:00") else match[2]
    return match[1] + zone


def _boolean(text: object) -> bool:
    word = str(text or "false").lower()
    if word not in _TRUE | _FALSE:
        raise InvalidFile("mac_only_encrypted in the sops block is neither true nor false", _RESTORE)
    return word in _TRUE
