"""What passes between a file and the vault: scalars one way, texts to splice the other.

`store` reads and writes text and knows no key; `vault` computes and knows no text. These values are all
they say to each other, through the workspace.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from integrator_tui.model.named_tuple import NamedTuple

Path = tuple[str | int, ...]
"""Keys from the root of the file, and indexes where a sequence stands: `("secrets", "token")`."""


class Leaf(NamedTuple):
    """One scalar of a file: its decoded `text`, whether it was written `plain` (unquoted, so that YAML gives
    it a type), its explicit `tag` if any, and its line, counted from 1."""

    path: Path
    text: str
    plain: bool = True
    tag: str | None = None
    line: int = 0


class OpenedValue(NamedTuple):
    """An encrypted scalar that is no secret, decrypted: its text, and the kind of value that sops stored (`str`,
    `int`, `float`, `bool`, `time`; `comment` for an item of a list that was a comment)."""

    text: str
    kind: str = "str"


class SealedFile(NamedTuple):
    """Every scalar outside `sops`, in the order of the document, nulls included; and the `sops` block.

    `metadata` is the block as nested mappings, lists and source texts (None for null), or None where the
    file has no such block. `comments` are those that sops encrypted, without their `#`.
    """

    leaves: tuple[Leaf, ...]
    metadata: Mapping[str, Any] | None = None
    comments: tuple[str, ...] = ()


class ScalarChanges(NamedTuple):
    """What the vault computed for a file: the new text of each scalar that changes (all other scalars keep
    their text to the byte), and the whole `sops` block to write, in its order, strings and booleans typed;
    and by its old text, the new one of each encrypted comment that changes.

    Where `changed` is false the file stays as it is, to the byte.
    """

    values: Mapping[Path, str]
    metadata: Mapping[str, Any]
    changed: bool = True
    comments: Mapping[str, str] = MappingProxyType({})
