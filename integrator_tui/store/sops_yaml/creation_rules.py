"""`.sops.yaml`: the creation rules, read as sops reads them.

Rules: the first rule whose `path_regex` is found anywhere in the path relative to the file's folder counts, and
one without `path_regex` fits every path; where a rule has `key_groups` its own `age` does not count; recipients
are a list, or text with commas between them; anchors, aliases and merge keys are allowed here, for this is
sops' file and teams use them. (sops, `config/config.go`.)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from integrator_tui.errors import InvalidFile
from integrator_tui.store.yamltext.document import Document, parse_bytes
from integrator_tui.store.yamltext.node import Mapping as MappingNode
from integrator_tui.store.yamltext.node import Node, Scalar

_SETTINGS: Final = (
    "encrypted_regex",
    "unencrypted_regex",
    "encrypted_suffix",
    "unencrypted_suffix",
    "encrypted_comment_regex",
    "unencrypted_comment_regex",
    "mac_only_encrypted",
)
_OTHER_KEYS: Final = (
    "pgp",
    "kms",
    "gcp_kms",
    "azure_keyvault",
    "hc_vault_transit_uri",
    "hckms",
    "hc_vault",
    "azure_kv",
)
_BUDGET: Final = 10_000


class CreationRule(NamedTuple):
    """One rule: for which paths it is, who can read what it makes, and how it encrypts.

    `recipients` are those of age; `others` names the other kinds of keys it asks for; `groups` counts its key
    groups, more than one of which split the data key; `settings` are its texts on what is encrypted.
    """

    path_regex: str | None
    recipients: tuple[str, ...]
    others: tuple[str, ...] = ()
    groups: int = 0
    settings: Mapping[str, str] = MappingProxyType({})

    def fits(self, path: str) -> bool:
        """Say whether the rule is for `path`, relative to the folder of `.sops.yaml`."""
        return not self.path_regex or re.search(self.path_regex, path) is not None


def creation_rules(data: bytes) -> tuple[CreationRule, ...]:
    """Return the rules of a `.sops.yaml`.

    Raises:
        InvalidFile: It is no YAML, or not in the form of sops.
    """
    document = parse_bytes(data, aliases=True)
    if document.root is None and document.whole:
        return ()
    if document.problems:
        first = document.problems[0]
        where = f" in line {first.line}" if first.line else ""
        raise InvalidFile(f"{first.message}{where}", first.hint)
    listed = _Plain().of(_rules(document))
    if listed is None:
        return ()
    if not isinstance(listed, list) or not all(isinstance(rule, dict) for rule in listed):
        raise InvalidFile("creation_rules is not a list of rules", "see the documentation of sops")
    return tuple(_rule(rule) for rule in listed)


def first_fitting(rules: tuple[CreationRule, ...], path: str) -> CreationRule | None:
    """Return the rule that sops takes for `path`, or None."""
    return next((rule for rule in rules if rule.fits(path)), None)


def _rules(document: Document) -> Node:
    root = document.mapping
    return (root.get("creation_rules") if root else None) or Scalar("", "", 0, 0, 1)


def _rule(rule: dict[str, Any]) -> CreationRule:
    pattern = _text(rule, "path_regex")
    try:
        re.compile(pattern or "")
    except re.error as error:
        raise InvalidFile(f"path_regex of a creation rule: {error}", "mend the expression") from None
    groups = rule.get("key_groups") or []
    if not isinstance(groups, list) or not all(isinstance(group, dict) for group in groups):
        raise InvalidFile("key_groups is not a list of groups", "see the documentation of sops")
    sources = groups or [rule]
    recipients = [recipient for source in sources for recipient in _age(source.get("age"))]
    others = [key for key in _OTHER_KEYS if any(source.get(key) for source in sources)]
    settings = {key: value for key in _SETTINGS if (value := _text(rule, key)) is not None}
    return CreationRule(pattern, tuple(dict.fromkeys(recipients)), tuple(others), len(groups), settings)


def _age(value: Any) -> list[str]:
    if isinstance(value, dict):
        raise InvalidFile("age of a creation rule is a mapping", "write the recipients as a list")
    listed = value if isinstance(value, list) else [value or ""]
    if not all(isinstance(item, str) for item in listed):
        raise InvalidFile("age of a creation rule is not a list of recipients", "write one recipient an item")
    return [part.strip() for item in listed for part in item.split(",") if part.strip()]


def _text(rule: dict[str, Any], key: str) -> str | None:
    value = rule.get(key)
    if isinstance(value, (dict, list)):
        raise InvalidFile(f"{key} of a creation rule is not text", "see the documentation of sops")
    return value


class _Plain:
    """Turns nodes into plain data with merge keys filled in; bounded, for an alias can stand for many nodes."""

    def __init__(self) -> None:
        self._left = _BUDGET

    def of(self, node: Node) -> Any:
        """Return dicts, lists and texts; None for null."""
        self._left -= 1
        if self._left < 0:
            raise InvalidFile("the aliases of the file stand for too many values", "write them out")
        if isinstance(node, Scalar):
            return None if node.is_null else node.text
        if not isinstance(node, MappingNode):
            return [self.of(item) for item in node.items]
        found: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key, value in node.members:
            data = self.of(value)
            if key.text == "<<" and not key.style:
                for source in data if isinstance(data, list) else [data]:
                    if isinstance(source, dict):
                        merged = {**source, **merged}
            else:
                found.setdefault(key.text, data)
        return {**merged, **found}
