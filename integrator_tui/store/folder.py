"""The folder of a workspace: which of its files are connections, and for whom `.sops.yaml` encrypts them.

Rules: every `*.yaml` or `*.yml` below the root is one connection, dot-folders left out, except
`integrator.yaml` and `.sops.yaml`; a link to a folder is not followed, so there are no loops. `.sops.yaml`
is read as sops reads it: the first creation rule whose `path_regex` is found in the path counts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from integrator_tui.errors import InvalidFile
from integrator_tui.store import files
from integrator_tui.store.document import parse_bytes, plain

SETTINGS: Final = "integrator.yaml"
RECIPIENTS: Final = ".sops.yaml"

_MAX_DEPTH: Final = 32


def scan(root: Path) -> tuple[str, ...]:
    """Return the connection files below `root`, relative to it with `/`, sorted; none where it does not exist."""
    return tuple(sorted(_scan(os.fspath(root), "", 0)))


def _scan(folder: str, prefix: str, depth: int) -> Iterator[str]:
    if depth > _MAX_DEPTH:
        return
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        name = entry.name
        if name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _scan(entry.path, f"{prefix}{name}/", depth + 1)
        elif name.endswith((".yaml", ".yml")) and not (name == SETTINGS and not prefix) and not _is_folder(entry):
            yield prefix + name


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # A link that leads to itself: its row says so.
        return False


def recipients(root: Path, file: str) -> tuple[str, ...]:
    """Return the age recipients that `.sops.yaml` of the workspace names for `file`, none without such a file.

    Raises:
        InvalidFile: `.sops.yaml` cannot be read, or its rule for the file splits the key (`key_groups`).
    """
    path = root / RECIPIENTS
    if not path.exists():
        return ()
    document = parse_bytes(files.read(path)[0])
    errors = [problem for problem in document.problems if problem.is_error]
    if errors or document.mapping is None:
        line = f":{errors[0].line}" if errors and errors[0].line else ""
        raise InvalidFile(f"{path}{line}: {errors[0].message if errors else 'not a mapping'}", "sops reads it too")
    rules = plain(document.mapping).get("creation_rules") or []
    if not isinstance(rules, list):
        raise InvalidFile(f"{path}: creation_rules is a list", "see the documentation of sops")
    rule = next((rule for rule in rules if isinstance(rule, dict) and _applies(rule, file, path)), None)
    return _age(rule, path) if rule else ()


def _applies(rule: dict[str, Any], file: str, path: Path) -> bool:
    pattern = rule.get("path_regex")
    try:
        return not pattern or re.search(str(pattern), file) is not None
    except re.error as error:
        raise InvalidFile(f"{path}: path_regex: {error}", "mend the expression") from None


def _age(rule: dict[str, Any], path: Path) -> tuple[str, ...]:
    if rule.get("key_groups") or rule.get("shamir_threshold"):
        raise InvalidFile(
            f"{path}: key_groups split the data key, which is not supported", "list the recipients under age"
        )
    listed = rule.get("age") or ""
    texts = listed if isinstance(listed, list) else str(listed).split(",")
    return tuple(dict.fromkeys(str(text).strip() for text in texts if str(text or "").strip()))
