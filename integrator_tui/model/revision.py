"""Revision: which version of a file is spoken of."""

from __future__ import annotations

from typing import Final

from integrator_tui.model.named_tuple import NamedTuple


class Revision(NamedTuple):
    """Which version of a file was read: the SHA-256 of its bytes, or None for a file that does not exist yet; and
    that of the file it extends, which is a part of what it says."""

    digest: str | None
    base: str | None = None


NO_FILE: Final = Revision(None)

_FINGERPRINT: Final = 16
"""Characters of a digest that the history keeps."""


def fingerprint(digest: str) -> str:
    """Return what the history keeps of the digest of a file."""
    return digest[:_FINGERPRINT]
