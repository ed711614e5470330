"""The folder of a workspace: which of its files are connections.

Rules: every `*.yaml` or `*.yml` below the root is one connection, dot-files and dot-folders left out, except
`integrator.yaml` and `.sops.yaml`; a link to a folder is not followed, so that there are no loops and no file
outside is taken for one of the workspace; what is no regular file is listed, and reading it says why not. So is a
folder that cannot be looked into, whose name then ends with `/`: what lies in it is never left out unsaid.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from integrator_tui.errors import InvalidFile

SETTINGS: Final = "integrator.yaml"


def scan(root: Path) -> tuple[str, ...]:
    """Return the connection files below `root`, relative to it with `/`, sorted; none where it does not exist.

    Raises:
        InvalidFile: `root` cannot be looked into.
    """
    try:
        found = list(_scan(os.fspath(root)))
    except OSError as error:
        hint = "name a folder of connection files that you can read"
        raise InvalidFile(f"{root}: {(error.strerror or str(error)).lower()}", hint) from None
    return tuple(sorted(found))


def is_listed(file: str) -> bool:
    """Return whether a path below the root, links resolved, is that of a connection file as `scan` lists it."""
    *folders, name = file.split("/")
    ends = name.endswith((".yaml", ".yml"))
    return ends and name != SETTINGS and not any(part.startswith(".") for part in (*folders, name))


def look(root: Path) -> int | None:
    """Return a number for which files `scan` finds and how they look without reading them; None where `root` is no
    folder that can be looked into."""
    found, prefix = 0, os.path.join(root, "")
    try:
        if not os.path.isdir(root):
            return None
        for file in _scan(os.fspath(root)):
            try:
                status = os.stat(prefix + file)
            except OSError:
                found ^= hash(file)
                continue
            # In whatever order a folder gives its files.
            found ^= hash((file, status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino))
    except OSError:
        return None
    return found


def _scan(root: str) -> Iterator[str]:
    # Not by recursion: folders can be nested deeper than calls.
    folders = [(root, "")]
    while folders:
        folder, prefix = folders.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    name = entry.name
                    if name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        folders.append((entry.path, f"{prefix}{name}/"))
                    elif name.endswith((".yaml", ".yml")) and name != SETTINGS and not _is_folder(entry):
                        yield prefix + name
        except FileNotFoundError:
            continue
        except OSError:
            if not prefix:
                raise
            yield prefix


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # A link that leads to itself: its row says so.
        return False
