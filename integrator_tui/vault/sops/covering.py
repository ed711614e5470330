"""Under which rule a file is written: its own where that covers every secret, else one that covers them too.

Rules: what a rule of sops encrypts beside the secrets stays encrypted. Where nothing is, this program's rule takes
the place of any that leaves a secret in plain; a rule by key names or suffixes is widened; a rule by comments says
nothing of values to come, so that one by the names of the keys takes its place.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence

from integrator_tui.errors import InvalidFile
from integrator_tui.model.sealed import Leaf, Path, SealedFile
from integrator_tui.vault.sealed_section import SECRETS
from integrator_tui.vault.sops import rule as rules
from integrator_tui.vault.sops.cipher import looks_encrypted
from integrator_tui.vault.sops.metadata import Metadata
from integrator_tui.vault.sops.rule import OWN_RULE, Rule, keys
from integrator_tui.vault.sops.scalar import is_null
from integrator_tui.vault.sops.values import dotted


def outside(file: SealedFile) -> Iterator[Leaf]:
    """Yield every scalar beside the secrets that is neither null nor empty."""
    return (leaf for leaf in file.leaves if leaf.path[:1] != (SECRETS,) and leaf.text and not is_null(leaf))


def encrypts_fields(file: SealedFile, metadata: Metadata | None) -> bool:
    """Return whether the rule of a file encrypts a value beside its secrets."""
    if metadata is None:
        return False
    if _is_own(metadata.rule):
        return any(looks_encrypted(leaf.text) and metadata.rule.selects(leaf) for leaf in outside(file))
    return any(metadata.rule.selects(leaf) for leaf in outside(file))


def plain_fields(file: SealedFile, metadata: Metadata | None) -> tuple[Leaf, ...]:
    """Return the values beside the secrets that stand in plain where the rule of the file encrypts them."""
    if metadata is None or _is_own(metadata.rule):
        return ()
    return tuple(leaf for leaf in outside(file) if not looks_encrypted(leaf.text) and metadata.rule.selects(leaf))


def goes_by_comments(metadata: Metadata) -> bool:
    """Return whether comments say which values of a file are encrypted."""
    return metadata.rule.kind.endswith("comment_regex")


def covering(file: SealedFile, metadata: Metadata | None, secrets: Iterable[Path], opened: Container[Path]) -> Rule:
    """Return the rule to write `file` under, so that it encrypts all of `secrets` and what it did before.

    `opened` are the places whose values were encrypted. Raises InvalidFile where no such rule can be had.
    """
    own = rules.parse(dict([OWN_RULE]))
    if metadata is None:
        return own
    rule = metadata.rule
    uncovered = [path for path in secrets if not rule.selects(Leaf(path, "x"))]
    if not uncovered and not goes_by_comments(metadata):
        return rule
    if not encrypts_fields(file, metadata):
        return own
    if goes_by_comments(metadata):
        return _by_names(file, opened)
    if rule.kind.startswith("unencrypted"):
        raise InvalidFile(
            f"the rule of the file, {rule.kind}: {rule.text}, leaves {dotted(uncovered[0])} in plain",
            "give it another name, or change the rule with sops",
        )
    pattern = f"{re.escape(rule.text)}$" if rule.kind.endswith("suffix") else _inner(rule.text)
    return rules.parse({"encrypted_regex": f"^{SECRETS}$|{pattern}"})


def _is_own(rule: Rule) -> bool:
    return (rule.kind, rule.text) == OWN_RULE


def _inner(expression: str) -> str:
    """Return an expression as a part of another, its flag with it."""
    return f"(?i:{expression[4:]})" if expression.startswith("(?i)") else expression


def _by_names(file: SealedFile, opened: Container[Path]) -> Rule:
    """Return a rule by the names of keys that covers what is encrypted; more, where one name has several places."""
    leaves = list(outside(file))
    names = {SECRETS: None}
    for leaf in leaves:
        if leaf.path in opened:
            names[_highest(leaf, leaves, opened)] = None
    return rules.parse({"encrypted_regex": f"^({'|'.join(re.escape(name) for name in names)})$"})


def _highest(leaf: Leaf, leaves: Sequence[Leaf], opened: Container[Path]) -> str:
    """Return the highest key above a value below which everything is encrypted."""
    path = keys(leaf.path)
    for depth, name in enumerate(path):
        below = (other for other in leaves if keys(other.path)[: depth + 1] == path[: depth + 1])
        if all(other.path in opened for other in below):
            return name
    return path[-1]
