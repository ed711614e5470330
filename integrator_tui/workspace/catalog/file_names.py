"""File names for new connections: readable, portable, free."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Final

_RESERVED: Final = frozenset({"integrator"})
_LONGEST: Final = 60


def file_name(root: Path, name: str, group: str = "") -> str:
    """Return a path relative to `root`, below `group`, that no file has: `Orders API` is `orders-api.yaml`."""
    stem = file_stem(name)
    prefix = f"{group}/" if group else ""
    number = 1
    while True:
        candidate = f"{prefix}{stem}{'' if number == 1 else f'-{number}'}.yaml"
        if not (root / candidate).exists() and not (root / candidate).is_symlink():
            return candidate
        number += 1


def file_stem(name: str) -> str:
    """Return what the file of a connection of this name is called, without its ending."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:_LONGEST].strip("-") or "connection"
    if stem in _RESERVED:
        stem = f"{stem}-connection"
    return stem
