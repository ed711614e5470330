"""What stands below `secrets:` in a file, looked at without a key.

Rules: `secrets` is a flat map; a name holds no colon, which would make two places one for the cipher; a null
counts as absent, an empty string is itself, anything else is encrypted or the seal is broken. `_seal` is
the value that binds the others to the plain fields.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from integrator_tui.errors import InvalidFile, MacMismatch, SealBroken
from integrator_tui.model.sealed import Leaf, Path, SealedFile
from integrator_tui.model.secret import Secret
from integrator_tui.model.text import visible
from integrator_tui.vault.sops import cipher
from integrator_tui.vault.sops.scalar import is_null
from integrator_tui.vault.sops.values import HINT, dotted

SECRETS: Final = "secrets"
SEAL: Final = "_seal"
SEAL_PATH: Final[Path] = (SECRETS, SEAL)
SEAL_HINT: Final = "look at what the file says now, then run: integrator-tui seal"

_SEAL_VERSION: Final = "v1"


@dataclass(frozen=True, slots=True)
class SealedSection:
    """The leaves below `secrets:`, nulls and `_seal` left out, in the order of the file."""

    leaves: tuple[Leaf, ...]
    seal: Leaf | None

    @classmethod
    def of(cls, file: SealedFile, filled: Container[str] = ()) -> SealedSection:
        """Return the section of a file, nulls that are about to be `filled` included.

        Raises InvalidFile where it is not a flat map of texts.
        """
        below = [leaf for leaf in file.leaves if leaf.path[:1] == (SECRETS,)]
        leaves = [leaf for leaf in below if len(leaf.path) > 1 or not is_null(leaf)]
        seen: set[Path] = set()
        for leaf in leaves:
            _check(leaf, seen)
        present = [leaf for leaf in leaves if not is_null(leaf) or name(leaf) in filled]
        seal = next((leaf for leaf in present if leaf.path == SEAL_PATH and leaf.text), None)
        return cls(tuple(leaf for leaf in present if leaf.path != SEAL_PATH), seal)

    @property
    def plain(self) -> tuple[Leaf, ...]:
        """The secrets that stand in plain text, the seal included."""
        leaves = (*self.leaves, *((self.seal,) if self.seal else ()))
        return tuple(leaf for leaf in leaves if leaf.text and not cipher.looks_encrypted(leaf.text))

    @property
    def blank_at_an_end(self) -> tuple[str, ...]:
        """The names of secrets in plain text that begin or end with white space, mostly the line break that a YAML
        block keeps. A text of several lines may end its last one."""
        return tuple(name(leaf) for leaf in self.plain if leaf is not self.seal and _is_blank_at_an_end(leaf.text))

    @property
    def encrypted(self) -> tuple[Leaf, ...]:
        return tuple(leaf for leaf in self.leaves if cipher.looks_encrypted(leaf.text))

    @property
    def empty_names(self) -> tuple[str, ...]:
        """The names whose value is empty: no cipher covers them, so the seal does."""
        return tuple(name(leaf) for leaf in self.leaves if not leaf.text)

    def filled(self, values: Mapping[Path, Secret]) -> dict[Path, Secret]:
        """Return the values of the section by their paths, empty ones included, `_seal` left out."""
        return {leaf.path: values.get(leaf.path, Secret("")) for leaf in self.leaves}

    def refuse_unknown(self, typed: Iterable[str]) -> None:
        """Raise InvalidFile for a name that the section has no place for."""
        known = {name(leaf) for leaf in self.leaves}
        for given in typed:
            if given not in known:
                raise InvalidFile(
                    f"the file has no secret named {visible(given, limit=60)}", "write its name first"
                )

    def require_intact(self, file: SealedFile, *, bound: bool = False) -> None:
        """Raise what can be told without a key: SealBroken for plain text or no seal, MacMismatch for no block. A
        file that is `bound` has a seal even where it holds no secret."""
        if self.plain:
            raise plain_text_found(self.plain)
        if file.metadata is None and (self.encrypted or self.seal):
            raise MacMismatch("the secrets are encrypted, but the sops block is missing", HINT)
        if self.seal is None and (bound or self.leaves or file.metadata is not None):
            raise SealBroken("the secrets have no seal: secrets._seal is missing", SEAL_HINT)


def _is_blank_at_an_end(text: str) -> bool:
    meant = text.removesuffix("\n") if "\n" in text.strip() else text
    return meant != meant.strip()


def name(leaf: Leaf) -> str:
    """Return the name of a secret."""
    return str(leaf.path[1])


def plain_text_found(leaves: Sequence[Leaf]) -> SealBroken:
    """Return the error for secrets in plain text, which names their places alone."""
    where = ", ".join(f"{dotted(leaf.path)} (line {leaf.line})" for leaf in leaves[:5])
    more = f" and {len(leaves) - 5} more" if len(leaves) > 5 else ""
    return SealBroken(
        f"plain text stands below secrets: {where}{more}", "run: integrator-tui seal, which encrypts it"
    )


def seal_text(digest: str, empty_names: Sequence[str]) -> Secret:
    """Return the value of `_seal`: a version, SHA-256 over the digest of the plain fields and the names of empty
    secrets, and the outline that may stand behind the digest (`vault.outline`), which decides nothing."""
    fields, colon, outline = digest.partition(":")
    content = json.dumps([fields, sorted(empty_names)], separators=(",", ":"))
    return Secret(f"{_SEAL_VERSION}:{hashlib.sha256(content.encode()).hexdigest()}{colon}{outline}")


def broken_text(stored: Secret) -> Secret:
    """Return the value of a `_seal` that holds for no fields, with the outline of a stored one."""
    outline = outline_of(stored)
    return Secret(f"{_SEAL_VERSION}:broken{f':{outline}' if outline else ''}")


def seal_holds(stored: Secret, digest: str, empty_names: Sequence[str]) -> bool:
    """Return whether a stored seal is that of these plain fields and empty secrets, whatever its outline says."""
    wanted = seal_text(digest.partition(":")[0], empty_names)
    return Secret(":".join(stored.reveal().split(":")[:2])) == wanted


def outline_of(stored: Secret) -> str:
    """Return the outline in a stored seal, empty where it has none."""
    return stored.reveal().split(":", 2)[2:][0] if stored.reveal().count(":") > 1 else ""


def _check(leaf: Leaf, seen: set[Path]) -> None:
    where = f"line {leaf.line}: {dotted(leaf.path)}"
    if len(leaf.path) != 2 or not isinstance(leaf.path[1], str):
        raise InvalidFile(f"{where}: secrets is a flat map of names and texts", "write one line for each secret")
    if ":" in leaf.path[1]:
        raise InvalidFile(f"{where}: the name of a secret holds no colon", "rename the secret")
    if leaf.path in seen:
        raise InvalidFile(f"{where} stands twice", "remove one of them")
    seen.add(leaf.path)
