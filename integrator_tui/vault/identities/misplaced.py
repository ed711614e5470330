"""What stands in one of sops' variables and belongs into another, or is not what the variable wants.

Rules: what may be a key is never told back, and no key is made at a place whose name is a mistake.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from integrator_tui.errors import InvalidFile

_KEY: Final = re.compile(r"AGE-(?:SECRET-KEY|PLUGIN)-", re.IGNORECASE)


def misnamed_file(path: Path) -> InvalidFile | None:
    """Return what is wrong with the value of `$SOPS_AGE_KEY_FILE` itself, None where it may be a file's path."""
    if _KEY.search(str(path)):
        return InvalidFile(
            "SOPS_AGE_KEY_FILE holds a key, not the path of a file", "the key goes into SOPS_AGE_KEY"
        )
    if any(part.startswith("~") for part in path.parts) and not path.exists():
        hint = "only a shell expands ~, at the beginning of a word: write the path out, with $HOME in double quotes"
        return InvalidFile(f"SOPS_AGE_KEY_FILE: {path} does not exist, and ~ in it is a name like any other", hint)
    return None


def missing_file(path: Path) -> InvalidFile:
    """Return the error for a file that `$SOPS_AGE_KEY_FILE` names and that is not there."""
    return InvalidFile(f"{path}, which SOPS_AGE_KEY_FILE names, does not exist", "correct SOPS_AGE_KEY_FILE")


def meant_instead(word: str) -> str:
    """Return what to do with a word of `$SOPS_AGE_KEY` that is no identity, empty where nobody can tell."""
    if word[0] in "\"'":
        return "take the quotes out of SOPS_AGE_KEY"
    if word.startswith("age1"):
        return "that is a recipient; the identity begins with AGE-SECRET-KEY-"
    if not _KEY.search(word) and (word[0] in "/~." or "/" in word):
        return "the path of a key file goes into SOPS_AGE_KEY_FILE"
    return ""
