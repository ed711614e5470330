"""Which values of a file are encrypted: the one rule that the `sops` block stores.

Rules (sops README, "Encrypting only parts of a file"): suffixes and expressions are tested against every key
on the path of a value, indexes of lists left out, so that everything below a matching key follows it; without
a rule, keys that end in `_unencrypted` stay plain. The comment rules go by comments, which no path shows:
there a value is encrypted where it looks encrypted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from integrator_tui.errors import InvalidFile
from integrator_tui.model.sealed import Leaf, Path
from integrator_tui.vault.sops.go_regex import OWN, compile_rule

OWN_RULE: Final = ("encrypted_regex", OWN)
"""The rule of the files written here."""

RULE_KINDS: Final = (
    "unencrypted_suffix",
    "encrypted_suffix",
    "unencrypted_regex",
    "encrypted_regex",
    "unencrypted_comment_regex",
    "encrypted_comment_regex",
)
_DEFAULT: Final = ("unencrypted_suffix", "_unencrypted")
_ENCRYPTED: Final = re.compile(r"ENC\[AES256_GCM,data:[^,]+,iv:[^,]+,tag:[^,]+,type:[a-z]+\]")


def keys(path: Path) -> tuple[str, ...]:
    """Return the keys on a path, without the indexes of lists."""
    return tuple(part for part in path if isinstance(part, str))


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of rule, its suffix or expression, and the test it makes of one key (None for the comment rules)."""

    kind: str
    text: str
    _matches: Callable[[str], object] | None

    def selects(self, leaf: Leaf) -> bool:
        """Return whether sops encrypts a value that stands there, if it is neither null nor empty.

        Raises InvalidFile where the rule cannot judge a character of a key.
        """
        if self._matches is None:
            return bool(_ENCRYPTED.fullmatch(leaf.text))
        return any(map(self._matches, keys(leaf.path))) == self.kind.startswith("encrypted")


def parse(metadata: Mapping[str, Any]) -> Rule:
    """Return the rule of a `sops` block; raise InvalidFile where it holds several or a malformed one."""
    stored = [(kind, metadata[kind]) for kind in RULE_KINDS if metadata.get(kind)]
    if len(stored) > 1:
        raise InvalidFile(f"the sops block holds two rules, {stored[0][0]} and {stored[1][0]}", "keep one of them")
    kind, text = stored[0] if stored else _DEFAULT
    if not isinstance(text, str):
        raise InvalidFile(f"{kind} in the sops block is not a text", "restore the file from its history")
    if kind.endswith("comment_regex"):
        return Rule(kind, text, None)
    if kind.endswith("suffix"):
        return Rule(kind, text, lambda key: key.endswith(text))
    return Rule(kind, text, compile_rule(text))
