"""Folders of a workspace: which there are, and what may be one."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import Final

from integrator_tui import atomic
from integrator_tui.errors import SaveError, UsageError
from integrator_tui.model.text import is_hidden, visible

_MOST: Final = 5_000
"""Folders that are listed at most."""


def folder_path(folder: str) -> str:
    """Return a folder of the workspace as files name it, empty for the top. Raises UsageError where it is none."""
    path = PurePosixPath(folder.strip())
    if path.is_absolute() or any(part.startswith(".") for part in path.parts) or any(map(is_hidden, str(path))):
        raise UsageError(
            f"{visible(folder, limit=200)} is no folder of the workspace",
            "name it relative to the workspace, without .. and not beginning with a dot",
        )
    return "" if str(path) == "." else str(path)


def existing_folders(root: Path) -> tuple[str, ...]:
    """Return the folders below `root` that may hold connections, relative to it, sorted, without the top."""
    found: list[str] = []
    waiting = [""]
    while waiting and len(found) < _MOST:
        prefix = waiting.pop()
        try:
            entries = [
                entry
                for entry in os.scandir(root / prefix)
                if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)
            ]
        except OSError:
            continue
        inner = [f"{prefix}/{entry.name}".lstrip("/") for entry in entries]
        found += inner
        waiting += inner
    return tuple(sorted(found))


def make_folder(root: Path, folder: str) -> bool:
    """Make a folder below `root`, and those above it that are missing, 0700; return whether it was not there.

    Raises:
        UsageError: It is no folder of the workspace, or lies behind a link, where nothing is looked for.
        SaveError: It cannot be made.
    """
    folder = folder_path(folder)
    path = root
    for part in PurePosixPath(folder).parts:
        path /= part
        if path.is_symlink():
            shown = visible(str(path.relative_to(root)), limit=200)
            raise UsageError(
                f"{shown} is a link, and no connection is looked for behind one", "name another folder"
            )
    try:
        if path.is_dir():
            return False
        atomic.make_folder(path)
    except (OSError, ValueError) as error:
        reason = (error.strerror or str(error)).lower() if isinstance(error, OSError) else "no folder has this name"
        raise SaveError(f"{visible(folder, limit=200)} cannot be made: {reason}", "choose another name") from None
    return True
